"""What a look with fresh eyes found wrong with the ground, each as a test."""

from __future__ import annotations

import json
import os
import shutil
import socket
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hallwatch.adapters.keys.head import read_head
from hallwatch.adapters.keys.journal import DeletionJournal
from hallwatch.adapters.keys.master import make_master
from hallwatch.adapters.keys.signing import signed_by
from hallwatch.adapters.sources.address import is_live, parse
from hallwatch.adapters.store import engine, schema
from hallwatch.adapters.store.backup import prune_backups, restore_backup, take_backup
from hallwatch.adapters.store.place import SqliteFile
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.audit import Verified, verify
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import (
    AfterRestore,
    AskSecond,
    BindJurisdiction,
    By,
    DisableAccount,
    Done,
    ErasePerson,
    MakeLink,
    Note,
    Refused,
    RotateMaster,
)
from hallwatch.core.sessions import digest_of_token
from hallwatch.errors import Forbidden
from hallwatch.flow.alerting import Alerting
from hallwatch.web.guard import MOST_BODY
from tests.records import NOW, SIGHTING, Office
from tests.test_migrations import old_database
from tests.test_web import running

BY = By("machine:tech", "terminal")


def verified(office: Office) -> Verified:
    public = office.desk.store.signer.public
    head = read_head(office.chest.head)
    with office.reader.audit() as trail:
        return verify(
            list(trail.entries()),
            trail.checkpoints(),
            lambda over, signature: signed_by(public, over, signature),
            head=head,
        )


@pytest.mark.parametrize("restarted", [False, True])
def test_a_trail_that_was_cut_is_not_laundered_by_the_next_entry(office: Office, restarted: bool) -> None:
    for number in range(150):
        office.desk.keeping.answer(Note(BY, "alert.look", f"a{number}"))
    with office.desk.records._engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE sequence > 20"))
        connection.execute(text("DELETE FROM checkpoint"))
    if restarted:
        office.reopen()
    office.desk.keeping.answer(Note(BY, "alert.look", "after"))
    office.reopen()
    faults = [str(fault) for fault in verified(office).faults]
    assert faults == ["entry 21: before it, entries up to 151 were taken away or written anew"]


def test_two_schools_with_a_main_building_each_have_an_alert_each(office: Office) -> None:
    told: list[KeptAlert] = []
    places = {
        "North door": Whereabouts("Main building", "North"),
        "South door": Whereabouts("Main building", "South"),
    }
    for _ in range(2):  # a keeper that starts anew remembers it so, too
        alerting = Alerting(
            book=office.desk, announce=told.append, now=lambda: NOW, places=places, meaning=lambda: ""
        )
        alerting.remember(reversed(office.reader.latest(50)))
        for minutes, camera in enumerate(places):
            at = NOW + timedelta(minutes=minutes)
            alerting.sighted(replace(SIGHTING, alert_id=f"{len(told)}", camera=camera, at=at))
    assert [(alert.alert_id, alert.school) for alert in told] == [
        ("0", "North"),
        ("1", "South"),
        ("0", "North"),
        ("1", "South"),
    ]


def test_a_busy_school_does_not_empty_anothers_page(tmp_path: Path) -> None:
    with running(tmp_path) as console:
        south = Whereabouts("Main building", "South")
        console.office.desk.keep(replace(SIGHTING, alert_id="south"), place=south, meaning="", now=NOW)
        for number in range(60):
            console.sight(replace(SIGHTING, alert_id=f"n{number}"))
        with console.browser(console.office.enter(Role.SECURITY, ("South",))) as client:
            assert client.get("/").text.count("<article") == 1
            with client.stream("GET", "/events", headers={"Last-Event-ID": "0"}) as stream:
                said = ""
                for piece in stream.iter_text():
                    said += piece
                    if "event: beat" in said:
                        break
            assert '"alert_id": "south"' in said


def test_a_keepers_start_does_not_bring_erased_people_to_the_top(office: Office) -> None:
    office.keep(replace(SIGHTING, alert_id="old"))
    office.desk.keeping.answer(ErasePerson(BY, "P1"))
    office.keep(replace(SIGHTING, alert_id="new", external_id="P2"))
    office.reopen()
    assert [alert.alert_id for alert in office.reader.latest(9)] == ["new", "old"]


@pytest.mark.parametrize(
    "address", [" rtsp://10.0.0.1/x", "\trtsp://10.0.0.1/x", "rtsp://10.0.0.1/x ", "RTSP://10.0.0.1/x"]
)
def test_no_spelling_of_a_live_camera_is_taken_for_a_film(address: str, tmp_path: Path) -> None:
    from hallwatch.entry.cli.watch import _under_law
    from hallwatch.errors import SettingsError

    assert is_live(address)
    if address.strip() == address or "\t" not in address:
        assert parse(address).live
    with pytest.raises((SettingsError, Forbidden)):
        _under_law([address], None)


