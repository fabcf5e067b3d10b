"""An appeal against a listing: received, acknowledged, answered, each by a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

ACKNOWLEDGE_DAYS = 7
MOST_ANSWER_DAYS = 60
"""No district gives itself longer for an answer."""


class Outcome(StrEnum):
    """What an appeal was answered."""

    GRANTED = "granted"
    PARTLY = "partly"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal as it stands. ``said_by`` is who appeals (the person, a parent, a lawyer), ``words`` what they say;
    ``involved``: whoever answered it had written or approved the listing, since nobody else could."""

    appeal_id: str
    listing_id: str
    person_id: str
    received: date
    acknowledge_by: date
    answer_by: date
    recorded_by: str
    recorded_at: datetime
    said_by: str
    words: str
    acknowledged: date | None = None
    acknowledged_by: str = ""
    outcome: Outcome | None = None
    answered: date | None = None
    answered_by: str = ""
    answer: str = ""
    involved: bool = False

    @property
    def is_open(self) -> bool:
        """Whether an answer is still to come."""
        return self.outcome is None

    def is_overdue(self, today: date) -> bool:
        """Whether the day of its answer has passed, or that of saying that it has come."""
        if not self.is_open:
            return False
        return today > self.answer_by or (self.acknowledged is None and today > self.acknowledge_by)


def deadline_fault(received: date, answer_by: date, today: date) -> str | None:
    """Why an appeal cannot have these days; None where it can."""
    if received > today:
        return "an appeal is not received in the future; look at the day"
    if not received < answer_by <= received + timedelta(days=MOST_ANSWER_DAYS):
        return f"an appeal is answered within {MOST_ANSWER_DAYS} days of its receipt"
    return None
