"""The database as the keeper writes it and as everybody else reads it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from hallwatch.adapters.store import engine, schema
from hallwatch.adapters.store.alerts import AlertBook, AlertQuestions
from hallwatch.adapters.store.audit_log import AuditBook, AuditQuestions
from hallwatch.adapters.store.people import PeopleBook, PeopleQuestions
from hallwatch.adapters.store.place import Place, SqliteFile
from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.site_settings import SettingsBook
from hallwatch.core.audit import Checkpoint
from hallwatch.core.kept import KeptAlert
from hallwatch.errors import SettingsError, StoreUnreadable, StoreUnwritable
from hallwatch.ports import Signer, Vault


@dataclass(frozen=True, slots=True)
class Books:
    """What one transaction can write."""

    alerts: AlertBook
    people: PeopleBook
    settings: SettingsBook
    audit: AuditBook


class Records:
    """The only writer of the database; belongs to the keeper's one thread."""

    def __init__(
        self,
        place: Place,
        vault: Vault,
        signer: Signer,
        *,
        headed: Callable[[Checkpoint], None] = lambda mark: None,
    ) -> None:
        """Open or make the database and bring its tables up to date.

        ``headed`` hears the audit trail's signed head after each commit that added to it. Raises SettingsError when
        the place is no database, cannot be opened, has another keeper, or comes from a newer Hallwatch.
        """
        self._place, self._signer, self._headed = place, signer, headed
        self._seals = Seals(vault)
        if isinstance(place, SqliteFile):
            place.path.touch(mode=0o600, exist_ok=True)
        self._engine = self._open()
        try:
            schema.upgrade(self._engine, place, vault)
        except (DBAPIError, sqlite3.Error) as error:
            self._engine.dispose()
            cause = getattr(error, "orig", error)
            raise SettingsError(
                f"{place} cannot be used as the database ({cause}); move it away or name another"
            ) from error
        except BaseException:
            self._engine.dispose()
            raise

    @contextmanager
    def transaction(self) -> Iterator[Books]:
        """Everything written inside happens, or nothing does; on disk when it ends.

        Raises StoreUnwritable (a full disk, a read-only file, a lost server).
        """
        audit: AuditBook | None = None
        try:
            with Session(self._engine) as session, session.begin():
                people = PeopleBook(session, self._seals)
                audit = AuditBook(session, self._signer)
                alerts = AlertBook(session, self._seals, people)
                yield Books(alerts, people, SettingsBook(session, self._seals), audit)
        except DBAPIError as error:
            raise StoreUnwritable(
                f"the database cannot be written ({error.orig}); look at {self._where()}"
            ) from None
        if audit is not None and audit.head is not None:
            self._headed(audit.head)

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()

    def _open(self) -> Engine:
        try:
            return engine.writer(self._place)
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or type(error).__name__
            raise SettingsError(f"{self._place} cannot be reached: {cause}") from None

    def _where(self) -> str:
        if isinstance(self._place, SqliteFile):
            return f"the disk of {self._place.path.parent}"
        return f"the server {self._place.host}"


class Reader:
    """Questions to the database over read-only connections; safe from any thread.

    Every method may raise StoreUnreadable.
    """

    def __init__(self, place: Place, vault: Vault) -> None:
        self._engine = engine.reader(place)
        self._seals = Seals(vault)

    def latest(self, limit: int) -> list[KeptAlert]:
        """The newest alerts, by their last change, newest first."""
        with self.alerts() as alerts:
            return alerts.latest(limit)

    def since(self, sequence: int, limit: int) -> list[KeptAlert]:
        """What changed after ``sequence``, oldest change first."""
        with self.alerts() as alerts:
            return alerts.since(sequence, limit)

    def one(self, alert_id: str) -> KeptAlert | None:
        """The alert of this id."""
        with self.alerts() as alerts:
            return alerts.one(alert_id)

    def shot(self, alert_id: str) -> bytes | None:
        """The alert's best camera shot as a JPEG."""
        with self.alerts() as alerts:
            return alerts.shot(alert_id)

    def photo(self, external_id: str) -> bytes | None:
        """A listed person's first photo as a JPEG."""
        with self.people() as people:
            return people.photo(external_id)

    @contextmanager
    def alerts(self) -> Iterator[AlertQuestions]:
        """Questions about alerts, all answered from one moment."""
        with self._session() as session:
            yield AlertQuestions(session, self._seals)

    @contextmanager
    def people(self) -> Iterator[PeopleQuestions]:
        """Questions about people."""
        with self._session() as session:
            yield PeopleQuestions(session, self._seals)

    @contextmanager
    def audit(self) -> Iterator[AuditQuestions]:
        """The audit trail."""
        with self._session() as session:
            yield AuditQuestions(session)

    def version(self) -> str:
        """The version of the database's tables."""
        with self._session() as session:
            return str(session.execute(text("SELECT version_num FROM alembic_version")).scalar())

    def close(self) -> None:
        """Forget the database."""
        self._engine.dispose()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        try:
            with Session(self._engine) as session:
                yield session
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or type(error).__name__
            raise StoreUnreadable(f"the database cannot be read: {cause}") from error
