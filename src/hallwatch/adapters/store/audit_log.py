"""The audit trail in the database: entries are added in the transaction of what they tell of, and never changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import takewhile

from sqlalchemy import select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.tables import AuditRow, CheckpointRow
from hallwatch.core.audit import BROKEN, START, AuditEntry, Checkpoint, Deed, Plain, chained, checkpoint_text
from hallwatch.ports import Signer

EVERY = 100
"""A signed checkpoint is kept at every so many entries, and at every start."""
PAGE = 1000


class AuditBook:
    """The trail within one transaction of the keeper."""

    def __init__(self, session: Session, signer: Signer, known: Checkpoint | None = None) -> None:
        """``known`` is the head that was signed last and is kept apart: the trail goes on from there, or is broken."""
        self._session, self._signer = session, signer
        self.known = known
        self.head: Checkpoint | None = None

    def add(self, deed: Deed, now: datetime) -> AuditEntry:
        """The deed as the newest entry. Where the trail does not hold its signed head, an entry says so first."""
        return self.add_all([deed], now)[-1]

    def add_all(self, deeds: Sequence[Deed], now: datetime) -> list[AuditEntry]:
        """Several at once, in order: the head is signed once."""
        deeds = list(deeds)
        if (missing := self._missing()) is not None:
            self.known = None
            detail: dict[str, Plain] = {
                "signed_sequence": missing.sequence,
                "signed_digest": missing.digest.hex(),
            }
            deeds.insert(0, Deed("system", BROKEN, detail=detail))
        last = self._last()
        sequence, previous = (0, START) if last is None else (last.sequence, last.digest)
        entries: list[AuditEntry] = []
        for deed in deeds:
            sequence += 1
            entries.append(chained(sequence, now.astimezone(UTC), deed, previous))
            previous = entries[-1].digest
        self._session.add_all([_row(entry) for entry in entries])
        self._session.flush()
        for entry in entries:
            if entry.sequence % EVERY == 0:
                self._keep(self._sign(entry))
        if entries:
            self.head = self._sign(entries[-1])
        return entries

    def since(self, actions: Collection[str], moment: datetime) -> list[AuditEntry]:
        """What was done of these from a moment on, the newest first."""
        wanted = select(AuditRow).where(AuditRow.action.in_(list(actions))).order_by(AuditRow.sequence.desc())
        found = (_entry(row) for row in self._session.scalars(wanted))
        return list(takewhile(lambda entry: entry.at >= moment, found))

    def checkpoint(self) -> Checkpoint | None:
        """Sign the head as it is and keep that; None while the trail is empty, or does not hold its signed head."""
        if self._missing() is not None:
            return None
        last = self._last()
        if last is None:
            return None
        mark = self._sign(_entry(last))
        if self._session.get(CheckpointRow, mark.sequence) is None:
            self._keep(mark)
        self.head = mark
        return mark

    def _missing(self) -> Checkpoint | None:
        """The known head, if the trail does not hold it: entries were taken away or written anew."""
        if self.known is None:
            return None
        row = self._session.get(AuditRow, self.known.sequence)
        return self.known if row is None or bytes(row.digest) != self.known.digest else None

    def _last(self) -> AuditRow | None:
        return self._session.scalar(select(AuditRow).order_by(AuditRow.sequence.desc()).limit(1))

    def _sign(self, entry: AuditEntry) -> Checkpoint:
        text = checkpoint_text(entry.sequence, entry.at, entry.digest)
        return Checkpoint(entry.sequence, entry.at, entry.digest, self._signer.sign(text))

    def _keep(self, mark: Checkpoint) -> None:
        self._session.add(
            CheckpointRow(
                sequence=mark.sequence,
                at=mark.at.isoformat(),
                digest=mark.digest,
                signature=mark.signature,
            )
        )
        self._session.flush()


class AuditQuestions:
    """The trail for readers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def entries(self, after: int = 0) -> Iterator[AuditEntry]:
        """All entries after a number, oldest first, a page at a time; rows that cannot be read are altered ones."""
        while True:
            rows = self._session.scalars(
                select(AuditRow).where(AuditRow.sequence > after).order_by(AuditRow.sequence).limit(PAGE)
            ).all()
            for row in rows:
                yield _entry(row)
                after = row.sequence
            self._session.expunge_all()
            if len(rows) < PAGE:
                return

    def began(self) -> datetime | None:
        """When the first entry was made; None where there is none, or its time cannot be read."""
        text = self._session.scalar(select(AuditRow.at).order_by(AuditRow.sequence).limit(1))
        moment = None if text is None else _moment(text)
        return None if moment == UNREADABLE else moment

    def latest(self, limit: int, before: int | None = None) -> list[AuditEntry]:
        """The newest entries, newest first."""
        question = select(AuditRow).order_by(AuditRow.sequence.desc()).limit(limit)
        if before is not None:
            question = question.where(AuditRow.sequence < before)
        return [_entry(row) for row in self._session.scalars(question)]

    def acts(self, actions: Collection[str], limit: int) -> list[AuditEntry]:
        """The newest entries with one of these actions, newest first."""
        these = AuditRow.action.in_(list(actions))
        rows = self._session.scalars(
            select(AuditRow).where(these).order_by(AuditRow.sequence.desc()).limit(limit)
        )
        return [_entry(row) for row in rows]

    def first_acts(self, actions: Collection[str], limit: int) -> list[AuditEntry]:
        """The oldest entries with one of these actions, oldest first."""
        these = AuditRow.action.in_(list(actions))
        rows = self._session.scalars(select(AuditRow).where(these).order_by(AuditRow.sequence).limit(limit))
        return [_entry(row) for row in rows]

    def about(self, subjects: Collection[str], limit: int) -> list[AuditEntry]:
        """The newest entries about one of these, newest first, however long ago they are."""
        mine = AuditRow.subject.in_(list(subjects))
        rows = self._session.scalars(
            select(AuditRow).where(mine).order_by(AuditRow.sequence.desc()).limit(limit)
        )
        return [_entry(row) for row in rows]

    def checkpoints(self) -> list[Checkpoint]:
        """All kept checkpoints, oldest first."""
        rows = self._session.scalars(select(CheckpointRow).order_by(CheckpointRow.sequence))
        return [
            Checkpoint(row.sequence, _moment(row.at), bytes(row.digest), bytes(row.signature)) for row in rows
        ]


