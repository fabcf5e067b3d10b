"""The database as the keeper writes it, one transaction at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from hallwatch.adapters.store import engine, schema
from hallwatch.adapters.store.accounts import AccountBook
from hallwatch.adapters.store.alerts import AlertBook
from hallwatch.adapters.store.api_keys import ApiKeyBook
from hallwatch.adapters.store.appeals import AppealBook
from hallwatch.adapters.store.audit_log import AuditBook
from hallwatch.adapters.store.belonging import is_sealed_elsewhere
from hallwatch.adapters.store.deliveries import DeliveryBook
from hallwatch.adapters.store.duty import DutyBook
from hallwatch.adapters.store.floors import FloorBook
from hallwatch.adapters.store.import_book import ImportBook
from hallwatch.adapters.store.incidents import IncidentBook
from hallwatch.adapters.store.listings import ListingBook
from hallwatch.adapters.store.own_lists import OwnListBook
from hallwatch.adapters.store.people import PeopleBook
from hallwatch.adapters.store.place import Place, SqliteFile
from hallwatch.adapters.store.restraints import RestraintBook
from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.site_settings import SettingsBook
from hallwatch.adapters.store.training import TrainingBook
from hallwatch.core.audit import Checkpoint
from hallwatch.errors import KeysError, SettingsError, StoreUnwritable, Unkeepable
from hallwatch.ports import Signer, Vault


@dataclass(frozen=True, slots=True)
class Books:
    """What one transaction can write."""

    alerts: AlertBook
    people: PeopleBook
    listings: ListingBook
    imports: ImportBook
    settings: SettingsBook
    accounts: AccountBook
    api_keys: ApiKeyBook
    deliveries: DeliveryBook
    audit: AuditBook
    appeals: AppealBook
    own_lists: OwnListBook
    restraints: RestraintBook
    floors: FloorBook
    training: TrainingBook
    duty: DutyBook
    incidents: IncidentBook


class Records:
    """The only writer of the database; belongs to the keeper's one thread."""

    def __init__(
        self,
        place: Place,
        vault: Vault,
        signer: Signer,
        *,
        headed: Callable[[Checkpoint], None] = lambda mark: None,
        head: Checkpoint | None = None,
    ) -> None:
        """Open or make the database and bring its tables up to date.

        ``headed`` hears the audit trail's signed head after each commit that added to it; ``head`` is the one that was
        heard last, before this start. Raises SettingsError when
        the place is no database, cannot be opened, has another keeper, or comes from a newer Hallwatch; KeysError,
        before anything is written, when its records were sealed with other keys.
        """
        self._place, self._signer, self._headed, self._head = place, signer, headed, head
        self._seals = Seals(vault)
        if isinstance(place, SqliteFile):
            place.path.touch(mode=0o600, exist_ok=True)
        self._engine = self._open()
        try:
            self._refuse_foreign(vault)
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
                audit = AuditBook(session, self._signer, self._head)
                alerts = AlertBook(session, self._seals, people)
                yield Books(
                    alerts,
                    people,
                    ListingBook(session, self._seals),
                    ImportBook(session, self._seals),
                    SettingsBook(session, self._seals),
                    AccountBook(session, self._seals),
                    ApiKeyBook(session, self._seals),
                    DeliveryBook(session, self._seals),
                    audit,
                    AppealBook(session, self._seals),
                    OwnListBook(session, self._seals),
                    RestraintBook(session),
                    FloorBook(session, self._seals),
                    TrainingBook(session),
                    DutyBook(session),
                    IncidentBook(session, self._seals, alerts),
                )
        except (IntegrityError, DataError) as error:
            raise Unkeepable(f"that cannot be kept ({type(error.orig).__name__})") from None
        except DBAPIError as error:
            if _is_about_data(error):
                raise Unkeepable("that cannot be kept: the database does not take such text") from None
            raise StoreUnwritable(
                f"the database cannot be written ({error.orig}); look at {self._where()}"
            ) from None
        if audit is not None and audit.head is not None:
            self._head = audit.head
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

    def _refuse_foreign(self, vault: Vault) -> None:
        """What would be written with other keys could not be read together with what is there."""
        with self._engine.connect() as connection:
            foreign = is_sealed_elsewhere(connection, vault)
        if foreign:
            raise KeysError(
                f"the records in {self._place} were sealed with other keys than those here, and nothing was written:"
                " stop, and put this site's own key store and master key here (docs/operating.md, Backups); for a new"
                " site move these records away"
            )

    def _where(self) -> str:
        if isinstance(self._place, SqliteFile):
            return f"the disk of {self._place.path.parent}"
        return f"the server {self._place.host}"


def _is_about_data(error: DBAPIError) -> bool:
    """PostgreSQL's class 22 (data exception), which its driver does not tell apart from the others."""
    said = error.orig.args[0] if error.orig is not None and error.orig.args else None
    return isinstance(said, dict) and str(said.get("C", "")).startswith("22")
