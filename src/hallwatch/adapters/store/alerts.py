"""Alerts in the database: the keeper's book of them, and the questions that pages ask."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.people import PeopleBook
from hallwatch.adapters.store.sealed import Named, Seals
from hallwatch.adapters.store.tables import AlertRow, ShotRow
from hallwatch.core.events import Sighting
from hallwatch.core.kept import KeptAlert, Whereabouts


class AlertBook:
    """Alerts within one transaction of the keeper."""

    def __init__(self, session: Session, seals: Seals, people: PeopleBook) -> None:
        self._session, self._seals, self._people = session, seals, people

    def keep(self, sighting: Sighting, *, place: Whereabouts, meaning: str, now: datetime) -> KeptAlert:
        """A new alert, or a known one improved; repeating one changes only its sequence.

        Raises KeyGone when the person was erased.
        """
        sequence = (self._session.scalar(select(func.max(AlertRow.sequence))) or 0) + 1
        row = self._session.get(AlertRow, sighting.alert_id)
        if row is None:
            person_id = self._people.number_of(sighting.external_id, sighting.name, now)
            named = Named(sighting.external_id, sighting.name, sighting.lists)
            row = _new_row(sighting, person_id, place=place, meaning=meaning, now=now)
            row.sealed = self._seals.named(person_id, sighting.alert_id, named)
            row.sequence = sequence
            self._session.add(row)
            self._session.flush()
        else:
            _improve(row, sighting, now=now)
            row.sequence = sequence
        self._keep_best_shot(row, sighting)
        return _kept(row, self._seals)

    def erase(self, person_id: str, now: datetime) -> None:
        """Nothing stays of whom these alerts named; that somebody was there stays."""
        last = self._session.scalar(select(func.max(AlertRow.sequence))) or 0
        # Those that are empty already stay where they are: a keeper's start must not bring them to the top.
        named = (AlertRow.person_id == person_id) & (AlertRow.sealed != b"")
        question = select(AlertRow).where(named).order_by(AlertRow.sequence)
        for sequence, row in enumerate(self._session.scalars(question).all(), start=last + 1):
            row.sealed, row.sequence, row.updated = b"", sequence, now
            self._session.execute(delete(ShotRow).where(ShotRow.alert_id == row.alert_id))
        self._session.flush()

    def faces(self) -> int:
        """How many alerts still have their face."""
        return self._session.scalar(select(func.count()).select_from(ShotRow)) or 0

    def faces_before(self, moment: datetime) -> list[str]:
        """Alerts whose last change is older, and that still have their face."""
        mine = ShotRow.alert_id == AlertRow.alert_id
        question = select(AlertRow.alert_id).join(ShotRow, mine).where(AlertRow.updated < moment)
        return list(self._session.scalars(question.order_by(AlertRow.alert_id)))

    def drop_faces(self, alert_ids: Sequence[str], now: datetime) -> None:
        """The faces go, the alerts stay; open pages hear of it."""
        last = self._session.scalar(select(func.max(AlertRow.sequence))) or 0
        for number, alert_id in enumerate(alert_ids, start=last + 1):
            row = self._session.get_one(AlertRow, alert_id)
            row.sequence, row.updated = number, now
            self._session.execute(delete(ShotRow).where(ShotRow.alert_id == alert_id))
        self._session.flush()

    def _keep_best_shot(self, row: AlertRow, sighting: Sighting) -> None:
        """A shot gives way only to one of a higher score, or of a larger face at a score no lower."""
        if sighting.shot_jpeg is None:
            return
        shot = self._session.get(ShotRow, row.alert_id)
        if shot is None:
            shot = ShotRow(alert_id=row.alert_id)
            self._session.add(shot)
        elif (sighting.score, sighting.face_px) <= (shot.score, shot.face_px):
            return
        shot.score, shot.face_px = sighting.score, sighting.face_px
        shot.sealed = self._seals.shot(row.person_id, row.alert_id, sighting.shot_jpeg)


class AlertQuestions:
    """What pages ask about alerts, in a session of a reader."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def latest(self, limit: int, schools: Collection[str] | None = None) -> list[KeptAlert]:
        """The newest alerts (of these schools; None: of all), by their last change, newest first."""
        return self._rows(_of(schools).order_by(AlertRow.sequence.desc()).limit(limit))

    def since(self, sequence: int, limit: int, schools: Collection[str] | None = None) -> list[KeptAlert]:
        """What changed after ``sequence``, oldest change first."""
        changed = _of(schools).where(AlertRow.sequence > sequence)
        return self._rows(changed.order_by(AlertRow.sequence).limit(limit))

    def one(self, alert_id: str) -> KeptAlert | None:
        """The alert of this id."""
        row = self._session.get(AlertRow, alert_id)
        return None if row is None else _kept(row, self._seals)

    def shot(self, alert_id: str) -> bytes | None:
        """The alert's best camera shot as a JPEG; None when there is none, or the person was erased."""
        alert, shot = self._session.get(AlertRow, alert_id), self._session.get(ShotRow, alert_id)
        if alert is None or shot is None:
            return None
        return self._seals.open_shot(alert.person_id, alert_id, shot.sealed)

    def _rows(self, question: Select[AlertRow]) -> list[KeptAlert]:
        return [_kept(row, self._seals) for row in self._session.scalars(question)]


def _of(schools: Collection[str] | None) -> Select[AlertRow]:
    return select(AlertRow) if schools is None else select(AlertRow).where(AlertRow.school.in_(schools))


def _new_row(
    sighting: Sighting, person_id: str, *, place: Whereabouts, meaning: str, now: datetime
) -> AlertRow:
    return AlertRow(
        alert_id=sighting.alert_id,
        person_id=person_id,
        camera=sighting.camera,
        school=place.school,
        building=place.building,
        at=sighting.at,
        last_camera=sighting.camera,
        last_at=sighting.at,
        score=sighting.score,
        threshold=sighting.threshold,
        face_px=sighting.face_px,
        shots=sighting.shots,
        pack=sighting.pack,
        meaning=meaning,
        created=now,
        updated=now,
    )


def _improve(row: AlertRow, sighting: Sighting, *, now: datetime) -> None:
    """Figures only get better; the place follows the person."""
    row.score = max(row.score, sighting.score)
    row.face_px = max(row.face_px, sighting.face_px)
    row.shots = max(row.shots, sighting.shots)
    if sighting.at >= row.last_at:
        row.last_camera, row.last_at = sighting.camera, sighting.at
    row.updated = now


def _kept(row: AlertRow, seals: Seals) -> KeptAlert:
    named = seals.open_named(row.person_id, row.alert_id, row.sealed)
    return KeptAlert(
        sequence=row.sequence,
        alert_id=row.alert_id,
        camera=row.camera,
        school=row.school,
        building=row.building,
        at=row.at,
        last_camera=row.last_camera,
        last_at=row.last_at,
        external_id=named.external_id,
        name=named.name,
        lists=named.lists,
        score=row.score,
        threshold=row.threshold,
        face_px=row.face_px,
        shots=row.shots,
        pack=row.pack,
        meaning=row.meaning,
        created=row.created,
        updated=row.updated,
        erased=not named.external_id,
    )
