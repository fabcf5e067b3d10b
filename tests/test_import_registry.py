"""Registries through a column map: rows folded, names and dates as they come, and files that the map does not fit."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallwatch.adapters.importers.columns import ColumnMap, map_from, read_map, shipped_maps
from hallwatch.adapters.importers.names import split_name
from hallwatch.adapters.importers.registry import read_registry, registry_from
from hallwatch.core.imports import Entry, Found, RegistryTerms
from hallwatch.errors import FileRefused

TODAY = date(2026, 3, 2)
MISSOURI = read_map("missouri-style")
HEADER = (
    "Offender ID",
    "Name",
    "Aliases",
    "Date of Birth",
    "Alias Dates of Birth",
    "Photo",
    "Offense",
    "Tier",
    "County",
    "Conditions",
    "Updated",
)
PLAIN = 'source = "List"\nid = ["id"]\nlast_name = "last"\nfirst_name = "first"\nborn = ["born"]\nreason = ["why"]\n'


def row(
    external_id: str = "R1", name: str = "SAMPLE, DANA KIT", born: str = "03/15/1980", **more: str
) -> list[str]:
    cells = {
        "Offender ID": external_id,
        "Name": name,
        "Date of Birth": born,
        "Offense": "Offence A",
        "Tier": "Tier 2",
    }
    cells |= {key.replace("_", " "): value for key, value in more.items()}
    assert set(cells) <= set(HEADER)
    return [cells.get(column, "") for column in HEADER]


def csv_bytes(*rows: Sequence[str], header: Sequence[str] = HEADER, delimiter: str = ",") -> bytes:
    quoted = (
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells) for cells in (header, *rows)
    )
    return ("\r\n".join(quoted) + "\r\n").encode()


def workbook(*rows: Sequence[object], header: Sequence[str] = HEADER, sheet: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for cells in (header, *rows):
        page.append(list(cells))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes, columns: ColumnMap = MISSOURI) -> Found:
    return registry_from("list.csv", data, columns, TODAY)


def refused(data: bytes, columns: ColumnMap = MISSOURI) -> str:
    with pytest.raises(FileRefused) as caught:
        read(data, columns)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def plain(**more: str) -> ColumnMap:
    """A small map with these keys changed, each written as TOML."""
    lines = dict(line.split(" = ", 1) for line in PLAIN.splitlines()) | more
    return map_from("it.toml", "\n".join(f"{key} = {value}" for key, value in lines.items()))


def test_a_row_is_a_person_with_everything_it_says() -> None:
    found = read(
        csv_bytes(
            row(
                Aliases="Kit Sample; D. Other;",
                Alias_Dates_of_Birth="03/16/1980;1981",
                Photo="r1.jpg; r1_side.jpg",
                County="Example County",
                Conditions="No contact\nwith minors",
                Updated="02/01/2026",
            )
        )
    )
    assert found == Found(
        (
            Entry(
                external_id="R1",
                first_name="DANA",
                last_name="SAMPLE",
                middle_name="KIT",
                born=date(1980, 3, 15),
                aliases=("Kit Sample", "D. Other"),
                alias_births=(date(1980, 3, 16),),
                photos=("r1.jpg", "r1_side.jpg"),
                terms=RegistryTerms("Offence A, Tier 2", "Example County", None, "No contact with minors"),
            ),
        ),
        source="Sex offender registry, Missouri style",
        source_date=date(2026, 2, 1),
    )


def test_rows_of_one_id_are_folded() -> None:
    found = read(
        csv_bytes(
            row(born="1980", Photo="a.jpg"),
            row("R2", "OTHER, LEE"),
            row(Offense="Offence B", Photo="b.jpg", born="03/15/1980"),
            row(Offense="Offence A", name="ALTER, D", born="04/01/1981"),
        )
    )
    one, two = found.entries
    assert (one.born, one.birth_year, one.alias_births) == (date(1980, 3, 15), None, (date(1981, 4, 1),))
    assert (one.aliases, one.photos) == (("D ALTER",), ("a.jpg", "b.jpg"))
    assert one.terms is not None
    assert one.terms.reason == "Offence A, Tier 2; Offence B, Tier 2"
    assert (two.external_id, two.row, found.faults) == ("R2", 3, ())


def test_what_more_rows_are_is_the_map_s_to_say() -> None:
    twice = b"id,last,first,born,why\n1,Sample,Dana,1980-01-02,A\n1,Sample,Dana,1980-01-02,B\n1,Other,Lee,1980,C\n"
    refusing = read(twice, plain(repeated_rows='"refuse"'))
    assert [fault.reason for fault in refusing.faults] == ["id '1' is in line 2 already"] * 2
    folding = read(twice, plain())
    assert "stands for another name" in folding.faults[0].reason
    assert folding.entries[0].terms == RegistryTerms("A; B")
    naming = read(twice, plain(repeated_rows='"offences and aliases"'))
    assert (naming.entries[0].aliases, naming.faults) == (("Lee Other",), ())


def test_a_year_stays_a_year() -> None:
    (entry,) = read(csv_bytes(row(born="1980"))).entries
    assert (entry.born, entry.birth_year) == (None, 1980)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (row(""), "'Offender ID' is empty"),
        (row(name=""), "is not written LAST, FIRST MIDDLE"),
        (row(name="DANA SAMPLE"), "is not written LAST, FIRST MIDDLE"),
        (row(born="15.03.1980"), "'15.03.1980' is not a date like 03/15/1980"),
        (row(born="02/30/1980"), "is not a date like"),
        (row(born="03/15/2030"), "is nobody's birth date"),
        (row(born="03/15/1880"), "is nobody's birth date"),
        (row(born="1880"), "is nobody's birth date"),
        (row(Offense="", Tier=""), "'Offense' and 'Tier' say no reason"),
        (row(Conditions="x" * 11_000), "longer than"),
        (row("x" * 300), "far too long"),
    ],
)
def test_a_bad_row_is_a_fault_with_its_line(cells: list[str], said: str) -> None:
    found = read(csv_bytes(row("R0"), cells, row("R9")))
    assert [entry.external_id for entry in found.entries] == ["R0", "R9"]
    (fault,) = found.faults
    assert fault.row == 3
    assert said in fault.reason
    assert len(str(fault).splitlines()) == 1


def test_ends_and_several_id_columns() -> None:
    columns = plain(id='["state", "no"]', ends='"until"', dates='["%d %b %Y"]')
    header, person = b"state,no,last,first,born,why,until\n", b"MO,7,Sample,Dana,"
    data = header + person + b"3 Mar 1980,A,30 Jun 2030\n" + person + b",B,1 Jan 2031\n"
    (entry,) = read(data, columns).entries
    assert (entry.external_id, entry.born) == ("MO-7", date(1980, 3, 3))
    assert entry.terms == RegistryTerms("A; B", ends=date(2031, 1, 1))


def test_swapped_columns_are_one_line_and_not_a_thousand() -> None:
    swapped = [row(f"R{number}", name="03/15/1980", born="SAMPLE, DANA") for number in range(9)]
    said = refused(csv_bytes(*swapped))
    assert "column 'Date of Birth' should hold dates like 03/15/1980, but line 2 has 'SAMPLE, DANA'" in said
    assert "swapped" in said
    names = [row(f"R{number}", name=f"4{number}, 12{number}") for number in range(9)]
    assert "column 'Name' should hold names, but line 2 has '40, 120'" in refused(csv_bytes(*names))
    european = [row(f"R{day}", born=f"{day:02}/03/1980") for day in range(1, 29)]
    assert "another format" in refused(csv_bytes(*european))


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_and_encodings_are_found_out(delimiter: str, encoding: str) -> None:
    data = csv_bytes(row(name="MU\u00d1OZ, ZO\u00cb"), delimiter=delimiter).decode().encode(encoding)
    found = read(data)
    assert (found.entries[0].last_name, found.faults) == ("MU\u00d1OZ", ())
    assert len(found.notes) == 1  # no date of the source


def test_windows_1252_is_read_and_said_and_sep_is_understood() -> None:
    found = read(csv_bytes(row(name="MU\u00d1OZ, ZO\u00cb")).decode().encode("cp1252"))
    assert found.entries[0].last_name == "MU\u00d1OZ"
    assert "read as Windows-1252" in found.notes[0]
    found = read(b"sep=;\r\n" + csv_bytes(row(), delimiter=";"))
    assert (found.entries[0].external_id, found.entries[0].row) == ("R1", 3)


def test_formulas_in_csv_stay_text_and_quoted_numbers_keep_their_zeros() -> None:
    (entry,) = read(csv_bytes(row('="00123"', name="=CMD|' /C calc'!A0, DANA", Offense="=1+1"))).entries
    assert entry.external_id == "00123"
    assert entry.last_name == "=CMD|' /C calc'!A0"
    assert entry.terms is not None
    assert entry.terms.reason == "=1+1, Tier 2"


def test_a_workbook_is_read_like_a_csv() -> None:
    cells: list[object] = list(row("123"))
    cells[0], cells[3], cells[10] = 123, datetime(1980, 3, 15), date(2026, 2, 1)
    again: list[object] = list(row("124", born="1980"))
    again[0], again[3] = 124.0, 1980
    found = read(workbook(cells, [], again))
    one, two = found.entries
    assert (one.external_id, one.born, one.row, found.source_date) == (
        "123",
        date(1980, 3, 15),
        2,
        date(2026, 2, 1),
    )
    assert (two.external_id, two.birth_year, two.row) == ("124", 1980, 4)


def test_formulas_in_a_workbook_are_never_evaluated() -> None:
    found = read(
        workbook(row("=A1&7"), row("R2", name="=B2"), row("R3", born="=TODAY()"), row("R4", Offense="=1+1"))
    )
    assert [fault.reason for fault in found.faults] == [
        f"'{column}' holds a formula; copy the column and paste it as values"
        for column in ("Offender ID", "Name", "Date of Birth")
    ]
    assert found.entries[0].terms == RegistryTerms("=1+1, Tier 2")


def test_a_sheet_is_chosen_by_name() -> None:
    columns = MISSOURI.model_copy(update={"sheet": "People"})
    assert len(read(workbook(row(), sheet="People"), columns).entries) == 1
    assert "has no sheet 'People'; it has 'Sheet1'" in refused(workbook(row()), columns)


def patched(book: bytes, member: str, contents: bytes) -> bytes:
    """A workbook with one of its files replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, contents if name == member else old.read(name))
    return out.getvalue()


