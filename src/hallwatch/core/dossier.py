"""Everything that is kept of one person, as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from hallwatch.core.appeal import Appeal
from hallwatch.core.listing import ListingRecord
from hallwatch.core.model import Person
from hallwatch.core.notice import Notice, is_due
from hallwatch.core.policy.roles import Account
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

    @property
    def due(self) -> Notice | None:
        """The notice that is still to be given."""
        return self.notice if is_due(self.notice, self.record) else None

    @property
    def appeal(self) -> Appeal | None:
        """The appeal that is still to be answered."""
        return next((one for one in self.appeals if one.is_open), None)


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
