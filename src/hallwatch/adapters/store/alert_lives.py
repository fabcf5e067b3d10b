"""The lives of alerts: every step that somebody took, in order; what was said is sealed with the person's key."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hallwatch.adapters.store.alert_tables import StepRow
from hallwatch.adapters.store.sealed import Seals, Spoken
from hallwatch.adapters.store.tables import AlertRow
from hallwatch.core.alert import Act, Answer, Life, Outcome, Step


class Lives:
    """Lives in any session; ``take`` and ``erase`` are the keeper's."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def of(self, alert_id: str) -> Life | None:
        """Everything that was done with an alert; None for one that is not known."""
        person_id = self._session.scalar(select(AlertRow.person_id).where(AlertRow.alert_id == alert_id))
        if person_id is None:
            return None
        rows = self._session.scalars(
            select(StepRow).where(StepRow.alert_id == alert_id).order_by(StepRow.number)
        )
        return Life(tuple(self._step(person_id, row) for row in rows))

    def take(self, alert_id: str, life: Life, step: Step) -> Life:
        """One step more; the alert's own columns follow."""
        alert = self._session.get_one(AlertRow, alert_id)
        number = len(life.steps)
        spoken = Spoken(step.reason, step.words, step.shown)
        self._session.add(
            StepRow(
                alert_id=alert_id,
                number=number,
                at=step.at,
                account_id=step.account_id,
                act=step.act.value,
                answer=step.answer or "",
                outcome=step.outcome or "",
                # Nothing was said: there is nothing to seal, and of somebody erased nothing could be.
                sealed=b""
                if spoken == Spoken()
                else self._seals.spoken(alert.person_id, alert_id, number, spoken),
            )
        )
        life = Life((*life.steps, step))
        alert.state, alert.answer = life.state.value, life.answer or ""
        alert.answered = None if life.first is None else life.first.at
        alert.disputed = bool(life.dissents)
        alert.outcome = (life.closed.outcome or "") if life.closed else ""
        self._session.flush()
        return life

    def erase(self, alert_id: str) -> None:
        """Nothing stays of what was said; that something was done stays."""
        self._session.execute(update(StepRow).where(StepRow.alert_id == alert_id).values(sealed=b""))

    def _step(self, person_id: str, row: StepRow) -> Step:
        said = self._seals.open_spoken(person_id, row.alert_id, row.number, row.sealed)
        return Step(
            row.at,
            row.account_id,
            Act(row.act),
            Answer(row.answer) if row.answer else None,
            Outcome(row.outcome) if row.outcome else None,
            said.reason,
            said.words,
            said.shown,
        )
