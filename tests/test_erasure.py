"""Erasing a person: nothing of them opens or matches again, whatever is restored."""

from __future__ import annotations

import shutil
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hallwatch.adapters.keys.backups import KEPT
from hallwatch.adapters.store.backup import check_backup, prune_backups, restore_backup, take_backup
from hallwatch.adapters.store.place import PostgresServer, SqliteFile
from hallwatch.adapters.store.reader import Reader
from hallwatch.adapters.store.schema import newest
from hallwatch.adapters.store.sealed import Seals
from hallwatch.core.model import Person
from hallwatch.core.requests import By, Done, ErasePerson, KeepPerson, Note, PhotoKept, Refused
from hallwatch.entry.desk import Desk
from hallwatch.errors import BackupError, KeyGone, KeysError
from tests.records import NOW, SIGHTING, Office, fresh_database

BY = By("machine:tech", "terminal", "court order")
PHOTO = PhotoKept("dana.jpg", b"a picture", "fp", b"numbers")
PERSON = Person("P1", "Dana", "Sample", ())


def listed(office: Office) -> str:
    """A person with a photo, a template and an alert; the number."""
    done = office.desk.keeping.answer(KeepPerson(BY, PERSON, (PHOTO,)))
    assert isinstance(done, Done)
    office.keep(SIGHTING)
    return done.subject


def nothing_of(office: Office) -> bool:
    alert = office.reader.one("a1")
    assert alert is not None
    return (
        (alert.erased, alert.name, alert.external_id, alert.lists) == (True, "Erased person", "", ())
        and office.reader.shot("a1") is None
        and office.reader.photo("P1") is None
    )


def test_whoever_is_erased_is_gone_at_once_and_cannot_come_back(office: Office) -> None:
    number = listed(office)
    assert office.reader.photo("P1") == b"a picture"
    office.chest.backups.take(office.desk.store, NOW)
    before = office.reader.latest(1)[0].sequence
    done = office.desk.keeping.answer(ErasePerson(BY, "P1"))
    assert isinstance(done, Done)
    assert (done.subject, done.day) == (number, (NOW + KEPT).date())
    assert nothing_of(office)
    # open pages hear of it, because the alert changed
    assert [alert.alert_id for alert in office.reader.since(before, 9)] == ["a1"]
    # neither the list nor a camera brings the person back
    refused = office.desk.keeping.answer(KeepPerson(BY, PERSON, (PHOTO,)))
    assert isinstance(refused, Refused)
    assert "was erased" in refused.reason
    with pytest.raises(KeyGone):
        office.keep(SIGHTING)
    # once more is harmless, and a stranger to the records is said to be one
    assert isinstance(office.desk.keeping.answer(ErasePerson(BY, "P1")), Done)
    unknown = office.desk.keeping.answer(ErasePerson(BY, "P9"))
    assert isinstance(unknown, Refused)
    assert "nobody with this external_id" in unknown.reason


def test_what_is_kept_of_a_person_comes_back_as_it_went_in(office: Office) -> None:
    number = listed(office)
    seals = Seals(office.chest.open())
    with office.desk.records._engine.connect() as connection:
        person = connection.execute(text("SELECT sealed FROM person")).scalar_one()
        place, pack, template = connection.execute(
            text("SELECT place, fingerprint, sealed FROM template")
        ).one()
    assert seals.open_person(number, bytes(person)) == PERSON
    assert seals.open_template(number, place, pack, bytes(template)) == b"numbers"


def test_yesterdays_backup_brings_nobody_back(office: Office, tmp_path: Path) -> None:
    listed(office)
    backup = take_backup(office.place, tmp_path / "backups", NOW)
    office.desk.keeping.answer(ErasePerson(BY, "P1"))
    office.close()
    store = office.chest.open(writable=True)
    restore_backup(backup, office.place, store)
    office.reopen()
    assert nothing_of(office)
    assert isinstance(office.desk.keeping.answer(KeepPerson(BY, PERSON, (PHOTO,))), Refused)


def test_nor_does_one_from_before_the_person_was_known(office: Office, tmp_path: Path) -> None:
    backup = take_backup(office.place, tmp_path / "backups", NOW)
    listed(office)
    office.desk.keeping.answer(ErasePerson(BY, "P1"))
    office.close()
    restore_backup(backup, office.place, office.chest.open(writable=True))
    office.reopen()
    assert office.reader.latest(9) == []
    assert isinstance(office.desk.keeping.answer(KeepPerson(BY, PERSON, (PHOTO,))), Refused)


