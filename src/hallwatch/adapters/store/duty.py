"""The calendar of duty and the rings of phones, in the database."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.account_tables import RingRow, ShiftRow
from hallwatch.core.duty import ANSWERED_WITHIN, Ring, Shift


class DutyQuestions:
    """Shifts and rings, in any session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def shifts(self) -> list[Shift]:
        """All of the calendar."""
        return [_shift(row) for row in self._session.scalars(select(ShiftRow).order_by(ShiftRow.shift_id))]

    def shift(self, shift_id: str) -> Shift | None:
        """The shift of this number."""
        row = self._session.get(ShiftRow, shift_id)
        return None if row is None else _shift(row)

    def rings(self) -> list[Ring]:
        """The last one of each account."""
        return [_ring(row) for row in self._session.scalars(select(RingRow))]

    def ring_of(self, account_id: str) -> Ring | None:
        """The account's last ring."""
        row = self._session.get(RingRow, account_id)
        return None if row is None else _ring(row)

    def ring(self, ring_id: str) -> Ring | None:
        """The ring of this number, if it is still its account's last."""
        row = self._session.scalar(select(RingRow).where(RingRow.ring_id == ring_id))
        return None if row is None else _ring(row)

    def due(self, now: datetime) -> list[Ring]:
        """Those of the last minute of which no push service has said anything yet."""
        return [
            ring
            for ring in self.rings()
            if not ring.outcome and ring.answered is None and now < ring.rung + ANSWERED_WITHIN
        ]


class DutyBook(DutyQuestions):
    """The same within one transaction of the keeper."""

    def put(self, shift: Shift) -> None:
        """A new shift."""
        self._session.add(
            ShiftRow(
                shift_id=shift.shift_id,
                school=shift.school,
                account_id=shift.account_id,
                day=shift.day.isoformat(),
                begins=shift.begins.isoformat("minutes"),
                minutes=shift.minutes,
                weekly=shift.weekly,
                last="" if shift.last is None else shift.last.isoformat(),
            )
        )
        self._session.flush()

    def drop(self, shift_id: str) -> None:
        """Out of the calendar."""
        self._session.execute(delete(ShiftRow).where(ShiftRow.shift_id == shift_id))

    def put_ring(self, ring: Ring) -> None:
        """In place of the account's last one."""
        row = self._session.get(RingRow, ring.account_id)
        if row is None:
            row = RingRow(account_id=ring.account_id)
            self._session.add(row)
        row.ring_id, row.rung = ring.ring_id, ring.rung
        row.answered, row.outcome = ring.answered, ring.outcome
        self._session.flush()


def _shift(row: ShiftRow) -> Shift:
    return Shift(
        row.shift_id,
        row.school,
        row.account_id,
        date.fromisoformat(row.day),
        time.fromisoformat(row.begins),
        row.minutes,
        row.weekly,
        date.fromisoformat(row.last) if row.last else None,
    )


def _ring(row: RingRow) -> Ring:
    return Ring(row.ring_id, row.account_id, row.rung, row.answered, row.outcome)