def sheet_xml(rows: str, before: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'.encode()


NOISE = "".join(f"<!--{number * 7919 % 99991}-->" for number in range(40_000))
"""Keeps the packing of what stands before it from looking like a bomb's."""
LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + step)} '{f'&{chr(97 + step)};' * 10}'>" for step in range(9)
)


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (
            sheet_xml('<row><c t="inlineStr"><is><t>&j;</t></is></c></row>', LAUGHS + "]>"),
            "holds a DOCTYPE",
        ),
        (sheet_xml("", '<!DOCTYPE x SYSTEM "file:///etc/passwd">'), "holds a DOCTYPE"),
        (sheet_xml('<row r="1048576000"><c><v>1</v></c></row>'), "has more than 200000 rows"),
        (sheet_xml('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "is empty"),
        (sheet_xml("<row><c>")[:-40], "not a readable XLSX"),
        (b" " * (70 << 20), "far more than it should"),
        (sheet_xml("<row><c/></row>" * 2_000_000 + NOISE), "is far too large or deep inside"),
        (sheet_xml("<a>" * 200_000 + NOISE), "is far too large or deep inside"),
        (sheet_xml(""), "is empty"),
    ],
)
def test_hostile_workbooks_are_one_line(contents: bytes, said: str) -> None:
    assert said in refused(patched(workbook(row()), "xl/worksheets/sheet1.xml", contents))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (csv_bytes(), "a header and no rows"),
        (csv_bytes(row()[1:], header=HEADER[1:]), "lacks the column 'Offender ID'"),
        (csv_bytes([*row(), "x"], header=[*HEADER, "Name"]), "names the column 'Name' twice"),
        (csv_bytes(row()) + b'"R2', "line 3: not well-formed"),
        (b"\xd0\xcf\x11\xe0" + bytes(500), "an old or a locked Excel file"),
        (b"PK\x03\x04" + bytes(500), "is no zip"),
        (b"\x00\x01\x02", "not readable text"),
        (csv_bytes(row()).decode().encode("utf-16-le"), "not readable text"),
        (b"\x81\x8d", "not readable text"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, said: str) -> None:
    assert said in refused(data)


