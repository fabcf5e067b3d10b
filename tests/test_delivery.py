"""Deliveries with real servers at the other end: told at once, told surely, and nobody named."""

from __future__ import annotations

import base64
import json
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook as Verifier

from hallwatch.core.delivery import State
from hallwatch.core.delivery_requests import ShowAlerts
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import AddAccount, By
from hallwatch.entry.channels import check
from hallwatch.entry.keeper_client import RequestRefused, ask
from hallwatch.entry.settings_desk import SettingsDesk
from hallwatch.errors import SettingsError
from tests.delivering import SECRET, hook_to, mail_to, mqtt_to, post, site_of
from tests.records import NOW, SIGHTING
from tests.serving import until
from tests.sinks import HookSink, MailSink, free_port


def test_staff_are_told_at_once_and_nobody_is_named(tmp_path: Path) -> None:
    with MailSink() as mail, HookSink() as hook:
        with post(tmp_path / "site", [mail_to(mail.port), hook_to(hook.url)]) as it:
            it.raise_alert()
            until(lambda: it.is_sent("a1", "mail") and it.is_sent("a1", "hook"))
            sent = it.deliveries()
        (one,) = mail.mails
        assert one["Subject"] == "Possible match: Main"
        assert one["Message-ID"].startswith(f"<{sent['mail'].delivery_id}@hallwatch-")
        text = one.get_content()  # type: ignore[attr-defined]
        assert "https://console.example/#alert-a1" in text.replace("\n", " ").split()
        assert "09:04:05 on 2026-11-24" in " ".join(text.split())
        ((headers, body),) = hook.posts
        assert headers["webhook-id"] == sent["hook"].delivery_id
        assert Verifier(SECRET).verify(body, headers)["type"] == "alert.raised"  # another's own check
        for told in (text + str(one), body.decode()):
            for secret in (SIGHTING.name, "Dana", SIGHTING.external_id + '"', "other", "jpg", "Corridor A"):
                assert (secret in told) == (secret == "Corridor A"), secret


def test_partners_hear_nothing_before_an_answer(tmp_path: Path) -> None:
    with HookSink() as hook, MailSink() as mail:
        channels = [
            hook_to(hook.url, before_answer=False),
            mail_to(mail.port),
            mail_to(mail.port, name="south"),
        ]
        channels[2]["schools"] = ["South"]
        with post(tmp_path / "site", channels) as it:
            it.raise_alert()
            until(lambda: it.is_sent("a1", "mail"))
            assert set(it.deliveries()) == {"console", "mail", "siren1"}
        assert hook.posts == []


def test_a_webhook_that_fails_is_asked_again_under_the_same_key(tmp_path: Path) -> None:
    with (
        HookSink() as hook,
        MailSink() as mail,
        post(tmp_path / "site", [hook_to(hook.url), mail_to(mail.port)]) as it,
    ):
        hook.answer = 500
        it.raise_alert()
        until(lambda: len(hook.ids) == 2)
        assert it.deliveries()["hook"].outcome == "the receiver answers 500"
        until(lambda: "hook" in it.state().faults)
        hook.answer = 204
        until(lambda: it.is_sent("a1", "hook"))
        assert len(hook.ids) >= 3
        assert len(set(hook.ids)) == 1
        until(lambda: not it.state().faults)
        assert it.is_sent("a1", "mail")


def test_a_webhook_that_hangs_slows_nobody_else(tmp_path: Path) -> None:
    release = False

    def hang(handler: BaseHTTPRequestHandler) -> None:
        while not release:
            time.sleep(0.05)
        handler.connection.close()

    with (
        HookSink() as hook,
        MailSink() as mail,
        post(tmp_path / "site", [hook_to(hook.url), mail_to(mail.port)]) as it,
    ):
        hook.answer = hang
        for number in range(5):
            it.raise_alert(f"a{number}")
        until(lambda: all(it.is_sent(f"a{number}", "mail") for number in range(5)))
        assert all(it.deliveries(f"a{number}")["hook"].attempts == 0 for number in range(5))
        release = True
        hook.answer = 204
        until(lambda: all(it.is_sent(f"a{number}", "hook") for number in range(5)))


def test_a_redirect_is_never_followed(tmp_path: Path) -> None:
    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", canary.url)
        handler.end_headers()

    with HookSink() as hook, HookSink() as canary, post(tmp_path / "site", [hook_to(hook.url)]) as it:
        hook.answer = elsewhere
        it.raise_alert()
        until(lambda: it.deliveries()["hook"].attempts)
        assert "never followed" in it.deliveries()["hook"].outcome
        assert canary.posts == []


def test_private_addresses_are_only_connected_to_where_they_are_allowed(tmp_path: Path) -> None:
    with HookSink() as hook, MailSink() as mail:
        channels = [hook_to(hook.url), mail_to(mail.port)]
        with post(tmp_path / "site", channels, network={"services": ["10.0.0.0/8"]}) as it:
            it.raise_alert()
            until(lambda: it.deliveries()["hook"].attempts and it.deliveries()["mail"].attempts)
            for name in ("hook", "mail"):
                assert "none of the networks" in it.deliveries()[name].outcome
                assert 'services = ["127.0.0.1/32"]' in it.deliveries()[name].outcome
        assert hook.posts == []
        assert mail.mails == []


