"""Tables in text: what encoding, which delimiter, and a line number for everything that is wrong."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from hallwatch.errors import FileRefused

MOST_BYTES = 64 << 20
MOST_ROWS = 200_000
MOST_CELL = 10_000
MOST_COLUMNS = 256
DELIMITERS = (",", "\t", ";")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: where it begins, its cells without spaces around them, and which of them are formulas."""

    number: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()
    broken: bool = False
    """A cell of it goes over more than one line."""

    def cell(self, column: int) -> str:
        """A cell; empty where the row is too short."""
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows, read as they are asked for; ``notes`` are for whoever looks at the dry run."""

    name: str
    header: Line
    lines: Iterator[Line]
    notes: tuple[str, ...] = ()


def decode(name: str, data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text and what to say about it. Raises FileRefused for what is no text.

    UTF-8 or UTF-16 with a byte order mark; else UTF-8; else Windows-1252, said.
    """
    if len(data) > MOST_BYTES:
        raise FileRefused(f"{name} is larger than {MOST_BYTES >> 20} MB; hand it over in parts")
    notes: tuple[str, ...] = ()
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = data.decode("utf-16")
        else:
            text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise _no_text(name) from None
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise _no_text(name) from None
        notes = (
            f"{name} is not UTF-8 and was read as Windows-1252: look whether accents are right, or save it as"
            " 'CSV UTF-8'",
        )
    if "\0" in text:
        raise _no_text(name)
    return text, notes


def table_of(name: str, data: bytes, delimiter: str | None = None, header_row: int = 1) -> Table:
    """The table in these bytes; without a ``delimiter`` the header says which. Raises FileRefused.

    Reading its lines may raise FileRefused, too: the quotes in a file are seen as they come.
    """
    text, notes = decode(name, data)
    skipped = 0
    if text[:4].lower() == "sep=" and text[5:6] in ("\r", "\n"):
        delimiter, text, skipped = text[4], text[5:].lstrip("\r\n"), 1
    lines = _lines(name, text, delimiter or _delimiter(text, header_row), skipped)
    header = next((line for line in lines if line.number >= header_row), None)
    if header is None:
        raise FileRefused(f"{name} is empty; it needs a first line that names its columns")
    return Table(name, header, lines, notes)


def rows_of(name: str, data: bytes) -> tuple[list[Line], tuple[str, ...]]:
    """Every row of a short table that may have no header."""
    text, notes = decode(name, data)
    return list(_lines(name, text, _delimiter(text, 1))), notes


def column_of(table: Table, wanted: str) -> int | None:
    """Where a column is, by its exact name. Raises FileRefused when the header names it twice."""
    if table.header.cells.count(wanted) > 1:
        raise FileRefused(f"{table.name} names the column {shown(wanted)} twice; nothing says which is right")
    return table.header.cells.index(wanted) if wanted in table.header.cells else None


def columns_of(table: Table, wanted: tuple[str, ...]) -> dict[str, int]:
    """Where the columns are, by their exact names. Raises FileRefused naming all that are missing or doubled."""
    found = {name: column_of(table, name) for name in wanted}
    missing = [name for name, place in found.items() if place is None]
    if missing:
        near = {name.casefold(): name for name in table.header.cells}
        meant = [near[name.casefold()] for name in missing if name.casefold() in near]
        hint = f" (it has {', '.join(map(shown, meant))}: capitals count)" if meant else ""
        raise FileRefused(
            f"{table.name} lacks the column{'s' * (len(missing) > 1)} {', '.join(map(shown, missing))}{hint}"
        )
    return {name: place for name, place in found.items() if place is not None}


def shown(text: str) -> str:
    """Something from a file, fit for one line of ours."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def unwrapped(cell: str) -> str:
    """``="00123"``, by which spreadsheets keep a number's zeros, is the text in it. Nothing is evaluated."""
    if len(cell) > 3 and cell.startswith('="') and cell.endswith('"') and '"' not in cell[2:-1]:
        return cell[2:-1]
    return cell


def _lines(name: str, text: str, delimiter: str, skipped: int = 0) -> Iterator[Line]:
    """Rows that are not empty."""
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=True)
    count = 0
    while True:
        before = reader.line_num
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileRefused(
                f"{name} line {before + 1 + skipped}: not well-formed ({error}); mend the quotes there, or fetch the"
                " file anew"
            ) from None
        if cells is None:
            return
        count += 1
        if count > MOST_ROWS or len(cells) > 4 * MOST_COLUMNS:
            raise FileRefused(
                f"{name} has too many rows or columns; at most {MOST_ROWS} and {4 * MOST_COLUMNS}"
            )
        if any(cells):
            broken = reader.line_num > before + 1
            yield Line(before + 1 + skipped, tuple(unwrapped(cell.strip()) for cell in cells), broken=broken)


def _delimiter(text: str, header_row: int) -> str:
    """The delimiter that splits the header into most cells."""
    head = text[: MOST_CELL * 10].splitlines()[header_row - 1 : header_row]
    counts = {}
    for delimiter in DELIMITERS:
        try:
            counts[delimiter] = len(next(csv.reader(head, delimiter=delimiter), []))
        except csv.Error:
            counts[delimiter] = 0
    return max(DELIMITERS, key=lambda it: counts[it])


def _no_text(name: str) -> FileRefused:
    return FileRefused(f"{name} is not readable text; save it as 'CSV UTF-8'")
