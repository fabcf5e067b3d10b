"""Imports in the database: people sealed with their own keys, how an import stands in the clear."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from pydantic import TypeAdapter
from sqlalchemy import delete, func, select, update
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

_WORDS: TypeAdapter[BatchWords] = TypeAdapter(BatchWords)
_PERSON: TypeAdapter[Person] = TypeAdapter(Person)


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
            words=_WORDS.validate_json(opened),
            schools=frozenset(json.loads(row.schools)),
            reading=row.reading,
            asked=row.asked,
            digest=row.digest,
        )

    def _person(self, row: ImportPersonRow) -> BatchPerson:
        person = None
        if row.sealed:
            place = f"import-person/{row.import_id}/{row.person_id}"
            person = _PERSON.validate_json(self._seals.vault.unseal(row.person_id, row.sealed, place))
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
        jpeg, template = _places(row.import_id, row.person_id, row.place)
        vault = self._seals.vault
        return PhotoKept(
            str(row.place),
            vault.unseal(row.person_id, row.jpeg, jpeg),
            row.fingerprint,
            vault.unseal(row.person_id, row.template, template) if row.template else b"",
        )


class ImportBook(ImportQuestions):
    """Imports within one transaction of the keeper."""

    def next_number(self) -> int:
        """What people will call the next import."""
        return (self._session.scalar(select(func.max(ImportRow.number))) or 0) + 1

    def put(self, record: BatchRecord) -> None:
        """Keep the import as it stands now."""
        row = self._session.get(ImportRow, record.import_id)
        if row is None:
            row = ImportRow(import_id=record.import_id, number=record.number, opened=record.opened)
            self._session.add(row)
        row.source, row.state, row.author = record.key, record.state.value, record.author
        row.schools, row.reading = json.dumps(sorted(record.schools)), record.reading
        row.digest, row.changed, row.asked = record.digest, record.changed, record.asked
        row.sealed = self._seals.site(f"import/{record.import_id}", _WORDS.dump_json(record.words))
        self._session.flush()

    def put_person(self, import_id: str, mine: BatchPerson) -> None:
        """Keep somebody in an import, in place of what it said of them before."""
        row = self._session.get(ImportPersonRow, (import_id, mine.person_id))
        if row is None:
            newest = select(func.max(ImportPersonRow.place)).where(ImportPersonRow.import_id == import_id)
            last = self._session.scalar(newest)
            row = ImportPersonRow(import_id=import_id, person_id=mine.person_id)
            row.place = 0 if last is None else last + 1
            self._session.add(row)
        row.new, row.careful, row.reading = mine.new, mine.careful, mine.reading
        row.done, row.note, row.sealed = mine.done, mine.note, b""
        if mine.person is not None:
            place = f"import-person/{import_id}/{mine.person_id}"
            row.sealed = self._seals.vault.seal(mine.person_id, _PERSON.dump_json(mine.person), place)
        self._session.flush()

    def finish(self, import_id: str, person_id: str, note: str = "") -> None:
        """Nothing is left to do with this person; particulars and photos that waited here go."""
        self._drop_photos(import_id, person_id)
        row = self._session.get_one(ImportPersonRow, (import_id, person_id))
        row.done, row.note, row.sealed = True, note, b""
        self._session.flush()

    def drop_person(self, import_id: str, person_id: str) -> None:
        """The import says nothing of this person any more."""
        for table in (ImportPhotoRow, ImportItemRow, ImportPersonRow):
            self._session.execute(
                delete(table).where((table.import_id == import_id) & (table.person_id == person_id))
            )
        self._session.expire_all()

    def see(self, import_id: str, person_ids: Collection[str], reading: int) -> None:
        """These stand in the file that is read just now."""
        mine = (ImportPersonRow.import_id == import_id) & ImportPersonRow.person_id.in_(list(person_ids))
        self._session.execute(update(ImportPersonRow).where(mine).values(reading=reading))

    def unseen(self, import_id: str, reading: int, limit: int) -> list[str]:
        """People in an import who did not stand in the file that was read."""
        mine = (ImportPersonRow.import_id == import_id) & (ImportPersonRow.reading < reading)
        return list(self._session.scalars(select(ImportPersonRow.person_id).where(mine).limit(limit)))

    def undone(self, import_id: str, limit: int) -> list[str]:
        """People with whom something is left to do, in the order of the file."""
        mine = (ImportPersonRow.import_id == import_id) & ImportPersonRow.done.is_(False)
        wanted = select(ImportPersonRow.person_id).where(mine).order_by(ImportPersonRow.place).limit(limit)
        return list(self._session.scalars(wanted))

    def put_item(self, import_id: str, item: BatchItem) -> None:
        """One listing more."""
        row = ImportItemRow(import_id=import_id, listing_id=item.listing_id, person_id=item.person_id)
        row.act, row.digest = item.act.value, item.digest
        self._session.add(row)
        self._session.flush()

    def stage(self, import_id: str, person_id: str, photos: Sequence[PhotoKept]) -> None:
        """Photos for later, in place of those that were staged before."""
        self._drop_photos(import_id, person_id)
        vault = self._seals.vault
        for place, photo in enumerate(photos):
            jpeg, template = _places(import_id, person_id, place)
            row = ImportPhotoRow(import_id=import_id, person_id=person_id, place=place)
            row.fingerprint = photo.fingerprint
            row.jpeg = vault.seal(person_id, photo.jpeg, jpeg)
            row.template = vault.seal(person_id, photo.template, template) if photo.template else b""
            self._session.add(row)
        self._session.flush()

    def erase(self, person_id: str) -> None:
        """What waits of somebody in imports goes."""
        self._session.execute(delete(ImportPhotoRow).where(ImportPhotoRow.person_id == person_id))
        mine = ImportPersonRow.person_id == person_id
        self._session.execute(update(ImportPersonRow).where(mine).values(sealed=b""))

    def _drop_photos(self, import_id: str, person_id: str) -> None:
        mine = (ImportPhotoRow.import_id == import_id) & (ImportPhotoRow.person_id == person_id)
        self._session.execute(delete(ImportPhotoRow).where(mine))


def _places(import_id: str, person_id: str, place: int) -> tuple[str, str]:
    where = f"{import_id}/{person_id}/{place}"
    return f"import-photo/{where}", f"import-template/{where}"
