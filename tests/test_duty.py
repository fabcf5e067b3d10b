"""Duty: the calendar and its gaps, who is told by "on duty", the ring of a phone, what administrators are warned of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from hallwatch.adapters.channels.push import encoded, point
from hallwatch.adapters.store.place import SqliteFile
from hallwatch.adapters.store.staff_reader import StaffReader
from hallwatch.core.delivery_requests import KeepSubscription
from hallwatch.core.duty import Ring, Shift, gaps, on_duty, turns, unreachable, untrained_turns
from hallwatch.core.duty_requests import AnswerRing, DropShift, DutyRequest, NoteRing, RingPhone, WriteShift
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import AddAccount, By, DisableAccount, Done, Refused
from hallwatch.entry.channels import plan_of
from hallwatch.entry.desk import Desk
from hallwatch.entry.keeper_client import ask
from tests.browser import Browser
from tests.delivering import post as deliverers
from tests.delivering import site_of
from tests.records import SIGHTING, Office
from tests.serving import until
from tests.sinks import HookSink
from tests.test_alert_life import why
from tests.test_alert_pages import own
from tests.test_delivery_push import opened
from tests.test_pages_axe import axe, violations  # noqa: F401 - a fixture
from tests.test_web import Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = date(2026, 10, 26)
WEEKLY = Shift("s1", "North", "robin", MONDAY, time(22), 8 * 60, True, date(2026, 11, 9))
BY_DAY = Shift("s2", "North", "kim", date(2026, 10, 27), time(6), 4 * 60, False)


def at(*clock: int) -> datetime:
    return datetime(*clock, tzinfo=CHICAGO).astimezone(UTC)  # type: ignore[misc, arg-type]


def test_weekly_shifts_follow_the_clock_of_the_wall() -> None:
    found = turns([WEEKLY, BY_DAY], at(2026, 10, 20), at(2026, 12, 1), CHICAGO)
    assert [(turn.shift.shift_id, turn.starts) for turn in found] == [
        ("s1", at(2026, 10, 26, 22)),
        ("s2", at(2026, 10, 27, 6)),
        ("s1", at(2026, 11, 2, 22)),  # after the clocks went back
        ("s1", at(2026, 11, 9, 22)),  # the last day
    ]
    assert found[2].starts - found[0].starts == timedelta(days=7, hours=1)
    # a turn over midnight is found on both days
    assert [turn.shift.shift_id for turn in on_duty([WEEKLY], at(2026, 10, 27, 5, 59), CHICAGO)] == ["s1"]
    assert on_duty([WEEKLY], at(2026, 10, 27, 6), CHICAGO) == []
    assert gaps(found[:2], at(2026, 10, 26, 20), at(2026, 10, 27, 12)) == [
        (at(2026, 10, 26, 20), at(2026, 10, 26, 22)),
        (at(2026, 10, 27, 10), at(2026, 10, 27, 12)),
    ]


def test_who_may_answer_in_a_turn_and_who_is_reached() -> None:
    found = turns([WEEKLY, BY_DAY], at(2026, 10, 26), at(2026, 10, 28), CHICAGO)
    later = at(2026, 12, 1)
    assert untrained_turns(found, {"robin": later, "kim": later}, {"North"}) == []
    assert untrained_turns(found, {"robin": at(2026, 10, 26, 21), "kim": later}, {"North"}) == found[:1]
    assert untrained_turns(found, {}, {"South"}) == []
    rung = Ring("r", "robin", at(2026, 10, 26, 21, 55))
    now = at(2026, 10, 26, 23)
    assert unreachable(found[:1], {"robin": rung}, now) == found[:1]
    assert unreachable(found[:1], {"robin": replace(rung, answered=now)}, now) == []
    assert (
        unreachable(found[:1], {"robin": replace(rung, rung=at(2026, 10, 25, 22))}, now) == []
    )  # another turn's
    assert unreachable(found[:1], {"robin": replace(rung, rung=now)}, now + timedelta(seconds=59)) == []


class Crew:
    """An administrator and security of a school, and the keeper's answers."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.head = self.of("head", Role.SCHOOL_ADMINISTRATOR)
        self.robin, self.kim = self.of("robin"), self.of("kim")

    def of(self, login: str, role: Role = Role.SECURITY, schools: tuple[str, ...] = ("North",)) -> By:
        self.office.enter(role, schools, login)
        found = self.office.reader.by_login(login)
        assert found is not None
        return By(found[0].account_id)

    def asks(self, request: DutyRequest) -> Done | Refused:
        return self.office.desk.keeping.answer(request)

    def shift(self, whose: By, **more: object) -> WriteShift:
        """From midnight to midnight, every day."""
        now = datetime.now().astimezone()
        plain = WriteShift(self.head, "North", whose.actor, now.date(), time(0), 24 * 60)
        return replace(plain, **more)  # type: ignore[arg-type]

    def phone(self, whose: By, name: str) -> str:
        return self.office.done(KeepSubscription(whose, f"https://push.example/{name}", "p", "a")).subject


