"""The way of a face, top to bottom: frame, motion, faces, tracks, best shots, search, decision, event.

``Looking`` turns the frames of one camera into evidence; ``Watching`` adds the decision. Everything about a face
that raises no alert lives in these two objects and is gone when its track has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID, uuid5

from hallwatch.core.decide import Threshold, Verdict, judge
from hallwatch.core.decide.rule import AGREE
from hallwatch.core.events import Sighting
from hallwatch.core.model import Face, Frame, Person, Pixels
from hallwatch.core.motion import Motion
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.core.recognise.quality import assess, plausible
from hallwatch.core.recognise.shots import BestShots, Shot
from hallwatch.core.shield import surroundings
from hallwatch.core.track import Track, Tracker
from hallwatch.ports import FaceModel

ALERTS = UUID("6f0f5a9e-52f1-5b4e-9d0c-6b1a5b1d4c11")
"""Namespace of alert ids: the same film watched twice gives the same ids."""
BETTER_SCORE = 0.02
BETTER_SIZE = 1.2


class Joins(Protocol):
    """Says which alert a sighting belongs to (core.decide.Incidents does)."""

    def join(
        self, person: str, camera: str, building: str, at: datetime, score: float, fresh_id: str
    ) -> tuple[str, bool]: ...

    def seen(self, person: str, alert_id: str, at: datetime) -> None: ...


@dataclass(slots=True)
class Passing:
    """One track with its evidence."""

    track: Track
    evidence: BestShots = field(default_factory=BestShots)


class Looking:
    """The frames of one camera, in order, become evidence; owned by one thread."""

    def __init__(self, model: FaceModel) -> None:
        self._model = model
        self._motion, self._tracker = Motion(), Tracker()
        self.passings: dict[int, Passing] = {}
        self.analysed = 0
        self.looked = 0
        self.passed = 0
        """Tracks that have ended and had shots enough to be searched for."""

    @property
    def tracks(self) -> int:
        """Tracks begun so far."""
        return self._tracker.started

    def step(self, frame: Frame) -> list[Passing]:
        """The passings to which this frame added evidence."""
        self.analysed += 1
        if not self._motion.moved(frame.luma):
            self._deal([], frame.media_time_s)
            return []
        self.looked += 1
        image = frame.pixels()
        everybody = self._model.detect(image)
        dealt = self._deal([face for face in everybody if plausible(face)], frame.media_time_s)
        touched = [self._look_closer(track, face, frame, image, everybody) for track, face in dealt]
        return [passing for passing in touched if passing is not None]

    def forget(self) -> None:
        """The camera is gone: so is everything that is known of whoever was before it."""
        self._tracker.tracks.clear()
        for number in list(self.passings):
            self._end(number)
        self._motion = Motion()

    def _deal(self, faces: Sequence[Face], at_s: float) -> list[tuple[Track, Face]]:
        """Deal faces to tracks; whatever is known of a passing that has ended is forgotten."""
        dealt, ended = self._tracker.update(faces, at_s)
        for track in ended:
            self._end(track.number)
        return dealt

    def _end(self, number: int) -> None:
        """Whatever is known of a passing goes; only that there was one is counted."""
        passing = self.passings.pop(number, None)
        if passing is not None and len(passing.evidence.shots) >= AGREE:
            self.passed += 1

    def _look_closer(
        self, track: Track, face: Face, frame: Frame, image: Pixels, everybody: Sequence[Face]
    ) -> Passing | None:
        """Add the face to its track's evidence if it is good enough to matter."""
        passing = self.passings.setdefault(track.number, Passing(track))
        quality = assess(face, frame.luma)
        if quality.refusal is not None or not passing.evidence.wants(quality):
            return None
        template = self._model.embed(image, [face])[0]
        around = surroundings(image, face, everybody)
        passing.evidence.add(Shot(face, quality, template, frame.media_time_s, around))
        return passing


