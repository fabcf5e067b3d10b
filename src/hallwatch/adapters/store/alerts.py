"""Alerts in SQLite: the keeper's book, and the reader that pages use."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hallwatch.adapters.store import engine, schema
from hallwatch.adapters.store.tables import AlertRow, ShotRow
from hallwatch.core.events import Sighting
from hallwatch.core.kept import KeptAlert
from hallwatch.errors import HallwatchError, SettingsError, UserError


class AlertWriter:
    """The only writer of the database; belongs to the keeper's one thread."""

    def __init__(self, path: Path) -> None:
        """Open or make the database and bring its tables up to date.

        Raises SettingsError when the file is no database, cannot be opened or comes from a newer Hallwatch.
        """
        path.touch(mode=0o600, exist_ok=True)
        self._engine = engine.writer(path)
        try:
            schema.upgrade(self._engine, path)
        except DBAPIError as error:
            self._engine.dispose()
            raise SettingsError(
                f"{path} cannot be used as the alert database ({error.orig}); "
                "move it away or name another data_dir"
            ) from error
        except BaseException:
            self._engine.dispose()
            raise

    def keep(self, sighting: Sighting, *, building: str, meaning: str, now: datetime) -> KeptAlert:
        """Commit a new alert or improve a known one; repeating one changes only its sequence.

        Raises StoreUnwritable (a full disk, say); nothing is half-written then.
        """
        try:
            return self._keep(sighting, building=building, meaning=meaning, now=now)
        except DBAPIError as error:
            raise StoreUnwritable(
                f"the alert database cannot be written ({error.orig}); look at the disk of data_dir"
            ) from None

    def _keep(self, sighting: Sighting, *, building: str, meaning: str, now: datetime) -> KeptAlert:
        with Session(self._engine) as session, session.begin():
            sequence = (session.scalar(select(func.max(AlertRow.sequence))) or 0) + 1
            row = session.get(AlertRow, sighting.alert_id)
            if row is None:
                row = _new_row(sighting, building=building, meaning=meaning, now=now)
                row.sequence = sequence
                session.add(row)
                session.flush()
            else:
                _improve(row, sighting, now=now)
                row.sequence = sequence
            _keep_best_shot(session, sighting)
            return _kept(row)

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()


class StoreUnwritable(UserError):
    """An alert could not be committed; whoever sent it still has it."""


class StoreUnreadable(HallwatchError):
    """The database cannot be read just now (its writer is being restarted); asking again may work."""


class AlertReader:
    """Questions to the database over read-only connections; safe from any thread."""

    def __init__(self, path: Path) -> None:
        self._engine = engine.reader(path)

    def latest(self, limit: int) -> list[KeptAlert]:
        """The newest alerts, by their last change, newest first."""
        return self._rows(select(AlertRow).order_by(AlertRow.sequence.desc()).limit(limit))

    def since(self, sequence: int, limit: int) -> list[KeptAlert]:
        """What changed after ``sequence``, oldest change first."""
        return self._rows(
            select(AlertRow).where(AlertRow.sequence > sequence).order_by(AlertRow.sequence).limit(limit)
        )

    def one(self, alert_id: str) -> KeptAlert | None:
        """The alert of this id."""
        rows = self._rows(select(AlertRow).where(AlertRow.alert_id == alert_id))
        return rows[0] if rows else None

    def shot(self, alert_id: str) -> bytes | None:
        """The alert's best camera shot as a JPEG."""
        try:
            with Session(self._engine) as session:
                return session.scalar(select(ShotRow.jpeg).where(ShotRow.alert_id == alert_id))
        except DBAPIError as error:
            raise StoreUnreadable(f"the alert database cannot be read: {error.orig}") from error

    def close(self) -> None:
        """Forget the file."""
        self._engine.dispose()

    def _rows(self, question: Select[AlertRow]) -> list[KeptAlert]:
        try:
            with Session(self._engine) as session:
                return [_kept(row) for row in session.scalars(question)]
        except DBAPIError as error:
            raise StoreUnreadable(f"the alert database cannot be read: {error.orig}") from error


def _new_row(sighting: Sighting, *, building: str, meaning: str, now: datetime) -> AlertRow:
    return AlertRow(
        alert_id=sighting.alert_id,
        camera=sighting.camera,
        building=building,
        at=sighting.at,
        last_camera=sighting.camera,
        last_at=sighting.at,
        external_id=sighting.external_id,
        name=sighting.name,
        lists=list(sighting.lists),
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


def _keep_best_shot(session: Session, sighting: Sighting) -> None:
    """A shot gives way only to one of a higher score, or of a larger face at a score no lower."""
    if sighting.shot_jpeg is None:
        return
    shot = session.get(ShotRow, sighting.alert_id)
    if shot is None:
        shot = ShotRow(alert_id=sighting.alert_id)
        session.add(shot)
    elif (sighting.score, sighting.face_px) <= (shot.score, shot.face_px):
        return
    shot.score, shot.face_px, shot.jpeg = sighting.score, sighting.face_px, sighting.shot_jpeg


def _kept(row: AlertRow) -> KeptAlert:
    return KeptAlert(
        sequence=row.sequence,
        alert_id=row.alert_id,
        camera=row.camera,
        building=row.building,
        at=row.at,
        last_camera=row.last_camera,
        last_at=row.last_at,
        external_id=row.external_id,
        name=row.name,
        lists=tuple(row.lists),
        score=row.score,
        threshold=row.threshold,
        face_px=row.face_px,
        shots=row.shots,
        pack=row.pack,
        meaning=row.meaning,
        created=row.created,
        updated=row.updated,
    )
