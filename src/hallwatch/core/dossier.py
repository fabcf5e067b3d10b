"""Everything that is kept of one person, as a page shows it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from hallwatch.core.appeal import Appeal
from hallwatch.core.listing import OPEN, ListingRecord, State
from hallwatch.core.model import Person
from hallwatch.core.notice import Notice, is_due
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.second import SecondRequest


@dataclass(frozen=True, slots=True)
class Standing:
    """A listing, the digest that a yes is to, and the yeses that were asked for; its notice and its appeals, the
    newest first."""

    record: ListingRecord
    digest: str
    asked: tuple[SecondRequest, ...]
    notice: Notice | None = None
    appeals: tuple[Appeal, ...] = ()

    @property
    def missing(self) -> int:
        """How many yeses are still to come."""
        return sum(one.approved is None for one in self.asked)

    def waits_for(self, account: Account) -> bool:
        """Whether this account's yes or no is asked for."""
        record = self.record
        open_ = record.state is State.WAITING or record.emergency_until is not None
        answered = any(one.answered_by == account.account_id for one in self.asked)
        schools = record.terms.schools
        here = account.scope is None or (bool(schools) and schools <= account.scope)
        return (
            open_
            and self.missing > 0
            and account.may(May.APPROVE_LISTINGS)
            and record.author != account.account_id
            and not answered
            and here
        )

    @property
    def due(self) -> Notice | None:
        """The notice that is still to be given."""
        return self.notice if is_due(self.notice, self.record) else None

    @property
    def appeal(self) -> Appeal | None:
        """The appeal that is still to be answered."""
        return next((one for one in self.appeals if one.is_open), None)


@dataclass(frozen=True, slots=True)
class Line:
    """A listing as a line of many: its person without photos, its standing without the digest that is over them."""

    person_id: str
    person: Person
    standing: Standing


@dataclass(frozen=True, slots=True)
class Dossier:
    """A person with photos (JPEG) and listings, the newest change first."""

    person_id: str
    person: Person
    photos: tuple[bytes, ...] = field(repr=False)
    listings: tuple[Standing, ...]

    def is_business_of(self, account: Account) -> bool:
        """Whether this account may see the person: by the schools of a listing, or of the person."""
        if account.scope is None:
            return True
        theirs = {school for one in self.listings for school in one.record.terms.schools}
        everywhere = any(not one.record.terms.schools for one in self.listings)
        return everywhere or bool((theirs | set(self.person.schools)) & account.scope)


@dataclass(frozen=True, slots=True)
class AskedLines:
    """Which open listings are wanted. ``due``: only those of which somebody has yet to be told; ``words`` stand all in
    the person's name or id."""

    kind: str = ""
    states: Collection[State] = OPEN
    due: bool = False
    words: str = ""