def test_files_are_read_by_path(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(csv_bytes(row()))
    found = read_registry(tmp_path / "list.csv", MISSOURI, TODAY, source_date=date(2026, 1, 1))
    assert (len(found.entries), found.source_date, found.notes) == (1, date(2026, 1, 1), ())
    for path in (tmp_path / "none.csv", tmp_path, Path("a\0b")):
        with pytest.raises(FileRefused, match="cannot be read"):
            read_registry(path, MISSOURI, TODAY)


@pytest.mark.parametrize(
    ("name", "pattern", "parts"),
    [
        ("SAMPLE, DANA KIT", "LAST, FIRST MIDDLE", ("SAMPLE", "DANA", "KIT", "")),
        ("DE LA SAMPLE, DANA", "LAST, FIRST MIDDLE", ("DE LA SAMPLE", "DANA", "", "")),
        ("SAMPLE, DANA KIT LEE", "LAST, FIRST MIDDLE", ("SAMPLE", "DANA", "KIT LEE", "")),
        ("SAMPLE, DANA KIT JR", "LAST, FIRST MIDDLE", ("SAMPLE", "DANA", "KIT", "JR")),
        ("SAMPLE, DANA, III", "LAST, FIRST MIDDLE", ("SAMPLE", "DANA", "", "III")),
        ("SAMPLE, DANA K, JR.", "LAST, FIRST MIDDLE, SUFFIX", ("SAMPLE", "DANA", "K", "JR.")),
        ("Dana Kit Sample", "FIRST MIDDLE LAST", ("Sample", "Dana", "Kit", "")),
        ("Dana Sample", "FIRST MIDDLE LAST", ("Sample", "Dana", "", "")),
        ("Dana van Sample", "FIRST LAST", ("van Sample", "Dana", "", "")),
        ("Dana Sample", "LAST, FIRST MIDDLE", None),
        (", Dana", "LAST, FIRST MIDDLE", None),
        ("", "FIRST LAST", None),
    ],
)
def test_names_are_taken_apart(name: str, pattern: str, parts: tuple[str, str, str, str] | None) -> None:
    assert split_name(name, pattern) == parts


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"height": '"h"'}, "height: Extra inputs are not permitted"),
        ({"id": "[]"}, "id: List should have at least 1 item"),
        ({"dates": '["%m/%d/%y"]'}, "years of two digits"),
        ({"dates": '["%m/%d"]'}, "is no whole date"),
        ({"dates": '["%Y%m%d%Q"]'}, "dates"),
        ({"name": '"whole"'}, "give either name or last_name"),
        ({"name_pattern": '"LAST; FIRST"'}, "other signs"),
        ({"name_pattern": '"FAMILY, GIVEN"'}, "is made of"),
        ({"repeated_rows": '"often"'}, "repeated_rows"),
        ({"header_row": "0"}, "header_row"),
        ({"source": "x"}, "is not TOML"),
    ],
)
def test_a_wrong_map_names_its_key(more: dict[str, str], said: str) -> None:
    with pytest.raises(FileRefused) as caught:
        plain(**more)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_maps_are_shipped_and_others_are_files(tmp_path: Path) -> None:
    assert shipped_maps() == ("missouri-style",)
    (tmp_path / "own.toml").write_text(PLAIN, encoding="utf-8-sig")
    assert read_map(tmp_path / "own.toml").source == "List"
    for path in (tmp_path / "none.toml", tmp_path, "missouri", "a\0b"):
        with pytest.raises(FileRefused, match="or one of missouri-style"):
            read_map(path)


