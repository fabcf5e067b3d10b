"""What other systems report: incidents (a pressed button), and alerts of their own face recognition."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class IncidentKind(StrEnum):
    """What is said to have happened."""

    PANIC = "panic"
    WEAPON = "weapon"
    INTRUDER = "intruder"
    FIRE = "fire"
    MEDICAL = "medical"
    OTHER = "other"


SITE = "site"
"""Whose key seals an incident's words: they are nobody's on a list."""
MOST_TEXT = 200
"""Characters that a report may say in its own words."""
MOST_SAID = 20
"""Characters of another system's score."""
OLDEST, AHEAD = timedelta(hours=24), timedelta(minutes=5)
"""A report may be so late, and a sender's clock so far ahead of ours."""
PRESSED_AGAIN = timedelta(minutes=10)
"""Whoever presses again within it, before anybody has looked and with no other words, means the same incident."""


def why_not_now(at: datetime, now: datetime) -> str | None:
    """Why a report of that moment is not taken, in one line; None where it is."""
    if at > now + AHEAD:
        return "its time lies ahead of ours; set that system's clock"
    if at < now - OLDEST:
        return "it is older than a day; nobody can look any more"
    return None
