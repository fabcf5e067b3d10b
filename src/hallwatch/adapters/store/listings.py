"""Listings in the database: their terms sealed with the person's key, their state in the clear to be found by it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.account_tables import SecondRow
from hallwatch.adapters.store.accounts import second_of
from hallwatch.adapters.store.appeals import expunge
from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.tables import ListingRow, PersonRow, TemplateRow
from hallwatch.core.events import ListChange
from hallwatch.core.likeness import Likeness
from hallwatch.core.listing import ListingRecord, State, Terms
from hallwatch.core.model import Listing
from hallwatch.core.second import SecondRequest
from hallwatch.errors import KeyGone


@dataclass(frozen=True, slots=True)
class _Words:
    terms: Terms
    ended_why: str
    likeness: Likeness | None = None


_WORDS: TypeAdapter[_Words] = TypeAdapter(_Words)


class ListingQuestions:
    """Listings, in any session. Those of erased people are gone with their key."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def listing(self, listing_id: str) -> ListingRecord | None:
        """The listing of this number."""
        row = self._session.get(ListingRow, listing_id)
        return None if row is None else self._record(row)

    def listings(self, states: Collection[State] = tuple(State), person_id: str = "") -> list[ListingRecord]:
        """Those in these states (of this person), the newest change first."""
        wanted = select(ListingRow).where(ListingRow.state.in_([state.value for state in states]))
        if person_id:
            wanted = wanted.where(ListingRow.person_id == person_id)
        rows = self._session.scalars(wanted.order_by(ListingRow.changed.desc(), ListingRow.listing_id))
        return [record for row in rows if (record := self._record(row)) is not None]

    def over(self, today: date, now: datetime) -> list[ListingRecord]:
        """Active or suspended ones whose last day, or whose emergency, is over."""
        states = ListingRow.state.in_([State.ACTIVE.value, State.SUSPENDED.value])
        ended = (ListingRow.ends < today.isoformat()) | (ListingRow.emergency_until <= now)
        rows = self._session.scalars(select(ListingRow).where(states & ended))
        return [record for row in rows if (record := self._record(row)) is not None]

    def listed_tags(self, today: date) -> set[bytes]:
        """The tags of the people who are listed on this day."""
        holds = (ListingRow.starts <= today.isoformat()) & (ListingRow.ends >= today.isoformat())
        active = (ListingRow.state == State.ACTIVE.value) & holds & (PersonRow.content != b"")
        wanted = select(PersonRow.tag).join(ListingRow, ListingRow.person_id == PersonRow.person_id)
        return set(self._session.scalars(wanted.where(active)))

    def asked(self, record: ListingRecord) -> list[SecondRequest]:
        """The yeses that were asked for when the listing was proposed last."""
        mine = SecondRow.subject == record.listing_id
        rows = self._session.scalars(select(SecondRow).where(mine).order_by(SecondRow.request_id))
        return [second_of(row) for row in rows if row.asked_at == record.asked]

    def change_of(self, person_id: str) -> ListChange | None:
        """The person as the cameras have to know them now; None for somebody erased."""
        row = self._session.get(PersonRow, person_id)
        if row is None or not row.sealed:
            return None
        try:
            person = self._seals.open_person(person_id, row.sealed)
        except KeyGone:
            return None
        active = self.listings((State.ACTIVE,), person_id)
        if not active:
            return ListChange(person.external_id, None)
        templates = self.templates(person_id)
        listings = tuple(_for_cameras(record) for record in active)
        return ListChange(person.external_id, replace(person, listings=listings, taken=None), templates)

    def templates(self, person_id: str) -> tuple[tuple[str, bytes], ...]:
        """Of each photo that has one: the pack's fingerprint and the numbers."""
        mine = TemplateRow.person_id == person_id
        rows = self._session.scalars(select(TemplateRow).where(mine).order_by(TemplateRow.place)).all()
        return tuple(
            (one.fingerprint, self._seals.open_template(person_id, one.place, one.fingerprint, one.sealed))
            for one in rows
        )

    def listed(self) -> list[ListChange]:
        """Everybody with an active listing."""
        wanted = select(ListingRow.person_id).where(ListingRow.state == State.ACTIVE.value).distinct()
        found = [self.change_of(person_id) for person_id in self._session.scalars(wanted).all()]
        return [change for change in found if change is not None]

    def _record(self, row: ListingRow) -> ListingRecord | None:
        if not row.sealed:
            return None
        try:
            opened = self._seals.vault.unseal(row.person_id, row.sealed, f"listing/{row.listing_id}")
        except KeyGone:
            return None
        words = _WORDS.validate_json(opened)
        return ListingRecord(
            listing_id=row.listing_id,
            person_id=row.person_id,
            terms=words.terms,
            state=State(row.state),
            author=row.author,
            written=row.written,
            changed=row.changed,
            asked=row.asked,
            emergency=row.emergency,
            emergency_until=row.emergency_until,
            ended_why=words.ended_why,
            likeness=words.likeness,
        )


class ListingBook(ListingQuestions):
    """Listings within one transaction of the keeper."""

    def put(self, record: ListingRecord) -> None:
        """Keep the listing as it stands now."""
        row = self._session.get(ListingRow, record.listing_id)
        if row is None:
            row = ListingRow(listing_id=record.listing_id, person_id=record.person_id, written=record.written)
            self._session.add(row)
        words = _WORDS.dump_json(_Words(record.terms, record.ended_why, record.likeness))
        row.sealed = self._seals.vault.seal(record.person_id, words, f"listing/{record.listing_id}")
        row.state, row.kind = record.state.value, record.terms.kind
        row.schools = json.dumps(sorted(record.terms.schools))
        row.starts, row.ends = record.terms.starts.isoformat(), record.terms.ends.isoformat()
        row.author, row.changed, row.asked = record.author, record.changed, record.asked
        row.emergency, row.emergency_until = record.emergency, record.emergency_until
        self._session.flush()

    def withdraw(self, listing_id: str) -> None:
        """A listing that never held, and nobody has said yes to, goes."""
        never = (ListingRow.listing_id == listing_id) & (ListingRow.state == State.WAITING.value)
        self._session.execute(delete(ListingRow).where(never))

    def expunge(self, person_id: str, now: datetime) -> None:
        """What the person's listings, notices and appeals said goes; the rows stay, without words."""
        mine = ListingRow.person_id == person_id
        for row in self._session.scalars(select(ListingRow).where(mine)):
            row.state, row.sealed, row.changed = State.EXPUNGED.value, b"", now
        expunge(self._session, person_id)


def _for_cameras(record: ListingRecord) -> Listing:
    terms = record.terms
    return Listing(
        list=terms.kind,
        reason=terms.reason,
        expires=terms.ends,
        starts=terms.starts,
        authority=terms.authority,
        schools=terms.schools,
        until=record.emergency_until,
    )
