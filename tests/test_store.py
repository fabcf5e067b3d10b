"""The alert database: what is committed, what is merged, what is refused."""

from __future__ import annotations

import sqlite3
import stat
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from hallwatch.adapters.store import engine
from hallwatch.adapters.store.alerts import AlertReader, AlertWriter, StoreUnreadable, StoreUnwritable
from hallwatch.adapters.store.tables import Base
from hallwatch.core.events import Sighting
from hallwatch.core.kept import KeptAlert
from hallwatch.errors import SettingsError
from hallwatch.flow.alerting import Alerting

NOW = datetime(2026, 11, 24, 15, 4, 5, 120_000, tzinfo=UTC)
SIGHTING = Sighting(
    alert_id="a1",
    camera="Corridor A",
    at=NOW,
    media_time_s=3.4,
    external_id="P1",
    name="Dana Sample",
    lists=("other",),
    score=0.58,
    threshold=0.51,
    face_px=61,
    shots=3,
    pack="duo",
    shot_jpeg=b"first shot",
)


def keep(writer: AlertWriter, sighting: Sighting) -> KeptAlert:
    return writer.keep(sighting, building="Main", meaning="rare", now=sighting.at)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hallwatch.db"


def test_an_alert_is_on_disk_when_keep_returns(path: Path) -> None:
    writer = AlertWriter(path)
    kept = keep(writer, SIGHTING)
    # another connection, no close in between: what a power cut would leave
    assert AlertReader(path).one("a1") == kept
    assert (kept.sequence, kept.building, kept.at, kept.lists) == (1, "Main", NOW, ("other",))
    assert AlertReader(path).shot("a1") == b"first shot"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    writer.close()


def test_a_better_sighting_improves_and_a_worse_one_only_moves_the_place(path: Path) -> None:
    writer, reader = AlertWriter(path), AlertReader(path)
    keep(writer, SIGHTING)
    later = NOW + timedelta(seconds=2)
    better = replace(
        SIGHTING, improves=True, at=later, score=0.7, face_px=90, shots=5, shot_jpeg=b"better shot"
    )
    keep(writer, better)
    assert reader.shot("a1") == b"better shot"
    worse = replace(
        SIGHTING, improves=True, camera="Entrance", at=later + timedelta(seconds=9), shot_jpeg=b"worse"
    )
    kept = keep(writer, worse)
    assert (kept.score, kept.face_px, kept.shots) == (0.7, 90, 5)
    assert (kept.camera, kept.last_camera, kept.at) == ("Corridor A", "Entrance", NOW)
    assert reader.shot("a1") == b"better shot"
    larger = replace(better, face_px=120, shot_jpeg=b"larger at the same score")
    keep(writer, larger)
    assert reader.shot("a1") == b"larger at the same score"
    assert [alert.alert_id for alert in reader.latest(10)] == ["a1"]
    writer.close()


def test_a_replaced_shot_is_gone_from_the_file(path: Path) -> None:
    writer = AlertWriter(path)
    mark = b"\xff\xd8picture-that-was-replaced" * 400
    keep(writer, replace(SIGHTING, shot_jpeg=mark))
    assert b"picture-that-was-replaced" in path.read_bytes()
    keep(writer, replace(SIGHTING, score=0.9, shot_jpeg=b"small"))
    assert b"picture-that-was-replaced" not in path.read_bytes()
    writer.close()


def test_repeating_a_sighting_makes_no_second_alert(path: Path) -> None:
    writer = AlertWriter(path)
    keep(writer, SIGHTING)
    keep(writer, SIGHTING)
    # an improvement whose alert was never committed becomes the alert
    keep(writer, replace(SIGHTING, alert_id="a2", improves=True))
    assert [(a.alert_id, a.sequence) for a in AlertReader(path).since(0, 10)] == [("a1", 2), ("a2", 3)]
    assert [a.alert_id for a in AlertReader(path).since(2, 10)] == ["a2"]
    writer.close()


