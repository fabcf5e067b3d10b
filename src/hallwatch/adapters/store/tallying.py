"""How alerts ended, counted without opening one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.tables import AlertRow
from hallwatch.core.alert import Answer, Outcome
from hallwatch.core.figures import Counted, Row


def tallied(session: Session, since: datetime) -> Row:
    """The alerts that our cameras raised from ``since`` on, by what they turned out to be; without those of people who
    were erased since, which nobody can answer any more."""
    columns = (AlertRow.answer, AlertRow.disputed, AlertRow.outcome)
    ours = (AlertRow.created >= since) & (AlertRow.source == "") & (AlertRow.incident == "")
    ours &= AlertRow.sealed != b""
    found = session.execute(select(*columns, func.count()).where(ours).group_by(*columns))
    row = Row()
    for answer, disputed, outcome, count in found:
        one = Counted(
            since,
            "",
            "",
            (),
            Answer(answer) if answer else None,
            disputed,
            Outcome(outcome) if outcome else None,
        )
        row.add(one.verdict, count)
    return row
