"""What taking a file in would do, row by row: registries and folders of list.csv, under the law of the place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hallwatch.adapters.profiles import read_profile
from hallwatch.core.decide.threshold import of_longer_list
from hallwatch.core.import_requests import ImportEntry, OpenImport
from hallwatch.core.import_terms import Wish, external_id_of, key_of, shown_id
from hallwatch.core.imports import Change
from hallwatch.core.listing import State
from hallwatch.core.model import Person
from hallwatch.core.notice_requests import AnswerOwnList, RetireOwnList, WriteOwnList
from hallwatch.core.own_list import digest_of
from hallwatch.core.policy.jurisdiction import CameraMatching
from hallwatch.core.requests import By, Done, KeepPerson, PhotoKept, Refused
from hallwatch.core.roster_requests import TakeIn
from hallwatch.entry.import_taker import take
from hallwatch.entry.import_taking import ImportOrder, read
from hallwatch.errors import Forbidden
from tests.import_files import BLANK, SOURCE, TERMINAL, TODAY, Imports, Row, picture, plain_look
from tests.records import Office
from tests.watching import made_up_calibration, write_list

COLUMNS = (
    *("external_id", "first_name", "last_name", "list", "reason", "photo", "expires"),
    *("authority", "starts", "document", "review", "notes"),
)
SOON = (TODAY + timedelta(days=200)).isoformat()


@pytest.fixture
def imports(lite: Office, tmp_path: Path) -> Imports:
    return Imports(lite, tmp_path)


def listed(folder: Path, *rows: dict[str, str]) -> ImportOrder:
    good = {"authority": "Superintendent, order 12", "expires": SOON, "last_name": "Sample"}
    write_list(folder, [good | {column: "" for column in COLUMNS[8:]} | row for row in rows], COLUMNS)
    for row in rows:
        (folder / row["photo"]).write_bytes(picture(row["photo"]))
    return ImportOrder(file=folder)


def test_a_row_without_a_photo_is_named_and_nothing_of_the_person_is_kept(imports: Imports) -> None:
    photos = {"R1.jpg": picture("R1"), "R2.jpg": BLANK}
    order = imports.order(Row("R1"), Row("R2"), Row("R3"), photos=photos)
    dry = imports.read(order)
    assert [step.external_id for step in dry.steps] == ["R1", "R2"]
    assert {(fault.external_id, fault.row) for fault in dry.faults} == {("R3", 4)}
    taken = imports.take(order)
    assert {fault.external_id: fault.reason for fault in taken.faults}["R2"].startswith(
        "not listed, the photo"
    )
    assert imports.people() == 1
    assert (taken.counts.added, taken.counts.refused) == (1, 3)


def test_a_whole_registry_without_photos_lists_nobody(imports: Imports) -> None:
    order = replace(imports.order(Row("R1"), Row("R2")), photos=None)
    assert {fault.reason for fault in imports.read(order).faults} == {"no photo; not listed"}
    assert imports.take(order).import_id == ""


def test_without_photos_those_of_before_stay(imports: Imports) -> None:
    rows = [Row(f"R{number}") for number in range(12)]
    imports.approved(*rows)
    taken = imports.take(replace(imports.order(replace(rows[0], why="Offence B"), *rows[1:]), photos=None))
    imports.yes(imports.author, taken.import_id)
    imports.yes(imports.second, taken.import_id)
    imports.turns()
    assert imports.states("R0") == [State.ENDED, State.ACTIVE]
    assert imports.photos("R0") == [picture("R0")]
    assert imports.office.reader.photos_listed("pack") == 12


def test_ends(imports: Imports) -> None:
    """The column's, else what was said, else a year; five years at most."""
    far, soon = (TODAY + timedelta(days=9999)).isoformat(), (TODAY + timedelta(days=9)).isoformat()
    order = imports.order(Row("far", ends=far), Row("soon", ends=soon), Row("none"))
    imports.take(replace(order, wish=Wish(ends=TODAY + timedelta(days=50))))
    days = {who: (imports.listings(who)[0].terms.ends - TODAY).days for who in ("far", "soon", "none")}
    assert days == {"far": 1825, "soon": 9, "none": 50}
    over = (TODAY - timedelta(days=1)).isoformat()
    dry = imports.read(imports.order(Row("over", ends=over)))
    assert "ended already" in dry.faults[0].reason


def test_a_reason_that_is_none_is_refused(imports: Imports) -> None:
    dry = imports.read(imports.order(Row("R1", why="immigration")))
    assert "no reason to be on a list" in dry.faults[0].reason


