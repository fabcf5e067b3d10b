"""Faces of alerts go when their time is over, with proof, and not because somebody has set a clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from hallwatch.core.alert import Answer
from hallwatch.core.alert_requests import AnswerAlert
from hallwatch.core.policy.jurisdiction import Retention
from hallwatch.core.requests import By, Done, Refused
from hallwatch.core.retain import FEW, Passed, is_mass, proof_of
from hallwatch.flow.retaining import Retaining
from tests.records import NOW, SIGHTING, Office

RULES = Retention(different_person_hours=1, unanswered_hours=72, confirmed_days=30, audit_days=30)


@dataclass
class Clock:
    """Both clocks, in a test's hands."""

    wall: datetime = NOW
    monotonic: float = 1000.0

    def __call__(self) -> Passed:
        return Passed(self.wall, self.monotonic)

    def passes(self, **time: float) -> None:
        """Time that really passes, watched a minute at a time at most."""
        self.wall += timedelta(**time)
        self.monotonic += timedelta(**time).total_seconds()

    def is_set(self, **time: float) -> None:
        """Somebody sets the wall clock."""
        self.wall += timedelta(**time)


def retaining(office: Office, clock: Clock, rules: Retention | None = RULES) -> Retaining:
    made = Retaining(office.desk.records.transaction, lambda: rules, clock)
    made.started(NOW)
    return made


def alerts(office: Office, count: int, at: datetime = NOW) -> None:
    for number in range(count):
        office.keep(replace(SIGHTING, alert_id=f"{at:%d}-{number}", external_id=f"P{number}", at=at))


def deeds(office: Office) -> list[tuple[str, object]]:
    return [
        (entry.deed.action, dict(entry.deed.detail))
        for entry in reversed(office.reader.trail(20, None))
        if entry.deed.action.startswith("retention")
    ]


def test_an_unanswered_face_is_gone_after_its_hours_and_the_alert_stays(office: Office) -> None:
    clock = Clock()
    tidy = retaining(office, clock)
    alerts(office, 2)
    clock.passes(hours=71.9)
    assert tidy.turn() == 0
    assert office.reader.shot("24-0") == b"first shot"
    newest = office.reader.latest(1)[0].sequence
    clock.passes(hours=0.2)
    assert tidy.turn() == 2
    assert office.reader.shot("24-0") is None
    assert [alert.name for alert in office.reader.since(newest, 9)] == ["Dana Sample"] * 2
    assert deeds(office) == [
        ("retention.delete", {"faces": 2, "proof": proof_of(["24-0", "24-1"])}),
    ]
    assert tidy.turn() == 0


def answer(office: Office, clock: Clock, alert_id: str, answer: Answer, login: str = "robin") -> None:
    found = office.reader.by_login(login)
    if found is None:
        office.enter(login=login)
        found = office.reader.by_login(login)
    assert found is not None
    request = AnswerAlert(By(found[0].account_id), alert_id, answer, words="looked at it")
    assert isinstance(office.desk.keeping.answering.answer(request, clock.wall), Done)


def test_faces_go_by_the_answer(office: Office) -> None:
    clock = Clock()
    tidy = retaining(office, clock)
    alerts(office, 5)
    for number, said in enumerate((Answer.DIFFERENT, Answer.SAME, Answer.UNSURE, Answer.DIFFERENT)):
        answer(office, clock, f"24-{number}", said)
    answer(office, clock, "24-3", Answer.SAME, "kim")  # two who disagree have determined nothing

    def kept() -> list[int]:
        return [number for number in range(5) if office.reader.shot(f"24-{number}") is not None]

    clock.passes(minutes=57)
    assert tidy.turn() == 0
    clock.passes(minutes=2)
    assert tidy.turn() == 1  # within the hour
    assert kept() == [1, 2, 3, 4]
    clock.passes(hours=72)
    assert tidy.turn() == 3
    assert kept() == [1]
    unanswered, unsure = office.reader.one("24-4"), office.reader.one("24-2")
    assert unanswered is not None
    assert unsure is not None
    assert (unanswered.lapsed, unanswered.sounds, unsure.lapsed) == (True, False, False)
    clock.passes(days=26)
    assert tidy.turn() == 0
    clock.passes(days=2)
    assert tidy.turn() == 1
    assert kept() == []


def test_without_pictures_only_cannot_tell_is_left(office: Office) -> None:
    clock = Clock()
    tidy = retaining(office, clock)
    alerts(office, 1)
    clock.passes(hours=73)
    tidy.turn()
    office.enter(login="robin")
    found = office.reader.by_login("robin")
    assert found is not None
    reply = office.desk.keeping.answering.answer(
        AnswerAlert(By(found[0].account_id), "24-0", Answer.SAME), clock.wall
    )
    assert isinstance(reply, Refused)
    assert "pictures are gone" in reply.reason
    answer(office, clock, "24-0", Answer.UNSURE)


@pytest.mark.parametrize("minutes", [10, -10, 60 * 24 * 400])
def test_a_clock_that_was_set_deletes_nothing_until_a_person_has_looked(
    office: Office, minutes: float
) -> None:
    clock = Clock()
    tidy = retaining(office, clock)
    alerts(office, 2)
    clock.passes(minutes=1)
    assert tidy.turn() == 0
    clock.is_set(minutes=minutes)
    assert tidy.turn() == 0
    assert f"the clock was set by {minutes:+.0f} minutes" == tidy.held
    # nor does waiting help: a person has to look
    clock.passes(hours=100)
    assert tidy.turn() == 0
    assert office.reader.shot("24-0") == b"first shot"
    tidy.release(By("machine:tech", "terminal", "the clock is right now"))
    assert tidy.held is None
    assert (office.reader.shot("24-0") is None) == (minutes > -60 * 28)
    assert [action for action, _ in deeds(office)][:2] == ["retention.hold", "retention.release"]


def test_small_corrections_of_the_clock_are_none(office: Office) -> None:
    clock = Clock()
    tidy = retaining(office, clock)
    for _ in range(20):
        clock.passes(minutes=1)
        clock.is_set(minutes=-2)
        tidy.turn()
    assert tidy.held is None


def test_a_clock_set_back_while_nobody_looked_is_found_at_the_start(office: Office) -> None:
    clock = Clock(wall=NOW - timedelta(days=1))
    tidy = retaining(office, clock)
    assert "before the newest entry of the audit trail" in str(tidy.held)


def test_very_much_at_once_waits_for_a_person(office: Office) -> None:
    clock = Clock()
    tidy = retaining(office, clock)
    alerts(office, FEW + 1)
    clock.passes(hours=73)
    assert tidy.turn() == 0
    assert f"{FEW + 1} of {FEW + 1} faces of alerts would be deleted at once" == tidy.held
    tidy.release(By("machine:tech"))
    assert office.reader.shot("24-0") is None
    assert (is_mass(FEW, FEW), is_mass(FEW + 1, 100), is_mass(60, 100)) == (False, False, True)


def test_without_a_jurisdiction_nothing_is_deleted(office: Office) -> None:
    clock = Clock()
    tidy = retaining(office, clock, rules=None)
    alerts(office, 1)
    clock.passes(hours=1000)
    assert tidy.turn() == 0
