"""What the keeper is asked about duty: shifts, and rings of phones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Literal, TypeAlias

from hallwatch.core.by import By


@dataclass(frozen=True, slots=True)
class WriteShift:
    """Put somebody who may answer on duty: core.duty.Shift."""

    by: By
    school: str
    account_id: str
    day: date
    begins: time
    minutes: int
    weekly: bool = False
    last: date | None = None
    kind: Literal["write-shift"] = "write-shift"


@dataclass(frozen=True, slots=True)
class DropShift:
    """Take a shift out of the calendar."""

    by: By
    shift_id: str
    kind: Literal["drop-shift"] = "drop-shift"


@dataclass(frozen=True, slots=True)
class RingPhone:
    """Send a message to the own devices, which asks for an answer."""

    by: By
    kind: Literal["ring-phone"] = "ring-phone"


@dataclass(frozen=True, slots=True)
class NoteRing:
    """What a push service said of it."""

    by: By
    ring_id: str
    outcome: str
    kind: Literal["note-ring"] = "note-ring"


@dataclass(frozen=True, slots=True)
class AnswerRing:
    """The phone is in somebody's hand."""

    by: By
    ring_id: str
    kind: Literal["answer-ring"] = "answer-ring"


DutyRequest: TypeAlias = WriteShift | DropShift | RingPhone | NoteRing | AnswerRing
