"""Incidents in the keeper's transaction: rows of the alerts' table that name nobody, sealed with the site's key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.alert_lives import Lives
from hallwatch.adapters.store.alert_tables import PathRow
from hallwatch.adapters.store.alerts import AlertBook
from hallwatch.adapters.store.sealed import Named, Seals
from hallwatch.adapters.store.tables import AlertRow
from hallwatch.core.alert import State
from hallwatch.core.inbound import PRESSED_AGAIN, SITE, IncidentKind
from hallwatch.core.inbound_requests import Reported
from hallwatch.core.kept import KeptAlert


class IncidentBook:
    """Incidents within one transaction of the keeper."""

    def __init__(self, session: Session, seals: Seals, alerts: AlertBook) -> None:
        self._session, self._seals, self._alerts = session, seals, alerts

    def keep(
        self, alert_id: str, reported: Reported, kind: IncidentKind, text: str, now: datetime
    ) -> KeptAlert:
        """A new incident."""
        where = reported.camera or reported.building or reported.school
        named = Named("", "", (), text)
        self._session.add(
            AlertRow(
                alert_id=alert_id,
                sequence=self._alerts.next_sequence(),
                person_id=SITE,
                sealed=self._seals.named(SITE, alert_id, named),
                camera=where,
                school=reported.school,
                building=reported.building or reported.school,
                at=reported.at,
                last_camera=where,
                last_at=reported.at,
                score=0.0,
                threshold=0.0,
                face_px=0,
                shots=0,
                pack="",
                meaning="",
                created=now,
                updated=now,
                state=State.RAISED.value,
                answer="",
                disputed=False,
                outcome="",
                braked=False,
                security_only=False,
                reviewers_only=False,
                lapsed=False,
                source=reported.source,
                incident=kind.value,
            )
        )
        self._session.flush()
        self._walk(alert_id, reported, where)
        return self._kept(alert_id)

    def again(self, alert_id: str, reported: Reported, now: datetime) -> KeptAlert:
        """The same button was pressed again."""
        row = self._session.get_one(AlertRow, alert_id)
        row.last_at, row.updated = max(row.last_at, reported.at), now
        row.sequence = self._alerts.next_sequence()
        self._session.flush()
        self._walk(alert_id, reported, row.camera)
        return self._kept(alert_id)

    def pressed(self, reported: Reported, kind: IncidentKind, text: str) -> str | None:
        """The incident of this kind, place and source that is pressed again: nobody has looked yet, it was pressed at
        most ten minutes apart, and nothing else is said of it."""
        where = reported.camera or reported.building or reported.school
        same = (
            AlertRow.incident == kind.value,
            AlertRow.source == reported.source,
            AlertRow.school == reported.school,
            AlertRow.building == (reported.building or reported.school),
            AlertRow.camera == where,
            AlertRow.state == State.RAISED.value,
            AlertRow.last_at >= reported.at - PRESSED_AGAIN,
            AlertRow.last_at <= reported.at + PRESSED_AGAIN,
        )
        for row in self._session.scalars(select(AlertRow).where(*same).order_by(AlertRow.sequence.desc())):
            if text in ("", self._seals.open_named(SITE, row.alert_id, row.sealed).text):
                return row.alert_id
        return None

    def drop_texts(self, before: datetime) -> int:
        """What was said of incidents of before then goes; that they were stays. How many went."""
        old = (AlertRow.incident != "", AlertRow.sealed != b"", AlertRow.updated < before)
        rows = self._session.scalars(select(AlertRow).where(*old).order_by(AlertRow.sequence)).all()
        for row in rows:
            row.sealed, row.sequence = b"", self._alerts.next_sequence()
            Lives(self._session, self._seals).erase(row.alert_id)
            self._session.flush()
        return len(rows)

    def _walk(self, alert_id: str, reported: Reported, where: str) -> None:
        """One stop: the first time, and the last."""
        stop = self._session.get(PathRow, (alert_id, 0))
        if stop is None:
            stop = PathRow(
                alert_id=alert_id,
                number=0,
                camera=where,
                first=reported.at,
                last=reported.at,
                score=0.0,
                face_px=0,
                shots=0,
                source=reported.source,
                said="",
            )
            self._session.add(stop)
        stop.first, stop.last = min(stop.first, reported.at), max(stop.last, reported.at)
        self._session.flush()

    def _kept(self, alert_id: str) -> KeptAlert:
        kept = self._alerts.one(alert_id)
        assert kept is not None
        return kept
