"""From scores of passes to a threshold, and from a track's evidence to a decision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallwatch.core.decide import judge, statistics
from hallwatch.core.decide.calibration import Tail, fit_tail, resample_tails
from hallwatch.core.decide.rule import AGREE
from hallwatch.core.decide.threshold import PASSES_A_DAY, for_budget, for_rate
from hallwatch.core.model import Template
from hallwatch.core.recognise.gallery import Gallery, Snapshot
from hallwatch.errors import PackError
from tests.faces import evidence, unit
from tests.watching import made_up_calibration

CALIBRATION = made_up_calibration()


def pareto(
    shape: float, scale: float, size: int, seed: int = 0
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Draws of a generalised Pareto distribution above 0, by inversion."""
    uniform = np.random.default_rng(seed).uniform(size=size)
    drawn = -scale * np.log(uniform) if shape == 0 else scale / shape * (uniform**-shape - 1)
    return np.asarray(drawn, dtype=np.float32)


@pytest.mark.parametrize("shape", [-0.25, -0.1, 0.0])
def test_the_fit_recovers_a_known_tail(shape: float) -> None:
    fitted = [fit_tail(pareto(shape, 0.05, 20_000, seed), peaks=1000) for seed in range(20)]
    # Excesses over a level u are Pareto again with the same shape and the scale + shape * u.
    expected = [0.05 + shape * tail.level for tail in fitted]
    assert np.mean([tail.shape for tail in fitted]) == pytest.approx(shape, abs=0.03)
    assert np.mean([tail.scale for tail in fitted]) == pytest.approx(np.mean(expected), rel=0.06)
    assert [tail.rate for tail in fitted] == [0.05] * 20


@pytest.mark.parametrize("shape", [-0.25, 0.0])
def test_a_rate_far_beyond_the_sample_is_extrapolated_near_the_truth(shape: float) -> None:
    def truth(score: float) -> float:
        return float(
            np.exp(-score / 0.05) if shape == 0 else max(1 + shape * score / 0.05, 0) ** (-1 / shape)
        )

    far = [truth(fit_tail(pareto(shape, 0.05, 200_000, seed)).score_for(1e-6)) for seed in range(20)]
    assert 3e-7 < np.median(far) < 3e-6


def test_rate_and_score_are_each_other_s_inverse() -> None:
    for tail in (Tail(0.3, 0.02, -0.2, 0.05), Tail(0.3, 0.02, 0.0, 0.05)):
        for share in (0.02, 1e-3, 1e-6, 1e-9):
            assert tail.exceeding(tail.score_for(share)) == pytest.approx(share, rel=1e-6)
        assert tail.score_for(0.5) == tail.level
        assert tail.exceeding(tail.level) == tail.rate
    assert Tail(0.3, 0.02, -0.2, 0.05).exceeding(0.3 + 0.05 / 0.2 + 0.01) == 0.0


def test_too_few_scores_are_no_tail() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit_tail(pareto(0.0, 0.05, 900))
    undecided = np.full((100, 100), -1.0, dtype=np.float32)
    undecided[0] = 0.4
    with pytest.raises(ValueError, match="100 of 10000"):
        fit_tail(undecided)