def test_a_receiver_that_is_gone_for_good_is_not_asked_again(tmp_path: Path) -> None:
    with HookSink() as hook, post(tmp_path / "site", [hook_to(hook.url)]) as it:
        hook.answer = 410
        it.raise_alert()
        until(lambda: it.deliveries()["hook"].state is State.GAVE_UP)
        assert len(hook.ids) == 1


def test_mail_that_is_cut_off_after_data_comes_again_as_the_same_mail(tmp_path: Path) -> None:
    with MailSink() as mail, post(tmp_path / "site", [mail_to(mail.port)]) as it:
        mail.drops = 2
        it.raise_alert()
        until(lambda: it.is_sent("a1", "mail"))
        assert len(mail.ids) == 3
        assert len(set(mail.ids)) == 1


def test_what_is_committed_is_sent_whoever_is_killed(tmp_path: Path) -> None:
    with MailSink() as mail, HookSink() as hook:
        with post(tmp_path / "site", [mail_to(mail.port), hook_to(hook.url)], hired=False) as it:
            it.raise_alert("a1")
            it.kill(it.keeper)  # between the commit and any sending
            it.reopen()
            it.hire()
            until(lambda: it.is_sent("a1", "mail") and it.is_sent("a1", "hook"))
            it.kill(it.keeper)
            assert it.deliverer is not None
            it.kill(it.deliverer)
            it.reopen()
            it.hire()
            it.raise_alert("a2")
            until(lambda: it.is_sent("a2", "mail") and it.is_sent("a2", "hook"))
        assert len(set(mail.ids)) == 2
        assert len(set(hook.ids)) == 2


def test_sent_and_killed_before_it_was_noted_is_sent_again_with_the_same_key(tmp_path: Path) -> None:
    with HookSink() as hook, post(tmp_path / "site", [hook_to(hook.url)], hired=False) as it:
        it.raise_alert()

        def kill_keeper(handler: BaseHTTPRequestHandler) -> None:
            it.kill(it.keeper)
            hook.answer = 204
            handler.send_response(204)
            handler.end_headers()

        hook.answer = kill_keeper
        it.hire()
        until(lambda: hook.ids)
        until(lambda: hook.answer == 204)
        assert it.deliverer is not None
        it.kill(it.deliverer)
        it.reopen()
        it.hire()
        until(lambda: it.is_sent("a1", "hook"))
        assert len(hook.ids) == 2
        assert len(set(hook.ids)) == 1
        assert json.loads(hook.posts[0][1]) == json.loads(hook.posts[1][1])


def test_nobody_looks_and_the_next_in_the_chain_is_told(tmp_path: Path) -> None:
    with MailSink() as mail, HookSink() as hook:
        channels = [mail_to(mail.port), mail_to(mail.port, name="chief", to=["chief@school.example"])]
        channels.append(hook_to(hook.url, name="pager"))
        chain = [{"steps": ["chief", "pager"]}]
        with post(tmp_path / "site", channels, alerting={"seen_within_s": 1}, chain=chain) as it:
            it.raise_alert()
            assert set(it.deliveries()) == {"console", "mail", "chief1", "pager2", "siren3"}
            until(lambda: it.is_sent("a1", "pager2"))
            made = it.deliveries()["mail"].made
            for name, after in (("chief1", 1), ("pager2", 2)):
                changed = it.deliveries()[name].changed
                assert changed is not None
                assert (changed - made).total_seconds() >= after
            assert [mail["To"] for mail in mail.mails] == ["security@school.example", "chief@school.example"]
            assert "Nobody has looked at it yet." in " ".join(mail.mails[1].get_content().split())  # type: ignore[attr-defined]
            time.sleep(1)
            assert len(mail.mails) == 2
            assert len(hook.ids) == 1


def test_an_alert_that_reached_nobody_is_said_to_be_undelivered(tmp_path: Path) -> None:
    port = free_port()
    with post(tmp_path / "site", [mail_to(port)]) as it:
        long_ago = NOW - timedelta(minutes=5)
        assert it.raise_alert(at=long_ago).created > long_ago  # what counts is when it was committed
        assert it.state().unreached == 0
        until(lambda: it.state().unreached == 1, 60)
        assert "mail" in it.state().faults
        account = ask(
            it.socket, AddAccount(By("machine:t"), "sam", "Sam", Role.SECURITY, frozenset({"North"}))
        ).subject
        with pytest.raises(RequestRefused):
            ask(it.socket, ShowAlerts(By("nobody"), ("a1",)))
        assert ask(it.socket, ShowAlerts(By(account), ("a1",))).number == 1
        until(lambda: it.state().unreached == 0)
        assert it.is_sent("a1", "console")


