"""Two-person rules: one asks, another says yes, within a time, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """How a request for a second person's yes stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class SecondRequest:
    """``what`` is to happen to ``subject``; ``digest`` is over exactly what was asked for, so that a yes is to that
    and to nothing else."""

    request_id: str
    what: str
    subject: str
    digest: str
    asked_by: str
    asked_at: datetime
    expires: datetime
    answered_by: str | None = None
    answered_at: datetime | None = None
    approved: bool | None = None

    def standing(self, now: datetime) -> Standing:
        """How it stands at a moment."""
        if self.approved is not None:
            return Standing.APPROVED if self.approved else Standing.REFUSED
        return Standing.WAITING if now < self.expires else Standing.LAPSED

    def refusal(self, answered_by: str, digest: str, now: datetime) -> str | None:
        """Why this person's answer to this digest does not count; None when it does."""
        if self.standing(now) is Standing.LAPSED:
            return "the request has lapsed; ask anew"
        if self.approved is not None:
            return "the request was answered already"
        if answered_by == self.asked_by:
            return "nobody answers his own request; a second person has to"
        if digest != self.digest:
            return "what was asked for has changed since; look at it again"
        return None
