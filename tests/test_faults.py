"""What goes wrong between people and machines, each with the real thing at the other end: certificates, a broker that
is away for an hour, a tab that slept, two answers at once, a session that was stolen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import TypeAdapter

from hallwatch.adapters.channels import mqtt
from hallwatch.core.delivery import GIVEN_UP_AFTER, Result, State
from hallwatch.core.delivery_requests import NoteDelivery
from hallwatch.core.escalation import Plan, Told
from hallwatch.core.policy.networks import networks_of
from hallwatch.core.requests import By, Done
from hallwatch.entry.channels import KINDS
from hallwatch.entry.desk import Desk
from hallwatch.errors import NotDelivered
from hallwatch.ports import Channel
from hallwatch.settings.channels import ChannelSection
from hallwatch.web.admission import COOKIE
from tests.authority import Authority
from tests.browser import Browser
from tests.delivering import mail_to, mqtt_to
from tests.records import NOW, SIGHTING, Office
from tests.sinks import MOSQUITTO, MailSink, broker, free_port
from tests.test_alert_pages import press
from tests.test_channels import MESSAGE
from tests.test_sign_in import PASSWORD, csrf, entered, own
from tests.test_web import SIGHTING as SEEN
from tests.test_web import Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

HERE = networks_of(["127.0.0.0/8"])
SECTION: TypeAdapter[Any] = TypeAdapter(ChannelSection)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def channel(section: dict[str, Any]) -> Channel:
    made: Channel = KINDS[section["kind"]](SECTION.validate_python(section), HERE, "here")
    return made


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_is_encrypted_to_whom_it_may_concern_and_to_nobody_else(
    authority: Authority, tmp_path: Path, security: str
) -> None:
    """A server that proves its name gets the mail; one that does not gets neither mail nor password."""
    stranger = Authority(tmp_path / "stranger")
    for name, signer, ends, taken in (
        ("localhost", authority, 1, True),
        ("localhost", stranger, 1, False),
        ("elsewhere.example", authority, 1, False),
        ("localhost", authority, -1, False),
    ):
        context = signer.server(name, timedelta(days=ends))
        with MailSink(**{security: context}) as sink:
            sending = channel(mail_to(sink.port, security=security, authority=str(authority.file)))
            if taken:
                assert sending.send(MESSAGE) == "taken"
                assert MESSAGE.key in sink.ids[0]
            else:
                with pytest.raises(NotDelivered, match="certificate is not believed"):
                    sending.send(MESSAGE)
                assert sink.mails == []


def test_mail_never_falls_back_to_the_clear(authority: Authority) -> None:
    with MailSink() as sink:  # knows no STARTTLS, as after somebody has cut it out of the greeting
        secret = mail_to(
            sink.port, security="starttls", authority=str(authority.file), user="u", password="hunter2"
        )
        with pytest.raises(NotDelivered):
            channel(secret).send(MESSAGE)
        assert sink.mails == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves a refused socket
def test_mqtt_is_encrypted_and_a_broker_without_its_name_hears_nothing(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOSQUITTO is not None
    monkeypatch.setattr(mqtt, "PATIENCE_S", 3.0)
    for name, taken in (("localhost", True), ("elsewhere.example", False)):
        certificate, key = authority.sign(name)
        port = free_port()
        more = f"allow_anonymous true\nuser root\ncertfile {certificate}\nkeyfile {key}\n"
        log = tmp_path / f"{name}.log"
        with broker(tmp_path / name, port, more=f"{more}log_dest file {log}\nlog_type all\n"):
            sending = channel(mqtt_to(port, encrypted=True, authority=str(authority.file)))
            try:
                if taken:
                    assert sending.send(MESSAGE) == "acknowledged"
                else:
                    with pytest.raises(NotDelivered):
                        sending.send(MESSAGE)
            finally:
                sending.close()
            assert ("Received PUBLISH" in log.read_text()) == taken


def test_a_broker_that_is_away_for_an_hour_is_asked_patiently_and_told_once(office: Office) -> None:
    office.desk.close()
    office.desk = Desk(office.place, office.chest, plan=Plan((Told("mqtt", before_answer=True),)))
    office.keep(SIGHTING)
    now, asked = NOW, []
    with office.reader.deliveries() as found:
        (one,) = (one for one in found.of_alert(SIGHTING.alert_id) if one.channel == "mqtt")
    while now < NOW + timedelta(hours=1):
        now = max(now, one.due)
        request = NoteDelivery(By("system"), one.delivery_id, one.attempts + 1, Result.FAILED, "away")
        assert isinstance(office.desk.keeping.deliveries.answer(request, now), Done)
        with office.reader.deliveries() as found:
            (one,) = (same for same in found.of_alert(SIGHTING.alert_id) if same.channel == "mqtt")
        assert one.state is State.DUE
        asked.append(now)
    assert timedelta(hours=1) < GIVEN_UP_AFTER
    assert 10 < len(asked) < 30  # neither once nor all the time
    assert one.due - now <= timedelta(minutes=7)  # it is back: told within minutes
    for _ in range(2):
        back = NoteDelivery(By("system"), one.delivery_id, one.attempts + 1, Result.ARRIVED, "acknowledged")
        assert isinstance(office.desk.keeping.deliveries.answer(back, one.due), Done)
    sent = [entry.deed for entry in office.reader.trail(20, None) if entry.deed.action == "delivery.sent"]
    assert [deed.detail["channel"] for deed in sent] == ["mqtt"]


def test_a_tab_that_slept_shows_what_it_missed(console: Running, program: str) -> None:  # noqa: F811
    with Browser(program) as browser:
        console.show(browser)
        browser.wait_for("document.getElementById('live').className === 'live on'")
        browser.sleep(True)
        for alert_id in ("a1", "a2", "a3"):
            console.sight(replace(SEEN, alert_id=alert_id))
        browser.sleep(False)
        browser.wait_for("document.querySelectorAll('#list article').length === 3")
        browser.wait_for("document.getElementById('live').className === 'live on'")


def test_two_who_answer_differently_in_the_same_moment_are_a_dispute(console: Running) -> None:
    console.sight(SEEN)
    begin = threading.Barrier(2)
    ended: list[int] = []

    def answer(client: httpx2.Client, within: str, reason: dict[str, str]) -> None:
        begin.wait(20)
        ended.append(press(client, "answer", within=within, **reason).status_code)

    with (
        console.browser(console.office.enter(login="robin")) as robin,
        console.browser(console.office.enter(login="kim")) as kim,
    ):
        threads = [
            threading.Thread(target=answer, args=(robin, 'value="same"', {})),
            threading.Thread(target=answer, args=(kim, 'value="different"', {"reason": "face"})),
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join(60)
        assert ended == [303, 303]
        life = console.office.reader.life("a1")
        assert life is not None
        assert len(life.voices) == 2
        assert len(life.dissents) == 1  # whichever came first stands, and neither is lost
        assert life.agreed is None
        for client in (robin, kim):
            assert "look again together" in client.get("/alerts/a1").text


def test_a_stolen_session_does_no_grave_act_and_ends_with_the_owners_password(console: Running) -> None:
    with entered(console) as owner, console.browser(owner.cookies[COOKIE]) as thief:
        assert thief.get("/account").status_code == 200
        with console.office.desk.records._engine.begin() as connection:
            connection.exec_driver_sql("UPDATE session SET proved = '2020-01-01 00:00:00.000000'")
        fields = {"csrf": csrf(thief), "login": "x", "name": "X", "role": "auditor"}
        grave = thief.post("/people", data=fields, headers=own(console))
        assert grave.headers["location"] == "/confirm?next=/people"
        wrong = {
            "csrf": csrf(thief),
            "old": "a guess of theirs",
            "password": "q" * 9 + "work horse",
            "again": "",
        }
        assert thief.post("/account/password", data=wrong, headers=own(console)).status_code == 422
        with thief.stream("GET", "/events") as stream:  # it listens already
            lines = stream.iter_lines()
            assert "event: beat" in lines
            new = {
                "old": PASSWORD,
                "password": "another sentence of mine",
                "again": "another sentence of mine",
            }
            changed = owner.post("/account/password", data={"csrf": csrf(owner), **new}, headers=own(console))
            assert changed.status_code == 200
            assert "event: out" in lines  # and hears nothing more
        assert thief.get("/account").status_code in (303, 401)
        assert owner.get("/account").status_code == 200
