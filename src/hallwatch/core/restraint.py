"""What holds one person's alerts back until somebody has looked: a raised threshold, or the brake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class What(StrEnum):
    """The two kinds."""

    THRESHOLD = "threshold"
    BRAKE = "brake"


@dataclass(frozen=True, slots=True)
class Restraint:
    """One that is in force. ``threshold`` holds for scores of ``pack``, since the wrong answer to ``alert_id``;
    ``kept_out`` counts the sightings that did not reach it. ``why`` is the brake's line."""

    person_id: str
    what: What
    at: datetime
    alert_id: str = ""
    pack: str = ""
    threshold: float = 0.0
    why: str = ""
    kept_out: int = 0
