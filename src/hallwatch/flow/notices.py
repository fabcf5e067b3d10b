"""What the keeper does about notices: one is due with the last yes, until somebody records how it was given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hallwatch.core.listing import ListingRecord
from hallwatch.core.notice import Notice, is_due
from hallwatch.core.notice_requests import GiveNotice
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.requests import Done, Refused, Reply
from hallwatch.flow.books import Books
from hallwatch.flow.listing_answers import NOT_YOURS, may_not


def now_due(books: Books, record: ListingRecord, now: datetime) -> None:
    """From now on the person has to be told, unless the others have said yes to why not."""
    if not record.terms.untold and books.appeals.notice(record.listing_id) is None:
        books.appeals.put_notice(Notice(record.listing_id, record.person_id, now))


def given(request: GiveNotice, books: Books, mine: Account | None, today: date, now: datetime) -> Reply:
    """Record how, to whom and when it was given."""
    record = books.listings.listing(request.listing_id)
    if record is None or may_not(mine, May.WRITE_LISTINGS, record.terms) is not None:
        return Refused(NOT_YOURS)
    notice = books.appeals.notice(request.listing_id)
    if notice is None or not is_due(notice, record):
        return Refused("no notice of this listing is due")
    if request.given > today or request.given < record.written.date() - timedelta(days=1):
        return Refused(
            "a notice is given after the listing was written and not in the future; look at the day"
        )
    if not request.to_whom.strip():
        return Refused("write down who was given the notice")
    books.appeals.put_notice(
        replace(
            notice,
            given=request.given,
            way=request.way,
            to_whom=request.to_whom,
            recorded_by=request.by.actor,
            recorded_at=now,
        )
    )
    detail = {"way": request.way.value, "given": request.given.isoformat()}
    books.audit.add(request.by.does("notice.give", request.listing_id, detail=detail), now)
    return Done(subject=request.listing_id)