BOOK = workbook([*row()[:3], datetime(1980, 3, 15), *row()[4:]], row("R2"))
pieces = st.one_of(
    st.sampled_from(
        ["R1", "SAMPLE, DANA", "03/15/1980", "1980", '"', ",", "\n", "\r", "\0", "=", "\u00e9", ";", "\t"]
    ),
    st.text(max_size=8),
)


@settings(max_examples=250, deadline=None)
@given(
    extra=st.lists(pieces, max_size=40).map("".join),
    noise=st.binary(max_size=20),
    at=st.integers(0, 300),
    cut=st.integers(0, 300),
)
def test_any_bytes_give_people_and_faults_or_one_clear_line(
    extra: str, noise: bytes, at: int, cut: int
) -> None:
    whole = csv_bytes(row(), row("R2")) + extra.encode("utf-8", "surrogatepass")
    for data in (whole, whole[:at] + noise + whole[at:], whole[:cut], noise):
        check(data)


@settings(max_examples=100, deadline=None)
@given(
    member=st.sampled_from(zipfile.ZipFile(io.BytesIO(BOOK)).namelist()),
    damage=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.one_of(st.none(), st.integers(0, 3000)),
)
def test_any_damage_to_a_workbook_gives_people_or_one_clear_line(
    member: str, damage: list[tuple[int, int]], cut: int | None
) -> None:
    contents = bytearray(zipfile.ZipFile(io.BytesIO(BOOK)).read(member))
    for place, value in damage:
        contents[place % len(contents)] = value
    check(patched(BOOK, member, bytes(contents[:cut])))


def check(data: bytes) -> None:
    try:
        found = read(data)
    except FileRefused as error:
        assert len(str(error).splitlines()) == 1, str(error)  # noqa: PT017  (either outcome is good)
    else:
        for fault in found.faults:
            assert len(str(fault).splitlines()) == 1, str(fault)
