"""Whom a new template would be taken for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallwatch.core.model import Template, Templates
from hallwatch.core.recognise.gallery import Gallery, Snapshot
from hallwatch.core.recognise.lookalikes import LEAST_COHORT, look_alikes, most_expected
from hallwatch.errors import TemplateMismatch
from tests.faces import unit

DIMENSIONS = 64
SHARE = 1e-6


def somebody(seed: int) -> Template:
    """A face that is like nobody else's."""
    return unit(np.random.default_rng(seed).normal(size=DIMENSIONS))


def like(template: Template, score: float, seed: int = 0) -> Template:
    """Another face with this similarity to ``template``."""
    other = somebody(10_000 + seed)
    across = unit(other - (other @ template) * template)
    return unit(score * template + np.sqrt(1 - score**2) * across)


def gallery(**people: Template) -> Snapshot:
    """Everybody listed, by one template each."""
    made = Gallery("pack", DIMENSIONS)
    made.put({name: template[None] for name, template in people.items()}, "pack")
    return made.snapshot


def cohort(count: int = 150) -> Templates:
    """Strangers."""
    return np.stack([somebody(seed) for seed in range(1000, 1000 + count)])


NEW = somebody(1)


def test_somebody_as_close_as_the_threshold_is_named_the_closest_first() -> None:
    listed = gallery(near=like(NEW, 0.6), nearer=like(NEW, 0.7), far=like(NEW, 0.4), own=NEW)
    found = look_alikes(NEW[None], listed, 0.5, share=SHARE, own="own")
    assert [name for name, _ in found.listed] == ["nearer", "near"]
    assert [score for _, score in found.listed] == pytest.approx([0.7, 0.6], abs=1e-5)
    assert found.warnings == ("looks like somebody on the list: 2 as close as the threshold",)


def test_the_closest_of_several_photos_counts() -> None:
    both = np.stack([somebody(2), NEW])
    found = look_alikes(both, gallery(near=like(NEW, 0.6)), 0.5, share=SHARE)
    ((name, score),) = found.listed
    assert name == "near"
    assert score == pytest.approx(0.6, abs=1e-5)


def test_nobody_alike_warns_of_nothing_and_says_what_was_not_checked() -> None:
    found = look_alikes(NEW[None], gallery(far=somebody(3)), 0.5, share=SHARE)
    assert (found.listed, found.warnings, found.wolf) == ((), (), None)
    assert found.about_the_cohort == "no cohort: not checked against strangers"
    few = look_alikes(NEW[None], gallery(), 0.5, share=SHARE, cohort=cohort(LEAST_COHORT - 1))
    assert few.wolf is None
    assert (
        few.about_the_cohort
        == f"cohort of 99 is too small, needs {LEAST_COHORT}: not checked against strangers"
    )


@pytest.mark.parametrize(("alike", "wolf"), [(0, False), (1, False), (2, True), (9, True)])
def test_who_matches_more_of_the_cohort_than_chance_allows_is_a_wolf(alike: int, wolf: bool) -> None:
    strangers = cohort()
    for seed in range(alike):
        strangers[seed] = like(NEW, 0.6, seed)
    found = look_alikes(NEW[None], gallery(), 0.5, share=SHARE, cohort=strangers)
    assert (found.matched, found.cohort, found.wolf) == (alike, 150, wolf)
    assert found.about_the_cohort == f"{alike} of 150 strangers are as close as the threshold"
    assert bool(found.warnings) is wolf
    if wolf:
        assert f"{alike} of 150 strangers" in found.warnings[0]


def test_a_generous_threshold_lets_more_of_the_cohort_match() -> None:
    assert most_expected(1000, 0.01) == 21  # 0.999 of a binomial of mean 10
    assert most_expected(1000, SHARE) == 1
    assert most_expected(0, 0.5) == 1


@given(st.integers(0, 3000), st.floats(0, 0.4), st.integers(1, 5))
def test_what_chance_allows_lies_between_one_and_all(many: int, share: float, templates: int) -> None:
    most = most_expected(many, share, templates)
    assert 1 <= most <= max(1, many)
    assert most_expected(many, share, templates + 1) >= most


def test_templates_of_another_pack_are_not_compared() -> None:
    with pytest.raises(TemplateMismatch):
        look_alikes(np.ones((1, 3), np.float32), gallery(one=NEW), 0.5, share=SHARE)
    with pytest.raises(TemplateMismatch):
        look_alikes(NEW[None], gallery(), 0.5, share=SHARE, cohort=np.ones((200, 3), np.float32))
