"""What the keeper does with the roster: it is not a list, and nobody in it has a template until one is listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from hallwatch.core.listing import OPEN
from hallwatch.core.requests import Done, Refused, Reply
from hallwatch.core.roster_requests import ImportDone, LetGo, RosterRequest, TakeIn
from hallwatch.flow.books import Books, Transaction

FORMER = "former"
"""The role of somebody who has left and stays because of a listing."""


@dataclass(frozen=True, slots=True)
class RosterKeeping:
    """Answers requests about the roster. ``depart`` writes down that somebody goes, before it happens; ``destroy`` ends
    the key of somebody of whom nothing is kept any more."""

    transaction: Callable[[], Transaction]
    depart: Callable[[str, datetime], None]
    destroy: Callable[[str], None]

    def answer(self, request: RosterRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened. Raises KeyGone for the erased."""
        match request:
            case TakeIn():
                with self.transaction() as books:
                    return _take_in(request, books, now)
            case LetGo():
                return self._let_go(request, now)
            case ImportDone():
                counts = {"added": request.added, "changed": request.changed, "gone": request.gone}
                with self.transaction() as books:
                    deed = request.by.does(
                        "roster.import", request.source, detail={**counts, "refused": request.refused}
                    )
                    books.audit.add(deed, now)
                return Done()

    def _let_go(self, request: LetGo, now: datetime) -> Reply:
        with self.transaction() as books:
            number = books.people.find(request.external_id)
            if number is None:
                return Done()
            person = books.people.person(number)
            if not person.is_roster:
                return Refused("this person is not of the roster")
            if books.listings.listings(person_id=number):
                books.people.set_particulars(number, replace(person, role=FORMER, taken=None), now)
                return Done(subject=number)
            self.depart(number, now)
            books.people.let_go(number)
        self.destroy(number)
        return Done(number=1)


def _take_in(request: TakeIn, books: Books, now: datetime) -> Reply:
    person = request.person
    if not person.is_roster or person.listings:
        return Refused(
            "only students and staff are taken into the roster, and a listing is written by people"
        )
    number = books.people.find(person.external_id)
    before = None if number is None else books.people.person(number)
    if before is not None and not before.is_roster:
        return Refused("this id stands for somebody who is not of the roster; look at the person under Lists")
    if number is not None and (request.photos is None or books.listings.listings(OPEN, number)):
        books.people.set_particulars(number, replace(person, listings=before.listings if before else ()), now)
        return Done(subject=number)
    number = books.people.keep_roster(person, request.photos or (), now)
    return Done(subject=number)
