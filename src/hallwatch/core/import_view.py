"""An import that waits, as those see it who are asked for their yes."""

from __future__ import annotations

from dataclasses import dataclass

from hallwatch.core.import_batch import Act, BatchPerson, BatchRecord, BatchState
from hallwatch.core.likeness import Likeness
from hallwatch.core.listing import Terms
from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.second import SecondRequest

PAGE = 50
"""People on one page: each with photos."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An import, who was asked, and how many people are in it; ``careful``: somebody young, or of unknown age."""

    record: BatchRecord
    asked: tuple[SecondRequest, ...]
    people: int
    careful: bool

    @property
    def missing(self) -> int:
        """How many have to say yes yet."""
        return sum(one.approved is None for one in self.asked)

    def is_business_of(self, account: Account) -> bool:
        """Whether this account may look at it: everybody in it is of its schools."""
        if not account.may(May.APPROVE_LISTINGS):
            return False
        schools = self.record.schools
        return account.scope is None or (bool(schools) and schools <= account.scope)

    def waits_for(self, account: Account) -> bool:
        """Whether this account's yes or no is asked for."""
        return (
            self.record.state is BatchState.WAITING
            and self.missing > 0
            and self.is_business_of(account)
            and self.record.author != account.account_id
            and all(one.answered_by != account.account_id for one in self.asked)
        )


@dataclass(frozen=True, slots=True)
class Deed:
    """What an import does with one listing, on which terms, and whom the person may be taken for."""

    act: Act
    terms: Terms
    likeness: Likeness | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """Somebody in an import at a ``place``: the particulars as they will be (None for the erased), the listings, how
    many photos there are to look at, and the gate's words about those (``verdicts``)."""

    place: int
    mine: BatchPerson
    person: Person | None
    deeds: tuple[Deed, ...]
    photos: int
    verdicts: tuple[str, ...]
