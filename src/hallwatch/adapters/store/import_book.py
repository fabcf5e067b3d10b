"""Imports as the keeper writes them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import delete, func, select, update

from hallwatch.adapters.store.import_batches import PERSON, WORDS, ImportQuestions, places_of
from hallwatch.adapters.store.import_tables import ImportItemRow, ImportPersonRow, ImportPhotoRow, ImportRow
from hallwatch.adapters.store.tables import ListingRow, PersonRow
from hallwatch.core.import_batch import Act, BatchItem, BatchPerson, BatchRecord, Portion
from hallwatch.core.photo_kept import PhotoKept
from hallwatch.errors import KeyGone


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
        row.sealed = self._seals.site(f"import/{record.import_id}", WORDS.dump_json(record.words))
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
            row.sealed = self._seals.vault.seal(mine.person_id, PERSON.dump_json(mine.person), place)
        self._session.flush()

    def finish(self, import_id: str, notes: Mapping[str, str]) -> None:
        """Nothing is left to do with these people ("" or why it did not happen); what waited of them here goes."""
        photos = (ImportPhotoRow.import_id == import_id) & ImportPhotoRow.person_id.in_(list(notes))
        self._session.execute(delete(ImportPhotoRow).where(photos))
        for note in set(notes.values()):
            theirs = [person_id for person_id, why in notes.items() if why == note]
            mine = (ImportPersonRow.import_id == import_id) & ImportPersonRow.person_id.in_(theirs)
            self._session.execute(
                update(ImportPersonRow).where(mine).values(done=True, note=note, sealed=b"")
            )

    def portions(self, import_id: str, limit: int) -> Iterator[Portion]:
        """People with whom something is left to do, in the order of the file, read at once."""
        mine = (ImportPersonRow.import_id == import_id) & ImportPersonRow.done.is_(False)
        wanted = select(ImportPersonRow).where(mine).order_by(ImportPersonRow.place).limit(limit)
        rows = self._session.scalars(wanted).all()
        numbers = [row.person_id for row in rows]
        theirs = (ImportItemRow.import_id == import_id) & ImportItemRow.person_id.in_(numbers)
        items: dict[str, list[BatchItem]] = {}
        for one in self._session.scalars(select(ImportItemRow).where(theirs)).all():
            item = BatchItem(one.listing_id, one.person_id, Act(one.act), one.digest)
            items.setdefault(one.person_id, []).append(item)
        photos = (ImportPhotoRow.import_id == import_id) & ImportPhotoRow.person_id.in_(numbers)
        changed = set(self._session.scalars(select(ImportPhotoRow.person_id).where(photos)))
        # Held until the end: what is asked for one by one below is here already.
        held = [
            *self._session.scalars(select(PersonRow).where(PersonRow.person_id.in_(numbers))),
            *self._session.scalars(select(ListingRow).where(ListingRow.person_id.in_(numbers))),
        ]
        for row in rows:
            number = row.person_id
            try:
                person, staged = (
                    self._person(row),
                    self.staged(import_id, number) if number in changed else (),
                )
            except KeyGone:
                person, staged = None, ()
            yield Portion(number, person, tuple(items.get(number, ())), staged)
        held.clear()

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
            jpeg, template = places_of(import_id, person_id, place)
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
