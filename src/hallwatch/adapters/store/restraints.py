"""What holds people's alerts back, in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.alert_tables import RestraintRow
from hallwatch.core.restraint import Restraint, What


class RestraintQuestions:
    """Restraints in any session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, person_ids: Collection[str] | None = None) -> list[Restraint]:
        """Those in force, of these people (None: of all), the newest first."""
        wanted = select(RestraintRow).where(RestraintRow.reviewed.is_(None))
        if person_ids is not None:
            wanted = wanted.where(RestraintRow.person_id.in_(list(person_ids)))
        rows = self._session.scalars(wanted.order_by(RestraintRow.at.desc(), RestraintRow.alert_id))
        return [_restraint(row) for row in rows]


class RestraintBook(RestraintQuestions):
    """The same within one transaction of the keeper."""

    def threshold(self, person_id: str, pack: str) -> float | None:
        """What the person's sightings have to reach, where it was raised."""
        mine = (RestraintRow.person_id == person_id) & (RestraintRow.pack == pack)
        raised = mine & (RestraintRow.what == What.THRESHOLD.value) & RestraintRow.reviewed.is_(None)
        return self._session.scalar(select(func.max(RestraintRow.threshold)).where(raised))

    def reviewed(self, person_id: str) -> datetime | None:
        """When somebody has looked last at why the person was braked."""
        row = self._session.get(RestraintRow, (person_id, What.BRAKE.value, ""))
        return None if row is None else row.reviewed

    def put(self, restraint: Restraint) -> None:
        """In force from now on, in place of an earlier one of the same kind and alert."""
        row = self._session.get(RestraintRow, (restraint.person_id, restraint.what.value, restraint.alert_id))
        if row is None:
            row = RestraintRow(
                person_id=restraint.person_id, what=restraint.what.value, alert_id=restraint.alert_id
            )
            self._session.add(row)
        row.pack, row.threshold, row.why = restraint.pack, restraint.threshold, restraint.why
        row.at, row.kept_out, row.reviewed = restraint.at, restraint.kept_out, None
        self._session.flush()

    def count_kept_out(self, person_id: str, pack: str) -> int:
        """One sighting more did not reach the raised threshold; how many were it now."""
        mine = (RestraintRow.person_id == person_id) & (RestraintRow.pack == pack)
        raised = mine & (RestraintRow.what == What.THRESHOLD.value) & RestraintRow.reviewed.is_(None)
        row = self._session.scalars(select(RestraintRow).where(raised).order_by(RestraintRow.at)).first()
        if row is None:
            return 0
        row.kept_out += 1
        self._session.flush()
        return row.kept_out

    def lift(self, person_id: str, what: What, now: datetime, alert_id: str | None = None) -> int:
        """Back to normal (of one alert, or all of them); how many were in force."""
        mine = (RestraintRow.person_id == person_id) & (RestraintRow.what == what.value)
        wanted = select(RestraintRow).where(mine & RestraintRow.reviewed.is_(None))
        if alert_id is not None:
            wanted = wanted.where(RestraintRow.alert_id == alert_id)
        rows = self._session.scalars(wanted).all()
        for row in rows:
            row.reviewed = now
        self._session.flush()
        return len(rows)


def _restraint(row: RestraintRow) -> Restraint:
    return Restraint(
        row.person_id,
        What(row.what),
        row.at,
        row.alert_id,
        row.pack,
        row.threshold,
        row.why,
        row.kept_out,
    )
