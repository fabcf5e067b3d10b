"""An approved import is taken over some people at a time, between other work; one that was not goes the same way.

Each listing is compared with what was said yes to before it becomes active: whatever differs by then stays as it is,
and the import says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from hallwatch.core.audit import Deed, Plain
from hallwatch.core.import_batch import (
    OVER,
    REPLACED,
    VANISHED,
    Act,
    BatchItem,
    BatchRecord,
    BatchState,
    Portion,
)
from hallwatch.core.listing import OPEN, Kind, ListingRecord, State, digest_of
from hallwatch.core.requests import By
from hallwatch.errors import KeyGone
from hallwatch.flow.books import Books, Transaction
from hallwatch.flow.idle import drop_idle_templates
from hallwatch.flow.import_reading import drop
from hallwatch.flow.listing_turns import became, deed_of
from hallwatch.flow.listings import ListingKeeping
from hallwatch.flow.notices import now_due
from hallwatch.flow.own_lists import in_use

AT_ONCE = 100
TURN_S = 0.25
"""A turn lists so many people at most, and takes little longer than so many seconds: a sighting waits for one turn at
most. Cameras are told, and the list gets a version, when there are AT_ONCE of them, or no more."""
CLEARED_AT_ONCE = 10
"""People who are let go in one turn: each is a line in the journal and a key that is destroyed."""
SYSTEM = By("system", "import")
ERASED = "was erased meanwhile"
DIFFERS = "is not what was approved any more"
MOVED = "the listing of before was suspended or ended by a person meanwhile"
PAST = "its last day was over before it was approved"
RETIRED = "the list was retired meanwhile"
OTHERWISE = "was listed in the console meanwhile, with the photos of before"


@dataclass(frozen=True, slots=True)
class Clearing:
    """People who were kept for an import alone go without a trace. ``depart`` writes down that somebody goes, before it
    happens; ``destroy`` ends a key."""

    depart: Callable[[str, datetime], None]
    destroy: Callable[[str], None]

    def clear(self, books: Books, import_id: str, person_id: str, now: datetime) -> list[str]:
        """What an import said of somebody goes, and the person with it where nothing else is known of them; their
        numbers, whose keys are to be destroyed after the commit."""
        drop(books, import_id, person_id)
        try:
            approved = books.people.person(person_id).taken is not None
        except KeyGone:
            return []
        if approved or books.listings.listings(person_id=person_id):
            drop_idle_templates(books, person_id)
            return []
        self.depart(person_id, now)
        books.people.let_go(person_id)
        return [person_id]

    def destroyed(self, person_ids: Iterable[str]) -> None:
        """After the commit."""
        for person_id in person_ids:
            self.destroy(person_id)


@dataclass(frozen=True, slots=True)
class ImportTurns:
    """Takes imports over, or clears them away, turn by turn."""

    transaction: Callable[[], Transaction]
    listings: ListingKeeping
    clearing: Clearing
    clock: Callable[[], float]
    """Seconds, of any beginning."""
    unlisted: list[str] = field(default_factory=list)
    """People whom cameras have not been told of yet. A keeper that dies with some makes a version at its next start."""

    def turn(self, now: datetime) -> bool:
        """Some people more; whether there is more to do."""
        gone: list[str] = []
        with self.transaction() as books:
            batch = _next(books)
            if batch is None:
                return False
            if batch.state is BatchState.APPROVED:
                self._take_over(books, batch, now)
            else:
                for person_id in books.imports.undone(batch.import_id, CLEARED_AT_ONCE):
                    gone += self.clearing.clear(books, batch.import_id, person_id, now)
        self.clearing.destroyed(gone)
        return True

    def _take_over(self, books: Books, batch: BatchRecord, now: datetime) -> None:
        began, notes = self.clock(), {}
        kinds = frozenset({*Kind, *in_use(books)})
        deeds: list[Deed] = []
        for portion in books.imports.portions(batch.import_id, AT_ONCE):
            note = notes[portion.person_id] = self._person(books, portion, kinds, deeds, now)
            if note:
                detail: dict[str, Plain] = {"import": batch.number, "why": note}
                deeds.append(SYSTEM.does("import.skip", portion.person_id, detail=detail))
            if note or all(item.act is Act.END for item in portion.items):
                drop_idle_templates(books, portion.person_id)
            if self.clock() > began + TURN_S:
                break
        books.imports.finish(batch.import_id, notes)
        self.unlisted.extend(notes)
        over = books.imports.count(batch.import_id, done=False) == 0
        if over:
            books.imports.put(replace(batch, state=BatchState.TAKEN_OVER, changed=now))
            deeds.append(SYSTEM.does("import.done", batch.import_id, detail={"import": batch.number}))
        books.audit.add_all(deeds, now)
        if over or len(self.unlisted) >= AT_ONCE:
            self.listings.keep_version(books, SYSTEM, now)
            for person_id in self.unlisted:
                self.listings.touched(person_id)
            self.unlisted.clear()

    def _person(
        self,
        books: Books,
        portion: Portion,
        kinds: frozenset[str],
        deeds: list[Deed],
        now: datetime,
    ) -> str:
        """One person's listings begin and end together; why they do not, or ""."""
        found = [(item, books.listings.listing(item.listing_id)) for item in portion.items]
        begin = [(item, record) for item, record in found if item.act is Act.LIST]
        end = [record for item, record in found if item.act is Act.END and record is not None]
        try:
            if begin and (why := self._why_not(books, portion, kinds, begin, end)):
                for item, _ in begin:
                    books.listings.withdraw(item.listing_id)
                return why
            for record in end:
                if record.state in (State.ACTIVE, State.SUSPENDED):
                    deeds.append(_put(books, record, State.ENDED, now, REPLACED if begin else VANISHED))
            if portion.mine is not None and portion.mine.person is not None:
                if portion.staged:
                    books.people.keep(portion.mine.person, portion.staged, now)
                else:
                    books.people.set_particulars(portion.person_id, portion.mine.person, now)
        except KeyGone:
            return ERASED
        for _, one in begin:
            if one is not None:
                deeds.append(_put(books, one, State.ACTIVE, now))
                now_due(books, one, now)
        return ""

    def _why_not(
        self,
        books: Books,
        portion: Portion,
        kinds: frozenset[str],
        begin: list[tuple[BatchItem, ListingRecord | None]],
        end: list[ListingRecord],
    ) -> str | None:
        """Why somebody is not listed as was approved."""
        if portion.mine is None or portion.mine.person is None:
            return ERASED
        photos = tuple(sha256(photo.jpeg).digest() for photo in portion.staged)
        photos = photos or books.people.photo_digests(portion.person_id)
        for item, record in begin:
            if record is None or record.state is not State.WAITING:
                return DIFFERS
            if digest_of(record.person_id, record.terms, photos, record.likeness) != item.digest:
                return DIFFERS
            if record.terms.ends < self.listings.today():
                return PAST
            if record.terms.kind not in kinds:
                return RETIRED
        if any(one.state is not State.ACTIVE and one.ended_why != OVER for one in end):
            return MOVED
        if portion.staged:
            ours = {one.listing_id for one in end} | {item.listing_id for item, _ in begin}
            others = books.listings.listings(OPEN, portion.person_id)
            if any(one.listing_id not in ours and one.state is not State.DRAFT for one in others):
                return OTHERWISE
        return None


def _put(books: Books, record: ListingRecord, to: State, now: datetime, why: str = "") -> Deed:
    """The listing as it is from now on; what the trail says of it."""
    books.listings.put(became(record, to, now, why))
    return deed_of(SYSTEM, "listing.activate" if to is State.ACTIVE else "listing.end", record)


def _next(books: Books) -> BatchRecord | None:
    """The oldest import with whom something is left to do."""
    states = (BatchState.APPROVED, BatchState.DECLINED, BatchState.LAPSED)
    for batch in reversed(books.imports.batches(states)):
        if batch.state is BatchState.APPROVED or books.imports.count(batch.import_id, done=False):
            return batch
    return None
