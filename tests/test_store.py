"""The database, SQLite and PostgreSQL alike: what is committed, what is merged, what is refused."""

from __future__ import annotations

import sqlite3
import stat
import traceback
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from hallwatch.adapters.keys.chest import Chest
from hallwatch.adapters.store import engine
from hallwatch.adapters.store.place import PostgresServer, SqliteFile
from hallwatch.adapters.store.reader import Reader
from hallwatch.adapters.store.tables import Base
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.entry.desk import Desk
from hallwatch.errors import SettingsError, StoreUnreadable, StoreUnwritable
from hallwatch.flow.alerting import Alerting
from tests.records import NOW, SIGHTING, Office, chest_in, fresh_database

MAIN = Whereabouts("Main", "North")


def alerting(office: Office, told: list[KeptAlert]) -> Alerting:
    return Alerting(
        book=office.desk,
        announce=told.append,
        now=lambda: NOW,
        places={"Corridor A": MAIN, "far": MAIN},
        meaning=lambda: "rare",
    )


def test_an_alert_is_on_disk_when_keep_returns(office: Office) -> None:
    kept = office.keep(SIGHTING)
    # another connection, no close in between: what a power cut would leave
    assert office.reader.one("a1") == kept
    assert (kept.sequence, kept.building, kept.at, kept.lists) == (1, "Main", NOW, ("other",))
    assert (kept.external_id, kept.name, kept.erased) == ("P1", "Dana Sample", False)
    assert office.reader.shot("a1") == b"first shot"


def test_a_better_sighting_improves_and_a_worse_one_only_moves_the_place(office: Office) -> None:
    office.keep(SIGHTING)
    later = NOW + timedelta(seconds=2)
    better = replace(
        SIGHTING, improves=True, at=later, score=0.7, face_px=90, shots=5, shot_jpeg=b"better shot"
    )
    office.keep(better)
    assert office.reader.shot("a1") == b"better shot"
    worse = replace(
        SIGHTING, improves=True, camera="Entrance", at=later + timedelta(seconds=9), shot_jpeg=b"worse"
    )
    kept = office.keep(worse)
    assert (kept.score, kept.face_px, kept.shots) == (0.7, 90, 5)
    assert (kept.camera, kept.last_camera, kept.at) == ("Corridor A", "Entrance", NOW)
    assert office.reader.shot("a1") == b"better shot"
    office.keep(replace(better, face_px=120, shot_jpeg=b"larger at the same score"))
    assert office.reader.shot("a1") == b"larger at the same score"
    assert [alert.alert_id for alert in office.reader.latest(10)] == ["a1"]


def test_repeating_a_sighting_makes_no_second_alert(office: Office) -> None:
    office.keep(SIGHTING)
    office.keep(SIGHTING)
    # an improvement whose alert was never committed becomes the alert
    office.keep(replace(SIGHTING, alert_id="a2", improves=True))
    assert [(a.alert_id, a.sequence) for a in office.reader.since(0, 10)] == [("a1", 2), ("a2", 3)]
    assert [a.alert_id for a in office.reader.since(2, 10)] == ["a2"]


def test_readers_cannot_write(office: Office) -> None:
    office.keep(SIGHTING)
    database = engine.reader(office.place)
    with database.connect() as connection, pytest.raises(Exception, match=r"readonly|read-only"):
        connection.execute(text("DELETE FROM alert"))
    database.dispose()
    assert len(office.reader.latest(5)) == 1


def test_a_second_keeper_is_refused_on_a_server(postgres: PostgresServer, tmp_path: Path) -> None:
    # SQLite's keeper holds the lock on the data folder instead
    office = Office(fresh_database(postgres, "twice"), tmp_path)
    with pytest.raises(SettingsError, match="another keeper is at work on the database twice"):
        Desk(office.place, chest_in(tmp_path))
    office.close()


def test_migrations_make_exactly_the_declared_tables(office: Office) -> None:
    database = engine.reader(office.place)
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.dispose()


def test_opening_again_keeps_what_is_there(office: Office) -> None:
    office.keep(SIGHTING)
    office.reopen()
    assert len(office.reader.latest(5)) == 1


def test_a_newer_database_is_refused_in_one_line(office: Office) -> None:
    with office.desk.records._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    office.close()
    with pytest.raises(SettingsError, match=r"newer Hallwatch .*0999.* up to \d+") as refused:
        Desk(office.place, office.chest)
    assert "\n" not in str(refused.value)


