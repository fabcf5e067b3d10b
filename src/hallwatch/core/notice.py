"""The notice: whoever is listed is told so, or a second person has said yes to why safety forbids it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from hallwatch.core.listing import ListingRecord, State, age_on

OF_AGE = 18
"""A notice about somebody younger goes to the parent or guardian."""
OVERDUE_DAYS = 7
"""So long may pass before a notice that was not given is marked."""


class Way(StrEnum):
    """How a notice was given."""

    HANDED_OVER = "handed-over"
    POST = "post"
    MAIL = "mail"
    READ_OUT = "read-out"


@dataclass(frozen=True, slots=True)
class Notice:
    """That a listing has to be told since ``due``; ``given`` is the day on which it was, ``to_whom`` and how."""

    listing_id: str
    person_id: str
    due: datetime
    given: date | None = None
    way: Way | None = None
    to_whom: str = ""
    recorded_by: str = ""
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a notice says of the district. ``appeals_to`` is the office that appeals go to: nothing is printed without
    it."""

    district: str
    appeals_to: str
    address: str
    phone: str
    days_to_appeal: int
    answer_days: int
    language: str


@dataclass(frozen=True, slots=True)
class KeptFor:
    """How long the face of a possible match is kept."""

    unanswered_hours: int
    confirmed_days: int


def is_due(notice: Notice | None, record: ListingRecord) -> bool:
    """Whether somebody still has to be told: a listing that is not over, and no word of it yet."""
    if notice is None or notice.given is not None or record.terms.untold:
        return False
    return record.state in (State.ACTIVE, State.SUSPENDED)


def days_due(notice: Notice, now: datetime) -> int:
    """Whole days since it is due."""
    return max((now - notice.due) // timedelta(days=1), 0)


def is_overdue(notice: Notice, now: datetime) -> bool:
    """Whether more than OVERDUE_DAYS have passed."""
    return now - notice.due > timedelta(days=OVERDUE_DAYS)


def is_for_parent(born: date | None, today: date) -> bool:
    """Whether the notice goes to the parent or guardian."""
    return born is not None and age_on(born, today) < OF_AGE
