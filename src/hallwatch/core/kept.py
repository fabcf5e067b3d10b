"""An alert as it is kept: what the database holds of it and what the console shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a camera hangs: sightings in one building are one incident, and a school's staff see the school's."""

    building: str
    school: str

    @property
    def area(self) -> str:
        """Within which sightings are one incident: a building of one school, whatever other schools call theirs."""
        return f"{self.school}\0{self.building}"


@dataclass(frozen=True, slots=True)
class KeptAlert:
    """A committed alert, without its picture.

    ``sequence`` grows with every change of any alert, so that "everything since 41" is one question.
    ``camera`` and ``at`` are the first sighting, ``last_camera`` and ``last_at`` the latest one; ``score``,
    ``face_px`` and ``shots`` are the best so far. ``meaning`` is the sentence that explained the score when
    the alert was raised. ``erased`` is True when the person's key was destroyed: no name, no list, no picture is
    left. Times are UTC.
    """

    sequence: int
    alert_id: str
    camera: str
    school: str
    building: str
    at: datetime
    last_camera: str
    last_at: datetime
    external_id: str
    name: str
    lists: tuple[str, ...]
    score: float
    threshold: float
    face_px: int
    shots: int
    pack: str
    meaning: str
    created: datetime
    updated: datetime
    erased: bool = False
