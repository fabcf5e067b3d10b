"""The lists page: a hundred listings at a time, without photos; only what a page shows is opened."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.account_tables import SecondRow
from hallwatch.adapters.store.accounts import second_of
from hallwatch.adapters.store.appeal_tables import NoticeRow
from hallwatch.adapters.store.appeals import AppealQuestions
from hallwatch.adapters.store.import_tables import ImportItemRow, ImportRow
from hallwatch.adapters.store.listings import ListingQuestions
from hallwatch.adapters.store.people import PeopleQuestions
from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.tables import ListingRow, PersonRow
from hallwatch.core.dossier import AskedLines, Line, Standing
from hallwatch.core.import_batch import OPEN_BATCH, BatchState
from hallwatch.core.listing import OPEN, State
from hallwatch.core.listing_facts import is_business_of
from hallwatch.core.model import Person
from hallwatch.core.notice import OVERDUE_DAYS
from hallwatch.core.policy.roles import Account
from hallwatch.core.second import SecondRequest

TOLD_OF = (State.ACTIVE.value, State.SUSPENDED.value)
"""While a listing is one of these, its person has to be told of it."""
AT_ONCE = 200


class Overview:
    """Questions of the lists page, about listings of an account's schools, the newest change first."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session = session
        self._listings, self._people = ListingQuestions(session, seals), PeopleQuestions(session, seals)
        self._told = AppealQuestions(session, seals)

    def page(self, account: Account, asked: AskedLines, number: int, size: int) -> tuple[list[Line], bool]:
        """The page of this number, from 1 on, and whether another one follows."""
        wanted = select(ListingRow.listing_id, ListingRow.schools)
        wanted = wanted.where(ListingRow.state.in_([one.value for one in asked.states]))
        if asked.kind:
            wanted = wanted.where(ListingRow.kind == asked.kind)
        if asked.due:
            wanted = wanted.join(NoticeRow, NoticeRow.listing_id == ListingRow.listing_id).where(_untold())
        numbers: Iterable[str] = self._numbers(wanted, account.scope)
        if words := asked.words.casefold().split():
            numbers = self._named(list(numbers), words)
        found = list(islice(numbers, (number - 1) * size, number * size + 1))
        return self._opened(found[:size]), len(found) > size

    def waiting(self, account: Account, most: int) -> list[Line]:
        """Those that wait for a yes or no of this account, without those that are answered with an import."""
        emergency = (ListingRow.state == State.ACTIVE.value) & ListingRow.emergency_until.is_not(None)
        waits = (ListingRow.state == State.WAITING.value) | emergency
        imported = select(ImportItemRow.listing_id).join(
            ImportRow, ImportRow.import_id == ImportItemRow.import_id
        )
        imported = imported.where(
            ImportRow.state.in_([one.value for one in (*OPEN_BATCH, BatchState.APPROVED)])
        )
        wanted = select(ListingRow.listing_id, ListingRow.schools).where(
            waits, ListingRow.author != account.account_id, ListingRow.listing_id.not_in(imported)
        )
        numbers = self._numbers(wanted, account.scope)
        found: list[Line] = []
        while numbers and len(found) < most:
            found += [line for line in self._opened(numbers[:AT_ONCE]) if line.standing.waits_for(account)]
            numbers = numbers[AT_ONCE:]
        return found[:most]

    def overdue(self, account: Account, now: datetime) -> int:
        """Of how many listings somebody should have been told by now."""
        late = NoticeRow.due < now - timedelta(days=OVERDUE_DAYS)
        wanted = select(ListingRow.schools).join(NoticeRow, NoticeRow.listing_id == ListingRow.listing_id)
        rows = self._session.scalars(wanted.where(_untold() & late))
        return sum(is_business_of(json.loads(here), account.scope) for here in rows)

    def unlisted(self, account: Account) -> list[tuple[str, Person]]:
        """Of the AT_ONCE who came last and never had a listing here: those whom no list.csv names either, with their
        numbers. Their photos are kept, and nobody looks for them."""
        wanted = select(PersonRow.person_id, PersonRow.sealed).outerjoin(
            ListingRow, ListingRow.person_id == PersonRow.person_id
        )
        never = wanted.where(ListingRow.listing_id.is_(None)).order_by(PersonRow.created.desc())
        rows = self._session.execute(never.limit(AT_ONCE)).all()
        found = [(number, self._people.opened(number, sealed)) for number, sealed in rows]
        return [
            (number, person)
            for number, person in found
            if person is not None
            and not person.listings
            and (account.scope is None or bool(set(person.schools) & account.scope))
        ]

    def any(self) -> bool:
        """Whether anybody is listed at all."""
        states = ListingRow.state.in_([one.value for one in OPEN])
        return bool(self._session.scalar(select(func.count()).select_from(ListingRow).where(states)))

    def _numbers(self, wanted: Select[str, str], schools: Collection[str] | None) -> list[str]:
        mine = None if schools is None else frozenset(schools)
        rows = self._session.execute(wanted.order_by(ListingRow.changed.desc(), ListingRow.listing_id))
        return [number for number, here in rows if is_business_of(json.loads(here), mine)]

    def _named(self, numbers: Sequence[str], words: Collection[str]) -> Iterator[str]:
        """Those whose person's name or id holds all of these words: names are sealed, each has to be opened."""
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            wanted = select(ListingRow.listing_id, PersonRow.person_id, PersonRow.sealed)
            wanted = wanted.join(PersonRow, PersonRow.person_id == ListingRow.person_id)
            found = self._session.execute(wanted.where(ListingRow.listing_id.in_(some)))
            theirs = {number: (person_id, sealed) for number, person_id, sealed in found}
            for number in some:
                person = self._people.opened(*theirs[number]) if number in theirs else None
                text = "" if person is None else f"{person.name} {person.external_id}".casefold()
                if text and all(word in text for word in words):
                    yield number

    def _opened(self, numbers: Sequence[str]) -> list[Line]:
        """These listings with their people, without the erased."""
        asked: dict[str, list[SecondRequest]] = {}
        rows = self._session.scalars(
            select(SecondRow).where(SecondRow.subject.in_(numbers)).order_by(SecondRow.request_id)
        )
        for row in rows:  # together: the table has no index of what was asked about
            asked.setdefault(row.subject, []).append(second_of(row))
        found = []
        for number in numbers:
            record = self._listings.listing(number)
            person = None if record is None else self._people.person(record.person_id)
            if record is None or person is None:
                continue
            standing = Standing(
                record,
                "",
                tuple(one for one in asked.get(number, ()) if one.asked_at == record.asked),
                self._told.notice(number),
                tuple(self._told.appeals(number)),
            )
            found.append(Line(record.person_id, person, standing))
        return found


def _untold() -> ColumnElement[bool]:
    return NoticeRow.given.is_(None) & ListingRow.state.in_(TOLD_OF)
