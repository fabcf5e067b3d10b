"""Lists, listings and people as programs read them: the same words in the API and in what commands print as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from hallwatch.core.dossier import Dossier, Standing
from hallwatch.core.listing import OPEN, Kind, State
from hallwatch.core.model import Person


@dataclass(frozen=True, slots=True)
class ListFacts:
    """A list, and how many of its listings stand how; ``open`` are all that are not over."""

    list: str
    open: int
    draft: int
    waiting: int
    active: int
    suspended: int


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """A listing. ``schools`` empty is all; ``ends`` is its last day; ``missing`` yeses are still to come.

    ``author`` is an account's number or ``machine:NAME``.
    """

    listing_id: str
    person_id: str
    external_id: str
    name: str
    list: str
    state: str
    reason: str
    authority: str
    photo_source: str
    photo_date: date | None
    starts: date
    ends: date
    document: str
    schools: tuple[str, ...]
    conditions: str
    conditions_until: date | None
    review: date | None
    author: str
    written: datetime
    changed: datetime
    missing: int
    emergency_until: datetime | None
    ended_why: str


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Somebody who is kept here: particulars, how many photos, what the photo gate said of each, and the listings.

    ``role`` is "student" or another of the roster's, "" for whoever is not in it.
    """

    person_id: str
    external_id: str
    first_name: str
    last_name: str
    born: date | None
    role: str
    schools: tuple[str, ...]
    photos: int
    verdicts: tuple[str, ...]
    listings: tuple[ListingFacts, ...]


def counted(states: Iterable[tuple[str, str]], own: Iterable[str] = ()) -> tuple[ListFacts, ...]:
    """Every list that there always is, the district's ``own``, and those that a listing names, out of (list, state) of
    each listing."""
    counts = Counter(states)
    others = sorted({*own, *(kind for kind, _ in counts)} - set(Kind))
    found = []
    for kind in (*(one.value for one in Kind), *others):
        stand = {state: counts[kind, state.value] for state in OPEN}
        found.append(
            ListFacts(
                kind,
                sum(stand.values()),
                stand[State.DRAFT],
                stand[State.WAITING],
                stand[State.ACTIVE],
                stand[State.SUSPENDED],
            )
        )
    return tuple(found)


def listing_facts(standing: Standing, person: Person) -> ListingFacts:
    """A listing, and of whom."""
    record, terms = standing.record, standing.record.terms
    asked = record.state is State.WAITING or record.emergency_until is not None
    return ListingFacts(
        listing_id=record.listing_id,
        person_id=record.person_id,
        external_id=person.external_id,
        name=person.name,
        list=terms.kind,
        state=record.state.value,
        reason=terms.reason,
        authority=terms.authority,
        photo_source=terms.photo_source,
        photo_date=terms.photo_date,
        starts=terms.starts,
        ends=terms.ends,
        document=terms.document,
        schools=tuple(sorted(terms.schools)),
        conditions=terms.conditions,
        conditions_until=terms.conditions_until,
        review=terms.review,
        author=record.author,
        written=record.written,
        changed=record.changed,
        missing=standing.missing if asked else 0,
        emergency_until=record.emergency_until,
        ended_why=record.ended_why,
    )


def person_facts(dossier: Dossier, schools: frozenset[str] | None) -> PersonFacts:
    """A person, with the listings that are the business of these schools (None: of all)."""
    person = dossier.person
    return PersonFacts(
        person_id=dossier.person_id,
        external_id=person.external_id,
        first_name=person.first_name,
        last_name=person.last_name,
        born=person.date_of_birth,
        role=person.role,
        schools=tuple(sorted(person.schools)),
        photos=len(dossier.photos),
        verdicts=person.verdicts,
        listings=tuple(
            listing_facts(one, person)
            for one in dossier.listings
            if is_business_of(one.record.terms.schools, schools)
        ),
    )


def is_business_of(theirs: Iterable[str], mine: frozenset[str] | None) -> bool:
    """Whether a listing for these schools (none: for all) is to be seen by somebody of ``mine`` (None: of all)."""
    theirs = frozenset(theirs)
    return mine is None or not theirs or bool(theirs & mine)