def test_a_rotation_beside_a_reader_is_noticed_by_it(office: Office) -> None:
    office.keep(SIGHTING)
    reader = Reader(office.place, office.chest.open())
    assert reader.one("a1") is not None
    make_master(office.chest.next_master)
    assert isinstance(office.desk.keeping.answer(RotateMaster(BY, str(office.chest.next_master))), Done)
    # while the old master key still stands in its place, and when the new one does
    for _ in range(2):
        found = reader.one("a1")
        assert found is not None
        assert found.name == "Dana Sample"
        if office.chest.next_master.exists():
            office.chest.next_master.replace(office.chest.master_file)
    reader.close()


def test_nothing_large_is_read_from_whoever_is_not_signed_in(tmp_path: Path) -> None:
    with running(tmp_path) as console, console.browser(None) as client:
        own = {"Origin": console.url}
        answer = client.post("/people", content=b"a=" + b"x" * MOST_BODY, headers=own)
        assert answer.status_code == 413
        # a body that does not say how long it is ends as soon as it is too long
        with closing(
            socket.create_connection(("127.0.0.1", int(console.url.rpartition(":")[2])), 20)
        ) as link:
            head = f"POST /people HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {console.url}\r\n"
            form = "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
            link.sendall((head + form).encode())
            sent = 0
            try:
                while sent < 50 * MOST_BODY:
                    link.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
                    sent += 0x4000
            except OSError:
                pass
            assert sent < 50 * MOST_BODY or b"HTTP/1.1 4" in link.recv(100) or link.recv(1) == b""
        assert client.get("/sign-in").status_code == 200


def test_a_restore_signs_nobody_in(office: Office, tmp_path: Path) -> None:
    token = office.enter(Role.SECURITY, ("North",), "sam")
    account = office.reader.by_login("sam")
    assert account is not None
    office.done(MakeLink(BY, account[0].account_id, digest_of_token("a link")))
    backup = take_backup(office.place, tmp_path / "backups", NOW)
    office.done(DisableAccount(BY, account[0].account_id))
    office.close()
    restore_backup(backup, office.place, office.chest.open(writable=True))
    office.reopen()
    office.done(AfterRestore(BY, {}))
    now = datetime.now(UTC)
    assert office.reader.by_session(digest_of_token(token), now) is None
    assert office.reader.by_link(digest_of_token("a link"), now) is None


def test_whoever_was_disabled_since_a_backup_stays_disabled(office: Office, tmp_path: Path) -> None:
    for login in ("sam", "alex"):
        office.enter(Role.SECURITY, ("North",), login)
    backup = take_backup(office.place, tmp_path / "backups", NOW)
    account = office.reader.by_login("sam")
    assert account is not None
    office.done(DisableAccount(BY, account[0].account_id))
    disabled = tuple(one.account_id for one in office.reader.everybody() if one.disabled)
    office.close()
    restore_backup(backup, office.place, office.chest.open(writable=True))
    office.reopen()
    assert office.done(AfterRestore(BY, {}, (*disabled, "account-of-later"))).number == 1
    assert {one.login: one.disabled for one in office.reader.everybody()} == {"sam": True, "alex": False}


def test_a_backup_that_was_cut_off_goes_with_the_old_ones(tmp_path: Path) -> None:
    old, running_now = (
        tmp_path / "hallwatch-20261101T010203Z.part",
        tmp_path / "hallwatch-20261124T010203Z.part",
    )
    for part in (old, running_now):
        part.write_bytes(b"sealed")
    yesterday = datetime.now(UTC).timestamp() - 90_000
    os.utime(old, (yesterday, yesterday))
    assert prune_backups(tmp_path, datetime.now(UTC) - timedelta(days=30)) == 0
    assert [path.name for path in tmp_path.iterdir()] == [running_now.name]


def test_a_torn_line_of_the_deletion_journal_spoils_none_after_it(tmp_path: Path) -> None:
    journal = DeletionJournal(tmp_path / "deletions.jsonl")
    journal.add("person-1", b"1", NOW)
    with (tmp_path / "deletions.jsonl").open("a") as file:
        file.write('{"at": "2026-11')  # the machine went off
    assert set(journal.erased()) == {"person-1"}
    journal.add("person-2", b"2", NOW)
    assert set(journal.erased()) == {"person-1", "person-2"}
    assert set(DeletionJournal(tmp_path / "deletions.jsonl").erased()) == {"person-1", "person-2"}


