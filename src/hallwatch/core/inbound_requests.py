"""What the keeper is asked for other systems: to raise an incident, or an alert that they found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from hallwatch.core.by import By
from hallwatch.core.inbound import IncidentKind


@dataclass(frozen=True, slots=True)
class Reported:
    """Where and when, and by which system: one of our cameras, or a school and a building of it. ``at`` is UTC."""

    source: str
    at: datetime
    camera: str = ""
    school: str = ""
    building: str = ""


@dataclass(frozen=True, slots=True)
class RaiseIncident:
    """Something is said to have happened; ``text`` is in that system's words."""

    by: By
    incident: IncidentKind
    reported: Reported
    text: str = field(default="", repr=False)
    kind: Literal["raise-incident"] = "raise-incident"


@dataclass(frozen=True, slots=True)
class RaiseAlert:
    """Another system has found somebody of our list. ``score`` is what it says, and is compared with nothing of ours;
    ``shot_jpeg`` shows nobody else."""

    by: By
    external_id: str
    reported: Reported
    score: str = ""
    shot_jpeg: bytes | None = field(default=None, repr=False)
    kind: Literal["raise-alert"] = "raise-alert"


InboundRequest: TypeAlias = RaiseIncident | RaiseAlert