def test_an_erasure_cut_off_before_the_key_is_finished_by_repeating(office: Office) -> None:
    number = listed(office)
    with office.desk.records.transaction() as books:
        books.people.erase(number)
        books.alerts.erase(number, NOW)
    # killed here: the key is still there, but nothing is left that it opens
    office.reopen()
    assert nothing_of(office)
    assert isinstance(office.desk.keeping.answer(ErasePerson(BY, "P1")), Done)
    assert office.desk.store.ids() == ["site"]


def test_a_backup_is_whole_and_goes_to_either_kind_of_database(
    office: Office, postgres: PostgresServer, tmp_path: Path
) -> None:
    listed(office)
    for number in range(5):
        office.desk.keeping.answer(Note(BY, "alert.look", f"a{number}", "North", {"score": 0.5}))
    backup = take_backup(office.place, tmp_path / "backups", NOW)
    note = check_backup(backup)
    assert (note.taken, note.tables) == (NOW, newest())
    assert (note.rows["alert"], note.rows["person"], note.rows["photo"], note.audit) == (1, 1, 1, 8)
    with office.reader.audit() as trail:
        entries = list(trail.entries())
    office.close()
    places = (SqliteFile(tmp_path / "other.db"), fresh_database(postgres, f"r{uuid.uuid4().hex}"))
    for place in places:
        restore_backup(backup, place, office.chest.open(writable=True))
        other = Office(place, tmp_path)
        assert other.reader.photo("P1") == b"a picture"
        assert other.reader.shot("a1") == b"first shot"
        with other.reader.audit() as trail:
            assert list(trail.entries()) == entries
        other.close()


def test_a_backup_that_was_altered_or_is_not_whole_is_refused(lite: Office, tmp_path: Path) -> None:
    listed(lite)
    backup = take_backup(lite.place, tmp_path / "backups", NOW)
    whole = backup.read_bytes()
    backup.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    with pytest.raises(BackupError, match="is damaged"):
        restore_backup(backup, lite.place, lite.desk.store)
    backup.write_bytes(whole)
    backup.with_suffix(".json").rename(tmp_path / "note.json")
    with pytest.raises(
        BackupError, match=r"hallwatch-.*json is missing; a backup is the file and the \.json"
    ):
        check_backup(backup)
    assert lite.reader.photo("P1") == b"a picture"


def test_a_backup_opens_nothing_without_the_keys(lite: Office, tmp_path: Path) -> None:
    listed(lite)
    backup = take_backup(lite.place, tmp_path / "backups", NOW)
    held = backup.read_bytes()
    for secret in (b"Dana", b"Sample", b"a picture", b"first shot", b"numbers"):
        assert secret not in held
    # somebody else's keys do not help
    other = Office(SqliteFile(tmp_path / "elsewhere" / "hallwatch.db"), _made(tmp_path / "elsewhere"))
    other.close()
    with pytest.raises(BackupError, match="was sealed with other keys than those here"):
        restore_backup(backup, other.place, other.desk.store)
    by_hand = Path(
        shutil.copyfile(backup, tmp_path / "elsewhere" / "hallwatch.db")
    )  # nor to whoever does it by hand
    with pytest.raises(
        KeysError, match="were sealed with other keys than those here, and nothing was written"
    ):
        Desk(other.place, other.chest)
    assert by_hand.read_bytes() == held
    reader = Reader(other.place, other.desk.store)
    alert = reader.latest(1)[0]
    assert (alert.erased, alert.name) == (True, "Erased person")
    assert reader.shot("a1") is None
    reader.close()


def test_one_altered_setting_does_not_make_the_keys_foreign(lite: Office, tmp_path: Path) -> None:
    listed(lite)
    with lite.desk.records.transaction() as books:
        books.settings.put("another", "one", NOW)
    with lite.desk.records._engine.begin() as connection:
        connection.execute(text("UPDATE setting SET sealed = x'00' WHERE name = 'another'"))
    backup = take_backup(lite.place, tmp_path / "backups", NOW)
    lite.close()
    restore_backup(backup, lite.place, lite.chest.open(writable=True))
    lite.reopen()
    assert lite.reader.photo("P1") == b"a picture"


def test_old_backups_are_deleted_with_their_notes(lite: Office, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    for days in (40, 3):
        take_backup(lite.place, folder, NOW - timedelta(days=days))
    assert prune_backups(folder, NOW - timedelta(days=30)) == 1
    assert len(list(folder.iterdir())) == 2


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
