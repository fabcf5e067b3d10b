"""The figures of a period, the same for the page and the command: what is read, and in which order.

Everything is read in small pieces, each for itself: nothing that is written waits for a report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol

from hallwatch.core.figures import Counted, Figures, exposed, figures_of
from hallwatch.core.policy.roles import Sight
from hallwatch.errors import UserError
from hallwatch.flow.passes import KEPT_DAYS, PASSES, days_of

LONGEST = timedelta(days=3660)


class Counts(Protocol):
    """What figures are made from."""

    def counted(self, since: datetime, until: datetime, sight: Sight | None = None) -> Iterator[Counted]:
        """Alerts (that somebody sees; None: all) first seen in this time, a little at a time."""

    def began(self) -> datetime | None:
        """When the installation began."""

    def settings(self, prefix: str) -> dict[str, str]:
        """Every setting in the database whose name begins so, under the rest of its name."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days at the site, both included."""

    since: date
    until: date

    @classmethod
    def of(cls, since: str, until: str, today: date) -> Period:
        """The period between two days as people write them, "" for today. Raises UserError, in one line."""
        first, last = _day(since) or today, _day(until) or today
        if first > last:
            raise UserError("the first day is after the last one; exchange the two")
        if first > today:
            raise UserError("the first day lies in the future")
        if last - first > LONGEST:
            raise UserError("ten years are the most; choose a later first day")
        return cls(first, min(last, today))

    @classmethod
    def last(cls, days: int, today: date) -> Period:
        """So many days, today the last one."""
        return cls(today - timedelta(days=days - 1), today)


def figures(
    counts: Counts,
    period: Period,
    *,
    zone: tzinfo | None,
    now: datetime,
    claimed: float,
    sight: Sight | None = None,
) -> Figures:
    """Read and count. ``claimed`` is how many wrong alerts a day the site expects; ``now`` is the time (aware)."""
    today, began = now.astimezone(zone).date(), counts.began()
    passes: Mapping[str, Mapping[str, int]] = days_of(counts.settings(PASSES))
    first = today if began is None else began.astimezone(zone).date()
    kept_all = len(passes) < KEPT_DAYS
    since, until = (_midnight(day, zone) for day in (period.since, period.until + timedelta(days=1)))
    return figures_of(
        counts.counted(since, until, sight),
        since=period.since,
        until=period.until,
        today=today,
        zone=zone,
        exposure=exposed(passes, period.since, period.until, first, today, kept_all=kept_all),
        claimed=claimed,
    )


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    """The day's beginning at the site; without a zone, by the machine's own."""
    start = datetime.combine(day, time.min)
    return start.astimezone() if zone is None else start.replace(tzinfo=zone)


def _day(words: str) -> date | None:
    if not words.strip():
        return None
    try:
        return date.fromisoformat(words.strip())
    except ValueError:
        raise UserError(f"{words[:20]} is not a date like 2027-06-30") from None
