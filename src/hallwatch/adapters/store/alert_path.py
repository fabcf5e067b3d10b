"""An alert's path: a stop before each camera, and its best shot."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import distinct, func, select, update
from sqlalchemy.orm import Session

from hallwatch.adapters.store.alert_tables import PathRow
from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.tables import AlertRow
from hallwatch.core.decide.incidents import BEFORE_ONE_CAMERA
from hallwatch.core.events import Sighting
from hallwatch.core.kept import Stop


class Paths:
    """Paths in any session; ``walk``, ``drop`` and ``erase`` are the keeper's."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def of(self, alert_ids: Collection[str]) -> dict[str, tuple[Stop, ...]]:
        """The stops of each alert, by time; pictures are not read."""
        found: dict[str, list[Stop]] = {alert_id: [] for alert_id in alert_ids}
        columns = (
            PathRow.alert_id,
            PathRow.number,
            PathRow.camera,
            PathRow.first,
            PathRow.last,
            PathRow.score,
            PathRow.face_px,
            PathRow.shots,
            PathRow.sealed.is_not(None),
            PathRow.source,
            PathRow.said,
        )
        wanted = select(*columns).where(PathRow.alert_id.in_(list(alert_ids)))
        for row in self._session.execute(wanted.order_by(PathRow.first, PathRow.number)):
            found[row[0]].append(Stop(*row[1:]))
        return {alert_id: tuple(stops) for alert_id, stops in found.items()}

    def walk(self, person_id: str, sighting: Sighting) -> None:
        """One more sighting: of a stop that there is, or of a new one."""
        rows = self._session.scalars(
            select(PathRow).where(PathRow.alert_id == sighting.alert_id).order_by(PathRow.number)
        ).all()
        row = next((row for row in reversed(rows) if _is_there(row, sighting)), None)
        if row is None:
            row = PathRow(
                alert_id=sighting.alert_id,
                number=len(rows),
                camera=sighting.camera,
                first=sighting.at,
                last=sighting.at,
                score=sighting.score,
                face_px=sighting.face_px,
                shots=sighting.shots,
                source=sighting.source,
                said=sighting.said,
            )
            self._session.add(row)
        row.first, row.last = min(row.first, sighting.at), max(row.last, sighting.at)
        row.shots = max(row.shots, sighting.shots)
        # A shot gives way only to one of a higher score, or of a larger face at a score no lower.
        better = (sighting.score, sighting.face_px) > (row.score, row.face_px)
        if sighting.shot_jpeg is not None and (row.sealed is None or better):
            row.score, row.face_px = sighting.score, sighting.face_px
            row.sealed = self._seals.shot(person_id, sighting.alert_id, sighting.shot_jpeg, row.number)
        elif row.sealed is None and better:
            row.score, row.face_px = sighting.score, sighting.face_px
        self._session.flush()

    def shot(self, person_id: str, alert_id: str, number: int | None = None) -> bytes | None:
        """The picture of a stop, or the alert's best, as a JPEG; None where none is kept, or the key is gone."""
        kept = select(PathRow).where(PathRow.alert_id == alert_id, PathRow.sealed.is_not(None))
        if number is not None:
            kept = kept.where(PathRow.number == number)
        order = (PathRow.score.desc(), PathRow.face_px.desc(), PathRow.number)
        row = self._session.scalar(kept.order_by(*order).limit(1))
        if row is None or row.sealed is None:
            return None
        return self._seals.open_shot(person_id, alert_id, row.sealed, row.number)

    def drop(self, alert_ids: Sequence[str]) -> None:
        """The pictures go, the stops stay."""
        self._session.execute(update(PathRow).where(PathRow.alert_id.in_(alert_ids)).values(sealed=None))

    def erase(self, person_id: str, alert_ids: Sequence[str]) -> None:
        """The pictures go, and what other systems said of the person in any alert, emptied earlier or not."""
        self.drop(alert_ids)
        mine = PathRow.alert_id.in_(select(AlertRow.alert_id).where(AlertRow.person_id == person_id))
        self._session.execute(update(PathRow).where(mine, PathRow.said != "").values(said=""))

    def pictured(self) -> int:
        """How many alerts still have a face."""
        kept = select(func.count(distinct(PathRow.alert_id))).where(PathRow.sealed.is_not(None))
        return self._session.scalar(kept) or 0


def _is_there(row: PathRow, sighting: Sighting) -> bool:
    near = row.first - BEFORE_ONE_CAMERA <= sighting.at <= row.last + BEFORE_ONE_CAMERA
    return row.camera == sighting.camera and row.source == sighting.source and near
