"""When two sightings are one incident: 60 seconds before one camera, 10 minutes in one building."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hallwatch.core.decide import Incidents

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """A moment ``seconds`` after the start."""
    return START + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("camera", "building", "after_s", "joins"),
    [
        ("door", "", 59, True),
        ("door", "", 61, False),
        ("door", "", -59, True),
        ("door", "", -61, False),
        ("yard", "", 1, False),
        ("yard", "main", 599, True),
        ("yard", "main", 601, False),
        ("yard", "main", -3600, False),
        ("yard", "gym", 1, False),
        ("door", "gym", 30, False),
    ],
)
def test_what_joins(camera: str, building: str, after_s: float, joins: bool) -> None:
    incidents = Incidents()
    assert incidents.join("P1", "door", "main" if building else "", at(0), 0.5, "first") == ("first", True)
    expected = ("first", False) if joins else ("second", True)
    assert incidents.join("P1", camera, building, at(after_s), 0.5, "second") == expected


def test_an_incident_lasts_as_long_as_the_sightings_go_on() -> None:
    incidents = Incidents()
    joined = [incidents.join("P1", "door", "", at(50 * n), 0.5, f"{n}") for n in range(20)]
    assert joined == [("0", True)] + [("0", False)] * 19
    assert incidents.join("P1", "door", "", at(50 * 19 + 61), 0.5, "later") == ("later", True)


def test_people_are_apart() -> None:
    incidents = Incidents()
    incidents.join("P1", "door", "main", at(0), 0.5, "one")
    assert incidents.join("P2", "door", "main", at(0), 0.5, "two") == ("two", True)


def test_two_buildings_at_once_are_two_incidents_that_each_go_on() -> None:
    incidents = Incidents()
    incidents.join("P1", "door", "main", at(0), 0.5, "main")
    incidents.join("P1", "hall", "gym", at(10), 0.5, "gym")
    assert incidents.join("P1", "yard", "main", at(500), 0.5, "x") == ("main", False)
    assert incidents.join("P1", "hall", "gym", at(509), 0.5, "x") == ("gym", False)


def test_a_clock_set_back_does_not_swallow_the_next_sighting() -> None:
    incidents = Incidents()
    incidents.join("P1", "door", "main", at(7200), 0.5, "before")
    assert incidents.join("P1", "door", "main", at(0), 0.5, "after") == ("after", True)


def test_a_sighting_of_long_ago_forgets_nothing() -> None:
    incidents = Incidents()
    incidents.join("P1", "door", "main", at(20_000), 0.5, "now")
    assert incidents.join("P1", "pool", "gym", at(0), 0.5, "late") == ("late", True)
    assert incidents.join("P1", "pool", "gym", at(30), 0.5, "x") == ("late", False)
    assert incidents.join("P1", "door", "main", at(20_030), 0.5, "x") == ("now", False)


def test_after_a_clock_was_set_back_incidents_go_on() -> None:
    incidents = Incidents()
    incidents.join("P1", "door", "main", at(20_000), 0.5, "before")
    incidents.join("P1", "door", "main", at(0), 0.5, "main")
    incidents.join("P1", "pool", "gym", at(10), 0.5, "gym")
    assert incidents.join("P1", "door", "main", at(20), 0.5, "x") == ("main", False)
    assert incidents.join("P1", "pool", "gym", at(30), 0.5, "x") == ("gym", False)


def test_somebody_who_stays_in_view_is_one_incident_however_long() -> None:
    incidents = Incidents()
    incidents.join("P1", "door", "", at(0), 0.5, "one")
    for second in range(200):
        incidents.seen("P1", "one", at(second))
    incidents.seen("P1", "unknown", at(5000))
    incidents.seen("P2", "one", at(5000))
    assert incidents.join("P1", "door", "", at(250), 0.5, "later") == ("one", False)
    assert incidents.join("P1", "door", "", at(311), 0.5, "later") == ("later", True)
