"""Alerts as rows: a new one, one that got better, and what of it is read."""

from __future__ import annotations

from datetime import datetime

from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.tables import AlertRow
from hallwatch.core.alert import Answer, Outcome, State
from hallwatch.core.decide.brake import Incident
from hallwatch.core.events import Sighting
from hallwatch.core.inbound import IncidentKind
from hallwatch.core.kept import KeptAlert, Stop, Whereabouts


def new_row(
    sighting: Sighting, person_id: str, *, place: Whereabouts, meaning: str, now: datetime
) -> AlertRow:
    """A new one, whose name is not sealed into it yet."""
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
        state=State.RAISED.value,
        answer="",
        disputed=False,
        outcome="",
        lapsed=False,
        source=sighting.source,
        incident="",
    )


def improve(row: AlertRow, sighting: Sighting, *, meaning: str, now: datetime, braked: bool) -> None:
    """Figures only get better; the place follows the person. What another system raised has none until we see it."""
    if not row.pack and sighting.pack:
        row.pack, row.threshold, row.meaning = sighting.pack, sighting.threshold, meaning
        row.braked = row.braked and braked
    row.score = max(row.score, sighting.score)
    row.face_px = max(row.face_px, sighting.face_px)
    row.shots = max(row.shots, sighting.shots)
    if sighting.at >= row.last_at:
        row.last_camera, row.last_at = sighting.camera, sighting.at
    row.updated = now


def kept_of(row: AlertRow, seals: Seals, path: tuple[Stop, ...]) -> KeptAlert:
    """The alert, opened; ``path`` are its stops."""
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
        erased=not named.external_id and not row.incident,
        person_id=row.person_id,
        state=State(row.state),
        answer=Answer(row.answer) if row.answer else None,
        answered=row.answered,
        disputed=row.disputed,
        outcome=Outcome(row.outcome) if row.outcome else None,
        braked=row.braked,
        security_only=row.security_only,
        reviewers_only=row.reviewers_only,
        lapsed=row.lapsed,
        path=path,
        source=row.source,
        incident=IncidentKind(row.incident) if row.incident else None,
        text=named.text,
    )


def incident_of(row: AlertRow) -> Incident:
    """The alert as the brake sees it."""
    agreed = None if row.disputed or not row.answer else Answer(row.answer)
    wrong = None if not row.answer else agreed is Answer.DIFFERENT
    same = row.answered if agreed is Answer.SAME else None
    # What others report goes by our own clock: their times are only claimed.
    began, last = (row.created, row.updated) if row.source else (row.at, row.last_at)
    return Incident(row.school, began, last, row.created, wrong, same)
