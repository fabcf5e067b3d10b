"""Who may answer a proposed listing, and what an answer is to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hallwatch.core.listing import EMERGENCY_REST, ListingRecord, Terms, digest_of
from hallwatch.core.policy.roles import Account, Actor, May, Role
from hallwatch.core.second import SecondRequest, Standing
from hallwatch.flow.bonds import Bond, bond
from hallwatch.flow.books import Books

ORDINARY, ELEVATED = "listing", "listing, as a district administrator"
IMPORT, IMPORT_ELEVATED = "import", "import, as a district administrator"
"""What a second person is asked for."""
THEIRS = (ELEVATED, IMPORT_ELEVATED)
"""What only a district administrator can answer."""
NOT_YOURS = "your role or your schools do not include this listing"


def may_not(mine: Actor | None, what: May, terms: Terms) -> str | None:
    """Why this account or terminal may not do that with a listing on these terms."""
    return may_not_for(mine, what, terms.schools)


def may_not_for(mine: Actor | None, what: May, schools: frozenset[str]) -> str | None:
    """The same for these schools; none is all."""
    if mine is None or not mine.may(what):
        return NOT_YOURS
    if mine.scope is None:
        return None
    mine_all = bool(schools) and schools <= mine.scope
    return None if mine_all else "this listing is for schools that are not yours"


def asked_for(books: Books, record: ListingRecord) -> list[SecondRequest]:
    """What was asked for when the listing was proposed last."""
    return [one for one in books.accounts.seconds(record.listing_id) if one.asked_at == record.asked]


def why_not(
    asked: list[SecondRequest], mine: Account, author: str, real: str, given: str, now: datetime
) -> str | None:
    """Why this person's answer does not count."""
    if given != real or any(one.digest != real for one in asked):
        return "what was asked for has changed since; look at it again"
    if mine.account_id == author:
        return "nobody answers his own request; a second person has to"
    if any(one.answered_by == mine.account_id for one in asked):
        return "you have answered already; somebody else has to"
    if not asked or any(one.standing(now) is Standing.LAPSED for one in asked if one.approved is None):
        return "the request has lapsed; it has to be proposed anew"
    return None


def open_for(asked: list[SecondRequest], mine: Account) -> SecondRequest | None:
    """Which of the open requests this person's answer is for: the elevated one, if it can be."""
    elevated = mine.role is Role.DISTRICT_ADMINISTRATOR
    left = [one for one in asked if one.approved is None and (elevated or one.what not in THEIRS)]
    return min(left, key=lambda one: one.what not in THEIRS, default=None)


def bond_of(
    books: Books,
    asked: list[SecondRequest],
    one: SecondRequest,
    mine: Account,
    schools: frozenset[str],
    now: datetime,
) -> Bond:
    """Whether this person's yes to ``one`` of those that were ``asked`` is a second person's."""
    answered = {other.answered_by for other in asked}
    others = [
        account
        for account in books.accounts.everybody()
        if not account.is_unnamed
        and account.account_id not in answered
        and open_for([one], account) is not None
        and may_not_for(replace(account, disabled=False), May.APPROVE_LISTINGS, schools) is None
    ]
    return bond(books, one.asked_by, mine, others, now)


def digest_now(books: Books, record: ListingRecord) -> str:
    photos = books.people.photo_digests(record.person_id)
    return digest_of(record.person_id, record.terms, photos, record.likeness)


def was_emergency(books: Books, record: ListingRecord, now: datetime) -> bool:
    """Whether one person's word has listed this person lately: four hours are not strung together."""
    theirs = books.listings.listings(person_id=record.person_id)
    return any(one.emergency and now - one.changed < EMERGENCY_REST for one in theirs)


def has_security(books: Books, record: ListingRecord) -> bool:
    """Whether somebody sees what an emergency finds: its alerts are for the school's security alone."""
    return any(
        one.role is Role.SECURITY
        and not (one.disabled or one.is_unnamed)
        and record.terms.schools <= one.schools
        for one in books.accounts.everybody()
    )
