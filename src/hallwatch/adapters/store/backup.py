"""Backups: one SQLite file of everything, whatever the database is, and a note beside it that says what must be in it.

Records stay sealed in it: without the key store a backup opens nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import file_digest
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, create_engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from hallwatch.adapters.store import engine, schema
from hallwatch.adapters.store.belonging import is_sealed_elsewhere
from hallwatch.adapters.store.place import Place, PostgresServer, SqliteFile
from hallwatch.adapters.store.tables import AuditRow, Base
from hallwatch.errors import BackupError
from hallwatch.ports import Vault

FORMAT = "hallwatch-backup-1"
PAGE = 1000
CUT_OFF = timedelta(days=1)
"""A backup that is not finished by then never will be."""


@dataclass(frozen=True, slots=True)
class BackupNote:
    """What a backup holds: ``tables`` is the version of its tables, ``audit`` the number of its last entry."""

    taken: datetime
    tables: str
    sha256: str
    rows: Mapping[str, int]
    audit: int


def take_backup(place: Place, folder: Path, now: datetime) -> Path:
    """A consistent copy of the database, while it is in use; returns the file. Raises BackupError."""
    path = folder / f"hallwatch-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.backup"
    part = path.with_suffix(".part")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if isinstance(place, SqliteFile):
            _copy_file(place, part)
        else:
            _copy_rows(place, part)
        note = _look_at(part, now)
        _write_note(path, note)
        os.replace(part, path)
    except (OSError, sqlite3.Error, DBAPIError) as error:
        part.unlink(missing_ok=True)
        raise BackupError(f"the backup could not be made: {getattr(error, 'orig', error)}") from error
    return path


def check_backup(path: Path) -> BackupNote:
    """The backup's note, after a look that nothing in the file has changed. Raises BackupError."""
    try:
        table = json.loads(_note_of(path).read_text(encoding="utf-8"))
        if table.pop("format") != FORMAT:
            raise BackupError(f"{path} was made by another version in a format that is not known here")
        note = BackupNote(**{**table, "taken": datetime.fromisoformat(table["taken"])})
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise BackupError(
            f"{error.filename} is missing; a backup is the file and the .json beside it"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"the note beside {path} cannot be read: {type(error).__name__}") from error
    if digest != note.sha256:
        raise BackupError(
            f"{path} is damaged: it is not the file that its note describes; take another backup"
        )
    return note


def restore_backup(path: Path, place: Place, vault: Vault) -> BackupNote:
    """Put the backup in the place of the database, all or nothing; the file that was there is kept aside.

    Whoever calls has made sure that nobody else uses the database. Raises BackupError, before anything is changed also
    for a backup that was sealed with other keys than the vault's.
    """
    note = check_backup(path)
    if note.tables > schema.newest():
        raise BackupError(f"{path} comes from a newer Hallwatch (tables {note.tables}); install that version")
    if _is_sealed_elsewhere(path, vault):
        raise BackupError(
            f"{path} was sealed with other keys than those here, and nothing in it could be read: put that site's key"
            " store and master key here first (docs/operating.md, Backups)"
        )
    try:
        if isinstance(place, SqliteFile):
            _put_file(path, place)
        else:
            _put_rows(path, place, note, vault)
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise BackupError(f"the backup could not be restored: {getattr(error, 'orig', error)}") from error
    return note


def prune_backups(folder: Path, before: datetime) -> int:
    """Delete backups that were taken before a moment; returns how many. One that was cut off goes along."""
    count = 0
    for part in folder.glob("hallwatch-*.part"):
        if datetime.fromtimestamp(part.stat().st_mtime, UTC) < max(before, datetime.now(UTC) - CUT_OFF):
            part.unlink()
    for path in sorted(folder.glob("hallwatch-*.backup")):
        taken = datetime.strptime(path.stem.removeprefix("hallwatch-"), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if taken < before:
            path.unlink()
            _note_of(path).unlink(missing_ok=True)
            count += 1
    return count


def _copy_file(place: SqliteFile, target: Path) -> None:
    """One step under a read lock: copying in several starts anew whenever the keeper commits."""
    uri = f"file:{place.path}?mode=ro"
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=engine.BUSY_TIMEOUT_S)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)


def _copy_rows(place: PostgresServer, target: Path) -> None:
    """Every table from one snapshot of the server."""
    source, copy = engine.reader(place), _file_engine(target)
    try:
        with source.connect() as reading, copy.begin() as writing:
            Base.metadata.create_all(writing)
            version = reading.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            writing.execute(
                text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            )
            writing.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
            _copy_tables(reading, writing)
    finally:
        source.dispose()
        copy.dispose()


def _is_sealed_elsewhere(path: Path, vault: Vault) -> bool:
    looking = _file_engine(path)
    try:
        with looking.connect() as connection:
            return is_sealed_elsewhere(connection, vault)
    except DBAPIError as error:
        raise BackupError(f"the backup cannot be read: {error.orig}") from error
    finally:
        looking.dispose()


def _put_file(path: Path, place: SqliteFile) -> None:
    fresh = place.path.with_suffix(".restoring")
    try:
        shutil.copyfile(path, fresh)
        os.chmod(fresh, 0o600)
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    if place.path.exists():
        os.replace(place.path, place.path.with_suffix(".before-restore"))
    for rest in ("-journal", "-wal", "-shm"):
        place.path.with_name(place.path.name + rest).unlink(missing_ok=True)
    os.replace(fresh, place.path)


def _put_rows(path: Path, place: PostgresServer, note: BackupNote, vault: Vault) -> None:
    """In one transaction of the server: what is there goes, the backup's tables and rows come."""
    source, target = _file_engine(path), engine.writer(place)
    try:
        with source.connect() as reading, target.begin() as writing:
            schema.rebuild(writing, note.tables, vault)
            _copy_tables(reading, writing)
    finally:
        source.dispose()
        target.dispose()


def _copy_tables(reading: Connection, writing: Connection) -> None:
    """Every table of ours that both have: a backup of an earlier version has fewer, and other columns."""
    there = MetaData()
    there.reflect(
        reading, only=[name for name in inspect(reading).get_table_names() if name != "alembic_version"]
    )
    for table in there.sorted_tables:
        rows = reading.execute(select(table).order_by(*table.primary_key.columns))
        while page := rows.mappings().fetchmany(PAGE):
            writing.execute(table.insert(), [dict(row) for row in page])


def _look_at(path: Path, now: datetime) -> BackupNote:
    """Raises sqlite3.DatabaseError for a copy that is no sound database."""
    with closing(sqlite3.connect(path)) as connection:
        (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            raise sqlite3.DatabaseError(f"the copy is not sound: {sound}")
        connection.execute("PRAGMA journal_mode=DELETE")
    looking = _file_engine(path)
    try:
        with looking.connect() as connection:
            rows = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in Base.metadata.sorted_tables
            }
            audit = connection.execute(select(func.max(AuditRow.sequence))).scalar() or 0
            version = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    finally:
        looking.dispose()
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return BackupNote(now.astimezone(UTC), version, digest, rows, audit)


def _write_note(path: Path, note: BackupNote) -> None:
    table = {"format": FORMAT, **asdict(note), "taken": note.taken.isoformat()}
    _note_of(path).write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def _note_of(path: Path) -> Path:
    return path.with_suffix(".json")


def _file_engine(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}", poolclass=NullPool, hide_parameters=True)
