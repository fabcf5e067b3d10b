"""What is known of the people of a source: what a new file of it is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.import_batches import ImportQuestions
from hallwatch.adapters.store.import_tables import ImportItemRow, ImportRow
from hallwatch.adapters.store.listings import ListingQuestions
from hallwatch.adapters.store.people import PeopleQuestions
from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.tables import ListingRow
from hallwatch.core.import_batch import OPEN_BATCH, Act, Known, Stands, stands
from hallwatch.core.listing import State
from hallwatch.errors import KeyGone


@dataclass(frozen=True, slots=True)
class _Made:
    """A listing that an import has made, as far as it stands in the clear."""

    listing_id: str
    state: State
    ends: date


def known_of(session: Session, seals: Seals, key: str) -> dict[str, Known]:
    """By the id that the source's files give them. Whoever was erased is not among them."""
    imports, people = ImportQuestions(session, seals), PeopleQuestions(session, seals)
    listings = ListingQuestions(session, seals)
    open_ = imports.batches(OPEN_BATCH, key)
    made = _made(session, key)
    found = {}
    for person_id in imports.people_of(key):
        try:
            waiting = imports.person(open_[0].import_id, person_id) if open_ else None
        except KeyGone:
            continue
        if waiting is not None and waiting.person is not None and waiting.person.taken is not None:
            entry = waiting.person.taken
            found[entry.external_id] = Known(person_id, entry, Stands.WAITING)
        elif (person := people.person(person_id)) is not None and person.taken is not None:
            standing, ends = _standing(made[person_id], listings)
            found[person.taken.external_id] = Known(person_id, person.taken, standing, ends)
        session.expunge_all()
    return found


def _made(session: Session, key: str) -> dict[str, list[_Made]]:
    """Every listing of this source that waits for nobody any more, by person."""
    wanted = (
        select(ListingRow.person_id, ListingRow.listing_id, ListingRow.state, ListingRow.ends)
        .join(ImportItemRow, ImportItemRow.listing_id == ListingRow.listing_id)
        .join(ImportRow, ImportRow.import_id == ImportItemRow.import_id)
        .where((ImportRow.source == key) & (ImportItemRow.act == Act.LIST.value))
        .where(ListingRow.state != State.WAITING.value)
    )
    found: dict[str, list[_Made]] = defaultdict(list)
    for person_id, listing_id, state, ends in session.execute(wanted):
        found[person_id].append(_Made(listing_id, State(state), date.fromisoformat(ends)))
    return found


def _standing(made: Sequence[_Made], listings: ListingQuestions) -> tuple[Stands, date | None]:
    """The same as ``stands``, without opening what holds: why a listing ended is sealed."""
    if any(one.state is State.SUSPENDED for one in made):
        return Stands.SUSPENDED, None
    if active := [one.ends for one in made if one.state is State.ACTIVE]:
        return Stands.LISTED, min(active)
    records = [listings.listing(one.listing_id) for one in made]
    return stands(record for record in records if record is not None)
