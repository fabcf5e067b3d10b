"""How many passes a day there are: counted where the site has counted, else as the setting says.

A pass is a track that had shots enough to be searched for. What is kept is a number for each camera and day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

LEAST_DAYS = 5
"""So many days have to be counted before the count is used."""
LAST_DAYS = 28
QUIET = 100
"""A day with fewer passes is one on which nobody was there, or Hallwatch was not: it is left out."""


@dataclass(frozen=True, slots=True)
class PassesADay:
    """The figure, and on how many days it was counted; 0: nobody has counted."""

    passes: int
    days: int = 0


def counted(days: Mapping[str, Mapping[str, int]], today: str) -> PassesADay | None:
    """The figure of the days (ISO 8601) before ``today``, each with its cameras' counts; None while they are too few.

    It is the mean of the busier half, so that weekends and half days do not make a school day's false alerts seem fewer
    than they are.
    """
    totals = {day: sum(cameras.values()) for day, cameras in days.items() if day < today}
    kept = [totals[day] for day in sorted(totals) if totals[day] >= QUIET][-LAST_DAYS:]
    if len(kept) < LEAST_DAYS:
        return None
    busier = sorted(kept, reverse=True)[: ceil(len(kept) / 2)]
    return PassesADay(round(sum(busier) / len(busier)), len(kept))
