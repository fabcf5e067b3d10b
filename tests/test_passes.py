"""Passes are counted: numbers a camera and day, and the threshold follows them once some days are there."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hallwatch.core.decide.passes import LEAST_DAYS, QUIET, PassesADay, counted
from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.model import Person
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.entry.live_list import LiveList
from hallwatch.entry.pass_count import TOLD_EVERY_S, PassCount
from hallwatch.entry.telling_list import Telling
from hallwatch.errors import StoreUnreadable
from hallwatch.flow.passes import KEPT_DAYS, PASSES, add_passes, days_of
from hallwatch.flow.watching import Looking
from tests.faces import unit
from tests.records import Office
from tests.test_watching import frame, passing_by
from tests.watching import made_up_calibration, opened

FIRST = date(2026, 9, 1)


def days(*totals: int) -> dict[str, dict[str, int]]:
    return {
        (FIRST + timedelta(days=number)).isoformat(): {"Hall": total - 1, "Gym": 1}
        for number, total in enumerate(totals)
    }


def after(count: int) -> str:
    return (FIRST + timedelta(days=count)).isoformat()


def test_the_setting_is_used_until_some_days_are_counted() -> None:
    few = days(*[1000] * (LEAST_DAYS - 1))
    assert counted(few, after(30)) is None
    enough = days(*[1000] * LEAST_DAYS)
    assert counted(enough, after(30)) == PassesADay(1000, LEAST_DAYS)
    assert counted(enough, after(LEAST_DAYS - 1)) is None  # today is not over


def test_days_without_people_do_not_make_it_less() -> None:
    week = days(2000, 2100, 1900, 2000, 2000, 3, 0)
    assert counted(week, after(7)) == PassesADay(round((2100 + 2000 + 2000) / 3), 5)
    assert counted(days(*[QUIET - 1] * 20), after(40)) is None


def test_only_the_last_days_count() -> None:
    found = counted(days(*[9000] * 30, *[1000] * 28), after(58))
    assert found == PassesADay(1000, 28)


def test_a_passing_that_could_be_searched_is_counted_when_it_has_ended(
    shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    looking = Looking(opened(tmp_path_factory.getbasetemp() / "packs", shared))
    for one in passing_by(shared, 0, 1.0):
        looking.step(one)
    assert looking.passed == 0  # still there
    empty = np.full((360, 640, 3), 120, np.uint8)
    for step in range(10):
        looking.step(frame(empty, 1.0 + step / 5))
    assert looking.passed == 1
    for one in passing_by(shared, 0, 0.2, since_s=20):
        looking.step(one)
    looking.forget()
    assert looking.passed == 1  # one shot is no evidence


def state(passes: int, camera: str = "Hall") -> CameraState:
    return CameraState(camera, CameraCondition.WATCHING, passes=passes)


def test_a_worker_that_begins_anew_is_counted_on(monkeypatch: pytest.MonkeyPatch) -> None:
    count = PassCount()
    for passes in (0, 3, 7, 2):  # 7, and 2 of the next worker
        count.heard(state(passes))
    count.heard(state(5, "Gym"))
    assert count.due() == {}
    monkeypatch.setattr(count, "_told", count._told - TOLD_EVERY_S)
    assert count.due() == {"Hall": 9, "Gym": 5}
    count.heard(state(3))
    assert count.due(ending=True) == {"Hall": 1}
    assert count.due(ending=True) == {}


def test_the_keeper_adds_up_a_day_and_lets_old_ones_go(lite: Office) -> None:
    lite.desk.count({"Hall": 3})
    lite.desk.count({"Hall": 4, "Gym": 1})
    (text,) = lite.reader.settings(PASSES).values()
    assert json.loads(text) == {"Hall": 7, "Gym": 1}
    now = datetime.now(UTC)
    with lite.desk.records.transaction() as books:
        for number in range(KEPT_DAYS + 5):
            add_passes(books.settings, FIRST + timedelta(days=number), {"Hall": 1}, now)
    assert len(lite.reader.settings(PASSES)) <= KEPT_DAYS + 1
    assert FIRST.isoformat() not in lite.reader.settings(PASSES)
    assert b"Hall" not in lite.file.read_bytes()


def test_the_threshold_follows_the_count_and_says_so() -> None:
    found: list[PassesADay | None] = [None]
    gallery = Gallery("pack-1", 16)
    gallery.put({"C1": unit(np.ones(16))[None]}, "pack-1")
    people = {"C1": Person("C1", "Csv", "Person", ())}
    live = LiveList(gallery, people, made_up_calibration(), 1.0, 20_000, lambda: found[0])
    assert live.recount(FIRST) is False
    before = live.threshold
    assert "20,000 passes a day (likely" in before.meaning()
    found[0] = PassesADay(2000, 12)
    assert live.recount(FIRST) is False  # once a day
    assert live.recount(FIRST + timedelta(days=1)) is True
    assert live.threshold.score < before.score  # fewer chances to be wrong
    assert "2,000 passes a day, counted here on 12 days (likely" in live.threshold.meaning()
    assert live.would_be(passes_per_day=99_000) == live.threshold  # what is counted stands
    assert live.would_be(false_alerts_per_day=0.1).score > live.threshold.score


def test_counts_that_cannot_be_read_change_nothing() -> None:
    def broken() -> PassesADay:
        raise StoreUnreadable("the database cannot be read: locked")

    live = LiveList(Gallery("pack-1", 16), {}, made_up_calibration(), 1.0, 20_000, broken)
    assert live.recount(FIRST) is False
    assert live.threshold.passes_a_day == 20_000


def test_a_worker_is_told_the_threshold_alone() -> None:
    telling = Telling()
    assert telling.next() is None
    telling.put(None)
    assert telling.next() == ()
    assert telling.next() is None  # not before the answer
    assert telling.heard(telling.version)
    assert telling.done


def test_what_is_kept_is_read_again() -> None:
    assert days_of({"2026-09-01": '{"Hall": 3}'}) == {"2026-09-01": {"Hall": 3}}
