"""People in the database: sealed particulars, photos and templates, and the versions of the list."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import cast

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.tables import ListVersionRow, PersonRow, PhotoRow, TemplateRow
from hallwatch.core.ledger import ListVersion
from hallwatch.core.model import Person
from hallwatch.core.requests import PhotoKept
from hallwatch.errors import KeyGone

TAG_BYTES = 32


class PeopleBook:
    """People within one transaction of the keeper."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def number_of(self, external_id: str, name: str, now: datetime) -> str:
        """The person's number; somebody unknown becomes a person of this name. Raises KeyGone for the erased."""
        row = self._row(external_id)
        if row is None:
            row = self._new(Person(external_id, name, "", ()), now)
        return row.person_id

    def keep(self, person: Person, photos: Sequence[PhotoKept], now: datetime) -> tuple[str, bool]:
        """Particulars and photos, in place of what was kept; returns the number, and whether anything changed.

        Raises KeyGone for the erased.
        """
        row = self._row(person.external_id) or self._new(person, now)
        content = self._seals.content(person, photos)
        sealed = self._seals.person(row.person_id, person)
        if row.content == content:
            return row.person_id, False
        row.sealed, row.content, row.updated = sealed, content, now
        for table in (PhotoRow, TemplateRow):
            self._session.execute(delete(table).where(table.person_id == row.person_id))
        for place, photo in enumerate(photos):
            sealed = self._seals.photo(row.person_id, place, photo.jpeg)
            self._session.add(PhotoRow(person_id=row.person_id, place=place, sealed=sealed))
            if photo.template:
                numbers = self._seals.template(row.person_id, place, photo.fingerprint, photo.template)
                kept = TemplateRow(person_id=row.person_id, place=place, fingerprint=photo.fingerprint)
                kept.sealed = numbers
                self._session.add(kept)
        self._session.flush()
        return row.person_id, True

    def keep_roster(self, person: Person, jpegs: Sequence[bytes], now: datetime) -> str:
        """Somebody of the roster with photos and without templates; the number. Raises KeyGone for the erased."""
        photos = [PhotoKept(str(place), jpeg, "", b"") for place, jpeg in enumerate(jpegs)]
        return self.keep(person, photos, now)[0]

    def set_particulars(self, person_id: str, person: Person, now: datetime) -> None:
        """Other particulars; photos and templates stay."""
        row = self._session.get_one(PersonRow, person_id)
        row.sealed, row.content, row.updated = self._seals.person(person_id, person), b"-", now

    def let_go(self, person_id: str) -> None:
        """The row goes, with photos and templates; the key is the caller's to destroy."""
        self._session.execute(delete(PersonRow).where(PersonRow.person_id == person_id))

    def drop_templates(self, person_id: str) -> None:
        """The templates go; particulars and photos stay, and are not taken for the same as with templates."""
        gone = self._session.execute(delete(TemplateRow).where(TemplateRow.person_id == person_id))
        row = self._session.get(PersonRow, person_id)
        if row is not None and row.sealed and cast("CursorResult[object]", gone).rowcount:
            row.content = b"-"

    def find(self, external_id: str) -> str | None:
        """The number of the person with this external id."""
        row = self._row(external_id)
        return None if row is None else row.person_id

    def person(self, person_id: str) -> Person:
        """Their particulars. Raises KeyGone, SealBroken."""
        return self._seals.open_person(person_id, self._session.get_one(PersonRow, person_id).sealed)

    def photo_digests(self, person_id: str) -> tuple[bytes, ...]:
        """SHA-256 of each photo, in order: what a yes is said to."""
        rows = self._session.scalars(
            select(PhotoRow).where(PhotoRow.person_id == person_id).order_by(PhotoRow.place)
        )
        return tuple(
            sha256(self._seals.open_photo(person_id, row.place, row.sealed)).digest() for row in rows
        )

    def has_templates(self, person_id: str) -> bool:
        """Whether there is anything of the person that cameras could be searched for."""
        mine = select(TemplateRow.place).where(TemplateRow.person_id == person_id).limit(1)
        return self._session.scalar(mine) is not None

    def erase(self, person_id: str) -> None:
        """Photos, templates and particulars go; the row stays, so that the same id is known as erased."""
        for table in (PhotoRow, TemplateRow):
            self._session.execute(delete(table).where(table.person_id == person_id))
        row = self._session.get(PersonRow, person_id)
        if row is not None:
            row.sealed = row.content = b""

    def numbers(self) -> set[str]:
        """All persons' numbers."""
        return set(self._session.scalars(select(PersonRow.person_id)))

    def newest_list(self) -> ListVersion | None:
        """The list as it is now; None before the first."""
        last = self._session.scalar(select(ListVersionRow).order_by(ListVersionRow.number.desc()).limit(1))
        return None if last is None else _version(last)

    def tag_of(self, external_id: str) -> bytes:
        """By which the id is found again without being kept."""
        return self._seals.tag(external_id)

    def set_list(self, tags: Collection[bytes], now: datetime) -> ListVersion:
        """The list as it is from now on, without the erased; the same list again makes no new version."""
        tags = tuple(sorted(tag for tag in set(tags) if not self._seals.vault.is_erased(tag)))
        last = self.newest_list()
        if last is not None and last.tags == tags:
            return last
        number = 1 if last is None else last.number + 1
        row = ListVersionRow(number=number, at=now, tags=b"".join(tags))
        self._session.add(row)
        self._session.flush()
        return _version(row)

    def _row(self, external_id: str) -> PersonRow | None:
        return self._session.scalar(select(PersonRow).where(PersonRow.tag == self._seals.tag(external_id)))

    def _new(self, person: Person, now: datetime) -> PersonRow:
        if self._seals.vault.is_erased(self._seals.tag(person.external_id)):
            raise KeyGone("this person was erased")
        person_id = f"person-{uuid.uuid4().hex}"
        self._seals.vault.create([person_id], now)
        row = PersonRow(
            person_id=person_id,
            tag=self._seals.tag(person.external_id),
            content=b"",
            sealed=self._seals.person(person_id, person),
            created=now,
            updated=now,
        )
        self._session.add(row)
        self._session.flush()
        return row


