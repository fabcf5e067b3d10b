"""Whose particulars and photos may be kept, and by whom: a photo that others said yes to is not exchanged."""

from __future__ import annotations

from hashlib import sha256

from hallwatch.core.listing import OPEN, State
from hallwatch.core.policy.roles import May
from hallwatch.core.requests import KeepPerson
from hallwatch.flow.acting import account_of
from hallwatch.flow.books import Books

ACCOUNT = "account-"
"""How the number of somebody who signs in begins."""


def why_not_kept(request: KeepPerson, books: Books) -> str | None:
    """Why this person is not kept so; None where it may be."""
    number = books.people.find(request.person.external_id)
    if number is None:
        return _not_theirs(request, books, None)
    before = books.people.person(number)
    open_ = books.listings.listings(OPEN, number)
    if before.is_roster and not request.person.is_roster:
        return "this id is a student's or an employee's; list the person in the console, under Lists"
    if (why := _not_theirs(request, books, number)) is not None:
        return why
    if request.person.is_roster and not open_ and any(photo.template for photo in request.photos):
        return "somebody of the roster has no face template until a listing is written"
    same = tuple(sha256(photo.jpeg).digest() for photo in request.photos) == books.people.photo_digests(
        number
    )
    if not same and any(record.state is not State.DRAFT for record in open_):
        return "others have said yes to these photos, or are asked to; end the listing and write another"
    return None


def _not_theirs(request: KeepPerson, books: Books, number: str | None) -> str | None:
    """Why somebody who signs in may not do it; processes of Hallwatch itself may."""
    if not request.by.actor.startswith(ACCOUNT):
        return None
    mine = account_of(books, request.by)
    if mine is None or not mine.may(May.WRITE_LISTINGS):
        return "your role does not include this"
    if mine.scope is None:
        return None
    if number is None:
        return None if set(request.person.schools) <= mine.scope else "these schools are not yours"
    listings = books.listings.listings(OPEN, number)
    theirs = [record.terms.schools for record in listings]
    if theirs:
        mine_all = all(schools and schools <= mine.scope for schools in theirs)
    else:
        mine_all = bool(set(books.people.person(number).schools) & mine.scope)
    return None if mine_all else "this person is not of your schools alone"
