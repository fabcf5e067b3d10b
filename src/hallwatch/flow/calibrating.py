"""Passes whose people are known, watched by the rule as it is, become the distribution of its decision scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hallwatch.core.decide import Calibration, statistics
from hallwatch.core.decide.calibration import fit_tail, resample_tails
from hallwatch.core.decide.rule import RULE
from hallwatch.core.model import Frame, Templates
from hallwatch.core.recognise.gallery import Snapshot
from hallwatch.flow.watching import Looking

PERCENTS = 101
SIXTEENTHS = 16

Whose: TypeAlias = Callable[[float, tuple[float, float]], int | None]
"""(media time in seconds, centre of a face in pixels) -> index of the pass that it belongs to."""


@dataclass(frozen=True, slots=True)
class Walked:
    """One pass: who walked (any number that stands for the person) and the gallery's key if that is listed."""

    walker: int
    listed: str | None


@dataclass(slots=True)
class Scores:
    """Decision scores of passes: of strangers against everybody (rows of P), of the listed against themselves."""

    strangers: list[NDArray[np.float32]] = field(default_factory=list)
    walkers: list[int] = field(default_factory=list)
    mated: list[float] = field(default_factory=list)

    def add(self, other: Scores) -> None:
        """Take in the passes of another film."""
        self.strangers += other.strangers
        self.walkers += other.walkers
        self.mated += other.mated


def collect(
    frames: Iterable[Frame],
    looking: Looking,
    gallery: Snapshot,
    whose: Whose,
    passes: Sequence[Walked],
    scores: Scores,
) -> None:
    """Watch ``frames`` and add every pass's largest decision scores to ``scores``.

    A track belongs to the pass that most of its faces belong to. A pass without a decision counts with -1: a
    stranger who was never usable raised no alert, a listed person who never was is a miss.
    """
    votes: dict[int, Counter[int]] = {}
    best: dict[int, NDArray[np.float32]] = {}
    for frame in frames:
        for passing in looking.step(frame):
            number = passing.track.number
            owner = whose(frame.media_time_s, passing.track.face.box.centre)
            if owner is not None:
                votes.setdefault(number, Counter())[owner] += 1
            now = statistics(passing.evidence, gallery)
            best[number] = np.maximum(best[number], now) if number in best else now
    rows = [np.full(len(gallery.people), -1.0, dtype=np.float32) for _ in passes]
    for number, counted in votes.items():
        owner = counted.most_common(1)[0][0]
        rows[owner] = np.maximum(rows[owner], best[number])
    for one, row in zip(passes, rows, strict=True):
        if one.listed is None:
            scores.strangers.append(row)
            scores.walkers.append(one.walker)
        elif one.listed in gallery.people:
            scores.mated.append(float(row[gallery.people.index(one.listed)]))
        else:
            scores.mated.append(-1.0)


def describe(scores: Scores, templates: Templates, *, faces: str, precisions: tuple[str, ...]) -> Calibration:
    """The calibration that these scores support. Raises ValueError when they are too few.

    ``templates`` (N x D) of many people say along how many directions the pack's templates lie. ``faces`` says
    in words on whom this was measured.
    """
    strangers = np.stack(scores.strangers)
    return Calibration(
        rule=RULE,
        precisions=precisions,
        faces=faces,
        strangers=len(set(scores.walkers)),
        passes=len(strangers),
        gallery=strangers.shape[1],
        tail=fit_tail(strangers),
        resampled=resample_tails(strangers, scores.walkers),
        mated_passes=len(scores.mated),
        mated=tuple(np.round(np.percentile(scores.mated, np.linspace(0, 100, PERCENTS)), 4).tolist()),
        energy=_energy(templates),
    )


def _energy(templates: Templates) -> tuple[float, ...]:
    """The share of squared length along the strongest 1/16, 2/16, ... of all directions."""
    strengths = np.linalg.eigvalsh((templates.T @ templates).astype(np.float64))[::-1]
    shares = np.cumsum(strengths) / strengths.sum()
    ends = np.arange(1, SIXTEENTHS + 1) * len(shares) // SIXTEENTHS - 1
    return tuple(np.round(shares[ends], 4).tolist())
