"""Figures of recognition and their intervals, and alerts judged against the truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from hallwatch.core.events import Sighting
from hallwatch.core.measure import MISSED, MatedSearch, median, misses_at, percentile, threshold_at, wilson
from hallwatch.flow.measuring import TruePass, judge_alerts, together

ALERT = Sighting(
    alert_id="a",
    camera="hall",
    at=datetime(2026, 3, 2, tzinfo=UTC),
    media_time_s=3.0,
    external_id="P1",
    name="Sample 1",
    lists=("other",),
    score=0.6,
    threshold=0.5,
    face_px=55,
    shots=3,
    pack="duo",
)


@pytest.mark.parametrize(
    ("events", "trials", "low", "high"),
    [(0, 129, 0.0, 0.0289), (1, 129, 0.00137, 0.0426), (50, 100, 0.4038, 0.5962), (10, 10, 0.7225, 1.0)],
)
def test_wilson_intervals_are_those_of_the_books(events: int, trials: int, low: float, high: float) -> None:
    assert wilson(events, trials) == pytest.approx((low, high), abs=2e-4)


def test_wilson_covers_the_truth_about_as_often_as_it_says() -> None:
    drawn = np.random.default_rng(1).binomial(300, 0.02, 2000)
    covered = [low <= 0.02 <= high for low, high in (wilson(int(events), 300) for events in drawn)]
    assert 0.92 < np.mean(covered) < 0.985


def test_no_trials_say_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert median([]) is None
    assert percentile([], 95) is None


@pytest.mark.parametrize("rate", [0.003, 0.01, 0.03, 0.5])
def test_at_the_threshold_no_more_strangers_than_allowed(rate: float) -> None:
    scores = np.random.default_rng(2).normal(0.2, 0.1, 861).tolist()
    threshold = threshold_at(scores, rate)
    above = sum(score > threshold for score in scores)
    assert above == int(rate * 861)


def test_ties_at_the_threshold_are_not_let_through() -> None:
    assert threshold_at([0.5] * 100, 0.01) == 0.5
    assert threshold_at([], 0.01) == -1.0


def test_a_miss_is_a_low_score_a_wrong_first_or_no_search() -> None:
    searches = [MatedSearch(0.6, True), MatedSearch(0.6, False), MatedSearch(0.4, True), MISSED]
    assert misses_at(searches, 0.5) == 3
    assert misses_at(searches, -1.0) == 2


PASSES = (
    TruePass(0.0, 10.0, "P1", 90),
    TruePass(5.0, 12.0, None, 70),
    TruePass(20.0, 30.0, None, 80),
    TruePass(40.0, 50.0, "P2", 45),
)


def alert(external_id: str, media_time_s: float) -> Sighting:
    """An alert for somebody at some time."""
    return replace(ALERT, external_id=external_id, media_time_s=media_time_s)


@pytest.mark.parametrize(
    ("alerts", "found", "wrong", "false"),
    [
        ([], 0, 0, 0),
        ([("P1", 3.0)], 1, 0, 0),
        ([("P1", 6.0)], 1, 0, 0),
        ([("P1", 3.0), ("P1", 6.0)], 1, 0, 0),
        ([("P1", 25.0)], 0, 0, 1),
        ([("P2", 3.0)], 0, 1, 0),
        ([("P2", 6.0)], 0, 0, 1),
        ([("P1", 45.0)], 0, 1, 0),
        ([("P1", 35.0)], 0, 0, 1),
        ([("P1", 10.2)], 1, 0, 0),
        ([("P1", 13.0)], 0, 0, 1),
        ([("P2", 41.0), ("P1", 1.0), ("P3", 22.0)], 2, 0, 1),
    ],
)
def test_alerts_are_judged(alerts: list[tuple[str, float]], found: int, wrong: int, false: int) -> None:
    report = judge_alerts([alert(*one) for one in alerts], PASSES)
    assert (report.found, report.wrong_person, report.false_alerts) == (found, wrong, false)
    assert (report.passes, report.listed, report.unlisted) == (4, 2, 2)
    assert (report.tpir, report.false_per_pass) == (found / 2, false / 2)


def test_the_first_true_alert_of_a_pass_tells_its_time_and_size() -> None:
    report = judge_alerts([alert("P2", 42.5), alert("P2", 47.0)], PASSES)
    assert report.seconds_to_alert == (2.5,)
    assert report.face_px_at_alert == (55,)


def test_an_alert_just_before_the_rounded_start_took_no_time() -> None:
    assert judge_alerts([alert("P2", 39.9)], PASSES).seconds_to_alert == (0.0,)


def test_an_alert_between_two_passes_of_one_person_counts_for_one() -> None:
    passes = [TruePass(0, 10, "P1", 60), TruePass(10.1, 20, "P1", 60)]
    assert judge_alerts([alert("P1", 9.9)], passes).found == 1


def test_reports_add_up_and_keep_the_words_of_the_contract() -> None:
    one = judge_alerts([alert("P1", 3.0), alert("P1", 25.0)], PASSES)
    both = together([one, judge_alerts([alert("P2", 44.0)], PASSES)]).as_json()
    assert (both["passes"], both["listed"], both["unlisted"], both["tpir"]) == (8, 4, 4, 0.5)
    assert (both["false_alerts"], both["wrong_person"], both["false_alerts_per_unlisted_pass"]) == (
        1,
        0,
        0.25,
    )
    assert both["seconds_to_alert"] == {"median": 3.5, "p95": pytest.approx(3.95)}
    assert both["face_px_at_alert"] == {"median": 55.0}
    by_size = both["by_size"]
    assert isinstance(by_size, list)
    assert [(size["largest_face_px"], size["listed"], size["found"]) for size in by_size] == [
        ([40, 50], 2, 1),
        ([80, 100], 2, 1),
    ]


def test_nothing_to_measure_is_no_error() -> None:
    assert judge_alerts([], []).as_json()["tpir"] == 0.0
