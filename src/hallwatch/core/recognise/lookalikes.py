"""Whom a new template would be taken for: people already listed, and strangers of a cohort.

A cohort is templates of strangers that the user has given, one a person. The calibration of a pack cannot stand in for
it: it holds how strangers' scores are distributed over all listed people together, and no template but their mean, so
it says nothing about one new template. Without a cohort the answer is "not checked".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hallwatch.core.model import Templates
from hallwatch.core.recognise.gallery import Snapshot
from hallwatch.errors import TemplateMismatch

LEAST_COHORT = 100
"""Of fewer strangers, that nobody matches says too little."""
SURE = 0.999
"""So sure must it be that chance alone does not make so many of the cohort match."""


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """Who is as like the new person as the threshold, best first, and how many of the cohort are.

    ``matched`` is None when no cohort was there, or one of fewer than LEAST_COHORT; ``cohort`` is its size,
    ``most`` how many may match before it is called a wolf; ``threshold`` is what they were compared at.
    """

    listed: tuple[tuple[str, float], ...]
    matched: int | None
    cohort: int
    most: int
    threshold: float

    @property
    def wolf(self) -> bool | None:
        """Whether this template will match many: more of the cohort than ``most``. None when not checked."""
        return None if self.matched is None else self.matched > self.most

    @property
    def warnings(self) -> tuple[str, ...]:
        """What somebody who approves must read, in English lines."""
        lines = []
        if self.listed:
            lines.append(f"looks like somebody on the list: {len(self.listed)} as close as the threshold")
        if self.wolf:
            lines.append(
                f"likely to raise many false alerts: {self.matched} of {self.cohort} strangers are as close as the"
                f" threshold, at most {self.most} expected"
            )
        return tuple(lines)

    @property
    def about_the_cohort(self) -> str:
        """What was checked against strangers, in an English line."""
        if self.matched is None:
            return (
                "no cohort: not checked against strangers"
                if not self.cohort
                else (
                    f"cohort of {self.cohort} is too small, needs {LEAST_COHORT}: not checked against strangers"
                )
            )
        return f"{self.matched} of {self.cohort} strangers are as close as the threshold"


def look_alikes(
    templates: Templates,
    gallery: Snapshot,
    threshold: float,
    *,
    share: float,
    cohort: Templates | None = None,
    own: str | None = None,
) -> Lookalikes:
    """Compare a person's ``templates`` (K x D, unit length) with everybody listed and with a cohort (N x D).

    ``threshold`` is the site's; ``share`` is the part of pairs of a stranger and a listed photo that exceeds it by
    the pack's calibration (``Tail.exceeding``), 0..1. ``own`` is the person's key where the gallery holds them.
    Raises TemplateMismatch when the templates have other dimensions than the gallery or the cohort.
    """
    strangers = np.zeros((0, templates.shape[1]), np.float32) if cohort is None else cohort
    for other in (gallery.templates, strangers):
        if other.shape[1] != templates.shape[1]:
            raise TemplateMismatch(
                f"templates of {templates.shape[1]} numbers cannot be compared with those of {other.shape[1]}"
            )
    checked = len(strangers) >= LEAST_COHORT
    return Lookalikes(
        listed=_listed(templates, gallery, threshold, own),
        matched=int(((strangers @ templates.T).max(axis=1) >= threshold).sum()) if checked else None,
        cohort=len(strangers),
        most=most_expected(len(strangers), share, len(templates)),
        threshold=threshold,
    )


def most_expected(cohort: int, share: float, templates: int = 1) -> int:
    """How many of ``cohort`` strangers may match before chance is ruled out: at least 1, since one may be the person.

    Pairs are taken to be independent with probability ``share`` each, once for each of the person's templates.
    """
    chance = 1.0 - (1.0 - min(max(share, 0.0), 0.5)) ** max(templates, 1)
    term = so_far = (1.0 - chance) ** cohort
    most = 0
    while so_far < SURE and most < cohort:
        most += 1
        term *= (cohort - most + 1) / most * chance / (1.0 - chance)
        so_far += term
    return max(1, most)


def _listed(
    templates: Templates, gallery: Snapshot, threshold: float, own: str | None
) -> tuple[tuple[str, float], ...]:
    best: dict[str, float] = {}
    for template in templates:
        for person, score in gallery.search(template, threshold):
            if person != own:
                best[person] = max(score, best.get(person, -1.0))
    return tuple(sorted(best.items(), key=lambda one: -one[1]))
