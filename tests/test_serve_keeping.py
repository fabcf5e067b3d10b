"""Sightings on their way: none is forgotten, and one person is one alert whichever worker saw them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.entry.outbox import CROWDED, Outbox
from hallwatch.flow.alerting import Alerting
from tests.records import NOW, SIGHTING, Office

PLACES = {
    "Corridor A": Whereabouts("Main", "North"),
    "Corridor B": Whereabouts("Main", "North"),
    "Gym": Whereabouts("Gym", "North"),
}


def alerting(office: Office, told: list[KeptAlert]) -> Alerting:
    return Alerting(
        book=office.desk, announce=told.append, now=lambda: NOW, places=PLACES, meaning=lambda: "rare"
    )


def test_workers_alerts_of_one_person_in_one_building_are_one(lite: Office) -> None:
    told: list[KeptAlert] = []
    keeper = alerting(lite, told)
    keeper.sighted(SIGHTING)
    other = replace(SIGHTING, alert_id="b1", camera="Corridor B", at=NOW + timedelta(minutes=9))
    keeper.sighted(other)
    keeper.sighted(replace(other, improves=True, score=0.9, at=NOW + timedelta(minutes=10)))
    assert [alert.alert_id for alert in told] == ["a1", "a1", "a1"]
    assert (told[-1].camera, told[-1].last_camera, told[-1].score) == ("Corridor A", "Corridor B", 0.9)
    keeper.sighted(replace(SIGHTING, alert_id="c1", camera="Gym", at=NOW + timedelta(minutes=10)))
    keeper.sighted(replace(SIGHTING, alert_id="d1", external_id="P2", at=NOW))
    assert [alert.alert_id for alert in told[3:]] == ["c1", "d1"]


def test_a_new_keeper_remembers_open_incidents(lite: Office) -> None:
    told: list[KeptAlert] = []
    alerting(lite, told).sighted(SIGHTING)
    later = alerting(lite, told)
    later.remember(reversed(lite.reader.latest(10)))
    later.sighted(replace(SIGHTING, alert_id="b1", camera="Corridor B", at=NOW + timedelta(minutes=5)))
    assert [alert.alert_id for alert in told] == ["a1", "a1"]


def test_the_outbox_sends_again_what_was_not_answered() -> None:
    box = Outbox()
    second = replace(SIGHTING, alert_id="a2")
    box.put(SIGHTING)
    box.put(second)
    assert (box.next(), box.next(), len(box)) == (SIGHTING, None, 2)
    box.unanswered()
    assert box.next() == SIGHTING
    box.answered()
    assert box.next() == second
    box.answered()
    assert (box.next(), len(box)) == (None, 0)


def test_a_crowded_outbox_joins_sightings_and_loses_no_alert() -> None:
    box = Outbox()
    for number in range(CROWDED):
        box.put(replace(SIGHTING, alert_id=f"a{number}"))
    better = replace(SIGHTING, alert_id="a7", improves=True, score=0.9, camera="Corridor B")
    box.put(better)
    box.put(replace(better, score=0.5))
    box.put(replace(SIGHTING, alert_id="new"))
    assert len(box) == CROWDED + 1
    sent = []
    while (one := box.next()) is not None:
        sent.append(one)
        box.answered()
    joined = sent[7]
    assert (joined.alert_id, joined.score, joined.improves) == ("a7", 0.9, False)
    assert sent[-1].alert_id == "new"
