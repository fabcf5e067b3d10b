"""When two sightings of one person are one incident, and so one alert.

Sightings within 60 seconds before one camera, or 10 minutes in one building, are one incident. Time is the
sightings' own, so that a film watched at full speed is judged like the day it shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

BEFORE_ONE_CAMERA = timedelta(seconds=60)
IN_ONE_BUILDING = timedelta(minutes=10)


@dataclass(slots=True)
class _Incident:
    alert_id: str
    camera: str
    building: str
    last: datetime
    best_score: float


class Incidents:
    """The open incidents of one site; owned by one thread."""

    def __init__(self) -> None:
        self._open: dict[str, list[_Incident]] = {}

    def join(
        self, person: str, camera: str, building: str, at: datetime, score: float, fresh_id: str
    ) -> tuple[str, bool]:
        """The alert that a sighting belongs to, and whether it is new (then ``fresh_id``).

        ``building`` may be empty: then only the same camera joins.
        """
        known = self._open.get(person, [])
        # What comes late forgets nothing that is still open, nor does a clock that was set back.
        newest = max((at, *(old.last for old in known)))
        mine = [old for old in known if newest - old.last <= IN_ONE_BUILDING or _is_near(old, at)]
        self._open[person] = mine
        for incident in reversed(mine):
            if _same(incident, camera, building, at):
                incident.last = max(incident.last, at)
                incident.best_score = max(incident.best_score, score)
                return incident.alert_id, False
        mine.append(_Incident(fresh_id, camera, building, at, score))
        return fresh_id, True

    def begin(
        self, person: str, camera: str, building: str, at: datetime, score: float, alert_id: str
    ) -> None:
        """A new incident beside one that nothing joins any more; from now on sightings join this one."""
        self._open.setdefault(person, []).append(_Incident(alert_id, camera, building, at, score))

    def seen(self, person: str, alert_id: str, at: datetime) -> None:
        """The person of an open incident is still there, better seen or not."""
        for incident in self._open.get(person, []):
            if incident.alert_id == alert_id:
                incident.last = max(incident.last, at)


def _same(incident: _Incident, camera: str, building: str, at: datetime) -> bool:
    # Apart in either direction: the sightings of several cameras or workers need not come in order of time.
    if building and incident.building:  # whatever the cameras of two buildings are called
        return incident.building == building and _is_near(incident, at)
    return incident.camera == camera and abs(at - incident.last) <= BEFORE_ONE_CAMERA


def _is_near(incident: _Incident, at: datetime) -> bool:
    return abs(at - incident.last) <= IN_ONE_BUILDING