class Watching:
    """One camera watched for the people of a gallery: frames in, sightings out; owned by one thread."""

    def __init__(
        self,
        *,
        camera: str,
        building: str,
        looking: Looking,
        pack: str,
        gallery: Gallery,
        people: dict[str, Person],
        threshold: Threshold,
        incidents: Joins,
        encode: Callable[[Pixels], bytes],
        today: Callable[[], date],
        school: str = "",
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """``school`` is the camera's; ``now`` None takes a frame's own time for when a listing holds."""
        self.camera, self.building, self.pack, self.school = camera, building, pack, school
        self._now = now
        self.looking = looking
        self._told: dict[int, Sighting] = {}
        self._gallery, self._people, self._threshold = gallery, people, threshold
        self._incidents, self._encode, self._today = incidents, encode, today

    def step(self, frame: Frame) -> list[Sighting]:
        """New alerts and improvements of earlier ones that this frame gives rise to."""
        return self.decide(self.looking.step(frame), frame)

    def aim(self, threshold: Threshold) -> None:
        """Decide by this threshold from now on: the list has become longer or shorter."""
        self._threshold = threshold

    def stopped(self) -> None:
        """The camera is gone, for now or for good: nothing of whoever was before it is kept."""
        self.looking.forget()
        self._told.clear()

    def decide(self, passings: Sequence[Passing], frame: Frame) -> list[Sighting]:
        """The same, from passings to which ``frame`` has just added evidence."""
        self._told = {number: told for number, told in self._told.items() if number in self.looking.passings}
        for number, sighting in self._told.items():
            if self.looking.passings[number].track.seen_s == frame.media_time_s:
                self._incidents.seen(sighting.external_id, sighting.alert_id, frame.at)
        sightings: list[Sighting] = []
        for passing in passings:
            verdict = judge(passing.evidence, self._gallery.snapshot, self._threshold.score)
            told = self._told.get(passing.track.number)
            if verdict is None or not _worth_telling(told, passing.evidence, verdict):
                continue
            new = self._sighting(passing, told, verdict, frame)
            if new is not None:
                self._told[passing.track.number] = new
                sightings.append(new)
        return sightings

    def _sighting(
        self, passing: Passing, told: Sighting | None, verdict: Verdict, frame: Frame
    ) -> Sighting | None:
        person = self._people[verdict.person]
        lists = person.lists_at(self._now() if self._now else frame.at, self._today(), self.school)
        if not lists:
            return None
        fresh = uuid5(ALERTS, f"{self.camera}|{verdict.person}|{frame.at.isoformat()}|{passing.track.number}")
        if told is not None and told.external_id == verdict.person:
            alert_id, new = told.alert_id, False
        else:
            alert_id, new = self._incidents.join(
                verdict.person, self.camera, self.building, frame.at, verdict.score, str(fresh)
            )
        best = passing.evidence.shots[verdict.agreeing[0]]
        return Sighting(
            alert_id=alert_id,
            camera=self.camera,
            at=frame.at,
            media_time_s=frame.media_time_s,
            external_id=verdict.person,
            name=person.name,
            lists=lists,
            score=verdict.score,
            threshold=self._threshold.score,
            face_px=_largest(passing.evidence, verdict),
            shots=verdict.shots,
            pack=self.pack,
            improves=not new,
            shot_jpeg=None if best.around is None else self._encode(best.around),
        )


def _worth_telling(told: Sighting | None, evidence: BestShots, verdict: Verdict) -> bool:
    """The first sufficient evidence, a clearly better look at the same person, or a better match."""
    if told is None:
        return True
    if told.external_id != verdict.person:
        return verdict.score > told.score
    larger = _largest(evidence, verdict) >= BETTER_SIZE * told.face_px
    return verdict.score >= told.score + BETTER_SCORE or larger


def _largest(evidence: BestShots, verdict: Verdict) -> int:
    return max(evidence.shots[place].face.px for place in verdict.agreeing)
