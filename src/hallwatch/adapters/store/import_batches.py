"""Imports in the database: people sealed with their own keys, how an import stands in the clear."""

from __future__ import annotations

import json
from collections.abc import Collection

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.account_tables import SecondRow
from hallwatch.adapters.store.accounts import second_of
from hallwatch.adapters.store.import_tables import ImportItemRow, ImportPersonRow, ImportPhotoRow, ImportRow
from hallwatch.adapters.store.sealed import Seals
from hallwatch.core.import_batch import (
    OPEN_BATCH,
    Act,
    BatchItem,
    BatchPerson,
    BatchRecord,
    BatchState,
    BatchWords,
)
from hallwatch.core.model import Person
from hallwatch.core.photo_kept import PhotoKept
from hallwatch.core.second import SecondRequest
from hallwatch.errors import KeyGone

WORDS: TypeAdapter[BatchWords] = TypeAdapter(BatchWords)
PERSON: TypeAdapter[Person] = TypeAdapter(Person)


class ImportQuestions:
    """Imports, in any session."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def batch(self, import_id: str) -> BatchRecord | None:
        """The import of this number."""
        row = self._session.get(ImportRow, import_id)
        return None if row is None else self._record(row)

    def batches(self, states: Collection[BatchState] = tuple(BatchState), key: str = "") -> list[BatchRecord]:
        """Those in these states (of this source), the newest first."""
        wanted = select(ImportRow).where(ImportRow.state.in_([state.value for state in states]))
        if key:
            wanted = wanted.where(ImportRow.source == key)
        return [self._record(row) for row in self._session.scalars(wanted.order_by(ImportRow.number.desc()))]

    def holding(self, listing_id: str) -> BatchRecord | None:
        """The import that is not over yet and to which this listing belongs."""
        states = [state.value for state in (*OPEN_BATCH, BatchState.APPROVED)]
        wanted = (
            select(ImportRow)
            .join(ImportItemRow, ImportItemRow.import_id == ImportRow.import_id)
            .join(
                ImportPersonRow,
                (ImportPersonRow.import_id == ImportRow.import_id)
                & (ImportPersonRow.person_id == ImportItemRow.person_id),
            )
            .where(ImportItemRow.listing_id == listing_id)
            .where(ImportRow.state.in_(states) & ImportPersonRow.done.is_(False))
        )
        row = self._session.scalar(wanted.limit(1))
        return None if row is None else self._record(row)

    def items(self, import_id: str, person_id: str = "") -> list[BatchItem]:
        """What an import does (with one person), in order of the listings' numbers."""
        wanted = select(ImportItemRow).where(ImportItemRow.import_id == import_id)
        if person_id:
            wanted = wanted.where(ImportItemRow.person_id == person_id)
        rows = self._session.scalars(wanted.order_by(ImportItemRow.listing_id))
        return [BatchItem(row.listing_id, row.person_id, Act(row.act), row.digest) for row in rows]

    def made_by(self, key: str, person_id: str) -> set[str]:
        """The numbers of the listings that imports of this source have made of a person."""
        wanted = (
            select(ImportItemRow.listing_id)
            .join(ImportRow, ImportRow.import_id == ImportItemRow.import_id)
            .where((ImportRow.source == key) & (ImportItemRow.person_id == person_id))
            .where(ImportItemRow.act == Act.LIST.value)
        )
        return set(self._session.scalars(wanted))

    def people_of(self, key: str) -> list[str]:
        """The numbers of everybody whom imports of this source have named."""
        wanted = (
            select(ImportPersonRow.person_id)
            .join(ImportRow, ImportRow.import_id == ImportPersonRow.import_id)
            .where(ImportRow.source == key)
            .distinct()
        )
        return list(self._session.scalars(wanted))

    def person(self, import_id: str, person_id: str) -> BatchPerson | None:
        """Somebody in an import. Raises KeyGone for the erased."""
        row = self._session.get(ImportPersonRow, (import_id, person_id))
        return None if row is None else self._person(row)

    def people(self, import_id: str, limit: int, after: int = -1) -> list[tuple[int, BatchPerson]]:
        """Some of the people in an import with their places in it, in order, from the next place on."""
        mine = (ImportPersonRow.import_id == import_id) & (ImportPersonRow.place > after)
        rows = self._session.scalars(
            select(ImportPersonRow).where(mine).order_by(ImportPersonRow.place).limit(limit)
        )
        return [(row.place, self._person_or_gone(row)) for row in rows.all()]

    def staged(self, import_id: str, person_id: str) -> tuple[PhotoKept, ...]:
        """The photos that take the place of those that are kept; none where those stay."""
        rows = self._session.scalars(
            select(ImportPhotoRow)
            .where((ImportPhotoRow.import_id == import_id) & (ImportPhotoRow.person_id == person_id))
            .order_by(ImportPhotoRow.place)
        )
        return tuple(self._photo(row) for row in rows.all())

    def asked(self, record: BatchRecord) -> list[SecondRequest]:
        """The yeses that were asked for when the import was proposed last."""
        mine = SecondRow.subject == record.import_id
        rows = self._session.scalars(select(SecondRow).where(mine).order_by(SecondRow.request_id))
        return [second_of(row) for row in rows if row.asked_at == record.asked]

    def count(self, import_id: str, *, done: bool | None = None) -> int:
        """How many people are in an import."""
        mine = ImportPersonRow.import_id == import_id
        if done is not None:
            mine &= ImportPersonRow.done.is_(done)
        return self._session.scalar(select(func.count()).select_from(ImportPersonRow).where(mine)) or 0

    def is_careful(self, import_id: str) -> bool:
        """Whether anybody to be listed in it is young, or of unknown age."""
        mine = (ImportPersonRow.import_id == import_id) & ImportPersonRow.careful.is_(True)
        return self._session.scalar(select(ImportPersonRow.person_id).where(mine).limit(1)) is not None

    def _record(self, row: ImportRow) -> BatchRecord:
        opened = self._seals.open_site(f"import/{row.import_id}", row.sealed)
        return BatchRecord(
            import_id=row.import_id,
            number=row.number,
            key=row.source,
            state=BatchState(row.state),
            author=row.author,
            opened=row.opened,
            changed=row.changed,
            words=WORDS.validate_json(opened),
            schools=frozenset(json.loads(row.schools)),
            reading=row.reading,
            asked=row.asked,
            digest=row.digest,
        )

    def _person(self, row: ImportPersonRow) -> BatchPerson:
        person = None
        if row.sealed:
            place = f"import-person/{row.import_id}/{row.person_id}"
            person = PERSON.validate_json(self._seals.vault.unseal(row.person_id, row.sealed, place))
        return BatchPerson(
            row.person_id, person, row.new, row.careful, row.reading, done=row.done, note=row.note
        )

    def _person_or_gone(self, row: ImportPersonRow) -> BatchPerson:
        try:
            return self._person(row)
        except KeyGone:
            return BatchPerson(
                row.person_id, None, row.new, row.careful, row.reading, done=row.done, note=row.note
            )

    def _photo(self, row: ImportPhotoRow) -> PhotoKept:
        jpeg, template = places_of(row.import_id, row.person_id, row.place)
        vault = self._seals.vault
        return PhotoKept(
            str(row.place),
            vault.unseal(row.person_id, row.jpeg, jpeg),
            row.fingerprint,
            vault.unseal(row.person_id, row.template, template) if row.template else b"",
        )


def places_of(import_id: str, person_id: str, place: int) -> tuple[str, str]:
    """What the seals of a photo that waits, and of its template, are bound to."""
    where = f"{import_id}/{person_id}/{place}"
    return f"import-photo/{where}", f"import-template/{where}"