def test_a_copy_of_the_keys_starts_on_a_new_machine(office: Office, tmp_path: Path) -> None:
    office.keep(SIGHTING)
    office.keep(replace(SIGHTING, alert_id="a2", external_id="P2"))
    office.desk.keeping.answer(ErasePerson(BY, "P2"))
    copy = office.chest.backups.take(office.desk.store, NOW)
    beside = sorted(path.name.partition("Z.")[2] for path in copy.parent.iterdir())
    assert beside == ["db", "deletions.jsonl", "jurisdiction.sealed"]
    # even a key store that comes back alone is bound again, to the same place and no other
    (office.chest.folder / "jurisdiction.sealed").unlink()
    shutil.copyfile(copy, office.chest.folder / "keys.db")
    office.reopen()
    assert isinstance(office.desk.keeping.answer(BindJurisdiction(BY, "US-NY")), Refused)
    assert isinstance(office.desk.keeping.answer(BindJurisdiction(BY, "US-MO")), Done)
    assert office.desk.keeping.matching_forbidden() is None
    assert office.chest.backups.prune(NOW + timedelta(days=8)) == 1
    assert list(copy.parent.iterdir()) == []


def test_an_erasure_that_was_cut_off_is_finished_by_the_next_start(office: Office) -> None:
    office.keep(SIGHTING)
    number = office.reader.latest(1)[0]
    assert number.name == "Dana Sample"
    with office.desk.records.transaction() as books:
        person = books.people.find("P1")
    assert person is not None
    # the journal was written, and then the power went
    office.desk.store.journal.add(person, office.desk.store.tag("external-id", "P1"), NOW)
    office.reopen()
    assert office.reader.latest(1)[0].erased
    assert office.desk.store.ids() == ["site"]


def test_an_old_database_brings_nobody_back(lite: Office, tmp_path: Path) -> None:
    lite.keep(replace(SIGHTING, external_id="P3"))
    lite.desk.keeping.answer(ErasePerson(BY, "P3"))
    lite.close()
    lite.file.unlink()
    old_database(lite.place, tmp_path, 20)
    lite.chest.head.unlink()
    lite.reopen()
    by_name = {alert.name for alert in lite.reader.latest(50)}
    assert "Dana Sample3" not in by_name
    assert "Erased person" in by_name
    assert "Dana Sample4" in by_name


def test_one_damaged_record_hides_no_other(office: Office) -> None:
    office.keep(SIGHTING)
    office.keep(replace(SIGHTING, alert_id="a2"))
    with office.desk.records._engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE alert SET sealed = (SELECT sealed FROM alert WHERE alert_id = 'a2') WHERE alert_id = 'a1'"
            )
        )
    assert {alert.alert_id: alert.name for alert in office.reader.latest(9)} == {
        "a1": "A record that cannot be opened",
        "a2": "Dana Sample",
    }


def test_no_request_ends_the_keeper(office: Office) -> None:
    for request in (
        Note(BY, "x", detail={"n": float("nan")}),
        AskSecond(BY, "x", "y", "z", 10**15),
        Note(replace(BY, reason="a\0b"), "x"),
    ):
        office.desk.keeping.answer(request)
    token = office.enter(login="twice")
    account = office.reader.by_login("twice")
    assert account is not None
    from hallwatch.core.requests import OpenSession

    again = office.desk.keeping.answer(OpenSession(BY, account[0].account_id, digest_of_token(token)))
    assert isinstance(again, Refused)
    assert isinstance(office.desk.keeping.answer(Note(BY, "still here")), Done)


def test_an_earlier_backup_goes_into_a_server(office: Office, tmp_path: Path) -> None:
    office.keep(SIGHTING)
    backup = take_backup(office.place, tmp_path / "backups", NOW)
    note = json.loads(backup.with_suffix(".json").read_text())
    writer = engine.writer(SqliteFile(backup))
    schema.downgrade(writer, "0002", office.desk.store)
    writer.dispose()
    import sqlite3

    with closing(sqlite3.connect(backup)) as connection:  # which kept nothing of later versions
        found = connection.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE 'kept_of_%' AND type = 'table'"
        )
        for (name,) in found.fetchall():
            connection.execute(f"DROP TABLE {name}")
        connection.commit()
    from hashlib import sha256

    note |= {"tables": "0002", "sha256": sha256(backup.read_bytes()).hexdigest()}
    backup.with_suffix(".json").write_text(json.dumps(note))
    office.close()
    restore_backup(backup, office.place, office.chest.open(writable=True))
    office.reopen()
    assert office.reader.latest(1)[0].name == "Dana Sample"