@pytest.fixture
def crew(office: Office) -> Crew:
    return Crew(office)


def test_administrators_of_the_school_write_the_calendar(crew: Crew) -> None:
    south = crew.of("south", Role.SCHOOL_ADMINISTRATOR, ("South",))
    desk = crew.of("desk", Role.FRONT_DESK)
    for wrong in (
        crew.shift(crew.robin, by=crew.robin),
        crew.shift(crew.robin, by=south),
        crew.shift(crew.robin, by=By("machine:tests")),
        crew.shift(crew.robin, school="South"),
        crew.shift(desk),
        crew.shift(crew.robin, minutes=24 * 60 + 1),
        crew.shift(crew.robin, minutes=0),
        crew.shift(crew.robin, last=date(2030, 1, 1)),
        crew.shift(crew.robin, weekly=True, last=date(2020, 1, 1)),
    ):
        assert isinstance(crew.asks(wrong), Refused), wrong
    kept = crew.office.done(crew.shift(crew.robin, weekly=True))
    (shift,) = StaffReader(crew.office.reader).shifts()
    assert (shift.shift_id, shift.account_id, shift.begins, shift.last) == (
        kept.subject,
        crew.robin.actor,
        time(0),
        None,
    )
    assert isinstance(crew.asks(DropShift(south, kept.subject)), Refused)
    crew.office.done(DropShift(crew.head, kept.subject))
    assert StaffReader(crew.office.reader).shifts() == []
    actions = [entry.deed.action for entry in crew.office.reader.trail(9, None)]
    assert actions[:2] == ["duty.drop", "duty.write"]


def test_a_ring_is_answered_by_whose_it_is(crew: Crew) -> None:
    assert "no device" in why(crew.asks(RingPhone(crew.robin)))
    crew.phone(crew.robin, "robin")
    ring = crew.office.done(RingPhone(crew.robin)).subject
    assert isinstance(crew.asks(AnswerRing(crew.kim, ring)), Refused)
    crew.office.done(NoteRing(By("system"), ring, "201"))
    crew.office.done(AnswerRing(crew.robin, ring))
    kept = StaffReader(crew.office.reader).rings()[crew.robin.actor]
    assert (kept.outcome, kept.answered is not None) == ("201", True)
    again = crew.office.done(RingPhone(crew.robin)).subject
    assert "rung already" in why(
        crew.asks(RingPhone(crew.robin))
    )  # before its minute is over, or it is answered
    assert isinstance(crew.asks(AnswerRing(crew.robin, ring)), Refused)  # that was another one
    assert StaffReader(crew.office.reader).rings()[crew.robin.actor].ring_id == again


def test_a_chain_tells_those_on_duty(tmp_path: Path) -> None:
    plan = plan_of(site_of(tmp_path / "site", [], chain=[{"steps": ["on duty", "push"]}]))
    office = Office(SqliteFile(tmp_path / "hallwatch.db"), tmp_path)
    office.desk.close()
    office.desk = Desk(office.place, office.chest, plan=plan)
    crew = Crew(office)
    phones = {crew.phone(whose, name) for whose, name in ((crew.robin, "r"), (crew.kim, "k"))}

    def told(alert_id: str) -> dict[int, set[str]]:
        office.keep(replace(SIGHTING, alert_id=alert_id, external_id=alert_id, at=datetime.now(UTC)))
        with office.reader.deliveries() as deliveries:
            found = [one for one in deliveries.of_alert(alert_id) if one.channel == "push"]
        return {step: {one.target for one in found if one.step == step} for step in (0, 1, 2)}

    assert told("a1") == {0: set(), 1: phones, 2: phones}  # nobody on duty: everybody
    office.done(crew.shift(crew.robin))
    office.done(crew.shift(crew.kim, school="North", day=date(2020, 1, 1)))
    mine = crew.phone(crew.robin, "r")
    assert told("a2") == {0: set(), 1: {mine}, 2: phones}
    office.close()


def test_a_phone_is_rung_by_the_deliverer(tmp_path: Path) -> None:
    browser, auth = ec.generate_private_key(ec.SECP256R1()), b"a" * 16
    with HookSink() as service, deliverers(tmp_path / "site", []) as it:
        account = ask(
            it.socket, AddAccount(By("machine:t"), "sam", "Sam", Role.SECURITY, frozenset({"North"}))
        ).subject
        public = encoded(point(browser.public_key()))
        ask(it.socket, KeepSubscription(By(account), service.url, public, encoded(auth)))
        ring = ask(it.socket, RingPhone(By(account))).subject
        until(lambda: StaffReader(it.reader).rings()[account].outcome)
        ((_, body),) = service.posts
        said = json.loads(opened(body, browser, auth))
        assert said["link"] == f"https://console.example/duty/ring/{ring}"
        assert "I am here" in said["body"]
        assert "Sam" not in json.dumps(said)


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def post(client: httpx2.Client, path: str, **fields: str) -> httpx2.Response:
    csrf = re.findall(r'name="csrf" value="(\w+)"', client.get("/account").text)[0]
    return client.post(path, data={"csrf": csrf, **fields}, headers=own(client))


