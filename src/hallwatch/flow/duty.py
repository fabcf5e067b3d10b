"""What the keeper does about duty: the calendar of shifts, and rings of phones."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import assert_never

from hallwatch.core.audit import Plain
from hallwatch.core.delivery import LONGEST_OUTCOME
from hallwatch.core.duty import ANSWERED_WITHIN, MOST_MINUTES, Ring, Shift, on_duty
from hallwatch.core.duty_requests import AnswerRing, DropShift, DutyRequest, NoteRing, RingPhone, WriteShift
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.requests import Done, Refused, Reply
from hallwatch.flow.books import Books, Transaction, WithDeliveries

NOT_YOURS = "shifts are written by administrators of the school"


@dataclass(frozen=True, slots=True)
class DutyKeeping:
    """Answers requests about duty; ``number`` makes a new number with a prefix."""

    transaction: Callable[[], Transaction]
    number: Callable[[str], str]

    def answer(self, request: DutyRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        with self.transaction() as books:
            if isinstance(request, NoteRing):
                return _note(request, books)
            mine = books.accounts.account(request.by.actor)
            if mine is None or mine.disabled:
                return Refused(NOT_YOURS)
            match request:
                case WriteShift():
                    return self._write(request, books, mine, now)
                case DropShift():
                    return _drop(request, books, mine, now)
                case RingPhone():
                    return self._ring(request, books, mine, now)
                case AnswerRing():
                    return _answer(request, books, mine, now)
                case _:
                    assert_never(request)

    def _write(self, request: WriteShift, books: Books, mine: Account, now: datetime) -> Reply:
        whose = books.accounts.account(request.account_id)
        if not mine.may(May.MANAGE_ACCOUNTS) or not mine.sees(request.school):
            return Refused(NOT_YOURS)
        if whose is None or not whose.may(May.ANSWER_ALERTS) or not whose.sees(request.school):
            return Refused("this account does not answer alerts of this school")
        if not 1 <= request.minutes <= MOST_MINUTES:
            return Refused("a shift ends within 24 hours of its begin")
        if request.last is not None and (not request.weekly or request.last < request.day):
            return Refused("the last day is for weekly shifts, and not before the first")
        shift = Shift(
            self.number("shift-"),
            request.school,
            whose.account_id,
            request.day,
            request.begins,
            request.minutes,
            request.weekly,
            request.last,
        )
        books.duty.put(shift)
        detail: dict[str, Plain] = {"account": whose.account_id, "day": shift.day.isoformat()}
        detail |= {
            "begins": shift.begins.isoformat("minutes"),
            "minutes": shift.minutes,
            "weekly": shift.weekly,
        }
        deed = request.by.does("duty.write", shift.shift_id, school=shift.school, detail=detail)
        books.audit.add(deed, now)
        return Done(subject=shift.shift_id)

    def _ring(self, request: RingPhone, books: Books, mine: Account, now: datetime) -> Reply:
        if not mine.may(May.SEE_ALERTS):
            return Refused("your role does not include seeing alerts")
        if mine.account_id not in {owner for _, owner in books.deliveries.subscribers()}:
            return Refused(
                "no device takes messages for you; on your phone, in Your account, press Send messages to this device"
            )
        last = books.duty.ring_of(mine.account_id)
        if last is not None and last.answered is None and timedelta() <= now - last.rung < ANSWERED_WITHIN:
            return Refused("your phone is being rung already; wait until the minute is over")
        ring = Ring(self.number("ring-"), mine.account_id, now)
        books.duty.put_ring(ring)
        books.audit.add(request.by.does("duty.ring", mine.account_id), now)
        return Done(subject=ring.ring_id, at=now)


def _drop(request: DropShift, books: Books, mine: Account, now: datetime) -> Reply:
    shift = books.duty.shift(request.shift_id)
    if shift is None or not mine.may(May.MANAGE_ACCOUNTS) or not mine.sees(shift.school):
        return Refused(NOT_YOURS)
    books.duty.drop(shift.shift_id)
    detail: dict[str, Plain] = {"account": shift.account_id}
    books.audit.add(request.by.does("duty.drop", shift.shift_id, school=shift.school, detail=detail), now)
    return Done(subject=shift.shift_id)


def _note(request: NoteRing, books: Books) -> Reply:
    ring = books.duty.ring(request.ring_id)
    if ring is None:
        return Done()  # rung again meanwhile
    books.duty.put_ring(replace(ring, outcome=request.outcome[:LONGEST_OUTCOME]))
    return Done(subject=ring.ring_id)


def _answer(request: AnswerRing, books: Books, mine: Account, now: datetime) -> Reply:
    ring = books.duty.ring(request.ring_id)
    if ring is None or ring.account_id != mine.account_id:
        return Refused("there is no such ring; ring again")
    if ring.answered is None:
        books.duty.put_ring(replace(ring, answered=now))
        late: dict[str, Plain] = {"after_s": round((now - ring.rung).total_seconds())}
        books.audit.add(request.by.does("duty.answer", mine.account_id, detail=late), now)
    return Done(subject=ring.ring_id)


def accounts_on_duty(
    books: WithDeliveries, school: str, now: datetime, zone: tzinfo | None
) -> Collection[str]:
    """Who is on duty at the school at this moment."""
    mine = [shift for shift in books.duty.shifts() if shift.school == school]
    return {turn.shift.account_id for turn in on_duty(mine, now, zone)}
