"""How long each kind of record is kept, for what, and when deletion waits for a person to look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from hallwatch.core.policy.jurisdiction import Retention

JUMP = timedelta(minutes=5)
"""A wall clock that differs by more from the time that has really passed was set; nothing is deleted by it."""
FEW = 20
"""So many faces may go at once whatever share of all they are."""
MOST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of record: what it is for, and when it goes."""

    kind: str
    purpose: str
    until: str


RULES = (
    Rule("a stranger's face", "comparing it once", "its track has ended; never written"),
    Rule("a listed person's name and photos", "knowing who was listed, and why", "the person is erased"),
    Rule("a listed person's templates", "finding the person", "no listing waits or holds any more"),
    Rule(
        "the faces in an alert",
        "judging the alert",
        "its time by the answer, as the jurisdiction's profile says",
    ),
    Rule(
        "an alert without its faces, and its answers",
        "knowing what happened",
        "the person is erased: then nameless",
    ),
    Rule("an account's session", "staying signed in", "eight hours idle, twelve in any case, or disabled"),
    Rule("a destroyed key's last copy", "surviving a broken disk", "seven days"),
    Rule("an entry of the audit trail", "knowing who did and saw what", "nobody deletes it"),
)


@dataclass(frozen=True, slots=True)
class Passed:
    """A moment on both clocks: the wall's (UTC), and one that nobody can set (seconds)."""

    wall: datetime
    monotonic: float

    def jump_to(self, later: Passed) -> timedelta:
        """By how much the wall clock was set between the two; negative for back."""
        return (later.wall - self.wall) - timedelta(seconds=later.monotonic - self.monotonic)


@dataclass(frozen=True, slots=True)
class Due:
    """Before which moment the last sighting (undetermined) or the answer of an alert must be for its faces to go."""

    different: datetime
    undetermined: datetime
    same: datetime


EARLY = timedelta(minutes=2)
"""Deletion looks twice a minute; what has to be gone within the hour goes a little before."""


def faces_due(now: datetime, retention: Retention) -> Due:
    """By the answer: *different person*; *can't tell*, none, or two that differ; *same person*."""
    return Due(
        different=now - timedelta(hours=retention.different_person_hours) + EARLY,
        undetermined=now - timedelta(hours=retention.unanswered_hours),
        same=now - timedelta(days=retention.confirmed_days),
    )


def is_mass(due: int, kept: int) -> bool:
    """Whether so many faces at once want a person's look first: a clock or a setting may be wrong."""
    return due > FEW and due > MOST_SHARE * kept


def proof_of(alert_ids: Iterable[str]) -> str:
    """A digest of what was deleted, for the audit trail."""
    return sha256("\n".join(sorted(alert_ids)).encode()).hexdigest()