def test_ids_of_a_source_are_nobody_elses(imports: Imports) -> None:
    student = Person("R1", "Other", "Pupil", (), role="student")
    imports.office.done(TakeIn(TERMINAL, student, (picture("pupil"),)))
    imports.office.done(KeepPerson(TERMINAL, Person("R2", "Some", "Visitor", ()), ()))
    imports.approved(Row("R1"), Row("R2"))
    assert imports.people() == 4
    assert set(imports.office.reader.roster()) == set()  # nobody of a registry is of the roster
    ours = external_id_of(SOURCE, "R1")
    assert ours != external_id_of("Another county", "R1")
    assert (shown_id(ours), shown_id("S-17"), shown_id("import-x")) == ("R1", "S-17", "import-x")
    assert key_of("sheriff  of example COUNTY") == key_of(SOURCE)


def test_where_cameras_may_not_be_matched_nothing_is_taken_in(imports: Imports) -> None:
    order = imports.order(Row("R1"))
    with pytest.raises(Forbidden, match="New York"):
        imports.read(order, code="US-NY")
    place = imports.place()
    object.__setattr__(imports.office.desk.imports, "profile", lambda: read_profile("US-NY"))
    with pytest.raises(Exception, match="New York"):
        take(read(order, place), place, imports.ask, plain_look, TERMINAL)
    assert imports.people() == 0


def test_where_a_kind_of_list_may_not_be_matched_its_rows_are_refused(imports: Imports) -> None:
    missouri = read_profile("US-MO")
    matching = CameraMatching(True, "the place says so.", not_from=("registry",))
    profile = replace(missouri, camera_matching=matching)
    place = replace(imports.place(), profile=profile)
    dry = read(imports.order(Row("R1")), place)
    assert "against a registry list" in dry.faults[0].reason
    # and the keeper holds it too
    words_for = imports.read(imports.order(Row("R1")))
    object.__setattr__(imports.office.desk.imports, "profile", lambda: profile)
    taken = take(words_for, imports.place(), imports.ask, plain_look, TERMINAL)
    assert (taken.import_id, imports.people()) == ("", 0)


def test_a_folder_of_list_csv(imports: Imports, tmp_path: Path) -> None:
    order = listed(
        tmp_path / "visitors",
        {"external_id": "P1", "photo": "a.jpg", "list": "trespass", "reason": "Order of 3 March"},
        {"external_id": "P1", "photo": "b.jpg", "list": "expulsion", "reason": "Board, 4 May"},
        {"external_id": "P2", "photo": "c.jpg", "list": "other", "reason": "?"},
        {"external_id": "P3", "photo": "d.jpg", "list": "threat", "reason": "letter"},
        {"external_id": "P4", "photo": "e.jpg", "list": "threat", "reason": "letter"}
        | {"document": "notice of 3 May", "review": SOON},
        {"external_id": "P5", "photo": "f.jpg", "list": "trespass", "reason": "x", "authority": ""},
        {"external_id": "P6", "photo": "g.jpg", "list": "gang", "reason": "x"},
        {"external_id": "P7", "photo": "h.jpg", "list": "trespass", "reason": "later", "notes": "seen"}
        | {"starts": (TODAY + timedelta(days=3)).isoformat()},
    )
    dry = imports.read(order)
    assert dry.source == "visitors"
    said = {fault.external_id: fault.reason for fault in dry.faults}
    assert said["P2"].endswith("choose one of expulsion, trespass, registry, threat")
    assert "needs the notice" in said["P3"]
    assert "authority" in said["P5"]
    assert "not one of" in said["P6"]
    assert [step.external_id for step in dry.steps] == ["P1", "P4", "P7"]
    assert any("notes of 1 rows" in note for note in dry.notes)
    taken = imports.take(order)
    for by in (imports.author, imports.second, imports.third):
        imports.yes(by, taken.import_id)
    imports.turns()
    assert sorted(one.terms.kind for one in imports.listings("P1", "visitors")) == ["expulsion", "trespass"]
    assert imports.states("P1", "visitors") == [State.ACTIVE, State.ACTIVE]
    assert imports.on_the_list("P4", "visitors")
    assert not imports.on_the_list("P7", "visitors")
    assert imports.take(order).import_id == ""