class PeopleQuestions:
    """What pages and commands ask about people, in a session of a reader."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def photo(self, external_id: str) -> bytes | None:
        """The person's first photo as a JPEG."""
        person_id = self._session.scalar(
            select(PersonRow.person_id).where(PersonRow.tag == self._seals.tag(external_id))
        )
        if person_id is None:
            return None
        row = self._session.get(PhotoRow, (person_id, 0))
        return None if row is None else self._seals.open_photo(person_id, 0, row.sealed)

    def person(self, person_id: str) -> Person | None:
        """Somebody's particulars; None for whoever is not known or was erased. Raises SealBroken."""
        row = self._session.get(PersonRow, person_id)
        return None if row is None else self.opened(person_id, row.sealed)

    def opened(self, person_id: str, sealed: bytes) -> Person | None:
        """The same of a row that was read already."""
        try:
            return self._seals.open_person(person_id, sealed) if sealed else None
        except KeyGone:
            return None

    def number_of(self, external_id: str) -> str | None:
        """The number of the person with this external id."""
        tag = self._seals.tag(external_id)
        return self._session.scalar(select(PersonRow.person_id).where(PersonRow.tag == tag))

    def photos(self, person_id: str) -> list[bytes]:
        """All photos as JPEGs, in order; none for whoever was erased."""
        mine = PhotoRow.person_id == person_id
        rows = self._session.scalars(select(PhotoRow).where(mine).order_by(PhotoRow.place)).all()
        return [self._seals.open_photo(person_id, row.place, row.sealed) for row in rows]

    def everybody(self) -> Iterator[tuple[str, Person]]:
        """Everybody who is kept here, with their numbers; in no order."""
        for row in self._session.scalars(select(PersonRow).where(PersonRow.sealed != b"")):
            try:
                yield row.person_id, self._seals.open_person(row.person_id, row.sealed)
            except KeyGone:
                continue

    def photos_listed(self, fingerprint: str) -> int:
        """How many templates of this pack the people on the newest list have."""
        newest = self._session.scalar(select(ListVersionRow).order_by(ListVersionRow.number.desc()).limit(1))
        on_it = set() if newest is None else set(_version(newest).tags)
        counted = (
            select(PersonRow.tag, func.count())
            .join(TemplateRow, TemplateRow.person_id == PersonRow.person_id)
            .where(TemplateRow.fingerprint == fingerprint)
            .group_by(PersonRow.tag)
        )
        return sum(count for tag, count in self._session.execute(counted) if tag in on_it)

    def list_at(self, at: datetime) -> ListVersion | None:
        """The list that held at a moment; None before the first."""
        row = self._session.scalar(
            select(ListVersionRow)
            .where(ListVersionRow.at <= at)
            .order_by(ListVersionRow.number.desc())
            .limit(1)
        )
        return None if row is None else _version(row)

    def tag(self, external_id: str) -> bytes:
        """By which an external id is found in a version of the list."""
        return self._seals.tag(external_id)


def _version(row: ListVersionRow) -> ListVersion:
    tags = tuple(row.tags[at : at + TAG_BYTES] for at in range(0, len(row.tags), TAG_BYTES))
    return ListVersion(row.number, row.at, tags)
