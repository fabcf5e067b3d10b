"""Migrations forward and back with data in them: nothing is lost, and what would lose something is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from hallwatch.adapters.store import engine, schema
from hallwatch.adapters.store.place import Place, SqliteFile
from hallwatch.adapters.store.tables import Base
from hallwatch.core.alert import Answer
from hallwatch.core.alert_requests import AnswerAlert
from hallwatch.core.inbound import IncidentKind
from hallwatch.core.inbound_requests import Reported
from hallwatch.core.notice import is_due
from hallwatch.core.notice_requests import ReceiveAppeal
from hallwatch.core.requests import By, ErasePerson, Note
from hallwatch.entry.desk import Desk
from hallwatch.errors import SettingsError
from tests.records import NOW, SIGHTING, Office, chest_in
from tests.test_listings import TODAY, People

BY = By("machine:tech", "terminal")


def old_database(place: Place, folder: Path, alerts: int, *, shot: bytes = b"picture") -> None:
    """A database as the version before sealing left it, with names and pictures in the clear."""
    writer = engine.writer(place)
    vault = chest_in(folder).open(writable=True)
    with schema._migrating(writer) as connection:
        command.upgrade(schema._config(connection, vault), "0001")
    with writer.begin() as connection:
        for number in range(alerts):
            connection.execute(
                text(
                    "INSERT INTO alert (alert_id, sequence, camera, building, at, last_camera, last_at, external_id,"
                    " name, lists, score, threshold, face_px, shots, pack, meaning, created, updated) VALUES"
                    " (:id, :n, 'Corridor A', 'Main', :at, 'Corridor A', :at, :who, :name, :lists, 0.5, 0.4, 60, 3,"
                    " 'duo', 'rare', :at, :at)"
                ),
                {
                    "id": f"a{number:05d}",
                    "n": number + 1,
                    "at": NOW.replace(tzinfo=None),
                    "who": f"P{number % 7}",
                    "name": f"Dana Sample{number % 7}",
                    "lists": json.dumps(["trespass"]),
                },
            )
            connection.execute(
                text("INSERT INTO shot (alert_id, score, face_px, jpeg) VALUES (:id, 0.5, 60, :jpeg)"),
                {"id": f"a{number:05d}", "jpeg": shot + f" {number}".encode()},
            )
    writer.dispose()


def downgraded(office: Office, revision: str) -> None:
    office.close()
    writer: Engine = engine.writer(office.place)
    try:
        schema.downgrade(writer, revision, office.desk.store)
    finally:
        writer.dispose()


def test_an_old_database_is_sealed_when_it_is_opened_and_nothing_is_lost(
    place: Place, tmp_path: Path
) -> None:
    old_database(place, tmp_path, 1203)
    office = Office(place, tmp_path)
    alerts = office.reader.latest(5000)
    assert len(alerts) == 1203
    assert {(a.alert_id, a.external_id, a.name) for a in alerts} == {
        (f"a{n:05d}", f"P{n % 7}", f"Dana Sample{n % 7}") for n in range(1203)
    }
    assert alerts[0].lists == ("trespass",)
    assert office.reader.shot("a00042") == b"picture 42"
    # one key a person, and the site's own
    assert len(office.desk.store.ids()) == 8
    if isinstance(place, SqliteFile):
        held = place.path.read_bytes()
        assert b"Sample" not in held
        assert b"picture 4" not in held
    office.close()


def test_back_and_forward_again_loses_nothing(place: Place, tmp_path: Path) -> None:
    old_database(place, tmp_path, 20)
    office = Office(place, tmp_path)
    office.keep(SIGHTING)
    office.desk.keeping.answer(Note(BY, "alert.look", "a1"))
    before = office.reader.latest(100)
    with office.reader.audit() as trail:
        entries = list(trail.entries())
    downgraded(office, "0001")
    # the earlier version finds its own tables, readable for it
    reader = engine.reader(place)
    with reader.connect() as connection:
        rows = connection.execute(text("SELECT name, external_id FROM alert WHERE alert_id = 'a1'")).all()
        assert rows == [("Dana Sample", "P1")]
        shots = connection.execute(text("SELECT jpeg FROM shot WHERE alert_id = 'a1'")).scalar_one()
        assert bytes(shots) == b"first shot"
    reader.dispose()
    office.reopen()
    assert office.reader.latest(100) == before
    with office.reader.audit() as trail:
        assert list(trail.entries())[: len(entries)] == entries
    database = engine.reader(place)
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.dispose()
    office.close()


def test_answers_paths_and_restraints_survive_the_way_back_and_forward(place: Place, tmp_path: Path) -> None:
    office = Office(place, tmp_path)
    office.keep(SIGHTING)
    office.keep(replace(SIGHTING, camera="Corridor B", score=0.7, shot_jpeg=b"best shot"))
    office.keep(replace(SIGHTING, alert_id="a2", external_id="P2", shot_jpeg=b"other"))
    office.enter(login="robin")
    found = office.reader.by_login("robin")
    assert found is not None
    for alert_id in ("a1", "a2"):
        office.done(AnswerAlert(By(found[0].account_id), alert_id, Answer.DIFFERENT, "face", "gardener"))
    before, life, held = office.reader.latest(9), office.reader.life("a1"), office.reader.restraints()
    downgraded(office, "0004")
    # an earlier Hallwatch finds the best shot where it looks for it, and deletes the other one's
    writer = engine.writer(place)
    with writer.begin() as connection:
        sealed = connection.execute(text("SELECT sealed FROM shot WHERE alert_id = 'a1'")).scalar_one()
        vault = office.chest.open()
        person = connection.execute(text("SELECT person_id FROM alert WHERE alert_id = 'a1'")).scalar_one()
        assert vault.unseal(person, bytes(sealed), "shot/a1") == b"best shot"
        connection.execute(text("DELETE FROM shot WHERE alert_id = 'a2'"))
    writer.dispose()
    office.reopen()
    after = office.reader.latest(9)
    assert after[1:] == before[1:]
    assert [office.reader.shot("a1", number) for number in (0, 1)] == [b"first shot", b"best shot"]
    assert office.reader.shot("a2") is None
    assert (office.reader.life("a1"), office.reader.restraints()) == (life, held)
    office.close()


def test_going_back_is_refused_when_it_would_lose_alerts(place: Place, tmp_path: Path) -> None:
    office = Office(place, tmp_path)
    office.keep(SIGHTING)
    office.desk.keeping.answer(ErasePerson(BY, "P1"))
    with pytest.raises(SettingsError, match="would lose 1 alerts of people whose key was destroyed"):
        downgraded(office, "0001")
    with pytest.raises(
        SettingsError,
        match=r"no tables of version 0042; there are 0001, 0002, 0003, 0004, 0005, 0006, 0007, 0008",
    ):
        downgraded(office, "0042")
    # and nothing has changed
    office.desk = Desk(office.place, office.chest)
    office.reopen()
    assert [alert.alert_id for alert in office.reader.latest(9)] == ["a1"]
    office.close()


def test_a_migration_that_fails_leaves_everything_as_it_was(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_database(place, tmp_path, 30)

    def full(*arguments: object) -> bytes:
        raise SettingsError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr("hallwatch.adapters.store.sealed.Seals.shot", full)
        with pytest.raises(SettingsError, match="no space left"):
            Office(place, tmp_path)
    reader = engine.reader(place)
    with reader.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0001"
        assert connection.execute(text("SELECT count(*) FROM alert WHERE name <> ''")).scalar_one() == 30
    reader.dispose()
    office = Office(place, tmp_path)
    assert len(office.reader.latest(100)) == 30
    office.close()


def test_notices_and_appeals_go_back_and_forward_whole(place: Place, tmp_path: Path) -> None:
    people = People(Office(place, tmp_path))
    office = people.office
    listing = people.proposed()
    people.yes(people.second, listing)
    request = ReceiveAppeal(people.author, listing, TODAY, TODAY + timedelta(days=30), "Dana", "Not me.")
    appeal = office.done(request).subject
    told = office.reader.appeal(appeal)
    untold = people.proposed(untold="He has said what he would do.")
    people.yes(people.second, untold)
    downgraded(office, "0004")
    office.desk = Desk(office.place, office.chest)
    office.reopen()
    assert office.reader.appeal(appeal) == told
    with office.desk.records.transaction() as books:
        record = books.listings.listing(untold)
        assert record is not None
        assert not is_due(books.appeals.notice(untold), record)
    office.close()


def test_whoever_was_listed_before_there_were_notices_is_due_one(place: Place, tmp_path: Path) -> None:
    people = People(Office(place, tmp_path))
    office = people.office
    active, drafted = people.proposed(), people.drafted()
    people.yes(people.second, active)
    downgraded(office, "0004")
    writer = engine.writer(place)
    with writer.begin() as connection:
        for table in ("notice", "appeal", "own_list"):
            connection.execute(
                text(f"DROP TABLE kept_of_0006_{table}")
            )  # as a database of that version has it
    writer.dispose()
    office.desk = Desk(office.place, office.chest)
    office.reopen()
    with office.desk.records.transaction() as books:
        record = books.listings.listing(active)
        assert record is not None
        assert is_due(books.appeals.notice(active), record)
        assert books.appeals.notice(drafted) is None
    office.close()


def test_what_other_systems_reported_goes_back_and_forward_and_incidents_hold_it(
    place: Place, tmp_path: Path
) -> None:
    office = Office(place, tmp_path)
    office.keep(replace(SIGHTING, alert_id="theirs", source="Gatewatch", said="87 %", pack=""))
    downgraded(office, "0011")
    office.desk = Desk(office.place, office.chest)
    office.reopen()
    alert = office.reader.one("theirs")
    assert alert is not None
    assert (alert.source, alert.path[0].source, alert.path[0].said) == ("Gatewatch", "Gatewatch", "87 %")
    reported = Reported("Button 4", NOW, school="North")
    with office.desk.records.transaction() as books:
        books.incidents.keep("button", reported, IncidentKind.PANIC, "", NOW)
    with pytest.raises(SettingsError, match="1 incidents"):
        downgraded(office, "0011")
    office.reopen()
    assert office.reader.one("button") is not None
    office.close()
