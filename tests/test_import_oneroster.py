"""OneRoster zips: both versions, whole and as changes, and the defects that they come with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallwatch.adapters.importers.archive import open_archive
from hallwatch.adapters.importers.oneroster import STAFF, read_oneroster
from hallwatch.core.imports import Change, Entry, Found, merged, plan
from hallwatch.errors import FileRefused
from tests.roster_zips import (
    DEMOGRAPHICS,
    ORGS,
    ROLES,
    SCHOOLS,
    USERS_11,
    USERS_12,
    bulk_11,
    bulk_12,
    csv_of,
    manifest,
    role,
    user_11,
    user_12,
    zipped,
)


def read(folder: Path, files: Mapping[str, str | bytes]) -> Found:
    """What a zip of these files says."""
    path = folder / "roster.zip"
    path.write_bytes(zipped(files))
    with open_archive(path) as opened:
        return read_oneroster(opened)


def refused(folder: Path, files: Mapping[str, str | bytes]) -> str:
    """The one line with which it is refused."""
    with pytest.raises(FileRefused) as caught:
        read(folder, files)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_a_whole_roster_of_version_1_1(tmp_path: Path) -> None:
    files = bulk_11(
        user_11("s1", orgs="o2,o1", middleName="Mid", identifier="00123"),
        user_11("t1", "teacher", enabledUser="false"),
        user_11("p1", "parent"),
        user_11("g1", "guardian"),
        user_11("x1", "ext:visitor"),
        demographics=csv_of(DEMOGRAPHICS, "s1,,,2011-06-30,female", "t1,,,,", "p1,,,1980-01-01,"),
    )
    files["manifest.csv"] = manifest("1.1", demographics="bulk")
    found = read(tmp_path, files)
    student, teacher = found.entries
    assert student == Entry(
        external_id="s1",
        first_name="Givens1",
        last_name="Sample",
        middle_name="Mid",
        born=date(2011, 6, 30),
        schools=("South Middle", "North High"),
        role="student",
        other_ids=("00123",),
    )
    assert (teacher.role, teacher.born, teacher.schools) == ("teacher", None, ("North High",))
    assert (found.delta, found.faults, found.gone, found.source) == (False, (), (), "Ledger")
    assert found.notes == (
        "2 guardians, parents and relatives are in the file and not taken in",
        "1 people with a role that is neither student nor staff are not taken in",
        "1 people whose sign-in is switched off are taken in: they are on the rolls",
    )
    assert student.row == 2


def test_a_whole_roster_of_version_1_2(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        bulk_12(
            [
                user_12("s1", userMasterIdentifier="M-9", preferredGivenName="Kit"),
                user_12("c1"),
                user_12("p1"),
                user_12("b1"),
            ],
            [
                role("s1", org="o2", roleType="secondary"),
                role("s1", org="o1"),
                role("c1", "counselor"),
                role("p1", "parent"),
                role("b1", "parent", roleType="secondary"),
                role("b1", "principal"),
            ],
        ),
    )
    student, counselor, both = found.entries
    assert (student.schools, student.other_ids, student.aliases) == (
        ("North High", "South Middle"),
        ("M-9",),
        ("Kit Sample",),
    )
    assert (counselor.role, both.role) == ("counselor", "principal")
    assert "born" in student.unsaid


@pytest.mark.parametrize("kind", STAFF)
def test_every_kind_of_staff_is_taken(tmp_path: Path, kind: str) -> None:
    assert read(tmp_path, bulk_12([user_12("1")], [role("1", kind)])).entries[0].role == kind


def test_changes_of_version_1_1_say_who_goes(tmp_path: Path) -> None:
    files = bulk_11(user_11("s1", status="active", givenName="New"), user_11("s2", status="tobedeleted"))
    files["manifest.csv"] = manifest("1.1", users="delta", orgs="absent")
    del files["orgs.csv"]
    found = read(tmp_path, files)
    assert (found.delta, found.gone) == (True, ("s2",))
    known = {
        name: Entry(name, "Old", "Sample", born=date(2011, 1, 1), schools=("North High",), role="student")
        for name in ("s1", "s2", *map(str, range(20)))
    }
    planned = plan(found, known)
    assert [(step.change, step.external_id, step.fields) for step in planned.steps] == [
        (Change.CHANGE, "s1", ("first_name",)),
        (Change.END, "s2", ()),
    ]
    assert planned.guard is None
    will = merged(known["s1"], found.entries[0])
    assert (will.born, will.schools, will.first_name) == (date(2011, 1, 1), ("North High",), "New")


def test_changes_of_version_1_2_add_schools_and_never_guess_which_are_left(tmp_path: Path) -> None:
    files = bulk_12(
        [user_12("s1", status="active"), user_12("s2", status="active"), user_12("s3", status="active")],
        [role("s1", org="o2", status="active"), role("s2", status="tobedeleted")],
    )
    files["manifest.csv"] = manifest("1.2", users="delta", roles="delta")
    found = read(tmp_path, files)
    known = {"s1": Entry("s1", "Givens1", "Sample", schools=("North High",), role="student")}
    assert merged(known["s1"], found.entries[0]).schools == ("North High", "South Middle")
    planned = plan(found, known)
    assert [(step.external_id, step.fields) for step in planned.steps] == [("s1", ("schools",))]
    reasons = {fault.external_id: fault.reason for fault in planned.faults}
    assert "take a whole file in" in reasons["s2"]
    assert "does not say role and schools" in reasons["s3"]


@pytest.mark.parametrize(
    ("rows", "row", "said"),
    [
        ([user_11("s2", orgs="o1,o9")], 3, "'o9', which is not in orgs.csv"),
        ([user_11("s2", orgs="")], 3, "orgSourcedIds is empty"),
        ([user_11("s2", givenName="", familyName="")], 3, "both empty"),
        ([user_11("")], 3, "sourcedId is empty"),
        ([user_11("s1", givenName="Other")], 3, "in the file twice"),
        ([user_11("s2", status="maybe")], 3, "neither active nor tobedeleted"),
        ([user_11("s2") + ",more"], 3, "19 cells where the header has 18"),
        (["s2,,,true"], 3, "4 cells where the header has 18"),
        ([user_11("s2", givenName="x" * 20_000)], 3, "longer than"),
    ],
)
def test_a_bad_row_is_a_fault_and_its_person_stays(
    tmp_path: Path, rows: list[str], row: int, said: str
) -> None:
    found = read(tmp_path, bulk_11(user_11("s1"), *rows, user_11("s3")))
    assert [entry.external_id for entry in found.entries] == ["s1", "s3"]
    (fault,) = found.faults
    assert (fault.file, fault.row) == ("users.csv", row)
    assert said in fault.reason
    assert len(str(fault).splitlines()) == 1
    known = {name: Entry(name, f"Given{name}", "Sample") for name in ("s1", "s2", "s3")}
    assert plan(found, known).count(Change.END) == (0 if fault.external_id == "s2" else 1)


def test_roles_that_lead_nowhere_are_faults(tmp_path: Path) -> None:
    found = read(
        tmp_path, bulk_12([user_12("1"), user_12("2"), user_12("3")], [role("1", org="o9"), role("2")])
    )
    assert [entry.external_id for entry in found.entries] == ["2"]
    assert [(fault.file, fault.external_id) for fault in found.faults] == [
        ("roles.csv", "1"),
        ("users.csv", "3"),
    ]


def test_a_bad_birth_date_is_a_fault_and_the_person_is_taken(tmp_path: Path) -> None:
    files = bulk_11(user_11("s1"), demographics=csv_of(DEMOGRAPHICS, "s1,,,30/06/2011,"))
    files["manifest.csv"] = manifest("1.1", demographics="bulk")
    found = read(tmp_path, files)
    assert found.entries[0].born is None
    assert "is not a date like" in found.faults[0].reason


def test_what_exports_do_is_tolerated(tmp_path: Path) -> None:
    files = {
        f"Export/{name}": ("\ufeff" + str(contents)).encode()
        for name, contents in bulk_11(user_11("s1")).items()
    }
    files["Export/users.csv"] = ("\ufeff" + csv_of(USERS_11 + ",metadata.bus", user_11("s1") + ",7")).encode()
    found = read(tmp_path, files)
    assert (len(found.entries), found.faults) == (1, ())


def test_other_encodings_are_read_and_said(tmp_path: Path) -> None:
    files = bulk_11(user_11("s1", familyName="Mu\u00f1oz"))
    files["users.csv"] = str(files["users.csv"]).encode("cp1252")
    found = read(tmp_path, files)
    assert found.entries[0].last_name == "Mu\u00f1oz"
    assert "read as Windows-1252" in found.notes[0]
    files["users.csv"] = str(bulk_11(user_11("s1", familyName="Mu\u00f1oz"))["users.csv"]).encode("utf-16")
    assert read(tmp_path, files).entries[0].last_name == "Mu\u00f1oz"


def without(files: Mapping[str, str | bytes], name: str) -> dict[str, str | bytes]:
    return {key: contents for key, contents in files.items() if key != name}


ONE = bulk_11(user_11("s1"), user_11("s2"))
TWO = bulk_12([user_12("1")], [role("1")])


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (without(ONE, "manifest.csv"), "has no manifest.csv"),
        (without(ONE, "users.csv"), "has no users.csv"),
        (without(ONE, "orgs.csv"), "has no orgs.csv"),
        (without(TWO, "roles.csv"), "has no roles.csv"),
        (ONE | {"manifest.csv": manifest("1.1", users="absent")}, "users.csv is absent"),
        (ONE | {"manifest.csv": manifest("1.1", users="some")}, "bulk, delta or absent"),
        (ONE | {"manifest.csv": manifest("2.0")}, "versions 1.1 and 1.2"),
        (ONE | {"manifest.csv": "a,b\n1,2\n"}, "lacks the columns 'propertyName', 'value'"),
        (ONE | {"manifest.csv": ""}, "is empty"),
        (ONE | {"users.csv": USERS_11}, "a header and no rows"),
        (ONE | {"orgs.csv": ORGS}, "a header and no rows"),
        (ONE | {"users.csv": csv_of(USERS_12, user_12("1"))}, "lacks the columns 'role', 'orgSourcedIds'"),
        (
            ONE | {"users.csv": csv_of(USERS_11.replace("givenName", "GivenName"), user_11("1"))},
            "lacks the column 'givenName' (it has 'GivenName': capitals count)",
        ),
        (
            ONE | {"users.csv": csv_of(USERS_11 + ",role", user_11("1") + ",")},
            "names the column 'role' twice",
        ),
        (ONE | {"users.csv": csv_of(USERS_11, user_11("s1"), user_11("s2")[:20])}, "the file is cut off"),
        (ONE | {"users.csv": csv_of(USERS_11, user_11("s1"), user_11("s2")[:8])}, "the file is cut off"),
        (ONE | {"users.csv": csv_of(USERS_11, user_11("s1"), 's2,,,true,"o1')}, "not well-formed"),
        (
            ONE | {"users.csv": csv_of(USERS_11, user_11("s1", givenName='"An\nn"'))},
            "a quote is missing there",
        ),
        (ONE | {"users.csv": b"\xff\xfe\x00"}, "not readable text"),
        (ONE | {"users.csv": b"sourcedId\0,"}, "not readable text"),
        ({"a.csv": "", "x/manifest.csv": "", "y/manifest.csv": ""}, "has no manifest.csv"),
    ],
)
def test_a_roster_that_is_not_whole_says_what_is_missing(
    tmp_path: Path, files: Mapping[str, str | bytes], said: str
) -> None:
    assert said in refused(tmp_path, files)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 900))
def test_a_roster_cut_off_anywhere_is_refused_or_told_by_the_guard(tmp_path: Path, at: int) -> None:
    rows = [user_11(f"s{number}") for number in range(12)]
    whole = csv_of(USERS_11, *rows).encode()
    known = {f"s{number}": Entry(f"s{number}", f"Givens{number}", "Sample") for number in range(12)}
    files: dict[str, str | bytes] = bulk_11()
    files["users.csv"] = whole[: len(whole) - 30 - at % (len(whole) - 30)]
    try:
        found = read(tmp_path, files)
    except FileRefused as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  (either outcome is good)
    else:
        planned = plan(found, known)
        assert planned.guard or planned.count(Change.END) <= 1


pieces = st.one_of(
    st.sampled_from(
        ["s1", "o1", "student", '"', ",", "\r\n", "\n", "\r", "tobedeleted", "true", "\ufeff", "\0", "="]
    ),
    st.text(max_size=8),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    file=st.sampled_from(["manifest.csv", "orgs.csv", "users.csv", "roles.csv"]),
    extra=st.lists(pieces, max_size=30).map("".join),
    noise=st.binary(max_size=20),
    at=st.integers(0, 500),
    version=st.sampled_from(["1.1", "1.2"]),
)
def test_any_bytes_give_people_and_faults_or_one_clear_line(
    tmp_path: Path, file: str, extra: str, noise: bytes, at: int, version: str
) -> None:
    files = dict(ONE if version == "1.1" else TWO)
    text = str(files.get(file, ROLES)).encode() + extra.encode("utf-8", "surrogatepass")
    for contents in (text, text[:at] + noise + text[at:], noise):
        try:
            found = read(tmp_path, files | {file: contents})
        except FileRefused as error:
            assert len(str(error).splitlines()) == 1, str(error)  # noqa: PT017  (either outcome is good)
        else:
            plan(found, {"s1": found.entries[0]} if found.entries else {})
            for fault in found.faults:
                assert len(str(fault).splitlines()) == 1, str(fault)


def test_the_schools_of_the_examples_are_those_of_the_file() -> None:
    assert SCHOOLS.startswith(ORGS)
