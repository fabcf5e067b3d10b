"""What pages say of duty: who is on, who cannot be reached, which shift has nobody who may answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hallwatch.core.duty import (
    RUNG_BEFORE,
    WARNED,
    Ring,
    Shift,
    Turn,
    gaps,
    on_duty,
    turns,
    unreachable,
    untrained_turns,
)
from hallwatch.core.policy.roles import Account, May
from hallwatch.web.console import Console

AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Named:
    """A turn, whose it is, and the ring of the phone that counts for it."""

    turn: Turn
    name: str
    ring: Ring | None = None


@dataclass(frozen=True, slots=True)
class SchoolDuty:
    """A school's turns of this moment and of the days ahead, and when nobody is on duty."""

    school: str
    now: tuple[Named, ...]
    ahead: tuple[Named, ...]
    gaps: tuple[tuple[datetime, datetime], ...]


def duty_of(console: Console, account: Account, now: datetime) -> list[SchoolDuty]:
    """The calendar of the account's schools, a week ahead."""
    shifts, zone, until = _worked(console), console.facts.zone, now + AHEAD
    known = dict.fromkeys((*console.facts.schools, *sorted(one.school for one in shifts)))
    found = []
    for school in (one for one in known if account.sees(one)):
        mine = [one for one in shifts if one.school == school]
        ahead = turns(mine, now, until, zone)
        here = _named(console, on_duty(mine, now, zone))
        found.append(
            SchoolDuty(
                school,
                tuple(here),
                tuple(_named(console, [turn for turn in ahead if turn.starts > now])),
                tuple(gaps(ahead, now, until)),
            )
        )
    return found


def unreachable_now(console: Console, account: Account, now: datetime) -> list[Named]:
    """For administrators: who is on duty at one of their schools and has not answered the ring."""
    if not account.may(May.MANAGE_ACCOUNTS):
        return []
    mine = [one for one in _worked(console) if account.sees(one.school)]
    return _named(console, unreachable(on_duty(mine, now, console.facts.zone), console.staff.rings(), now))


def untrained_soon(console: Console, account: Account | None, now: datetime) -> list[Named]:
    """For administrators: turns of the next day at their schools in which nobody on duty may answer."""
    if account is None or not account.may(May.MANAGE_ACCOUNTS):
        return []
    shifts = _worked(console)
    ends = {one: last.ends for one, last in console.staff.training().items()}
    coming = turns(shifts, now, now + WARNED, console.facts.zone)
    schools = {one.school for one in shifts if account.sees(one.school)}
    return _named(console, untrained_turns(coming, ends, schools))


def _worked(console: Console) -> list[Shift]:
    """The calendar without those who were disabled since, or answer alerts of that school no more."""
    shifts = console.staff.shifts()
    if not shifts:
        return []
    staff = {one.account_id: one for one in console.who.everybody() if one.may(May.ANSWER_ALERTS)}
    return [one for one in shifts if one.account_id in staff and staff[one.account_id].sees(one.school)]


def _named(console: Console, found: Sequence[Turn]) -> list[Named]:
    if not found:
        return []
    names = {one.account_id: one.name for one in console.who.everybody()}
    rings = console.staff.rings()
    return [
        Named(turn, names.get(turn.shift.account_id, "?"), _ring_for(turn, rings.values())) for turn in found
    ]


def _ring_for(turn: Turn, rings: Iterable[Ring]) -> Ring | None:
    """The ring that counts for a turn: not one of a day before."""
    earliest = turn.starts - RUNG_BEFORE
    mine = (one for one in rings if one.account_id == turn.shift.account_id)
    return next((one for one in mine if one.rung >= earliest), None)
