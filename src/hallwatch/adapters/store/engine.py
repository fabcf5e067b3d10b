"""Opening the SQLite file: once for writing, as often as liked for reading."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, StaticPool

WAL_IS_SAFE_FROM = (3, 51, 3)
"""Below this SQLite version a write-ahead log can be corrupted by two connections (the WAL-reset bug)."""

BUSY_TIMEOUT_S = 10.0


def journal_mode() -> str:
    """The journal this machine's SQLite can be trusted with."""
    return "WAL" if sqlite3.sqlite_version_info >= WAL_IS_SAFE_FROM else "DELETE"


def writer(path: Path) -> Engine:
    """The one writing connection of the keeper; a commit returns when the change is on disk.

    ``secure_delete`` overwrites what a better shot replaces, so that no old picture lingers in free pages.
    """
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

    engine = _engine(connect, pragmas, StaticPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]

    return engine


def reader(path: Path) -> Engine:
    """Read-only connections, one a question: SQLite itself refuses any write through them."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)

    return _engine(connect, ("PRAGMA temp_store=MEMORY",), NullPool)


def _engine(
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
