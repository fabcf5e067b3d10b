"""What the keeper does with a request: one transaction in which the change and its audit entry stand together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, assert_never

from hallwatch.core.audit import AuditEntry, Deed, Plain
from hallwatch.core.ledger import ListVersion
from hallwatch.core.model import Person
from hallwatch.core.requests import (
    Done,
    ErasePerson,
    KeepPerson,
    Note,
    PhotoKept,
    Refused,
    Reply,
    Request,
    RotateMaster,
    SetList,
)
from hallwatch.errors import KeyGone, UserError


class People(Protocol):
    """Persons and versions of the list, within a transaction."""

    def keep(self, person: Person, photos: Sequence[PhotoKept], now: datetime) -> tuple[str, bool]: ...
    def find(self, external_id: str) -> str | None: ...
    def erase(self, person_id: str) -> None: ...
    def set_list(self, external_ids: Sequence[str], now: datetime) -> ListVersion: ...


class Alerts(Protocol):
    """Alerts, within a transaction."""

    def erase(self, person_id: str, now: datetime) -> None: ...


class Trail(Protocol):
    """The audit trail, within a transaction."""

    def add(self, deed: Deed, now: datetime) -> AuditEntry: ...


class Writing(Protocol):
    """What one transaction can write."""

    @property
    def people(self) -> People: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def audit(self) -> Trail: ...


class Keys(Protocol):
    """What the keeper itself does with keys."""

    def destroy(self, number: str, external_id: str, at: datetime) -> None: ...
    def complete_on(self, now: datetime) -> date: ...
    def rotate(self, new_master_file: str) -> int: ...


@dataclass(frozen=True, slots=True)
class Keeping:
    """Answers requests, one after the other. ``transaction`` opens one; ``now`` is the time (UTC)."""

    transaction: Callable[[], AbstractContextManager[Writing]]
    keys: Keys
    now: Callable[[], datetime]

    def answer(self, request: Request) -> Reply:
        """Done when it is committed, Refused when nothing happened. Raises StoreUnwritable and lets it be seen."""
        try:
            return self._answer(request)
        except KeyGone:
            return Refused(
                "this person was erased; list the person under a new external_id if there is a new reason"
            )

    def _answer(self, request: Request) -> Reply:
        now = self.now()
        match request:
            case KeepPerson():
                with self.transaction() as books:
                    number, changed = books.people.keep(request.person, request.photos, now)
                    if changed:
                        detail = {"photos": len(request.photos), "listings": len(request.person.listings)}
                        books.audit.add(request.by.does("person.keep", number, detail=detail), now)
                return Done(subject=number, number=int(changed))
            case SetList():
                with self.transaction() as books:
                    version = books.people.set_list(request.external_ids, now)
                    listed: dict[str, Plain] = {"people": len(version.tags), "digest": version.digest.hex()}
                    books.audit.add(request.by.does("list.set", str(version.number), detail=listed), now)
                return Done(number=version.number, at=version.at)
            case ErasePerson():
                return self._erase(request, now)
            case Note():
                with self.transaction() as books:
                    entry = books.audit.add(
                        request.by.does(
                            request.action, request.subject, school=request.school, detail=request.detail
                        ),
                        now,
                    )
                return Done(number=entry.sequence, at=now)
            case RotateMaster():
                try:
                    count = self.keys.rotate(request.new_master_file)
                except UserError as error:
                    return Refused(str(error))
                with self.transaction() as books:
                    books.audit.add(request.by.does("keys.rotate", detail={"keys": count}), now)
                return Done(number=count)
            case _:
                assert_never(request)

    def _erase(self, request: ErasePerson, now: datetime) -> Reply:
        """First the words, then the key: a crash in between leaves an erasure announced and repeatable."""
        with self.transaction() as books:
            number = books.people.find(request.external_id)
            if number is None:
                return Refused("nobody with this external_id is known here; look at the spelling")
            books.people.erase(number)
            books.alerts.erase(number, now)
            complete = self.keys.complete_on(now)
            detail = {"complete_on": complete.isoformat()}
            books.audit.add(request.by.does("person.erase", number, detail=detail), now)
        self.keys.destroy(number, request.external_id, now)
        return Done(subject=number, day=complete)
