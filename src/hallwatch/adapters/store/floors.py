"""Floor plans in the database, their pictures sealed with the site's key: they show how a school is built."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.floor_tables import FloorRow, SpotRow
from hallwatch.adapters.store.sealed import Seals
from hallwatch.core.floor_plan import Floor, Spot

COLUMNS = (
    FloorRow.floor_id,
    FloorRow.school,
    FloorRow.building,
    FloorRow.name,
    FloorRow.level,
    FloorRow.width,
    FloorRow.height,
    FloorRow.north,
)
"""Everything but the picture."""


class FloorQuestions:
    """Floors and cameras on them, in any session."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def floors(self) -> list[Floor]:
        """All floors of all buildings; pictures are not read."""
        return [Floor(*row) for row in self._session.execute(select(*COLUMNS).order_by(FloorRow.floor_id))]

    def floor(self, floor_id: str) -> Floor | None:
        """The floor of this number."""
        row = self._session.execute(select(*COLUMNS).where(FloorRow.floor_id == floor_id)).first()
        return None if row is None else Floor(*row)

    def spots(self) -> list[Spot]:
        """Where every camera hangs that was put on a floor, by its name."""
        rows = self._session.scalars(select(SpotRow).order_by(SpotRow.camera))
        return [Spot(row.camera, row.floor_id, row.x, row.y) for row in rows]

    def picture(self, floor_id: str) -> bytes | None:
        """A floor's picture as a JPEG. Raises SealBroken for one that was altered."""
        sealed = self._session.scalar(select(FloorRow.sealed).where(FloorRow.floor_id == floor_id))
        return None if sealed is None else self._seals.open_site(f"floor/{floor_id}", sealed)


class FloorBook(FloorQuestions):
    """The same within one transaction of the keeper."""

    def put(self, floor: Floor, jpeg: bytes, now: datetime) -> None:
        """Keep the floor as it is now; without a ``jpeg`` its picture stays."""
        row = self._session.get(FloorRow, floor.floor_id)
        if row is None:
            row = FloorRow(floor_id=floor.floor_id)
            self._session.add(row)
        row.school, row.building, row.name, row.level = floor.school, floor.building, floor.name, floor.level
        row.width, row.height, row.north, row.changed = floor.width, floor.height, floor.north, now
        if jpeg:
            row.sealed = self._seals.site(f"floor/{floor.floor_id}", jpeg)
        self._session.flush()

    def drop(self, floor_id: str) -> None:
        """The floor goes, and where cameras hang on it."""
        self._session.execute(delete(SpotRow).where(SpotRow.floor_id == floor_id))
        self._session.execute(delete(FloorRow).where(FloorRow.floor_id == floor_id))

    def place(self, spot: Spot) -> None:
        """A camera hangs there from now on; nowhere, where the spot has no floor."""
        self._session.execute(delete(SpotRow).where(SpotRow.camera == spot.camera))
        if spot.floor_id:
            self._session.add(SpotRow(camera=spot.camera, floor_id=spot.floor_id, x=spot.x, y=spot.y))
        self._session.flush()
