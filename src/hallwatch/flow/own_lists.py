"""What the keeper does with lists of the district's own: the board resolves, one writes it down, another confirms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from hallwatch.core.listing import APPROVAL_LIFE
from hallwatch.core.notice_requests import AnswerOwnList, OwnListRequest, RetireOwnList, WriteOwnList
from hallwatch.core.own_list import ListState, OwnList, digest_of, faults
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.requests import Done, Refused, Reply
from hallwatch.core.second import SecondRequest
from hallwatch.flow.bonds import bond, could_answer
from hallwatch.flow.books import Books, Transaction

ASKED = "list of the district's own"
"""What a second person is asked for."""
NOT_YOURS = "your role does not include lists of the district's own"


def in_use(books: Books) -> frozenset[str]:
    """The ids of the lists on which somebody can be listed."""
    return frozenset(own.slug for own in books.own_lists.own_lists() if own.state is ListState.IN_USE)


def subject_of(slug: str) -> str:
    """What a request for a second yes to this list is about."""
    return f"own-list/{slug}"


@dataclass(frozen=True, slots=True)
class OwnListKeeping:
    """Answers requests about lists of the district's own; ``today`` is the day at the site."""

    transaction: Callable[[], Transaction]
    today: Callable[[], date]
    number: Callable[[str], str]

    def answer(self, request: OwnListRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        with self.transaction() as books:
            mine = books.accounts.account(request.by.actor)
            match request:
                case WriteOwnList():
                    return self._write(request, books, mine, now)
                case AnswerOwnList():
                    return _answer(request, books, mine, now)
                case RetireOwnList():
                    return _retire(request, books, mine, now)
                case _:
                    assert_never(request)

    def _write(self, request: WriteOwnList, books: Books, mine: Account | None, now: datetime) -> Reply:
        if mine is None or not mine.may(May.MAKE_LISTS):
            return Refused(NOT_YOURS)
        own = OwnList(
            request.slug,
            request.english,
            request.spanish,
            request.resolution,
            request.resolved,
            request.purpose,
            mine.account_id,
            now,
        )
        if wrong := faults(own, self.today()):
            return Refused("; ".join(wrong))
        before = books.own_lists.own_list(own.slug)
        if before is not None and before.state is ListState.IN_USE:
            return Refused("this list is in use; retire it, or give the new one another id")
        if before is not None and before.state is ListState.RETIRED:
            return Refused("this list was retired; give the new one another id")
        books.own_lists.put(own)
        asked = SecondRequest(
            self.number("second-"),
            ASKED,
            subject_of(own.slug),
            digest_of(own),
            mine.account_id,
            now,
            now + APPROVAL_LIFE,
        )
        books.accounts.ask_second(asked)
        detail = {"resolution": own.resolution}
        books.audit.add(request.by.does("kind.write", own.slug, detail=detail), now)
        return Done(subject=own.slug)


def _answer(request: AnswerOwnList, books: Books, mine: Account | None, now: datetime) -> Reply:
    if mine is None or not mine.may(May.APPROVE_LISTINGS):
        return Refused(NOT_YOURS)
    own = books.own_lists.own_list(request.slug)
    asked = books.accounts.seconds(subject_of(request.slug))
    if own is None or own.state is not ListState.WAITING or not asked:
        return Refused("this list waits for no answer")
    newest = asked[-1]
    why = newest.refusal(mine.account_id, request.digest, now)
    if why is None and request.digest != digest_of(own):
        why = "what was asked for has changed since; look at it again"
    others = could_answer(books, May.APPROVE_LISTINGS)
    bound = bond(books, newest.asked_by, mine, others, now)
    if why is None and request.approve:
        why = bound.why
    if why is not None:
        books.audit.add(request.by.does("second.refused", request.slug), now)
        return Refused(why)
    books.accounts.answer_second(newest.request_id, mine.account_id, now, approved=request.approve)
    state = ListState.IN_USE if request.approve else ListState.REFUSED
    books.own_lists.put(replace(own, state=state))
    action = "kind.confirm" if request.approve else "kind.decline"
    detail = {"digest": request.digest} | bound.detail
    books.audit.add(request.by.does(action, own.slug, detail=detail), now)
    return Done(subject=own.slug)


def _retire(request: RetireOwnList, books: Books, mine: Account | None, now: datetime) -> Reply:
    if mine is None or not mine.may(May.MAKE_LISTS):
        return Refused(NOT_YOURS)
    own = books.own_lists.own_list(request.slug)
    if own is None or own.state is not ListState.IN_USE:
        return Refused("this list is not in use")
    if not request.by.reason.strip():
        return Refused("write down why")
    books.own_lists.put(replace(own, state=ListState.RETIRED))
    books.audit.add(request.by.does("kind.retire", own.slug), now)
    return Done(subject=own.slug)
