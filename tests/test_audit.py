"""The audit trail: one flipped byte or missing row anywhere is found, and the place is said."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from hallwatch.adapters.keys.head import read_head
from hallwatch.adapters.keys.signing import AuditSigner, signed_by
from hallwatch.adapters.store.audit_log import EVERY
from hallwatch.adapters.trail_file import read_trail, write_trail
from hallwatch.core.audit import (
    START,
    AuditEntry,
    Checkpoint,
    Deed,
    Verified,
    chained,
    checkpoint_text,
    verify,
)
from hallwatch.core.model import Person
from hallwatch.core.requests import By, Done, KeepPerson, Note, PhotoKept, SetList
from hallwatch.errors import UserError
from tests.records import NOW, Office

SIGNER = AuditSigner(b"\x05" * 32)
BY = By("machine:tech", "terminal", "a rehearsal")
COLUMNS = ("at", "actor", "action", "subject", "school", "reason", "origin", "detail", "previous", "digest")


def signed(signature_over: bytes, signature: bytes) -> bool:
    return signed_by(SIGNER.public, signature_over, signature)


def trail(count: int, every: int = 4) -> tuple[list[AuditEntry], list[Checkpoint]]:
    entries, marks, previous = [], [], START
    for number in range(1, count + 1):
        deed = Deed(
            "u1", "alert.answer", f"a{number}", "North", "seen it", "192.0.2.7", {"score": 0.5 + number}
        )
        entry = chained(number, NOW + timedelta(seconds=number), deed, previous)
        entries.append(entry)
        previous = entry.digest
        if number % every == 0 or number == count:
            text_ = checkpoint_text(number, entry.at, entry.digest)
            marks.append(Checkpoint(number, entry.at, entry.digest, SIGNER.sign(text_)))
    return entries, marks


def test_a_whole_trail_is_whole() -> None:
    entries, marks = trail(10)
    found = verify(entries, marks, signed)
    assert (found.entries, found.checkpoints, found.faults) == (10, 3, ())
    assert found.head == entries[-1].digest
    assert verify([], [], signed).faults == ()


@given(count=st.integers(2, 12), data=st.data())
def test_a_missing_row_is_found_where_it_is_missing(count: int, data: st.DataObject) -> None:
    entries, marks = trail(count)
    gone = data.draw(st.integers(0, count - 1))
    found = verify(entries[:gone] + entries[gone + 1 :], marks, signed)
    assert found.faults[0].sequence == gone + 1
    assert "missing" in found.faults[0].what


@given(count=st.integers(2, 12), data=st.data())
def test_rows_in_another_order_are_found(count: int, data: st.DataObject) -> None:
    entries, marks = trail(count)
    at = data.draw(st.integers(0, count - 2))
    entries[at], entries[at + 1] = entries[at + 1], entries[at]
    assert verify(entries, marks, signed).faults[0].sequence == at + 1


def test_a_trail_that_was_written_anew_is_found_by_its_checkpoints() -> None:
    entries, marks = trail(8)
    forged, previous = [], START
    for entry in entries:
        deed = replace(entry.deed, reason="nothing happened") if entry.sequence == 3 else entry.deed
        forged.append(chained(entry.sequence, entry.at, deed, previous))
        previous = forged[-1].digest
    found = verify(forged, marks, signed)
    assert [fault.sequence for fault in found.faults] == [4, 8]
    # without the signing key the checkpoints cannot be made to fit
    refitted = [replace(mark, digest=forged[mark.sequence - 1].digest) for mark in marks]
    assert "not signed by the key" in verify(forged, refitted, signed).faults[0].what


@given(data=st.data())
@settings(max_examples=300)
def test_one_flipped_bit_of_an_exported_trail_is_found(data: st.DataObject) -> None:
    entries, marks = trail(5, every=2)
    out = io.StringIO()
    assert write_trail(out, "North School", SIGNER.public, entries, marks) == 5
    whole = out.getvalue().encode()
    # the first line says whose trail it is; whoever checks it compares the public key by hand
    start = whole.index(b"\n") + 1
    at = data.draw(st.integers(8 * start, 8 * len(whole) - 1))
    altered = bytearray(whole)
    altered[at // 8] ^= 1 << at % 8
    with _file(bytes(altered)) as path:
        try:
            read = read_trail(path)
        except UserError:
            return
    assert verify(read.entries, read.checkpoints, signed).faults


def test_an_exported_trail_verifies_without_the_database(tmp_path: Path) -> None:
    entries, marks = trail(5)
    path = tmp_path / "trail.jsonl"
    with path.open("w", encoding="utf-8") as out:
        write_trail(out, "North School", SIGNER.public, entries, marks)
    read = read_trail(path)
    assert (read.site, read.public_key, read.entries) == ("North School", SIGNER.public, tuple(entries))
    assert verify(read.entries, read.checkpoints, signed).faults == ()
    (tmp_path / "letter").write_text("Dear auditor,\n")
    with pytest.raises(UserError, match=r"line 1 of .*letter was altered"):
        read_trail(tmp_path / "letter")


def test_every_request_and_its_entry_are_one(office: Office) -> None:
    answer = office.desk.keeping.answer
    photo = PhotoKept("dana.jpg", b"a picture", "fp", b"numbers")
    person = Person("P1", "Dana", "Sample", ())
    first = answer(KeepPerson(BY, person, (photo,)))
    assert isinstance(first, Done)
    assert answer(KeepPerson(BY, person, (photo,))) == replace(first, number=0)
    answer(SetList(BY, ("P1", "P2")))
    answer(Note(BY, "alert.look", "a1", "North"))
    with office.reader.audit() as read:
        bound, *entries = list(read.entries())
    assert (bound.deed.action, bound.deed.subject) == ("jurisdiction.bind", "US-MO")
    assert [entry.deed.action for entry in entries] == ["person.keep", "list.set", "alert.look"]
    assert {(entry.deed.actor, entry.deed.origin, entry.deed.reason) for entry in entries} == {
        ("machine:tech", "terminal", "a rehearsal")
    }
    # a trail must be readable long after the people in it are gone: it names nobody
    assert "Dana" not in str(entries)
    assert "P1" not in str(entries)
    assert _verified(office).faults == ()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_flipped_byte_of_the_database_is_found(office: Office, data: st.DataObject) -> None:
    if _verified(office).entries < 12:
        for number in range(12):
            office.desk.keeping.answer(
                Note(BY, "alert.look", f"a{number}", "North", {"score": 0.5, "n": number})
            )
    number = data.draw(st.integers(1, 12))
    column = data.draw(st.sampled_from(COLUMNS))
    with _undone(office) as connection:
        value = connection.execute(text(f"SELECT {column} FROM audit WHERE sequence = {number}")).scalar_one()
        raw = bytearray(value if isinstance(value, bytes) else value.encode())
        if not raw:
            raw = bytearray(b"x")
        else:
            at = data.draw(st.integers(0, len(raw) - 1))
            raw[at] = data.draw(st.integers(32, 126).filter(lambda byte: byte != raw[at]))
        altered: object = bytes(raw) if isinstance(value, bytes) else raw.decode()
        update = text(f"UPDATE audit SET {column} = :value WHERE sequence = {number}")
        connection.execute(update, {"value": altered})
        found = _verified(office, connection)
    assert found.faults
    assert found.faults[0].sequence in (number, number + 1)


def test_rows_cut_off_at_the_end_are_missed(office: Office) -> None:
    for number in range(3):
        office.desk.keeping.answer(Note(BY, "alert.look", f"a{number}"))
    with _undone(office) as connection:
        connection.execute(text("DELETE FROM audit WHERE sequence = 4"))
        found = _verified(office, connection)
    assert [str(fault) for fault in found.faults] == ["entry 4: missing: a checkpoint knows entries up to 4"]


def test_checkpoints_are_kept_every_hundred_entries_and_at_every_start(office: Office) -> None:
    for number in range(EVERY):  # after the entry of the jurisdiction
        office.desk.keeping.answer(Note(BY, "alert.look", f"a{number}"))
    office.reopen()
    with office.reader.audit() as read:
        assert [mark.sequence for mark in read.checkpoints()] == [EVERY, EVERY + 1]
    assert _verified(office).faults == ()


def test_who_was_on_the_list_at_noon_is_answered_when_they_are_gone(office: Office) -> None:
    people = office.desk.records
    with people.transaction() as books:
        one, two = books.people.tag_of("P1"), books.people.tag_of("P2")
        first = books.people.set_list([one, two], NOW)
    with people.transaction() as books:
        assert (
            books.people.set_list(
                [books.people.tag_of(one) for one in ["P2", "P1"]], NOW + timedelta(hours=1)
            ).number
            == first.number
        )
        later = books.people.set_list([two], NOW + timedelta(hours=2))
    with office.reader.people() as read:
        assert read.list_at(NOW - timedelta(seconds=1)) is None
        then, now = read.list_at(NOW + timedelta(hours=1)), read.list_at(NOW + timedelta(hours=3))
        assert then is not None
        assert now is not None
        assert (then.digest, now.digest) == (first.digest, later.digest)
        assert [then.names(read.tag(one)) for one in ("P1", "P2", "P3")] == [True, True, False]
        assert [now.names(read.tag(one)) for one in ("P1", "P2", "P3")] == [False, True, False]


def _verified(office: Office, connection: Connection | None = None) -> Verified:
    public = office.desk.store.signer.public
    from sqlalchemy.orm import Session

    from hallwatch.adapters.store.audit_log import AuditQuestions

    def look(session: Session) -> Verified:
        questions = AuditQuestions(session)
        return verify(
            list(questions.entries()),
            questions.checkpoints(),
            lambda over, signature: signed_by(public, over, signature),
            head=read_head(office.chest.head),
        )

    with Session(connection or office.desk.records._engine) as session:
        return look(session)


@contextmanager
def _undone(office: Office) -> Iterator[Connection]:
    """A transaction in which anything may be done; it never happened."""
    with office.desk.records._engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@contextmanager
def _file(content: bytes) -> Iterator[Path]:
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(content)
        file.flush()
        yield Path(file.name)