def test_announced_only_after_the_commit(office: Office) -> None:
    seen_on_disk: list[KeptAlert | None] = []
    watching = Alerting(
        book=office.desk,
        announce=lambda kept: seen_on_disk.append(office.reader.one(kept.alert_id)),
        now=lambda: NOW,
        places={"Corridor A": MAIN},
        meaning=lambda: "rare",
    )
    watching.sighted(SIGHTING)
    assert [kept and kept.alert_id for kept in seen_on_disk] == ["a1"]


def test_what_cannot_be_committed_is_not_announced(office: Office) -> None:
    with office.desk.records._engine.begin() as connection:
        connection.execute(text("DROP TABLE path"))
    announced: list[KeptAlert] = []
    with pytest.raises(StoreUnwritable, match="path"):
        alerting(office, announced).sighted(SIGHTING)
    assert announced == []
    with office.desk.records._engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM alert")).scalar() == 0
    # nor does the trail tell of what did not happen
    with office.reader.audit() as trail:
        assert [entry.deed.action for entry in trail.entries()] == ["jurisdiction.bind"]


def test_a_person_seen_by_two_workers_is_one_incident_as_long_as_it_goes_on(office: Office) -> None:
    announced: list[KeptAlert] = []
    keeper = alerting(office, announced)
    for minutes, alert_id, camera in ((0, "one", "Corridor A"), (8, "one", "Corridor A"), (12, "two", "far")):
        at = SIGHTING.at + timedelta(minutes=minutes)
        keeper.sighted(replace(SIGHTING, alert_id=alert_id, camera=camera, at=at))
    assert {alert.alert_id for alert in announced} == {"one"}


def test_a_file_of_ones_own_and_nothing_in_the_clear(lite: Office) -> None:
    lite.keep(SIGHTING)
    assert stat.S_IMODE(lite.file.stat().st_mode) == 0o600
    held = lite.file.read_bytes()
    assert b"Corridor A" in held
    for secret in (b"Dana", b"Sample", b"first shot"):
        assert secret not in held


def test_a_replaced_shot_is_gone_from_the_file(lite: Office) -> None:
    lite.keep(replace(SIGHTING, shot_jpeg=b"\xff\xd8picture-that-was-replaced" * 400))
    with sqlite3.connect(lite.file) as connection:
        (sealed,) = connection.execute("SELECT sealed FROM path").fetchone()
    connection.close()
    assert sealed[5000:5100] in lite.file.read_bytes()
    lite.keep(replace(SIGHTING, score=0.9, shot_jpeg=b"small"))
    assert sealed[5000:5100] not in lite.file.read_bytes()


def test_the_journal_fits_the_sqlite_version(lite: Office) -> None:
    with sqlite3.connect(lite.file) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()
    safe = sqlite3.sqlite_version_info >= engine.WAL_IS_SAFE_FROM
    assert mode == ("wal" if safe else "delete")


def test_a_full_disk_is_said_in_one_line_that_names_nobody(lite: Office) -> None:
    lite.keep(SIGHTING)
    with lite.desk.records._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    large = replace(SIGHTING, alert_id="large", name="Robin Listed", shot_jpeg=b"\xff\xd8" + bytes(1_000_000))
    with pytest.raises(StoreUnwritable, match=r"database or disk is full\); look at the disk") as caught:
        lite.keep(large)
    told = "".join(traceback.format_exception(caught.value))
    assert "Robin" not in told
    assert "xff" not in told
    assert [alert.alert_id for alert in lite.reader.latest(9)] == [SIGHTING.alert_id]


def test_a_read_only_file_is_said_in_one_line(lite: Office) -> None:
    lite.keep(SIGHTING)
    with lite.desk.records._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(StoreUnwritable, match=r"cannot be written \(attempt to write a readonly database\)"):
        lite.keep(replace(SIGHTING, alert_id="a2"))
    assert [alert.alert_id for alert in lite.reader.latest(9)] == ["a1"]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hallwatch.db"
    path.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(SettingsError, match="cannot be used as the database"):
        Desk(SqliteFile(path), chest_in(tmp_path))


def test_a_server_that_is_not_there_is_said_in_one_line(postgres: PostgresServer, tmp_path: Path) -> None:
    away = replace(postgres, host=str(tmp_path))
    with pytest.raises(SettingsError, match="cannot be reached") as refused:
        Desk(away, chest_in(tmp_path))
    assert "\n" not in str(refused.value)


def test_a_missing_database_is_unreadable_not_empty(tmp_path: Path) -> None:
    chest: Chest = chest_in(tmp_path)
    reader = Reader(SqliteFile(tmp_path / "none.db"), chest.open(writable=True))
    with pytest.raises(StoreUnreadable):
        reader.latest(5)
    with pytest.raises(StoreUnreadable):
        reader.shot("a1")
