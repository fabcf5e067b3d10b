"""The list while the server runs: who comes and goes, for which schools, until when, on top of list.csv."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from hallwatch.core.events import ListChange, OnTheList
from hallwatch.core.model import Listing, Person, Template
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.entry.live_list import LiveList, enrol
from hallwatch.entry.telling_list import Telling
from tests.watching import made_up_calibration

WIDTH, PACK = 16, "pack-1"
DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def face(seed: int) -> Template:
    numbers = np.random.default_rng(seed).normal(size=WIDTH).astype(np.float32)
    return np.asarray(numbers / np.linalg.norm(numbers), dtype=np.float32)


def listed(name: str, seed: int, *, pack: str = PACK, **more: object) -> ListChange:
    listing = Listing("trespass", "r", DAY + timedelta(days=9), **more)  # type: ignore[arg-type]
    return ListChange(name, Person(name, name, "", (listing,)), ((pack, face(seed).tobytes()),))


@pytest.fixture
def live() -> LiveList:
    """One person of list.csv."""
    gallery = Gallery(PACK, WIDTH)
    gallery.put({"C1": face(1)[None]}, PACK)
    people = {"C1": Person("C1", "Csv", "Person", (Listing("other", "r", DAY),))}
    return LiveList(gallery, people, made_up_calibration(), 1.0, 20_000)


def found(live: LiveList, seed: int) -> list[str]:
    return [person for person, _ in live.gallery.snapshot.search(face(seed), 0.9)]


def test_a_listing_comes_and_goes(live: LiveList) -> None:
    before = live.threshold.score
    told = live.change(listed("P2", 2))
    assert told is not None
    assert found(live, 2) == ["P2"]
    assert live.version == 1
    assert live.threshold.score >= before  # one more to be mistaken for
    assert live.change(listed("P2", 2)) is None  # the same again is no news
    told = live.change(ListChange("P2", None))
    assert told is not None
    assert told.person is None
    assert found(live, 2) == []
    assert "P2" not in live.people
    assert live.version == 2


def test_workers_end_up_with_the_same_list(live: LiveList) -> None:
    theirs, people = Gallery(PACK, WIDTH), dict(live.people)
    theirs.put({"C1": face(1)[None]}, PACK)
    for change in (listed("P2", 2), listed("P3", 3), ListChange("P2", None), listed("C1", 4)):
        told = live.change(change)
        enrol([] if told is None else [told], theirs, people)
        assert people == live.people
        for seed in range(1, 5):
            assert theirs.snapshot.search(face(seed), 0.9) == live.gallery.snapshot.search(face(seed), 0.9)


def test_the_csv_list_and_a_listing_of_the_same_person_are_one(live: LiveList) -> None:
    live.change(listed("C1", 2))
    assert found(live, 1) == found(live, 2) == ["C1"]
    assert live.people["C1"].lists_on(DAY) == ("trespass", "other")
    live.change(ListChange("C1", None))
    assert found(live, 1) == ["C1"]
    assert found(live, 2) == []
    assert live.people["C1"].lists_on(DAY) == ("other",)


def test_an_erased_person_does_not_come_back_from_the_csv_list(live: LiveList) -> None:
    live.forget("C1")
    assert found(live, 1) == []
    assert live.people == {}


def test_templates_of_another_pack_are_never_compared(live: LiveList) -> None:
    live.change(listed("P2", 2, pack="pack-2"))
    assert found(live, 2) == []


def test_everybody_listed_is_there_from_the_start(live: LiveList) -> None:
    live.load([listed("P2", 2), listed("P3", 3), listed("P4", 4, pack="pack-2")])
    assert sorted(live.people) == ["C1", "P2", "P3"]
    assert found(live, 3) == ["P3"]


def test_a_listing_is_for_its_schools_and_ends_to_the_second() -> None:
    person = listed("P2", 2, schools=frozenset({"North"}), until=NOW).person
    assert person is not None
    just_before = NOW - timedelta(seconds=1)
    assert person.lists_at(just_before, DAY, "North") == ("trespass",)
    assert person.lists_at(just_before, DAY, "South") == ()
    assert person.lists_at(NOW, DAY, "North") == ()


def test_what_it_would_mean_is_said_before(live: LiveList) -> None:
    assert "2 photos enrolled" in live.expected(1)
    assert "21 photos enrolled" in live.expected(20)


def test_a_worker_is_told_some_at_a_time_and_the_newest_of_each() -> None:
    telling = Telling()
    for number in range(40):
        telling.put(OnTheList(f"P{number}", None, b""))
    telling.put(OnTheList("P39", Person("P39", "", "", ()), b""))
    told: list[OnTheList] = []
    while (changes := telling.next()) is not None:
        assert len(changes) <= 16
        assert telling.next() is None  # not before the answer
        assert not telling.heard(telling.version - 1)
        assert telling.heard(telling.version)
        told += changes
    assert telling.done
    assert not telling.late
    assert len(told) == 40
    assert told[-1].person is not None
