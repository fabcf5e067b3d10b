"""Listings as programs read them: counted by their rows alone, and some at a time, without photos."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.listings import ListingQuestions
from hallwatch.adapters.store.own_lists import OwnListQuestions
from hallwatch.adapters.store.people import PeopleQuestions
from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.tables import ListingRow
from hallwatch.core.dossier import Standing
from hallwatch.core.listing import OPEN, State
from hallwatch.core.listing_facts import ListFacts, ListingFacts, counted, is_business_of, listing_facts
from hallwatch.core.own_list import ListState

PAGE = 200


class ListPages:
    """Questions about lists as a whole, for some schools (None: for all)."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._own = session, OwnListQuestions(session, seals)
        self._listings, self._people = ListingQuestions(session, seals), PeopleQuestions(session, seals)

    def counts(self, schools: frozenset[str] | None) -> tuple[ListFacts, ...]:
        """Every list with its open listings, counted."""
        wanted = select(ListingRow.kind, ListingRow.state, ListingRow.schools)
        rows = self._session.execute(wanted.where(ListingRow.state.in_([one.value for one in OPEN])))
        mine = [(kind, state) for kind, state, here in rows if is_business_of(json.loads(here), schools)]
        own = (one.slug for one in self._own.own_lists() if one.state is ListState.IN_USE)
        return counted(mine, own)

    def one(self, listing_id: str, schools: frozenset[str] | None) -> ListingFacts | None:
        """The listing of this number; None for another school's."""
        row = self._session.get(ListingRow, listing_id)
        return None if row is None else self._facts(row, schools)

    def some(
        self,
        schools: frozenset[str] | None,
        kind: str,
        states: Collection[State],
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> list[ListingFacts]:
        """The first ``limit`` written after that moment (the number tells those of one moment apart), oldest first."""
        found: list[ListingFacts] = []
        while len(found) < limit:
            wanted = select(ListingRow).where(ListingRow.state.in_([one.value for one in states]))
            if kind:
                wanted = wanted.where(ListingRow.kind == kind)
            if after is not None:
                moment, number = after
                same = (ListingRow.written == moment) & (ListingRow.listing_id > number)
                wanted = wanted.where((ListingRow.written > moment) | same)
            rows = self._session.scalars(
                wanted.order_by(ListingRow.written, ListingRow.listing_id).limit(PAGE)
            ).all()
            for row in rows:
                facts = self._facts(row, schools)
                if facts is not None and len(found) < limit:
                    found.append(facts)
            if len(rows) < PAGE:
                break
            after = rows[-1].written, rows[-1].listing_id
        return found

    def _facts(self, row: ListingRow, schools: frozenset[str] | None) -> ListingFacts | None:
        """What the row says; None for another school's, or where the person was erased."""
        if not is_business_of(json.loads(row.schools), schools):
            return None
        record, person = self._listings.listing(row.listing_id), self._people.person(row.person_id)
        if record is None or person is None:
            return None
        return listing_facts(Standing(record, "", tuple(self._listings.asked(record))), person)
