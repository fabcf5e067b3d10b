"""What the keeper is asked about alerts: that somebody has seen one, an answer, its end, and a review of a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from hallwatch.core.alert import Answer, Outcome
from hallwatch.core.by import By
from hallwatch.core.restraint import What


@dataclass(frozen=True, slots=True)
class SeeAlert:
    """Somebody who may answer has the alert on the screen, of the browser with this ``session``'s digest."""

    by: By
    alert_id: str
    session: str = ""
    kind: Literal["see-alert"] = "see-alert"


@dataclass(frozen=True, slots=True)
class AnswerAlert:
    """Somebody compared the pictures, of which ``shown`` are the digests; ``reason`` is ready-made, ``words`` free.
    ``session`` is the digest of the browser that asks, which may be locked."""

    by: By
    alert_id: str
    answer: Answer
    reason: str = ""
    words: str = ""
    shown: tuple[str, ...] = ()
    session: str = ""
    kind: Literal["answer-alert"] = "answer-alert"


@dataclass(frozen=True, slots=True)
class CloseAlert:
    """How it ended."""

    by: By
    alert_id: str
    outcome: Outcome
    words: str = ""
    session: str = ""
    kind: Literal["close-alert"] = "close-alert"


@dataclass(frozen=True, slots=True)
class ReviewPerson:
    """Somebody has looked at why a person's threshold was raised, or alerts were braked: back to normal; ``by`` says
    why. ``session`` is the digest of the browser that asks, which may be locked."""

    by: By
    person_id: str
    what: What
    session: str = ""
    kind: Literal["review-person"] = "review-person"


AlertRequest: TypeAlias = SeeAlert | AnswerAlert | CloseAlert | ReviewPerson
