"""What is deleted because its time is over: with proof, and not because somebody has set a clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from hallwatch.core.audit import Plain
from hallwatch.core.policy.jurisdiction import Retention
from hallwatch.core.requests import By
from hallwatch.core.retain import JUMP, Passed, faces_due, is_mass, proof_of
from hallwatch.flow.books import WithAlerts


@dataclass(slots=True)
class Retaining:
    """Deletes what is due, a turn at a time; ``held`` says why it does not until a person has looked.

    ``retention`` gives the rules of the place, or None while there is none: then nothing is deleted either.
    """

    transaction: Callable[[], AbstractContextManager[WithAlerts]]
    retention: Callable[[], Retention | None]
    clock: Callable[[], Passed]
    held: str | None = None
    _last: Passed | None = None

    def started(self, newest: datetime | None) -> None:
        """``newest`` is when the newest entry of the trail was written: a clock before it was set back."""
        now = self.clock()
        self._last = now
        if newest is not None and newest - now.wall > JUMP:
            self._hold(f"the clock stands {newest - now.wall} before the newest entry of the audit trail")

    def turn(self) -> int:
        """Delete what is due; returns how many faces went."""
        now = self.clock()
        if self._last is not None and abs(jump := self._last.jump_to(now)) > JUMP:
            self._hold(f"the clock was set by {jump.total_seconds() / 60:+.0f} minutes")
        self._last = now
        rules = self.retention()
        if self.held is not None or rules is None:
            return 0
        with self.transaction() as books:
            due = books.alerts.faces_due(faces_due(now.wall, rules))
            texts = books.incidents.drop_texts(faces_due(now.wall, rules).same)
            if texts:
                books.audit.add(By("system").does("retention.delete", detail={"incidents": texts}), now.wall)
            kept = books.alerts.faces()
        if is_mass(len(due), kept):
            self._hold(f"{len(due)} of {kept} faces of alerts would be deleted at once")
            return 0
        return self._delete(due, now.wall)

    def release(self, by: By) -> None:
        """A person has looked: go on, this once without asking about how many."""
        now, rules = self.clock(), self.retention()
        self.held = None
        with self.transaction() as books:
            books.audit.add(by.does("retention.release"), now.wall)
            due = [] if rules is None else books.alerts.faces_due(faces_due(now.wall, rules))
        self._delete(due, now.wall)

    def _delete(self, due: Sequence[str], now: datetime) -> int:
        if due:
            with self.transaction() as books:
                books.alerts.drop_faces(due, now)
                detail: dict[str, Plain] = {"faces": len(due), "proof": proof_of(due)}
                books.audit.add(By("system").does("retention.delete", detail=detail), now)
        return len(due)

    def _hold(self, why: str) -> None:
        if self.held is None:
            self.held = why
            with self.transaction() as books:
                books.audit.add(By("system").does("retention.hold", detail={"why": why}), self.clock().wall)
