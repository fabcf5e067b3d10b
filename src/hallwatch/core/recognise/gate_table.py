"""How the chance of recognising somebody depends on the listed photo: what was measured for a pack, and how it is read.

A table holds counts as they were measured. Reading makes two assumptions and no others: a photo that is better in
one thing is never worse to recognise from (counts are pooled until that holds: isotonic regression by pooling
adjacent violators, Ayer et al. 1955), and between two measured places the chance lies on a straight line. Beyond the
outermost places the outermost chance holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hallwatch.core.measure import wilson

PLATEAU = 0.05
"""A photo is good in one thing while its chance is at most this far below that of photos as they come."""
HALF = 0.5
"""A photo is refused for one thing when its chance is below this share of that."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Photos that are about alike in one thing: ``found`` of ``pairs`` were recognised from them.

    ``at`` is the median of what the gate measures of them, in the unit of the curve.
    """

    at: float
    pairs: int
    found: int

    @property
    def share(self) -> float:
        """The share that was recognised, 0..1."""
        return self.found / self.pairs if self.pairs else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval (Wilson)."""
        return wilson(self.found, self.pairs)


@dataclass(frozen=True, slots=True)
class Chance:
    """The expected chance of recognising somebody in a pass, 0..1, and the photo pairs that it was measured on."""

    share: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Curve:
    """The chance along one thing, bins by rising ``at``; ``more_is_better`` for size, not for turning away."""

    bins: tuple[Bin, ...]
    more_is_better: bool = True

    def chance(self, value: float) -> Chance:
        """The chance at ``value``, with the pairs of the nearest bin. Raises ValueError without bins."""
        if not self.bins:
            raise ValueError("a curve without bins says nothing")
        at = [one.at for one in self.bins]
        nearest = min(self.bins, key=lambda one: abs(one.at - value))
        return Chance(float(np.interp(value, at, self._shares())), nearest.pairs)

    @property
    def best(self) -> float:
        """The best chance on the curve, 0..1."""
        return max(self._shares(), default=0.0)

    def reaches(self, share: float) -> float | None:
        """The worst value whose chance is at least ``share`` (or the best there is): the least of a size, the most
        of a turn.

        None when every measured value reaches it, so that nothing can be said against one.
        """
        shares, share = self._shares(), min(share, self.best)
        if not shares or min(shares) >= share:
            return None
        at = [one.at for one in self.bins]
        if not self.more_is_better:
            return -_crossing([-x for x in reversed(at)], shares[::-1], share)
        return _crossing(at, shares, share)

    def _shares(self) -> list[float]:
        ordered = self.bins if self.more_is_better else self.bins[::-1]
        shares = rising([one.found for one in ordered], [one.pairs for one in ordered])
        return shares if self.more_is_better else shares[::-1]


@dataclass(frozen=True, slots=True)
class GateTable:
    """What was measured about listed photos, for one pack.

    Curves: ``size`` by the face's height in pixels, ``sharpness`` and ``dark`` and ``bright`` (brightness 0..255) as
    core.recognise.quality measures them, ``turned`` by yaw in degrees. ``plain`` are the photos as they came.
    ``faces`` and ``probe`` say on whom and how, ``condition`` at which setting, ``threshold`` the score that
    follows; ``day`` is when (ISO).
    """

    day: str
    precision: str
    faces: str
    probe: str
    condition: str
    threshold: float
    plain: Bin
    size: Curve
    sharpness: Curve
    turned: Curve
    dark: Curve
    bright: Curve

    def good(self, curve: Curve) -> float | None:
        """The worst value on ``curve`` that is still good (see PLATEAU); None when all measured ones are."""
        return curve.reaches(self.plain.share - PLATEAU)

    def usable(self, curve: Curve) -> float | None:
        """The worst value that is not refused (see HALF); None when all measured ones are usable."""
        return curve.reaches(self.plain.share * HALF)


def rising(found: Sequence[int], pairs: Sequence[int]) -> list[float]:
    """Shares that never fall, nearest to ``found`` of ``pairs`` each: neighbours that fall are pooled."""
    pools: list[list[int]] = []
    for hits, trials in zip(found, pairs, strict=True):
        pools.append([hits, trials, 1])
        while len(pools) > 1 and pools[-2][0] * pools[-1][1] > pools[-1][0] * pools[-2][1]:
            last = pools.pop()
            pools[-1] = [one + other for one, other in zip(pools[-1], last, strict=True)]
    return [hits / trials if trials else 0.0 for hits, trials, length in pools for _ in range(length)]


def _crossing(at: Sequence[float], shares: Sequence[float], share: float) -> float:
    """Where rising ``shares`` reach ``share``, on the straight line between two places."""
    after = next(index for index, one in enumerate(shares) if one >= share)
    low, high = shares[after - 1], shares[after]
    return at[after - 1] + (at[after] - at[after - 1]) * (share - low) / (high - low)
