"""What the keeper does while a file is read: people come into an import one by one, and nobody is looked for by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from hallwatch.core.import_batch import (
    Act,
    BatchItem,
    BatchPerson,
    BatchRecord,
    Stands,
    is_careful,
    stands,
)
from hallwatch.core.import_requests import ImportEnd, ImportEntry, ImportSame
from hallwatch.core.listing import OPEN, ListingRecord, State, digest_of, faults
from hallwatch.core.policy.jurisdiction import Profile
from hallwatch.core.requests import Done, PhotoKept, Refused, Reply
from hallwatch.flow.books import Books
from hallwatch.flow.listing_likeness import why_not_imported
from hallwatch.flow.own_lists import in_use

ELSEWHERE = "is listed in the console, too, with the photos of before; end that listing first"
SUSPENDED = "is suspended here; resume or end that listing first"
BY_HAND = "a person has ended the listing here; write a new one in the console if there is a new reason"
NO_PHOTO = "no photo; not listed"


@dataclass(frozen=True, slots=True)
class Reading:
    """One request while an import is read, in one transaction."""

    books: Books
    batch: BatchRecord
    profile: Profile
    today: date
    now: datetime

    def entry(self, request: ImportEntry, new_number: Callable[[str], str]) -> Reply:
        """Somebody who stands in the file."""
        books, people = self.books, self.books.people
        number = people.find(request.person.external_id)
        if (why := self._wrong(request, number)) is not None:
            return Refused(why)
        if request.terms is None and request.photos is None and number is not None:
            people.set_particulars(number, request.person, self.now)
            self.drop(number)  # an earlier reading may have said that they were gone
            return Done(subject=number)
        new = number is None or self._is_new(number)
        current = [] if number is None else self.current(number)
        if number is not None:
            self.drop(number, keep_photos=request.photos is None)
        if request.photos and new:
            number, _ = people.keep(replace(request.person, taken=None), request.photos, self.now)
        assert number is not None
        careful = is_careful(self.profile.listing, request.person, self.today)
        books.imports.put_person(
            self.batch.import_id,
            BatchPerson(number, request.person, new, careful, self.batch.reading),
        )
        if request.photos and not new:
            books.imports.stage(self.batch.import_id, number, request.photos)
        photos = photos_then(books, self.batch.import_id, number)
        terms = tuple(one.terms for one in current) if request.terms is None else request.terms
        likeness = request.likeness
        if request.photos is None and current:
            likeness = current[0].likeness
        for one in terms:
            listing_id = new_number("listing-")
            self._list(
                ListingRecord(
                    listing_id,
                    number,
                    one,
                    State.WAITING,
                    request.by.actor,
                    self.now,
                    self.now,
                    likeness=likeness,
                ),
                photos,
            )
        self._end(current)
        return Done(subject=number, number=len(terms))

    def end(self, request: ImportEnd) -> Reply:
        """Somebody who does not stand in the file any more."""
        number = self.books.people.find(request.external_id)
        if number is None or self._is_new(number):
            return Done()
        self.drop(number)
        current = self.current(number)
        if current:
            gone = BatchPerson(number, None, False, False, self.batch.reading)
            self.books.imports.put_person(self.batch.import_id, gone)
            self._end(current)
        return Done(subject=number, number=len(current))

    def same(self, request: ImportSame) -> Reply:
        """People who stand in the file as they stand in the import."""
        found = [self.books.people.find(one) for one in request.external_ids]
        numbers = [one for one in found if one is not None]
        self.books.imports.see(self.batch.import_id, numbers, self.batch.reading)
        return Done(number=len(numbers))

    def current(self, number: str) -> list[ListingRecord]:
        """The listings of this source that hold."""
        made = self.books.imports.made_by(self.batch.key, number)
        open_ = self.books.listings.listings((State.ACTIVE, State.SUSPENDED), number)
        return [one for one in open_ if one.listing_id in made]

    def drop(self, number: str, *, keep_photos: bool = False) -> None:
        """What this import said of somebody goes; nothing of it ever held."""
        drop(self.books, self.batch.import_id, number, keep_photos=keep_photos)

    def _wrong(self, request: ImportEntry, number: str | None) -> str | None:
        """Why this person cannot be in the import so."""
        if request.person.is_roster or request.person.listings or request.person.taken is None:
            return "students and employees are listed in the console, under Lists"
        if (why := why_not_imported(request)) is not None:
            return why
        for terms in request.terms or ():
            if terms.schools != self.batch.schools:
                return "a listing of an import is for the schools that the import is for"
            if (why := self.profile.forbids_list(terms.kind)) is not None:
                return why
            if wrong := faults(terms, self.profile.listing, self.today, in_use(self.books)):
                return "; ".join(wrong)
        if number is None:
            return NO_PHOTO if not request.photos or not request.terms else None
        if self.books.people.person(number).is_roster:
            return "this id stands for a student or an employee; list the person in the console"
        return self._wrong_now(request, number)

    def _wrong_now(self, request: ImportEntry, number: str) -> str | None:
        """Why somebody who is known cannot be in it, as they stand."""
        books = self.books
        made = books.imports.made_by(self.batch.key, number)
        every = books.listings.listings(person_id=number)
        mine = [one for one in every if one.listing_id in made and one.state is not State.WAITING]
        standing, _ = stands(mine)
        if standing is Stands.SUSPENDED:
            return SUSPENDED
        if mine and standing is Stands.ENDED:
            return BY_HAND
        if request.terms is None and standing is not Stands.LISTED:
            return "is not listed just now; read the file again"
        if request.photos is None:
            # A listing that is over has left no template: its photos have to come again.
            here = books.imports.person(self.batch.import_id, number)
            return None if standing is Stands.LISTED or here is not None else NO_PHOTO
        others = [
            one
            for one in every
            if one.state in OPEN and one.state is not State.DRAFT and one.listing_id not in made
        ]
        return ELSEWHERE if others else None

    def _is_new(self, number: str) -> bool:
        """Whether nothing of the person was ever approved: they are kept because of this import alone."""
        return self.books.people.person(number).taken is None

    def _list(self, record: ListingRecord, photos: tuple[bytes, ...]) -> None:
        self.books.listings.put(record)
        digest = digest_of(record.person_id, record.terms, photos, record.likeness)
        item = BatchItem(record.listing_id, record.person_id, Act.LIST, digest)
        self.books.imports.put_item(self.batch.import_id, item)

    def _end(self, current: Sequence[ListingRecord]) -> None:
        for one in current:
            item = BatchItem(one.listing_id, one.person_id, Act.END, "")
            self.books.imports.put_item(self.batch.import_id, item)


def drop(books: Books, import_id: str, number: str, *, keep_photos: bool = False) -> None:
    """What an import said of somebody goes, with the listings that waited by it."""
    photos: tuple[PhotoKept, ...] = books.imports.staged(import_id, number) if keep_photos else ()
    waiting = [item.listing_id for item in books.imports.items(import_id, number) if item.act is Act.LIST]
    books.imports.drop_person(import_id, number)
    for listing_id in waiting:
        books.listings.withdraw(listing_id)
    if photos:
        books.imports.stage(import_id, number, photos)


def photos_then(books: Books, import_id: str, number: str) -> tuple[bytes, ...]:
    """The digests of the photos with which somebody will be listed."""
    staged = books.imports.staged(import_id, number)
    if staged:
        return tuple(sha256(photo.jpeg).digest() for photo in staged)
    return books.people.photo_digests(number)
