"""What the keeper is asked about notices, appeals and lists of the district's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from hallwatch.core.appeal import Outcome
from hallwatch.core.by import By
from hallwatch.core.notice import Way


@dataclass(frozen=True, slots=True)
class GiveNotice:
    """The notice of a listing was given on this day, so, to this person."""

    by: By
    listing_id: str
    given: date
    way: Way
    to_whom: str = field(repr=False)
    kind: Literal["give-notice"] = "give-notice"


@dataclass(frozen=True, slots=True)
class ReceiveAppeal:
    """An appeal against a listing has come; ``suspend``: nobody is looked for by it meanwhile."""

    by: By
    listing_id: str
    received: date
    answer_by: date
    said_by: str = field(repr=False)
    words: str = field(repr=False)
    suspend: bool = False
    kind: Literal["receive-appeal"] = "receive-appeal"


@dataclass(frozen=True, slots=True)
class AcknowledgeAppeal:
    """Whoever appealed was told on this day that it has come."""

    by: By
    appeal_id: str
    on: date
    kind: Literal["acknowledge-appeal"] = "acknowledge-appeal"


@dataclass(frozen=True, slots=True)
class AnswerAppeal:
    """Answer an appeal, with reasons; one that is granted ends the listing."""

    by: By
    appeal_id: str
    outcome: Outcome
    answer: str = field(repr=False)
    kind: Literal["answer-appeal"] = "answer-appeal"


@dataclass(frozen=True, slots=True)
class WriteOwnList:
    """Propose a list of the district's own, as the board has resolved."""

    by: By
    slug: str
    english: str
    spanish: str
    resolution: str
    resolved: date
    purpose: str
    kind: Literal["write-own-list"] = "write-own-list"


@dataclass(frozen=True, slots=True)
class AnswerOwnList:
    """A second person's yes or no to a list, exactly as ``digest`` is over."""

    by: By
    slug: str
    digest: str
    approve: bool
    kind: Literal["answer-own-list"] = "answer-own-list"


@dataclass(frozen=True, slots=True)
class RetireOwnList:
    """No new listings on this list; those that are there stay until they end."""

    by: By
    slug: str
    kind: Literal["retire-own-list"] = "retire-own-list"


AppealRequest: TypeAlias = GiveNotice | ReceiveAppeal | AcknowledgeAppeal | AnswerAppeal
OwnListRequest: TypeAlias = WriteOwnList | AnswerOwnList | RetireOwnList
