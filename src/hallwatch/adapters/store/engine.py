"""Opening the database: once for writing, as often as liked for reading; SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import ssl
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool, StaticPool

from hallwatch.adapters.store.place import Place, PostgresServer
from hallwatch.errors import SettingsError

WAL_IS_SAFE_FROM = (3, 51, 3)
"""Below this SQLite version a write-ahead log can be corrupted by two connections (the WAL-reset bug)."""

BUSY_TIMEOUT_S = 30.0
CONNECT_TIMEOUT_S = 10.0


def journal_mode() -> str:
    """The journal this machine's SQLite can be trusted with."""
    return "WAL" if sqlite3.sqlite_version_info >= WAL_IS_SAFE_FROM else "DELETE"


def writer(place: Place) -> Engine:
    """The one writing connection of the keeper; a commit returns when the change is on disk.

    Raises SettingsError when another keeper is at work on a PostgreSQL database (SQLite's keeper holds the lock on
    the data folder instead).
    """
    return _postgres_writer(place) if isinstance(place, PostgresServer) else _sqlite_writer(place.path)


def reader(place: Place) -> Engine:
    """Read-only connections: the database itself refuses any write through them."""
    if isinstance(place, PostgresServer):
        engine = create_engine(
            _url(place),
            connect_args={**_arguments(place), "startup_params": {"default_transaction_read_only": "on"}},
            poolclass=QueuePool,
            pool_size=4,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        return engine.execution_options(isolation_level="REPEATABLE READ")

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            f"file:{quote(str(place.path))}?mode=ro",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            check_same_thread=False,
        )

    return _sqlite(connect, ("PRAGMA temp_store=MEMORY",), NullPool)


def _sqlite_writer(path: Path) -> Engine:
    """``secure_delete`` overwrites what a better shot replaces, so that no old picture lingers in free pages."""
    pragmas = (
        f"PRAGMA journal_mode={journal_mode()}",
        "PRAGMA synchronous=FULL",
        "PRAGMA foreign_keys=ON",
        "PRAGMA secure_delete=ON",
        "PRAGMA temp_store=MEMORY",
    )

    def connect() -> sqlite3.Connection:
        # autocommit: "begin" below opens transactions IMMEDIATE, so that a lock is met there, not at COMMIT
        return sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)

    engine = _sqlite(connect, pragmas, StaticPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgres_writer(place: PostgresServer) -> Engine:
    engine = create_engine(
        _url(place), connect_args=_arguments(place), poolclass=StaticPool, hide_parameters=True
    )
    name = int.from_bytes(sha256(b"hallwatch keeper").digest()[:8], "big", signed=True)
    with engine.connect() as connection:
        alone = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({name})").scalar()
        connection.commit()
    if not alone:
        engine.dispose()
        raise SettingsError(f"another keeper is at work on {place}; stop that hallwatch serve first")
    return engine


def _url(place: PostgresServer) -> URL:
    return URL.create("postgresql+pg8000", username=place.user, database=place.database)


def _arguments(place: PostgresServer) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "password": place.password,
        "timeout": CONNECT_TIMEOUT_S,
        "application_name": "hallwatch",
    }
    if place.host.startswith("/"):
        return arguments | {"unix_sock": f"{place.host}/.s.PGSQL.{place.port}"}
    arguments |= {"host": place.host, "port": place.port}
    if place.tls:
        arguments["ssl_context"] = ssl.create_default_context(cafile=place.authority)
    return arguments


def _sqlite(
    connect: Callable[[], sqlite3.Connection],
    pragmas: tuple[str, ...],
    pool: type[NullPool] | type[StaticPool],
) -> Engine:
    # Errors must not quote what was being written: it is names and faces.
    engine = create_engine("sqlite://", creator=connect, poolclass=pool, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    return engine
