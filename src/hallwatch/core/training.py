"""The course that whoever answers alerts has taken: what it asks, how long it holds, and what goes without it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hallwatch.core.alert import Answer
from hallwatch.core.kept import KeptAlert
from hallwatch.core.policy.roles import Account, May

COURSE = 1
"""The course's version: it grows when what is taught changes, not with its wording."""
HOLDS = timedelta(days=365)
REMINDED = timedelta(days=30)
"""So long before it ends, every page says so."""
PAGES = 6

PRACTICE: dict[str, Answer] = {
    "years-later": Answer.SAME,
    "hat-and-glasses": Answer.DIFFERENT,
    "far-away": Answer.UNSURE,
    "like-brothers": Answer.DIFFERENT,
}
"""The practice alerts in their order, and what a careful look says of each."""

QUIZ: dict[str, tuple[str, ...]] = {
    "what-it-is": ("reason-to-look", "proof", "percentage"),
    "hold": ("never", "high-score", "bag"),
    "blurred": ("cannot-tell", "same-to-be-safe", "different-for-quiet"),
    "after-different": ("leave-alone", "follow", "ask-for-papers"),
    "quiet-site": ("mistake", "right", "half"),
    "disagree": ("look-again", "last-counts", "rank-counts"),
    "compare": ("parts-of-the-face", "hair-and-clothes", "gut-feeling"),
    "pictures": ("stay-here", "colleagues", "parents"),
}
"""Each question's choices; the first is the right one, and pages show them in any order."""


@dataclass(frozen=True, slots=True)
class Training:
    """An account's last passed course. ``demonstration``: nobody took it, it belongs to a demonstration."""

    account_id: str
    passed: datetime
    course: int
    demonstration: bool = False

    @property
    def ends(self) -> datetime:
        """Until when it holds."""
        return self.passed + HOLDS

    def holds(self, now: datetime) -> bool:
        """Whether the account may answer at this moment. A clock that was set back locks nobody out."""
        return now < self.ends

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to take the course again."""
        return now >= self.ends - REMINDED


class Voice(StrEnum):
    """What somebody may say of an alert."""

    FULL = "full"
    UNSURE = "unsure"
    """Only *can't tell*: nobody who may answer this alert has taken the course yet."""
    NONE = "none"


def needs_course(account: Account) -> bool:
    """Whether the course is this account's business."""
    return account.may(May.ANSWER_ALERTS)


def may_answer(account: Account, alert: KeptAlert) -> bool:
    """Whether the alert is the account's to answer, the course left aside; a disabled account answers nothing."""
    mine = account.sight.holds(
        alert.school, security_only=alert.security_only, reviewers_only=alert.reviewers_only
    )
    return mine and needs_course(account)


def voice(account_id: str, staff: Collection[str], trained: Collection[str]) -> Voice:
    """What an account may say of an alert, where ``staff`` are those who may answer it, and ``trained`` all accounts
    whose course holds now."""
    if account_id in trained:
        return Voice.FULL
    return Voice.NONE if any(one in trained for one in staff) else Voice.UNSURE


def faults(practised: Mapping[str, str], answers: Mapping[str, str]) -> list[str]:
    """What is not right yet: practice alerts and questions by their ids, nothing for a passed course."""
    wrong = [case for case, right in PRACTICE.items() if practised.get(case) != right.value]
    return wrong + [question for question, choices in QUIZ.items() if answers.get(question) != choices[0]]
