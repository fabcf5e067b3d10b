"""Who is on duty at a school, and whether their phone answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MOST_MINUTES = 24 * 60
ANSWERED_WITHIN = timedelta(seconds=60)
"""Whoever has not answered the ring by then is not reachable."""
RUNG_BEFORE = timedelta(minutes=30)
"""A ring so long before a turn counts for it."""
WARNED = timedelta(hours=24)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """An account watches a school from ``begins`` on ``day`` (the site's clock) for so many minutes; ``weekly`` on that
    day of every week, until ``last`` if there is one."""

    shift_id: str
    school: str
    account_id: str
    day: date
    begins: time
    minutes: int
    weekly: bool
    last: date | None = None

    def is_on(self, day: date) -> bool:
        """Whether a turn begins on this day."""
        if not self.weekly:
            return day == self.day
        in_time = self.day <= day and (self.last is None or day <= self.last)
        return in_time and (day - self.day).days % 7 == 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One time that a shift is worked; UTC."""

    shift: Shift
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Ring:
    """The last time that an account's phone was rung; ``outcome`` is what the push services said."""

    ring_id: str
    account_id: str
    rung: datetime
    answered: datetime | None = None
    outcome: str = ""

    def is_unanswered(self, now: datetime) -> bool:
        """Whether the time for an answer is over, and there is none."""
        return self.answered is None and now >= self.rung + ANSWERED_WITHIN


def turns(shifts: Iterable[Shift], since: datetime, until: datetime, zone: tzinfo | None) -> list[Turn]:
    """Every turn of which some part lies between the two moments (UTC), by its start. ``zone`` is the site's; None is
    the machine's."""
    first, last = since.astimezone(zone).date() - DAY, until.astimezone(zone).date()
    days = [first + number * DAY for number in range((last - first).days + 1)]
    found = []
    for shift in shifts:
        for day in days:
            if not shift.is_on(day):
                continue
            starts = datetime.combine(day, shift.begins, zone).astimezone(UTC)
            turn = Turn(shift, starts, starts + timedelta(minutes=shift.minutes))
            if turn.starts < until and turn.ends > since:
                found.append(turn)
    return sorted(found, key=lambda turn: (turn.starts, turn.shift.shift_id))


def on_duty(shifts: Iterable[Shift], now: datetime, zone: tzinfo | None) -> list[Turn]:
    """The turns of this moment."""
    return turns(shifts, now, now + timedelta(seconds=1), zone)


def gaps(worked: Sequence[Turn], since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """When nobody is on duty, of turns by their start."""
    found, covered = [], since
    for turn in worked:
        if turn.starts > covered:
            found.append((covered, turn.starts))
        covered = max(covered, turn.ends)
    return [*found, (covered, until)] if covered < until else found


def untrained_turns(
    coming: Sequence[Turn], trained_until: dict[str, datetime], schools: Collection[str]
) -> list[Turn]:
    """Turns at whose start nobody on duty at that school may answer: each account's course holds until a moment."""

    def may_answer(turn: Turn, at: datetime) -> bool:
        ends = trained_until.get(turn.shift.account_id)
        return ends is not None and ends > at

    return [
        turn
        for turn in coming
        if turn.shift.school in schools
        and not any(
            other.shift.school == turn.shift.school
            and other.starts <= turn.starts < other.ends
            and may_answer(other, turn.starts)
            for other in coming
        )
    ]


def unreachable(worked: Iterable[Turn], rings: dict[str, Ring], now: datetime) -> list[Turn]:
    """Whose phone was rung for the turn of this moment and did not answer."""
    found = []
    for turn in worked:
        ring = rings.get(turn.shift.account_id)
        if ring is not None and ring.rung >= turn.starts - RUNG_BEFORE and ring.is_unanswered(now):
            found.append(turn)
    return found
