"""`hallwatch serve` tells people: from the film to the mail, and on after its deliverer was killed."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

from tests.delivering import SECRET
from tests.serving import serving, until
from tests.sinks import HookSink, MailSink
from tests.test_serve import shown, site  # noqa: F401 - a fixture

CHANNELS = """
[network]
services = ["127.0.0.0/8"]

[alerting]
seen_within_s = 1
language = "es"

[[channel]]
kind = "mail"
name = "security"
host = "localhost"
port = {port}
security = "none"
sender = "hallwatch@school.example"
to = ["security@school.example"]
before_answer = true

[[channel]]
kind = "webhook"
name = "pager"
url = "{url}"
secret_file = "hook-secret"
before_answer = true

[[chain]]
steps = ["pager"]
"""


def test_people_are_told_and_a_dead_deliverer_is_replaced(
    site: tuple[Path, dict[str, str]],  # noqa: F811
) -> None:
    config = site[0].parent / "telling.toml"
    shutil.rmtree(site[0].parent / "data", ignore_errors=True)
    (site[0].parent / "hook-secret").write_text(SECRET + "\n")
    with MailSink() as mail, HookSink() as hook:
        text = site[0].read_text(encoding="utf-8")
        config.write_text(text + CHANNELS.format(port=mail.port, url=hook.url), encoding="utf-8")
        hook.answer = 500
        with serving(config, site[1]) as server:
            until(lambda: shown(server))
            until(lambda: mail.mails)
            assert str(mail.mails[0]["Subject"]) == "Posible coincidencia: Main"
            assert "Dana" not in mail.mails[0].as_string()
            until(lambda: "The channel pager does not deliver: the receiver answers 500." in server.page())
            deliverer = server.one("hw-deliverer")
            os.kill(deliverer, signal.SIGKILL)
            until(
                lambda: [
                    one
                    for one, line in server.children().items()
                    if "hw-deliverer" in line and one != deliverer
                ]
            )
            hook.answer = 204
            seen = len(hook.ids)
            until(lambda: len(hook.ids) > seen)
            assert len(set(hook.ids)) == 1
            until(lambda: "does not deliver" not in server.page())
            page = server.client.get(server.url + "/delivery").raise_for_status().text
            assert "pager" in page
            assert "at once, or by the chain" in page
            settings = server.client.get(server.url + "/settings").text
            assert "[[channel]] pager" in settings
            assert hook.url not in settings
        assert SECRET not in server.said()
        assert hook.url not in server.said()