def test_refitting_keeps_the_passes_of_one_stranger_together() -> None:
    scores = pareto(-0.1, 0.05, 300 * 50).reshape(300, 50)
    alone = resample_tails(scores, range(300))
    together = resample_tails(np.repeat(scores[:60], 5, axis=0), [n // 5 for n in range(300)])
    assert len(alone) == len(together) >= 50
    assert resample_tails(scores, range(300)) == alone

    def spread(tails: tuple[Tail, ...]) -> float:
        return float(np.std([tail.score_for(1e-5) for tail in tails]))

    assert spread(together) > 1.5 * spread(alone)


def test_the_threshold_rises_with_people_and_falls_with_the_budget() -> None:
    by_people = [
        for_budget(CALIBRATION, 1.0, people).score for people in (1, 10, 100, 1_000, 10_000, 100_000)
    ]
    assert by_people == sorted(by_people)
    assert len(set(by_people)) == 6
    by_budget = [for_budget(CALIBRATION, a_day, 200).score for a_day in (0.01, 0.1, 1, 10, 100)]
    assert by_budget == sorted(by_budget, reverse=True)
    by_passes = [for_budget(CALIBRATION, 1.0, 200, passes).score for passes in (500, 5_000, 50_000)]
    assert by_passes == sorted(by_passes)


@pytest.mark.parametrize(("fpir", "people"), [(0.003, 200), (1e-5, 1), (5e-5, 10_000), (0.03, 37)])
def test_a_pass_before_p_people_is_p_chances(fpir: float, people: int) -> None:
    threshold = for_rate(CALIBRATION, fpir, people)
    share = CALIBRATION.tail.exceeding(threshold.score)
    assert 1 - (1 - share) ** people == pytest.approx(fpir, rel=1e-6)
    assert threshold.fpir == pytest.approx(fpir, rel=1e-6)
    low, high = threshold.interval
    assert low <= threshold.fpir <= high


def test_one_a_day_is_one_in_twenty_thousand_passes() -> None:
    assert PASSES_A_DAY == 20_000
    assert for_budget(CALIBRATION, 1.0, 200).fpir * PASSES_A_DAY == pytest.approx(1.0)
    assert for_budget(CALIBRATION, 1.0, 200).score == pytest.approx(for_rate(CALIBRATION, 5e-5, 200).score)


def test_a_rate_within_the_sample_is_measured_and_one_beyond_is_extrapolated() -> None:
    assert not for_rate(CALIBRATION, 0.02, 200).extrapolated
    assert for_budget(CALIBRATION, 1.0, 200).extrapolated


def test_what_is_wished_beyond_the_tail_is_told_as_it_is() -> None:
    # One person and 5 %: the tail begins at 2 %, so the threshold stays at its level, and says 2 %.
    generous = for_rate(CALIBRATION, 0.05, 1)
    assert generous.score == CALIBRATION.tail.level
    assert generous.fpir == pytest.approx(0.02)


def test_the_meaning_is_said_with_its_sample() -> None:
    said = for_budget(CALIBRATION, 1.0, 200).meaning()
    assert "expect about 1 false alert a day with" in said
    assert "200 photos enrolled and 20,000 passes a day" in said
    assert "extrapolated from 1,000 passes" in said
    assert "nobody, made up for tests" in said
    assert "% of listed people's simulated passes" in said
    measured = for_rate(CALIBRATION, 0.02, 200).meaning()
    assert "about 20 of 1,000 strangers' passes" in measured
    assert "measured on 1,000 passes" in measured
    assert "extrapolated" not in measured
    assert "1 photo enrolled" in for_rate(CALIBRATION, 1e-4, 1).meaning()


def test_recognised_is_the_share_of_listed_passes_at_the_threshold() -> None:
    assert CALIBRATION.recognised(-1.0) == 1.0
    assert CALIBRATION.recognised(0.95) == 0.0
    assert replace(CALIBRATION, mated=(-1.0, 0.4, 0.5, 0.6)).recognised(0.5) == 0.5


def test_another_rule_s_calibration_is_refused() -> None:
    with pytest.raises(PackError, match="hallwatch calibrate"):
        for_budget(made_up_calibration("another rule"), 1.0, 200)


def gallery_of(people: int, seed: int, dimensions: int = 32) -> Snapshot:
    """People with one to three templates each."""
    chance = np.random.default_rng(seed)
    gallery = Gallery("pack", dimensions)
    gallery.put(
        {
            f"P{n}": np.stack([unit(chance.normal(size=dimensions)) for _ in range(n % 3 + 1)])
            for n in range(people)
        },
        "pack",
    )
    return gallery.snapshot


def near(template: Template, seed: int, noise: float = 0.12) -> Template:
    """Another shot of the same face."""
    return unit(template + noise * np.random.default_rng(seed).normal(size=len(template)))


def test_agreeing_shots_of_a_listed_person_are_a_match() -> None:
    gallery = gallery_of(20, 0)
    face = gallery.templates_of("P7")[0]
    verdict = judge(evidence(near(face, 1), near(face, 2), near(face, 3)), gallery, 0.6)
    assert verdict is not None
    assert (verdict.person, verdict.shots) == ("P7", 3)


def test_one_shot_alone_never_decides() -> None:
    gallery = gallery_of(20, 0)
    face = gallery.templates_of("P7")[0]
    assert judge(evidence(face), gallery, 0.3) is None
    assert (statistics(evidence(face), gallery) == -1).all()
    stranger = [unit(np.random.default_rng(n).normal(size=32)) for n in range(AGREE - 1, 3)]
    assert judge(evidence(face, *stranger), gallery, 0.75) is None


def test_nobody_is_matched_in_an_empty_gallery() -> None:
    empty = Gallery("pack", 32).snapshot
    shots = evidence(*np.eye(32, dtype=np.float32)[:3])
    assert judge(shots, empty, 0.1) is None
    assert statistics(shots, empty).shape == (0,)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), shots=st.integers(1, 5), threshold=st.floats(0.05, 0.9))
def test_the_decision_is_the_one_that_was_calibrated(seed: int, shots: int, threshold: float) -> None:
    # What judge() says must follow from statistics(), or the calibration describes another rule.
    gallery = gallery_of(15, seed)
    face = gallery.templates_of("P4")[0]
    noise = np.random.default_rng(seed).uniform(0.05, 0.5)
    shown = evidence(*[near(face, seed + n, noise) for n in range(shots)])
    scores = statistics(shown, gallery)
    verdict = judge(shown, gallery, threshold)
    if abs(float(scores.max()) - threshold) < 1e-5:
        return
    assert (verdict is not None) == (scores.max() >= threshold)
    if verdict is not None:
        assert verdict.person == gallery.people[int(scores.argmax())]
        assert verdict.score == pytest.approx(float(scores.max()), abs=1e-5)
        assert AGREE <= verdict.shots <= shots


def test_only_shots_that_agree_are_named_and_the_best_of_them_first() -> None:
    listed, other = unit(np.array([1.0, 0, 0, 0])), unit(np.array([0, 1.0, 0, 0]))
    gallery = Gallery("fake", 4)
    gallery.put({"P1": listed[None]}, "fake")
    mixed = unit(listed + 0.2 * other)
    verdict = judge(evidence(other, mixed, other, mixed, listed), gallery.snapshot, 0.5)
    assert verdict is not None
    assert (verdict.agreeing, verdict.shots) == ((1, 3, 4), 3)
