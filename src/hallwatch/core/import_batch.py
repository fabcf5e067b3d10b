"""An import: a file of people to be listed, which others say yes to as one.

Until the last yes nothing changes for anybody who is looked for. What is approved is a digest over every listing in it,
and over whose listing is to end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from hallwatch.core.imports import Entry
from hallwatch.core.listing import ListingRecord, Needed, State, age_on, needed
from hallwatch.core.model import Person
from hallwatch.core.photo_kept import PhotoKept
from hallwatch.core.policy.jurisdiction import ListingRules

RENEW_DAYS = 30
"""A listing whose file names no last day is renewed when it would end within so many days."""
OVER, REPLACED, VANISHED = (
    "its last day is over",
    "replaced by a newer import",
    "no longer in the file of its source",
)
"""Why a listing ends without anybody's judgement about the person: a later file may list them again."""


class BatchState(StrEnum):
    """How an import stands. The last three are for good."""

    READING = "reading"
    WAITING = "waiting"
    APPROVED = "approved"
    TAKEN_OVER = "taken over"
    DECLINED = "declined"
    LAPSED = "lapsed"


OPEN_BATCH = (BatchState.READING, BatchState.WAITING)
"""Nothing of it holds, and the same source may still change it."""


class Act(StrEnum):
    """What an import does with one listing."""

    LIST = "list"
    END = "end"


@dataclass(frozen=True, slots=True)
class Counts:
    """What is in an import: people listed for the first time, listed on other terms or with other photos, and ended;
    people who stay as they are, and rows that were refused."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    same: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class BatchWords:
    """What an import says of itself: ``expected`` is the longer list's false alerts in plain words."""

    source: str
    source_date: date | None = None
    file: str = ""
    expected: str = ""
    counts: Counts = field(default=Counts())


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """An import as it stands. ``key`` stands for its source, ``reading`` counts how often it was read; ``number`` is
    what people call it. ``digest`` is what was asked for last, "" before."""

    import_id: str
    number: int
    key: str
    state: BatchState
    author: str
    opened: datetime
    changed: datetime
    words: BatchWords
    schools: frozenset[str] = frozenset()
    reading: int = 1
    asked: datetime | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class BatchPerson:
    """Somebody in an import. ``person`` are the particulars as they will be (None once it is done), ``new`` that nobody
    knew them before, ``careful`` that they are young or of unknown age, ``note`` why it did not happen."""

    person_id: str
    person: Person | None
    new: bool
    careful: bool
    reading: int
    done: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One listing that an import makes active, or ends; ``digest`` is over exactly that listing with its photos."""

    listing_id: str
    person_id: str
    act: Act
    digest: str


@dataclass(frozen=True, slots=True)
class Portion:
    """One person of an import that is taken over: ``mine`` None for somebody erased; ``staged`` are the photos that
    take the place of those that are kept."""

    person_id: str
    mine: BatchPerson | None
    items: tuple[BatchItem, ...]
    staged: tuple[PhotoKept, ...]


class Stands(StrEnum):
    """How somebody whom a source named before stands."""

    LISTED = "listed"
    SUSPENDED = "suspended"
    WAITING = "waiting"
    OVER = "over"
    ENDED = "ended by a person"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody from a source: the entry that holds or waits, and the last day of what holds."""

    person_id: str
    entry: Entry
    stands: Stands
    ends: date | None = None


def digest_of_batch(items: Iterable[BatchItem]) -> str:
    """SHA-256 over every listing of an import and what happens to it."""
    digest = sha256()
    for item in sorted(items, key=lambda one: one.listing_id):
        digest.update(f"{item.act.value} {item.listing_id} {item.digest}\n".encode())
    return digest.hexdigest()


def counts_of(items: Iterable[BatchItem], counts: Counts) -> Counts:
    """What is in an import, with who stays and what was refused as ``counts`` has it."""
    acts: dict[str, set[Act]] = {}
    for item in items:
        acts.setdefault(item.person_id, set()).add(item.act)
    kinds = list(acts.values())
    return replace(
        counts,
        added=kinds.count({Act.LIST}),
        changed=kinds.count({Act.LIST, Act.END}),
        ended=kinds.count({Act.END}),
    )


def needed_for(rules: ListingRules, *, careful: bool, proven: bool) -> Needed:
    """How many others have to say yes to an import; ``careful`` as of the youngest in it.

    ``proven``: the author is signed in. Whoever types at the machine proves nothing, and does not count.
    """
    today = date(2000, 1, 1)
    born = None if careful else date(today.year - max(rules.elevated_under_age, 0) - 1, 1, 1)
    return needed(rules, born, today, proven=proven)


def is_careful(rules: ListingRules, person: Person, today: date) -> bool:
    """Whether somebody is young, or of unknown age; of a birth year the last day counts."""
    born = person.date_of_birth
    year = person.taken.birth_year if person.taken is not None else None
    if born is None and year is not None:
        born = date(year, 12, 31)
    return born is None or age_on(born, today) < rules.elevated_under_age


def stands(theirs: Iterable[ListingRecord]) -> tuple[Stands, date | None]:
    """How somebody stands by the listings that a source has made of them, and the first last day of what holds."""
    records = list(theirs)
    active = [one for one in records if one.state is State.ACTIVE]
    if any(one.state is State.SUSPENDED for one in records):
        return Stands.SUSPENDED, None
    if active:
        return Stands.LISTED, min(one.terms.ends for one in active)
    ended = [one for one in records if one.state in (State.ENDED, State.EXPUNGED)]
    newest = max(ended, key=lambda one: one.changed, default=None)
    if newest is None or newest.ended_why in (OVER, REPLACED, VANISHED):
        return Stands.OVER, None
    return Stands.ENDED, None
