"""What is known of the people of a source: what a new file of it is compared with."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hallwatch.adapters.store.import_batches import ImportQuestions
from hallwatch.adapters.store.listings import ListingQuestions
from hallwatch.adapters.store.people import PeopleQuestions
from hallwatch.adapters.store.sealed import Seals
from hallwatch.core.import_batch import OPEN_BATCH, Known, Stands, stands
from hallwatch.core.listing import State
from hallwatch.errors import KeyGone


def known_of(session: Session, seals: Seals, key: str) -> dict[str, Known]:
    """By the id that the source's files give them. Whoever was erased is not among them."""
    imports = ImportQuestions(session, seals)
    people, listings = PeopleQuestions(session, seals), ListingQuestions(session, seals)
    open_ = imports.batches(OPEN_BATCH, key)
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
            made = imports.made_by(key, person_id)
            mine = [one for one in listings.listings(person_id=person_id) if one.listing_id in made]
            standing, ends = stands(one for one in mine if one.state is not State.WAITING)
            found[person.taken.external_id] = Known(person_id, person.taken, standing, ends)
        session.expunge_all()
    return found
