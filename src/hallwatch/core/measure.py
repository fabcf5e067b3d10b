"""Figures of recognition with their intervals, in the terms of ISO/IEC 19795-1.

FPIR: the share of strangers' searches (or passes) that return somebody. FNIR: the share of listed people's that do
not return the right person; TPIR = 1 - FNIR.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

Z95 = 1.959964


def wilson(events: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): honest where events are few; (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    share, z2 = events / trials, Z95 * Z95
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z95 / (1 + z2 / trials) * float(np.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials)))
    # The share lies inside by definition; where all or none of the trials are events, rounding may say otherwise.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def poisson(events: int, exposure: float) -> tuple[float, float]:
    """The exact 95 % interval of a rate by so many events in an exposure (days, say) above nought.

    Garwood (1936), Fiduciary limits for the Poisson distribution, Biometrika 28, 437-442: the rates at which so many
    events or more, and so many or fewer, have a probability of 2.5 %; by the inverse of the incomplete gamma function.
    """
    low = float(gammaincinv(events, 0.025)) if events else 0.0
    return low / exposure, float(gammaincinv(events + 1, 0.975)) / exposure


def most_expected(events: int) -> float:
    """The most events to be expected, with 95 % confidence, where so many were counted; divided by the exposure, the
    one-sided upper limit of the rate.

    None: 3, the rule of three (Hanley and Lippman-Hand 1983, If nothing goes wrong, is everything all right?, JAMA 249,
    1743-1745), exactly 2.996. More: Garwood (1936), as above.
    """
    return float(gammaincinv(events + 1, 0.95)) if events else 3.0


@dataclass(frozen=True, slots=True)
class MatedSearch:
    """A search with a face of a listed person: the right person's score and whether it was the best (rank 1)."""

    score: float
    first: bool


MISSED = MatedSearch(-2.0, False)
"""Not enrolled or not acquired: a miss at every threshold."""


def threshold_at(nonmated: Sequence[float], fpir: float) -> float:
    """The lowest score above which at most ``fpir`` of the strangers' best scores lie."""
    ordered = np.sort(np.asarray(nonmated, dtype=np.float64))[::-1]
    allowed = int(fpir * len(ordered) + 1e-9)
    return float(ordered[allowed]) if allowed < len(ordered) else -1.0


def misses_at(mated: Sequence[MatedSearch], threshold: float) -> int:
    """Listed people's searches that do not return the right person first with a score above ``threshold``."""
    return sum(1 for search in mated if not (search.first and search.score > threshold))


def median(values: Sequence[float]) -> float | None:
    """The middle value, None without values."""
    return float(np.median(values)) if values else None


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The value below which ``percent`` of 100 lie, None without values."""
    return float(np.percentile(values, percent)) if values else None