def _row(entry: AuditEntry) -> AuditRow:
    deed = entry.deed
    return AuditRow(
        sequence=entry.sequence,
        at=entry.at.isoformat(),
        actor=deed.actor,
        action=deed.action,
        subject=deed.subject,
        school=deed.school,
        reason=deed.reason,
        origin=deed.origin,
        detail=json.dumps(dict(deed.detail), sort_keys=True, separators=(",", ":")),
        previous=entry.previous,
        digest=entry.digest,
    )


UNREADABLE = datetime(1, 1, 1, tzinfo=UTC)
"""Stands for a time that cannot be read, so that the entry's digest cannot fit."""


def _entry(row: AuditRow) -> AuditEntry:
    try:
        detail = json.loads(row.detail)
        if not isinstance(detail, dict) or row.detail != json.dumps(
            detail, sort_keys=True, separators=(",", ":")
        ):
            detail = {"unreadable": row.detail}
    except ValueError:
        detail = {"unreadable": str(row.detail)}
    deed = Deed(row.actor, row.action, row.subject, row.school, row.reason, row.origin, detail)
    return AuditEntry(row.sequence, _moment(row.at), deed, bytes(row.previous), bytes(row.digest))


def _moment(text: str) -> datetime:
    """The time of exactly this text, or UNREADABLE."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return UNREADABLE
    return moment if moment.tzinfo is not None and moment.isoformat() == text else UNREADABLE