def here(console: Running) -> dict[str, str]:
    """A shift of this moment, as the form says it."""
    now = datetime.now(console.console.facts.zone)
    day = {"day": now.date().isoformat(), "begins": "00:00", "ends": "00:00"}
    return {"school": "North", **day}


def test_duty_on_the_pages(console: Running) -> None:
    office = console.office
    head = console.browser(office.enter(Role.SCHOOL_ADMINISTRATOR, login="head"))
    nora = console.browser(office.enter(login="nora", trained=False))
    found = office.reader.by_login("nora")
    assert found is not None
    whose = found[0].account_id
    with head, nora, closing(console.browser(office.enter(schools=("South",)))) as south:
        assert "Nobody is on duty." in nora.get("/duty").text
        assert "Write a shift" not in nora.get("/duty").text
        assert post(nora, "/duty", account=whose, **here(console)).status_code == 403
        assert post(head, "/duty", account=whose, **{**here(console), "day": "tomorrow"}).status_code == 422
        assert post(head, "/duty", account=whose, **here(console)).status_code == 303
        page = nora.get("/duty").text
        assert "<strong>Nora</strong>" in page
        assert "phone not rung yet" in page
        assert "gap: nobody is on duty" in page
        assert "Nora" not in south.get("/duty").text
        # a shift in which nobody may answer is on every page of the school's administrators
        for path in ("/people", "/"):
            assert "A shift without anybody who may answer" in head.get(path).text
        assert "A shift without anybody" not in nora.get("/").text
        assert "no device takes messages" in post(nora, "/duty/ring").text
        office.done(KeepSubscription(By(whose), "https://push.example/x", "p", "a"))
        assert post(nora, "/duty/ring").status_code == 303
        assert "Ringing. Look at your phone." in nora.get("/duty").text
        assert "Not reachable" not in head.get("/").text
        with office.lock, office.desk.records.transaction() as books:
            (ring,) = books.duty.rings()
            books.duty.put_ring(replace(ring, rung=ring.rung - timedelta(minutes=2)))
        assert "not reachable" in nora.get("/duty").text
        assert "<strong>Not reachable:</strong> Nora" in head.get("/").text
        assert "Not reachable" not in nora.get("/").text
        assert south.get(f"/duty/ring/{ring.ring_id}").status_code == 404
        assert "I am here" in nora.get(f"/duty/ring/{ring.ring_id}").text
        assert post(nora, f"/duty/ring/{ring.ring_id}").status_code == 303
        assert "Alerts reach you here." in nora.get(f"/duty/ring/{ring.ring_id}").text
        assert "Not reachable" not in head.get("/").text
        office.done(DisableAccount(By("machine:tests"), whose))
        assert "Nobody is on duty." in head.get("/duty").text  # whoever is out is not on duty either
        assert "A shift without anybody" not in head.get("/").text
        shift = StaffReader(office.reader).shifts()[0].shift_id
        assert post(head, f"/duty/shift/{shift}/drop").status_code == 303
        assert StaffReader(office.reader).shifts() == []


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_duty_in_a_browser(
    console: Running,
    program: str,  # noqa: F811
    axe: str,  # noqa: F811
    width: int,
    dark: bool,
) -> None:
    office = console.office
    head = office.enter(Role.SCHOOL_ADMINISTRATOR, login="head")
    found = office.reader.by_login("head")
    assert found is not None
    office.done(KeepSubscription(By(found[0].account_id), "https://push.example/x", "p", "a"))
    with Browser(program, width=width, dark=dark) as browser:

        def fine() -> None:
            assert violations(browser, axe) == [], browser.value("location.href")
            assert browser.value("document.documentElement.scrollWidth <= innerWidth")

        console.show(browser, "/duty", head)
        fine()
        for name, value in {**here(console), "account": found[0].account_id}.items():
            browser.value(f"document.querySelector('main [name={name}]').value = '{value}'")
        browser.value("document.querySelector('[action=\"/duty\"] button').click()")
        browser.wait_for("document.querySelector('table') !== null && document.readyState === 'complete'")
        fine()
        browser.value("document.querySelector('[action=\"/duty/ring\"] button').click()")
        browser.wait_for("document.querySelector('main [role=status]') !== null")
        ring = StaffReader(office.reader).rings()[found[0].account_id]
        console.show(browser, f"/duty/ring/{ring.ring_id}", head)
        fine()
        browser.value("document.querySelector('.here button').click()")
        browser.wait_for("document.querySelector('.said') !== null")
