"""Alerts for figures: read a page at a time, each in a session that is closed before anything is made of it.

Where SQLite keeps no write-ahead log, a commit waits for whoever reads: so nobody reads for long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.alerts import seen_by
from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.tables import AlertRow
from hallwatch.core.alert import Answer, Outcome
from hallwatch.core.figures import Counted
from hallwatch.core.policy.roles import Sight

PAGE = 500
COLUMNS = (
    AlertRow.alert_id,
    AlertRow.at,
    AlertRow.camera,
    AlertRow.school,
    AlertRow.person_id,
    AlertRow.sealed,
    AlertRow.answer,
    AlertRow.disputed,
    AlertRow.outcome,
)


def counted(
    sessions: Callable[[], AbstractContextManager[Session]],
    seals: Seals,
    since: datetime,
    until: datetime,
    sight: Sight | None = None,
) -> Iterator[Counted]:
    """Alerts (that somebody sees; None: all) of our cameras first seen from ``since`` on and before ``until``, by
    that time. What other systems report says nothing of how often we are wrong."""
    at, last = since, ""
    while True:
        beyond = (AlertRow.at > at) | ((AlertRow.at == at) & (AlertRow.alert_id > last))
        wanted = select(*COLUMNS).where(AlertRow.at >= at, AlertRow.at < until, beyond, *seen_by(sight))
        wanted = wanted.where(AlertRow.source == "")
        with sessions() as session:
            rows = session.execute(wanted.order_by(AlertRow.at, AlertRow.alert_id).limit(PAGE)).all()
        for row in rows:
            named = seals.open_named(row.person_id, row.alert_id, row.sealed)
            answer = Answer(row.answer) if row.answer else None
            outcome = Outcome(row.outcome) if row.outcome else None
            yield Counted(row.at, row.camera, row.school, named.lists, answer, row.disputed, outcome)
        if len(rows) < PAGE:
            return
        at, last = rows[-1].at, rows[-1].alert_id