def test_readers_cannot_write(path: Path) -> None:
    writer = AlertWriter(path)
    with (
        engine.reader(path).connect() as connection,
        pytest.raises(Exception, match="readonly"),
    ):
        connection.exec_driver_sql("DELETE FROM alert")
    writer.close()


def test_the_journal_fits_the_sqlite_version(path: Path) -> None:
    writer = AlertWriter(path)
    with sqlite3.connect(path) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()
    safe = sqlite3.sqlite_version_info >= engine.WAL_IS_SAFE_FROM
    assert mode == ("wal" if safe else "delete")
    writer.close()


def test_migrations_make_exactly_the_declared_tables(path: Path) -> None:
    AlertWriter(path).close()
    database = engine.reader(path)
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.dispose()


def test_opening_again_keeps_what_is_there(path: Path) -> None:
    writer = AlertWriter(path)
    keep(writer, SIGHTING)
    writer.close()
    AlertWriter(path).close()
    assert len(AlertReader(path).latest(5)) == 1


def test_a_newer_database_is_refused_in_one_line(path: Path) -> None:
    AlertWriter(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    connection.close()
    with pytest.raises(SettingsError, match=r"newer Hallwatch .*0999.* up to 0001") as refused:
        AlertWriter(path)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(SettingsError, match="cannot be used as the alert database"):
        AlertWriter(path)


def test_a_missing_database_is_unreadable_not_empty(path: Path) -> None:
    with pytest.raises(StoreUnreadable):
        AlertReader(path).latest(5)
    with pytest.raises(StoreUnreadable):
        AlertReader(path).shot("a1")


def test_announced_only_after_the_commit(path: Path) -> None:
    writer, reader = AlertWriter(path), AlertReader(path)
    seen_on_disk: list[KeptAlert | None] = []
    alerting = Alerting(
        book=writer,
        announce=lambda kept: seen_on_disk.append(reader.one(kept.alert_id)),
        now=lambda: NOW,
        buildings={"Corridor A": "Main"},
        meaning="rare",
    )
    alerting.sighted(SIGHTING)
    assert [kept and kept.alert_id for kept in seen_on_disk] == ["a1"]
    writer.close()


def test_what_cannot_be_committed_is_not_announced(path: Path) -> None:
    writer = AlertWriter(path)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE shot")
    connection.close()
    announced: list[KeptAlert] = []
    alerting = Alerting(
        book=writer,
        announce=announced.append,
        now=lambda: NOW,
        buildings={"Corridor A": "Main"},
        meaning="rare",
    )
    with pytest.raises(Exception, match="no such table"):
        alerting.sighted(SIGHTING)
    assert announced == []
    assert AlertReader(path).latest(5) == []
    writer.close()


def test_a_full_disk_is_said_in_one_line_that_names_nobody(path: Path) -> None:
    writer = AlertWriter(path)
    keep(writer, SIGHTING)
    with writer._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    large = replace(SIGHTING, alert_id="large", name="Robin Listed", shot_jpeg=b"\xff\xd8" + bytes(1_000_000))
    with pytest.raises(StoreUnwritable, match=r"database or disk is full\); look at the disk") as caught:
        keep(writer, large)
    told = "".join(traceback.format_exception(caught.value))
    assert "Robin" not in told
    assert "xff" not in told
    writer.close()
    assert [alert.alert_id for alert in AlertReader(path).latest(9)] == [SIGHTING.alert_id]


def test_a_person_seen_by_two_workers_is_one_incident_as_long_as_it_goes_on(path: Path) -> None:
    writer, announced = AlertWriter(path), list[KeptAlert]()
    alerting = Alerting(
        book=writer,
        announce=announced.append,
        now=lambda: SIGHTING.at,
        buildings={SIGHTING.camera: "main", "far": "main"},
        meaning="",
    )
    for minutes, alert_id, camera in (
        (0, "one", SIGHTING.camera),
        (8, "one", SIGHTING.camera),
        (12, "two", "far"),
    ):
        at = SIGHTING.at + timedelta(minutes=minutes)
        alerting.sighted(replace(SIGHTING, alert_id=alert_id, camera=camera, at=at))
    writer.close()
    assert {alert.alert_id for alert in announced} == {"one"}
