"""What every kind of channel does: the same message arrives under its key, and a dead end is said within its time."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import TypeAdapter
from typer.testing import CliRunner

from hallwatch.adapters.channels.push import encoded, point
from hallwatch.core.delivery import Message, What
from hallwatch.core.policy.networks import networks_of
from hallwatch.entry.channels import KINDS, channels_of
from hallwatch.entry.cli import app
from hallwatch.errors import NotDelivered
from hallwatch.ports import Channel
from hallwatch.settings.channels import ChannelSection
from tests.delivering import hook_to, mail_to, mqtt_to
from tests.records import chest_in
from tests.serving import until
from tests.sinks import HookSink, MailSink, MqttSink, broker, free_port
from tests.watching import HALLWATCH

HERE = networks_of(["127.0.0.0/8"])
MESSAGE = Message(
    "d" + "0" * 31,
    "a1",
    What.RAISED,
    "Site",
    "North",
    "Main",
    "Door",
    datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
    "https://console.example/#alert-a1",
)
BROWSER = ec.generate_private_key(ec.SECP256R1())
SECTION: TypeAdapter[Any] = TypeAdapter(ChannelSection)


@dataclass
class Case:
    """A channel with something at its other end, what came there, and the same channel with nothing."""

    good: Channel
    dead: Channel
    message: Message
    came: Any
    knows_keys: bool = True


def target(url: str) -> str:
    keys = {"public_key": encoded(point(BROWSER.public_key())), "auth": encoded(b"a" * 16)}
    return json.dumps({"endpoint": url, **keys})


@pytest.fixture(params=[*KINDS, "push"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    kind, nobody, message = request.param, free_port(), MESSAGE
    with ExitStack() as stack:
        sections: list[dict[str, Any]] = []
        if kind == "mail":
            mail = stack.enter_context(MailSink())
            sections, came = [mail_to(mail.port), mail_to(nobody)], lambda: mail.ids
        elif kind == "mqtt":
            port = free_port()
            stack.enter_context(broker(tmp_path / "broker", port))
            mqtt = stack.enter_context(MqttSink(port))
            sections = [mqtt_to(port), mqtt_to(nobody)]
            came = lambda: [event["key"] for event in mqtt.events()]  # noqa: E731
        else:
            hook = stack.enter_context(HookSink())
            dead = f"http://127.0.0.1:{nobody}/"
            came = lambda: [str(one[0]) for one in hook.posts]  # noqa: E731
            if kind == "webhook":
                sections = [hook_to(hook.url), hook_to(dead)]
            elif kind == "other":
                its = {"kind": "other", "name": "sms"}
                sections = [{**its, "address": url.replace("http:", "json:")} for url in (hook.url, dead)]
        if kind == "push":
            push = channels_of([], HERE, "here", b"v" * 32, "https://console.example")["push"]()
            good: Channel = _To(push, target(hook.url))
            bad: Channel = _To(push, target(dead))
        else:
            good, bad = (
                KINDS[kind](SECTION.validate_python(one), HERE, f"here-{number}")
                for number, one in enumerate(sections)
            )
        yield Case(good, bad, message, came, knows_keys=kind != "other")
        good.close()
        bad.close()


class _To:
    """Push messages to one browser."""

    def __init__(self, push: Channel, target: str) -> None:
        self._push, self._target = push, target

    def send(self, message: Message) -> str:
        return self._push.send(replace(message, target=self._target))

    def close(self) -> None:
        self._push.close()


def test_it_arrives_under_its_key_each_time(case: Case) -> None:
    for count in (1, 2):
        assert case.good.send(case.message)
        until(lambda count=count: len(case.came()) == count)  # type: ignore[misc]
    if case.knows_keys:
        assert all(case.message.key in one for one in case.came())


def test_nobody_there_is_said_within_a_minute(case: Case) -> None:
    began = time.monotonic()
    with pytest.raises(NotDelivered) as said:
        case.dead.send(case.message)
    assert time.monotonic() - began < 60
    assert re.fullmatch(r"[^\n]{5,200}", str(said.value))


def test_channels_list_and_test(tmp_path: Path) -> None:
    config = tmp_path / "hallwatch.toml"
    chest_in(tmp_path).open(writable=True)
    with MailSink() as mail:
        config.write_text(
            f"""[site]
jurisdiction = "US-MO"
data_dir = "."
[watchlist]
dir = "people"
[network]
services = ["127.0.0.0/8"]
[[cameras]]
name = "Door"
address = "rtsp://192.0.2.1/a"
school = "North"
[[channel]]
kind = "mail"
name = "security"
host = "localhost"
port = {mail.port}
security = "none"
sender = "hallwatch@school.example"
to = ["security@school.example"]
before_answer = true
""",
            encoding="utf-8",
        )
        run = CliRunner().invoke(app, ["channels", "list", "--config", str(config)])
        assert "security: mail, all schools, told before an answer" in run.output
        assert "North: nobody has looked: siren after 60 s" in run.output
        # In a process of its own: what it may connect to is limited for good.
        command: list[str | Path] = [HALLWATCH, "channels", "test", "--config", config]
        good = subprocess.run([*command, "security"], capture_output=True, text=True, check=False)
        assert good.returncode == 0, good.stderr
        assert mail.mails[0]["Subject"] == "TEST from This school"
        said = str(mail.mails[0].get_payload()).replace("=\r\n", "")
        assert "North, test, camera test" in " ".join(said.split())
        assert "http://127.0.0.1:8460/" in said
        none = subprocess.run([*command, "pigeon"], capture_output=True, text=True, check=False)
        assert (none.returncode, none.stderr.count("\n")) == (2, 1)
    gone = subprocess.run([*command, "security"], capture_output=True, text=True, check=False)
    assert (gone.returncode, gone.stderr.count("\n")) == (2, 1)
    assert "cannot be reached" in gone.stderr