def test_a_list_of_the_districts_own(imports: Imports, tmp_path: Path) -> None:
    made = {
        "slug": "custody-order",
        "english": "Custody order",
        "spanish": "Orden de custodia",
        "resolution": "2026-14",
        "resolved": TODAY,
        "purpose": "A court keeps the person away from a pupil.",
    }
    order = listed(
        tmp_path / "custody",
        {"external_id": "P1", "photo": "a.jpg", "list": "custody-order", "reason": "Order of the court"},
    )
    assert "is not one of" in imports.read(order).faults[0].reason
    imports.office.done(WriteOwnList(imports.author, **made))  # type: ignore[arg-type]
    (own,) = imports.office.reader.own_lists()
    imports.office.done(AnswerOwnList(imports.second, own.slug, digest_of(own), True))
    place = replace(imports.place(), own_kinds=frozenset({own.slug}))
    taken = take(read(order, place), place, imports.ask, plain_look, TERMINAL)
    for by in (imports.author, imports.second, imports.third):
        imports.yes(by, taken.import_id)
    imports.office.done(RetireOwnList(imports.author, own.slug))
    imports.turns()
    assert imports.states("P1", "custody") == []  # retired between the yes and its turn


def test_a_mistake_in_list_csv_ends_nobody(imports: Imports, tmp_path: Path) -> None:
    rows = [
        {"external_id": f"P{number}", "photo": f"{number}.jpg", "list": "trespass", "reason": "Order"}
        for number in range(3)
    ]
    taken = imports.take(listed(tmp_path / "visitors", *rows))
    for by in (imports.author, imports.second, imports.third):
        imports.yes(by, taken.import_id)
    imports.turns()
    dry = imports.read(listed(tmp_path / "visitors", rows[0] | {"expires": "soon"}, *rows[1:]))
    assert [step.change for step in dry.steps] == [Change.SAME, Change.SAME]
    assert dry.refusal is None


def test_a_mistake_in_a_waiting_one_leaves_it_as_it_was(imports: Imports, tmp_path: Path) -> None:
    rows = [
        {"external_id": f"P{number}", "photo": f"{number}.jpg", "list": "trespass", "reason": "Order"}
        for number in range(3)
    ]
    taken = imports.take(listed(tmp_path / "visitors", *rows))
    digest = imports.batch(taken.import_id).digest
    imports.take(listed(tmp_path / "visitors", rows[0] | {"expires": "soon"}, *rows[1:]))
    assert imports.batch(taken.import_id).digest == digest


def test_the_keeper_distrusts_what_an_importer_says(imports: Imports) -> None:
    """Other schools, no photo, somebody with a role: refused where it is written."""
    imports.take(imports.order(Row("R1"), schools=("North",)))
    dry = imports.read(imports.order(Row("R2"), schools=("North",)))
    key = key_of(SOURCE)
    with imports.office.reader.imports() as asked:
        (batch,) = asked.batches()
        mine = asked.person(batch.import_id, imports.number("R1") or "")
    assert mine is not None
    assert mine.person is not None
    (listing,) = imports.listings("R1")
    imports.office.done(OpenImport(TERMINAL, key, batch.words, frozenset({"North"})))
    kept = (PhotoKept("p", picture("p"), "pack", b"\0" * 64),)
    new = replace(mine.person, external_id="new")
    wide = replace(listing.terms, schools=frozenset())
    for person, terms, photos in (
        (new, (wide,), kept),
        (new, (listing.terms,), ()),
        (new, (listing.terms,), None),
        (new, None, kept),
        (replace(new, role="student"), (listing.terms,), kept),
        (replace(new, taken=None), (listing.terms,), kept),
        (new, (replace(listing.terms, kind="gang"),), kept),
        (new, (replace(listing.terms, reason=""),), kept),
    ):
        reply = imports.office.desk.keeping.answer(
            ImportEntry(TERMINAL, batch.import_id, person, terms, photos)
        )
        assert isinstance(reply, Refused), (person, terms, photos)
    assert imports.people() == 1
    assert dry.counts.added == 1


def test_what_a_longer_list_means_is_said_with_its_sample() -> None:
    said = of_longer_list(made_up_calibration(), 1.0, 100, 20_000, 20_000)
    assert "20,100 photos enrolled" in said
    assert "1,000 passes: nobody, made up for tests" in said
    assert "Now, with 100 photos" in said
    assert "false alerts would come for each true one" in said


def test_the_audit_trail_names_nobody(imports: Imports) -> None:
    imports.approved(Row("R1", first="Quillon", last="Zephyrine"))
    text = str(imports.office.reader.trail(100, None))
    assert "import.approve" in text
    assert "Quillon" not in text
    assert "Zephyrine" not in text
    assert "Offence" not in text


def test_an_account_that_reads_a_file_is_its_author(imports: Imports) -> None:
    taken = imports.take(imports.order(Row("R1")), imports.author)
    assert imports.batch(taken.import_id).author == imports.author.actor
    assert isinstance(imports.yes(imports.second, taken.import_id), Done)
    assert By(imports.author.actor).actor == imports.batch(taken.import_id).author
