"""Imports that wait, read for those who are asked for their yes."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.import_batches import ImportQuestions
from hallwatch.adapters.store.import_tables import ImportPhotoRow
from hallwatch.adapters.store.listings import ListingQuestions
from hallwatch.adapters.store.people import PeopleQuestions
from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.tables import PhotoRow
from hallwatch.core.import_batch import OPEN_BATCH, BatchState
from hallwatch.core.import_view import Deed, Imported, Waiting


class ImportView:
    """Questions about imports, in one session."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session = session
        self._imports = ImportQuestions(session, seals)
        self._people, self._listings = PeopleQuestions(session, seals), ListingQuestions(session, seals)

    def waiting(self) -> list[Waiting]:
        """Those that are not over yet, the newest first."""
        found = self._imports.batches((*OPEN_BATCH, BatchState.APPROVED))
        return [one for one in (self.one(record.import_id) for record in found) if one is not None]

    def one(self, import_id: str) -> Waiting | None:
        """The import of this number."""
        record = self._imports.batch(import_id)
        if record is None:
            return None
        asked = tuple(self._imports.asked(record))
        return Waiting(record, asked, self._imports.count(import_id), self._imports.is_careful(import_id))

    def people(self, import_id: str, limit: int, after: int) -> list[Imported]:
        """Some of the people in it, from the next place on."""
        found = []
        for place, mine in self._imports.people(import_id, limit, after):
            person = mine.person or self._people.person(mine.person_id)
            listed = [
                (item.act, self._listings.listing(item.listing_id))
                for item in self._imports.items(import_id, mine.person_id)
            ]
            deeds = tuple(
                Deed(act, record.terms, record.likeness) for act, record in listed if record is not None
            )
            photos = self._staged(import_id, mine.person_id) or self._kept(mine.person_id)
            verdicts = person.verdicts if person is not None and len(person.verdicts) == photos else ()
            found.append(Imported(place, mine, person, deeds, photos, verdicts))
        return found

    def photo(self, import_id: str, person_id: str, place: int) -> bytes | None:
        """A photo that is to be said yes to: of those that come with the import, or else of those that are kept."""
        if self._imports.person(import_id, person_id) is None:
            return None
        jpegs = [one.jpeg for one in self._imports.staged(import_id, person_id)]
        jpegs = jpegs or self._people.photos(person_id)
        return jpegs[place] if 0 <= place < len(jpegs) else None

    def _staged(self, import_id: str, person_id: str) -> int:
        mine = (ImportPhotoRow.import_id == import_id) & (ImportPhotoRow.person_id == person_id)
        return self._session.scalar(select(func.count()).select_from(ImportPhotoRow).where(mine)) or 0

    def _kept(self, person_id: str) -> int:
        mine = PhotoRow.person_id == person_id
        return self._session.scalar(select(func.count()).select_from(PhotoRow).where(mine)) or 0
