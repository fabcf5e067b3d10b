"""An alert as it is kept: what the database holds of it and what the console shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hallwatch.core.alert import Answer, Outcome, State
from hallwatch.core.inbound import IncidentKind


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
class Stop:
    """The person before one camera for a while: a piece of the way through the building. ``number`` counts from 0;
    ``pictured`` says whether its best shot is kept. Times are UTC. ``source`` is another system that saw it ("": a
    camera of ours), ``said`` that system's score in its own words."""

    number: int
    camera: str
    first: datetime
    last: datetime
    score: float
    face_px: int
    shots: int
    pictured: bool
    source: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class KeptAlert:
    """A committed alert, without its pictures.

    ``sequence`` grows with every change of any alert, so that "everything since 41" is one question.
    ``camera`` and ``at`` are the first sighting, ``last_camera`` and ``last_at`` the latest one; ``score``,
    ``face_px`` and ``shots`` are the best so far. ``meaning`` is the sentence that explained the score when
    the alert was raised. ``erased`` is True when the person's key was destroyed: no name, no list, no picture is
    left. ``updated`` is when it was sighted last. Times are UTC.

    ``answer`` is the one that stands, ``disputed`` that somebody says otherwise. ``braked`` alerts are quiet: too many
    of the person were wrong or unanswered. ``security_only``: of an emergency, shown to the school's security alone.
    ``reviewers_only``: raised in a quiet start, shown to administrators alone.
    ``lapsed``: its faces went before anybody had answered. ``path`` are the cameras in order of time.

    ``source`` is another system that raised it; "" is a camera of ours. An ``incident`` names nobody: a button was
    pressed, and ``text`` is what was said. Where no camera of ours has seen the person, ``pack`` is empty.
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
    person_id: str = ""
    state: State = State.RAISED
    answer: Answer | None = None
    answered: datetime | None = None
    disputed: bool = False
    outcome: Outcome | None = None
    braked: bool = False
    security_only: bool = False
    reviewers_only: bool = False
    lapsed: bool = False
    path: tuple[Stop, ...] = ()
    source: str = ""
    incident: IncidentKind | None = None
    text: str = ""

    @property
    def sounds(self) -> bool:
        """Whether it is heard: until somebody answers, of an incident until those who answered agree."""
        disputed = self.disputed and self.incident is not None  # one of them says that it is real
        return (
            (self.answer is None or disputed)
            and self.outcome is None
            and not (self.braked or self.lapsed or self.erased)
        )

    @property
    def is_pictureless(self) -> bool:
        """Whether another system reported it without a picture: who it was is seen there, or on the spot."""
        return bool(self.source) and not self.pack and not self.shots and not self.best

    @property
    def best(self) -> Stop | None:
        """Where the best picture was taken."""
        pictured = [stop for stop in self.path if stop.pictured]
        return max(pictured, key=lambda stop: (stop.score, stop.face_px), default=None)
