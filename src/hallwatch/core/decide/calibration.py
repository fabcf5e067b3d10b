"""How decision scores are distributed when the person is a stranger, and when it is the one.

Thresholds for one false alert in 20,000 passes lie beyond anything that a few thousand simulated passes contain.
The tail of strangers' decision scores (one per pass and listed person) is therefore described by a generalised
Pareto distribution above a high level ("peaks over threshold", Pickands 1975), fitted by probability-weighted
moments (Hosking and Wallis 1987), and refitted on resampled strangers to say how sure that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

METHOD = "generalised Pareto tail, probability-weighted moments"
PEAKS = 600
"""How many of the largest scores the tail is fitted to."""
RESAMPLES = 60


@dataclass(frozen=True, slots=True)
class Tail:
    """P(score > t) for t above ``level``: rate * (1 + shape (t - level) / scale) ** (-1 / shape)."""

    level: float
    rate: float
    shape: float
    scale: float

    def exceeding(self, score: float) -> float:
        """The share of stranger-and-listed-person pairs whose pass scores more than ``score`` (>= level)."""
        above = max(score - self.level, 0.0) / self.scale
        if abs(self.shape) < 1e-6:
            return float(self.rate * np.exp(-above))
        return float(self.rate * max(1.0 + self.shape * above, 0.0) ** (-1.0 / self.shape))

    def score_for(self, share: float) -> float:
        """The score exceeded by ``share`` of pairs; ``level`` when more than ``rate`` are asked for."""
        if share >= self.rate:
            return self.level
        if abs(self.shape) < 1e-6:
            return self.level + self.scale * float(np.log(self.rate / share))
        return float(self.level + self.scale / self.shape * ((self.rate / share) ** self.shape - 1.0))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured about a pack and this rule, on whom, and how many.

    ``strangers`` people made ``passes`` passes before a gallery of ``gallery`` people. ``mated`` are the decision
    scores of ``mated_passes`` passes of listed people at 0, 1, ... 100 % (rising); -1 means no decision at all.
    ``energy`` is the share of a template's length squared along the first 1/16, 2/16, ... of its directions.
    ``centre`` is the mean of the strangers' templates, which the pack takes out of every template (empty: nothing).
    """

    rule: str
    precisions: tuple[str, ...]
    faces: str
    strangers: int
    passes: int
    gallery: int
    tail: Tail
    resampled: tuple[Tail, ...]
    mated_passes: int
    mated: tuple[float, ...]
    energy: tuple[float, ...] = ()
    centre: tuple[float, ...] = ()

    @property
    def pairs(self) -> int:
        """Comparisons of a stranger's pass with a listed person."""
        return self.passes * self.gallery

    def recognised(self, score: float) -> float:
        """The share of listed people's simulated passes whose decision score reaches ``score``."""
        return float((np.asarray(self.mated) >= score).mean())


def fit_tail(scores: NDArray[np.float32], peaks: int = PEAKS) -> Tail:
    """The tail of ``scores`` (any shape) above its ``peaks``-th largest value.

    Raises ValueError when there are fewer than 50 scores above the level, or fewer real scores than that (-1
    stands for a pass without a decision).
    """
    flat = scores.ravel()
    peaks = min(peaks, flat.size // 20)
    if peaks < 50:
        raise ValueError(f"{flat.size} scores are too few to describe their tail")
    largest = np.sort(np.partition(flat, flat.size - peaks - 1)[flat.size - peaks - 1 :]).astype(np.float64)
    level, above = float(largest[0]), largest[1:] - largest[0]
    if level <= -1.0:
        raise ValueError(
            f"only {int((flat > -1.0).sum())} of {flat.size} scores come from a decision: too few"
        )
    # a0 = E[X], a1 = E[X (1 - F(X))]; shape = 2 - a0 / (a0 - 2 a1), scale = 2 a0 a1 / (a0 - 2 a1)
    count = len(above)
    a0 = float(above.mean())
    a1 = float((above * (count - 0.65 - np.arange(count)) / count).mean())
    spread = max(a0 - 2.0 * a1, 1e-9)
    # A longer tail than the exponential cannot be told apart from it on this much data, and would be absurd for
    # a score that ends at 1; a shorter one is believed only as far as -0.3.
    shape = float(np.clip(2.0 - a0 / spread, -0.3, 0.0))
    scale = a0 * (1.0 - shape)
    return Tail(level, count / flat.size, shape, scale)


def resample_tails(scores: NDArray[np.float32], strangers: Sequence[int], seed: int = 0) -> tuple[Tail, ...]:
    """Tails of ``scores`` (passes x people) refitted on strangers drawn with replacement.

    ``strangers`` names the stranger of each pass, so that several passes of one person stay together.
    """
    generator = np.random.default_rng(seed)
    owners = np.asarray(strangers)
    people = np.unique(owners)
    rows_of = {int(person): np.flatnonzero(owners == person) for person in people}
    tails = []
    for _ in range(RESAMPLES):
        drawn = generator.choice(people, size=len(people))
        rows = np.concatenate([rows_of[int(person)] for person in drawn])
        tails.append(fit_tail(scores[rows]))
    return tuple(tails)
