"""What the keeper does with appeals: each has its days, and is answered by somebody who did not list the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import assert_never

from hallwatch.core.appeal import ACKNOWLEDGE_DAYS, Appeal, Outcome, deadline_fault
from hallwatch.core.listing import ListingRecord, State
from hallwatch.core.listing_requests import MoveListing
from hallwatch.core.notice_requests import (
    AcknowledgeAppeal,
    AnswerAppeal,
    AppealRequest,
    GiveNotice,
    ReceiveAppeal,
)
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.requests import Done, Refused, Reply
from hallwatch.flow import notices
from hallwatch.flow.books import Books
from hallwatch.flow.listing_answers import NOT_YOURS, may_not
from hallwatch.flow.listings import ListingKeeping

HOLDS = (State.ACTIVE, State.SUSPENDED)


@dataclass(frozen=True, slots=True)
class AppealKeeping:
    """Answers requests about notices and appeals. ``number`` makes a new number with a prefix."""

    listings: ListingKeeping
    number: Callable[[str], str]

    def answer(self, request: AppealRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        with self.listings.transaction() as books:
            mine, today = books.accounts.account(request.by.actor), self.listings.today()
            match request:
                case GiveNotice():
                    return notices.given(request, books, mine, today, now)
                case ReceiveAppeal():
                    return self._receive(request, books, mine, today, now)
                case AcknowledgeAppeal():
                    return _acknowledge(request, books, mine, today, now)
                case AnswerAppeal():
                    return self._answer(request, books, mine, today, now)
                case _:
                    assert_never(request)

    def _receive(
        self, request: ReceiveAppeal, books: Books, mine: Account | None, today: date, now: datetime
    ) -> Reply:
        record = books.listings.listing(request.listing_id)
        if record is None or may_not(mine, May.WRITE_LISTINGS, record.terms) is not None:
            return Refused(NOT_YOURS)
        if record.state not in HOLDS:
            return Refused(f"a listing that is {record.state} is not appealed against")
        if any(one.is_open for one in books.appeals.appeals(record.listing_id)):
            return Refused("an appeal against this listing waits for its answer; answer it first")
        if not request.said_by.strip() or not request.words.strip():
            return Refused("write down who appeals, and in whose words")
        if (why := deadline_fault(request.received, request.answer_by, today)) is not None:
            return Refused(why)
        appeal = Appeal(
            appeal_id=self.number("appeal-"),
            listing_id=record.listing_id,
            person_id=record.person_id,
            received=request.received,
            acknowledge_by=min(request.received + timedelta(days=ACKNOWLEDGE_DAYS), request.answer_by),
            answer_by=request.answer_by,
            recorded_by=request.by.actor,
            recorded_at=now,
            said_by=request.said_by,
            words=request.words,
        )
        if request.suspend and record.state is State.ACTIVE:
            # An emergency is approved or ended, nothing else.
            to = State.SUSPENDED if record.emergency_until is None else State.ENDED
            reply = self._turn(request, books, mine, record, to, "an appeal has come", now)
            if isinstance(reply, Refused):
                return reply
        books.appeals.put_appeal(appeal)
        detail = {"listing": record.listing_id, "answer by": appeal.answer_by.isoformat()}
        books.audit.add(request.by.does("appeal.receive", appeal.appeal_id, detail=detail), now)
        return Done(subject=appeal.appeal_id, day=appeal.answer_by)

    def _answer(
        self, request: AnswerAppeal, books: Books, mine: Account | None, today: date, now: datetime
    ) -> Reply:
        appeal, record = _appealed(books, request.appeal_id)
        if appeal is None or record is None or mine is None:
            return Refused(NOT_YOURS)
        if may_not(mine, May.APPROVE_LISTINGS, record.terms) is not None:
            return Refused(NOT_YOURS)
        if not appeal.is_open:
            return Refused("this appeal was answered already")
        if request.outcome is not Outcome.GRANTED and not request.answer.strip():
            return Refused("write down the reasons; whoever appealed reads them")
        listed_by = hands_in(books, record)
        involved = mine.account_id in listed_by
        if involved and could_answer(books, record, listed_by):
            books.audit.add(request.by.does("appeal.refused", appeal.appeal_id), now)
            return Refused(
                "whoever wrote or approved the listing does not answer the appeal while somebody else can"
            )
        if request.outcome is Outcome.GRANTED and record.state in HOLDS:
            reply = self._turn(request, books, mine, record, State.ENDED, "an appeal was granted", now)
            if isinstance(reply, Refused):
                return reply
        answered = replace(
            appeal,
            outcome=request.outcome,
            answered=today,
            answered_by=mine.account_id,
            answer=request.answer,
            involved=involved,
        )
        books.appeals.put_appeal(answered)
        detail = {"outcome": request.outcome.value, "involved": involved}
        books.audit.add(request.by.does("appeal.answer", appeal.appeal_id, detail=detail), now)
        return Done(subject=appeal.appeal_id, number=int(involved))

    def _turn(
        self,
        request: ReceiveAppeal | AnswerAppeal,
        books: Books,
        mine: Account | None,
        record: ListingRecord,
        to: State,
        why: str,
        now: datetime,
    ) -> Reply:
        """Suspend or end the listing, as if somebody had pressed the button."""
        by = replace(request.by, reason=why)
        reply = self.listings.turned(MoveListing(by, record.listing_id, to), books, mine, now)
        if isinstance(reply, Done):
            self.listings.keep_version(books, by, now)
        return reply


def hands_in(books: Books, record: ListingRecord) -> frozenset[str]:
    """Who wrote the listing, and who said yes to it."""
    asked = books.accounts.seconds(record.listing_id)
    return frozenset({record.author} | {one.answered_by for one in asked if one.approved and one.answered_by})


def could_answer(books: Books, record: ListingRecord, listed_by: frozenset[str]) -> bool:
    """Whether somebody who signs in here could answer an appeal without having listed the person."""
    return any(
        one.account_id not in listed_by
        and not one.is_unnamed
        and may_not(one, May.APPROVE_LISTINGS, record.terms) is None
        for one in books.accounts.everybody()
    )


def _appealed(books: Books, appeal_id: str) -> tuple[Appeal | None, ListingRecord | None]:
    appeal = books.appeals.appeal(appeal_id)
    return appeal, None if appeal is None else books.listings.listing(appeal.listing_id)


def _acknowledge(
    request: AcknowledgeAppeal, books: Books, mine: Account | None, today: date, now: datetime
) -> Reply:
    appeal, record = _appealed(books, request.appeal_id)
    if appeal is None or record is None or may_not(mine, May.WRITE_LISTINGS, record.terms) is not None:
        return Refused(NOT_YOURS)
    if appeal.acknowledged is not None:
        return Refused("that it has come was said already")
    if not appeal.received <= request.on <= today:
        return Refused("that it has come is said after it came and not in the future; look at the day")
    books.appeals.put_appeal(replace(appeal, acknowledged=request.on, acknowledged_by=request.by.actor))
    books.audit.add(request.by.does("appeal.acknowledge", appeal.appeal_id), now)
    return Done(subject=appeal.appeal_id)
