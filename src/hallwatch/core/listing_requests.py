"""What the keeper is asked about listings: writing, proposing, a yes or no, an emergency, every later turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from hallwatch.core.by import By
from hallwatch.core.likeness import Likeness
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
    """Ask the others for their yes to a draft as it stands. ``likeness`` is whom the cameras may take the person for;
    None only where there is no template."""

    by: By
    listing_id: str
    likeness: Likeness | None = None
    kind: Literal["propose-listing"] = "propose-listing"


@dataclass(frozen=True, slots=True)
class AnswerListing:
    """Say yes or no to a proposed listing, to exactly what ``digest`` is over; the last yes makes it active.

    ``likeness`` is that of this moment. ``despite``: list the person although many strangers match; ``by`` says why.
    """

    by: By
    listing_id: str
    digest: str
    approve: bool
    likeness: Likeness | None = None
    despite: bool = False
    kind: Literal["answer-listing"] = "answer-listing"


@dataclass(frozen=True, slots=True)
class EmergencyListing:
    """Make a draft active at once, for one school and some hours, and ask for the others' yes meanwhile."""

    by: By
    listing_id: str
    likeness: Likeness | None = None
    despite: bool = False
    kind: Literal["emergency-listing"] = "emergency-listing"


@dataclass(frozen=True, slots=True)
class MoveListing:
    """Suspend, resume, end or expunge; ``by`` says why."""

    by: By
    listing_id: str
    to: State
    kind: Literal["move-listing"] = "move-listing"


ListingRequest: TypeAlias = WriteListing | ProposeListing | AnswerListing | EmergencyListing | MoveListing
