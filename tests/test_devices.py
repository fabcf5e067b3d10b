"""Browsers on shift: signed in to look until the shift ends, asked for a PIN to act, out after five wrong ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from hallwatch.adapters.passwords import Passwords
from hallwatch.core.alert import Answer, Outcome
from hallwatch.core.alert_requests import AnswerAlert, CloseAlert, ReviewPerson, SeeAlert
from hallwatch.core.delivery import State
from hallwatch.core.device import TRIES, pin_fault
from hallwatch.core.device_requests import DeviceRequest, EnrolDevice, TryPin
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By, Done, Refused
from hallwatch.core.restraint import What
from hallwatch.core.sessions import IDLE, LONGEST, digest_of_token
from tests.browser import Browser
from tests.records import SIGHTING, Office
from tests.test_alert_life import why
from tests.test_alert_pages import own, press
from tests.test_pages_axe import axe, violations  # noqa: F401 - a fixture
from tests.test_web import Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

PIN = "407193"


class Guard:
    """Somebody signed in on a browser, and the keeper's answers at this test's time."""

    def __init__(self, office: Office, login: str = "robin", role: Role = Role.SECURITY) -> None:
        self.office, self.start = office, datetime.now(UTC)
        self.session = digest_of_token(office.enter(role, login=login))
        found = office.reader.by_login(login)
        assert found is not None
        self.by = By(found[0].account_id, "127.0.0.1")

    def asks(self, request: DeviceRequest, after: timedelta = timedelta(0)) -> Done | Refused:
        return self.office.desk.keeping.staff.answer(request, self.start + after)

    def begins(self, hours: int = 8) -> Done:
        done = self.asks(EnrolDevice(self.by, self.session, Passwords().hash(PIN), hours, 5))
        assert isinstance(done, Done)
        return done

    def says(self, answer: Answer, after: timedelta, session: str | None = None) -> Done | Refused:
        mine = self.session if session is None else session
        request = AnswerAlert(self.by, "a1", answer, words="look at the ears", session=mine)
        return self.office.desk.keeping.answering.answer(request, self.start + after)

    def is_signed_in(self, after: timedelta) -> bool:
        return self.office.reader.by_session(self.session, self.start + after) is not None


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_a_device_that_has_not_acted_for_a_while_asks_for_its_pin(office: Office) -> None:
    office.keep(SIGHTING)
    robin, other = Guard(office), Guard(office, "kim")
    assert isinstance(robin.says(Answer.SAME, minutes(0)), Done)  # no device on shift, no PIN
    robin.begins()
    assert isinstance(robin.says(Answer.DIFFERENT, minutes(4)), Done)
    assert isinstance(robin.says(Answer.UNSURE, minutes(8)), Done)  # an act is use
    assert "type its PIN" in why(robin.says(Answer.SAME, minutes(14)))
    closing = CloseAlert(robin.by, "a1", Outcome.LEFT, session=robin.session)
    assert "type its PIN" in why(office.desk.keeping.answering.answer(closing, robin.start + minutes(14)))
    # nobody answers from somebody else's browser, or from one that is signed in no more
    assert "signed in" in why(robin.says(Answer.SAME, minutes(14), other.session))
    assert "signed in" in why(robin.says(Answer.SAME, minutes(14), "0" * 64))
    assert isinstance(robin.asks(TryPin(robin.by, robin.session, True), minutes(15)), Done)
    assert isinstance(robin.says(Answer.SAME, minutes(19)), Done)
    # a clock that was set back opens nothing
    assert "type its PIN" in why(robin.says(Answer.UNSURE, minutes(2)))
    actions = [entry.deed.action for entry in office.reader.trail(9, None)]
    assert {"device.enrol", "device.unlock"} <= set(actions)


def test_five_wrong_pins_sign_the_browser_out(office: Office) -> None:
    robin = Guard(office)
    robin.begins()
    wrong = TryPin(robin.by, robin.session, False)
    assert [robin.asks(wrong).number for _ in range(2)] == [4, 3]  # type: ignore[union-attr]
    assert robin.asks(replace(wrong, fits=True)) == Done(number=TRIES)  # counted anew
    assert [robin.asks(wrong).number for _ in range(5)] == [4, 3, 2, 1, 0]  # type: ignore[union-attr]
    assert not robin.is_signed_in(minutes(0))
    assert "signed in" in why(robin.asks(replace(wrong, fits=True)))
    actions = [entry.deed.action for entry in office.reader.trail(9, None)]
    assert actions[:2] == ["device.out", "device.wrong"]


def test_a_shift_keeps_the_browser_signed_in_and_ends(office: Office) -> None:
    robin, idle = Guard(office), Guard(office, "kim")
    assert isinstance(robin.asks(EnrolDevice(robin.by, robin.session, "x", 13, 5)), Refused)
    assert isinstance(robin.asks(EnrolDevice(robin.by, idle.session, "x", 8, 5)), Refused)
    robin.begins(10)
    assert "on shift already" in why(robin.asks(EnrolDevice(robin.by, robin.session, "x", 8, 5)))
    late = IDLE + minutes(30)
    assert robin.is_signed_in(late)
    assert not idle.is_signed_in(late)
    office.enter(login="somebody")  # whoever signs in has ended sessions cleared away
    assert robin.is_signed_in(late)
    assert not robin.is_signed_in(timedelta(hours=10, minutes=1))
    # no shift is longer than a sign-in
    done = idle.asks(EnrolDevice(idle.by, idle.session, "x", 12, 5), timedelta(hours=2))
    assert isinstance(done, Done)
    assert done.at is not None
    assert done.at <= idle.start + LONGEST + minutes(1)


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567", "123456", "654321", "000000", "112211", "12345a", "١٢٣٤٥٦"]
)
def test_what_is_no_pin(pin: str) -> None:
    assert pin_fault(pin) is not None
    assert pin_fault(PIN) is None


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def asleep(console: Running) -> None:
    """As if nobody had acted for an hour."""
    with console.office.lock, console.office.desk.records.transaction() as books:
        found = books.accounts.device(digest_of_token(console.token))
        assert found is not None
        books.accounts.put_device(replace(found, used=found.used - timedelta(hours=1)))


def post(client: httpx2.Client, path: str, **fields: str) -> httpx2.Response:
    csrf = re.findall(r'name="csrf" value="(\w+)"', client.get("/account").text)
    return client.post(path, data={"csrf": csrf[0] if csrf else "", **fields}, headers=own(client))


def test_the_pin_on_the_pages_without_a_script(console: Running) -> None:
    console.sight(SIGHTING)
    with console.browser(console.token) as client:
        for pin, again in (("12", "12"), ("123456", "123456"), (PIN, "407194")):
            assert post(client, "/account/device", pin=pin, again=again, hours="8").status_code == 422
        assert post(client, "/account/device", pin=PIN, again=PIN, hours="8").status_code == 303
        account = client.get("/account").text
        assert "This device is on shift until" in account
        assert "/account/device" not in account
        assert PIN.encode() not in console.office.file.read_bytes()
        assert "Is it the same person?" in client.get("/alerts/a1").text
        asleep(console)
        page = client.get("/alerts/a1").text
        assert "This device is locked" in page
        assert "/alerts/a1/answer" not in page
        assert client.get("/alerts/a1/path/0/shot").status_code == 200  # looking needs no PIN
        forced = post(client, "/alerts/a1/answer", answer="same")
        assert forced.status_code == 422
        assert "type its PIN" in forced.text
        wrong = post(client, "/pin", pin="111111", next="/alerts/a1")
        assert wrong.status_code == 403
        assert "4 tries are left" in wrong.text
        right = post(client, "/pin", pin=PIN, next="/alerts/a1")
        assert (right.status_code, right.headers["location"]) == (303, "/alerts/a1")
        assert press(client, "answer", within='value="same"').status_code == 303
        for left in (4, 3, 2):
            assert f"{left} tries are left" in post(client, "/pin", pin="111111").text
        assert "1 try is left" in post(client, "/pin", pin="111111").text
        out = post(client, "/pin", pin="111111", next="/alerts/a1")
        assert out.headers["location"] == "/sign-in?next=/alerts/a1"
        assert client.get("/").status_code == 303


def test_beginning_a_shift_asks_who_one_is(console: Running) -> None:
    with console.office.lock, console.office.desk.records.transaction() as books:
        found = books.accounts.by_session(digest_of_token(console.token), datetime.now(UTC))
        assert found is not None
        books.accounts.close_session(digest_of_token(console.token))
        books.accounts.open_session(
            digest_of_token(console.token), found[0].account_id, datetime.now(UTC), proved=False
        )
    with console.browser(console.token) as client:
        asked = post(client, "/account/device", pin=PIN, again=PIN, hours="8")
        assert asked.headers["location"] == "/confirm?next=/account"
    with console.browser(console.office.enter(Role.TECHNICIAN)) as client:
        assert post(client, "/account/device", pin=PIN, again=PIN, hours="8").status_code == 403


@pytest.mark.parametrize(("width", "dark"), [(1280, True), (390, False)])
def test_the_pin_in_a_browser(
    console: Running,
    program: str,  # noqa: F811
    axe: str,  # noqa: F811
    width: int,
    dark: bool,
) -> None:
    console.sight(SIGHTING)
    with Browser(program, width=width, dark=dark) as browser:
        console.show(browser, "/account")
        for name in ("pin", "pin-again"):
            browser.value(f"document.getElementById('{name}').value = '{PIN}'")
        browser.value("document.querySelector('[action=\"/account/device\"] button').click()")
        browser.wait_for(
            "document.querySelector('#device + p') !== null && document.readyState === 'complete'"
        )
        assert violations(browser, axe) == []
        asleep(console)
        console.show(browser, "/alerts/a1")
        assert violations(browser, axe) == []
        assert browser.value("document.documentElement.scrollWidth <= innerWidth")
        browser.value("document.getElementById('pin').value = '111111'")
        browser.value("document.querySelector('.pin button').click()")
        browser.wait_for("document.querySelector('.fault') !== null && document.readyState === 'complete'")
        assert violations(browser, axe) == []
        browser.value(f"document.getElementById('pin').value = '{PIN}'")
        browser.value("document.querySelector('.pin button').click()")
        browser.wait_for("document.querySelectorAll('.choice').length === 3")


def test_a_look_on_a_locked_device_ends_no_chain(lite: Office) -> None:
    lite.keep(SIGHTING)
    robin = Guard(lite)
    robin.begins()

    def waits() -> bool:
        with lite.reader.deliveries() as deliveries:
            return any(one.step and one.state is State.DUE for one in deliveries.of_alert("a1"))

    def looks(after: timedelta) -> None:
        request = SeeAlert(robin.by, "a1", robin.session)
        assert isinstance(lite.desk.keeping.answering.answer(request, robin.start + after), Done)

    looks(minutes(30))  # in a pupil's hand
    assert waits()
    assert isinstance(robin.says(Answer.SAME, minutes(1)), Done)
    assert not waits()


def test_a_review_asks_for_the_pin_too(lite: Office) -> None:
    lite.keep(SIGHTING)
    head = Guard(lite, "head", Role.DISTRICT_ADMINISTRATOR)
    head.begins()
    assert isinstance(head.says(Answer.DIFFERENT, minutes(1)), Done)
    kept = lite.reader.one("a1")
    assert kept is not None
    by = replace(head.by, reason="looked at both")
    asked = ReviewPerson(by, kept.person_id, What.THRESHOLD, head.session)
    answering = lite.desk.keeping.answering
    assert "type its PIN" in why(answering.answer(asked, head.start + minutes(30)))
    assert isinstance(answering.answer(asked, head.start + minutes(2)), Done)