def test_a_stepped_clock_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """The clock of the deliverer goes back an hour, and then forward: the chain keeps its pace, each step once."""
    with MailSink() as mail:
        channels = [mail_to(mail.port, name="chief"), mail_to(mail.port, name="head")]
        more: dict[str, Any] = {"alerting": {"seen_within_s": 2}, "chain": [{"steps": ["chief", "head"]}]}
        for number, step_s in enumerate((-3600, 3600)):
            with post(tmp_path / f"site{number}", channels, hired=False, **more) as it:
                it.hire(clock_step_s=step_s)
                began = time.monotonic()
                it.raise_alert()
                until(lambda: it.is_sent("a1", "head2"))
                took = time.monotonic() - began
                # Back: a pause is never longer than itself. Forward: what looks overdue is told early, not lost.
                assert took > 4 if step_s < 0 else took < 60
                it.fire()
                it.hire(clock_step_s=-step_s)
                time.sleep(2)
                assert len(set(mail.ids)) == len(mail.ids) == 2
                mail.mails.clear()


def test_services_of_apprise_reach_no_address_that_is_not_allowed(tmp_path: Path) -> None:
    """Apprise connects by itself; what holds it back is the process that it runs in."""
    with HookSink() as hook:
        address = hook.url.replace("http://", "json://")
        other = {"kind": "other", "name": "sms", "address": address, "before_answer": True}
        with post(tmp_path / "closed", [other], network={"services": ["10.0.0.0/8"]}) as it:
            it.raise_alert()
            until(lambda: it.deliveries()["sms"].attempts)
            assert hook.posts == []
            assert it.deliveries()["sms"].outcome == "the service did not take it"
        with post(tmp_path / "open", [other]) as it:
            it.raise_alert()
            until(lambda: it.is_sent("a1", "sms"))
        said = json.loads(hook.posts[0][1])
        assert said["title"] == "Possible match: Main"
        assert "Dana" not in str(said)


def test_secrets_appear_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    canary = "c4n4ry-s3cret-9"
    file = tmp_path / "password"
    file.write_text(canary + "-file\n")
    hook_secret = "whsec_" + base64.b64encode(canary.encode() * 3).decode()
    channels = [
        mail_to(free_port(), security="starttls", user="u", password_file=str(file)),
        hook_to(f"http://127.0.0.1:{free_port()}/{canary}-path?token={canary}", secret=hook_secret),
        {
            "kind": "other",
            "name": "sms",
            "address": f"json://user:{canary}@127.0.0.1:1/",
            "before_answer": True,
        },
        mqtt_to(free_port(), encrypted=True, user="u", password=canary),
    ]
    with post(tmp_path / "site", channels) as it:
        it.raise_alert()
        names = ("mail", "hook", "sms", "mqtt")
        until(lambda: all(it.deliveries()[name].attempts for name in names))
        said = [one.outcome for one in it.deliveries().values()] + [str(it.state().faults), repr(it.order)]
        said += [repr(one) for one in it.site.channel]
        desk = SettingsDesk(it.site, it.site, dict, lambda name: "")
        shown = [f"{one.name}={one.value}" for group in desk.groups() for one in group.settings]
        assert "password=not set" in shown
        assert shown.count("secret=set") == shown.count("address=set") == 1
        assert it.deliverer is not None
        said += shown + [
            Path(f"/proc/{it.deliverer.pid}/{what}").read_text() for what in ("cmdline", "environ")
        ]
    said += list(capfd.readouterr())
    written = b"".join(path.read_bytes() for path in (tmp_path / "site").rglob("*") if path.is_file())
    for secret in (canary, hook_secret):
        assert not [text for text in said if secret in text]
        assert secret.encode() not in written


def test_what_cannot_be_a_channel_is_refused_in_one_line(tmp_path: Path) -> None:
    for channel, more, why in (
        (hook_to("https://x.example/", secret=""), {}, "needs a secret"),
        (mail_to(25, password="x"), {}, "in the clear"),
        (mail_to(25, name="siren"), {}, "always there"),
        (mail_to(25, before_answer=False), {"chain": [{"steps": ["mail"]}]}, "before_answer = true"),
        (mail_to(25), {"chain": [{"steps": ["nobody"]}]}, "no such"),
        (mail_to(25), {"chain": [{}, {}]}, "two chains"),
        ({"kind": "pigeon", "name": "x"}, {}, "pigeon"),
    ):
        with pytest.raises(ValidationError, match=why):
            site_of(tmp_path, [channel], **more)
    for channel, why in (
        (hook_to("https://x.example/", secret="whsec_short"), "24 random bytes"),
        ({"kind": "other", "name": "o", "address": "nothing"}, "Apprise"),
        ({"kind": "other", "name": "o", "address": "syslog://"}, "this machine"),
        ({"kind": "other", "name": "o", "address_file": "/nowhere"}, "cannot be read"),
    ):
        with pytest.raises(SettingsError, match=why):
            check(site_of(tmp_path, [channel]).channel)
