"""What the keeper is asked about listings: writing, proposing, a yes or no, an emergency, every later turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from hallwatch.core.by import By
from hallwatch.core.listing import State, Terms


@dataclass(frozen=True, slots=True)
class WriteListing:
    """Write a draft for a person who is kept here, or write it anew (whatever yes it had is void)."""

    by: By
    external_id: str
    terms: Terms
    listing_id: str = ""
    kind: Literal["write-listing"] = "write-listing"


@dataclass(frozen=True, slots=True)
class ProposeListing:
    """Ask the others for their yes to a draft as it stands."""

    by: By
    listing_id: str
    kind: Literal["propose-listing"] = "propose-listing"


@dataclass(frozen=True, slots=True)
class AnswerListing:
    """Say yes or no to a proposed listing, to exactly what ``digest`` is over; the last yes makes it active."""

    by: By
    listing_id: str
    digest: str
    approve: bool
    kind: Literal["answer-listing"] = "answer-listing"


@dataclass(frozen=True, slots=True)
class EmergencyListing:
    """Make a draft active at once, for one school and some hours, and ask for the others' yes meanwhile."""

    by: By
    listing_id: str
    kind: Literal["emergency-listing"] = "emergency-listing"


@dataclass(frozen=True, slots=True)
class MoveListing:
    """Suspend, resume, end or expunge; ``by`` says why."""

    by: By
    listing_id: str
    to: State
    kind: Literal["move-listing"] = "move-listing"


ListingRequest: TypeAlias = WriteListing | ProposeListing | AnswerListing | EmergencyListing | MoveListing
