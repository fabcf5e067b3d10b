"""Who has taken the course, in the database."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.account_tables import TrainingRow
from hallwatch.core.training import Training


class TrainingQuestions:
    """Passed courses, in any session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Training]:
        """The last one of each account that ever passed, whether it still holds or not."""
        rows = self._session.scalars(select(TrainingRow).order_by(TrainingRow.account_id))
        return [Training(row.account_id, row.passed, row.course, row.demonstration) for row in rows]


class TrainingBook(TrainingQuestions):
    """The same within one transaction of the keeper."""

    def put(self, training: Training) -> None:
        """In place of what the account had; the audit trail has them all."""
        row = self._session.get(TrainingRow, training.account_id)
        if row is None:
            row = TrainingRow(account_id=training.account_id)
            self._session.add(row)
        row.passed, row.course = training.passed, training.course
        row.demonstration = training.demonstration
        self._session.flush()
