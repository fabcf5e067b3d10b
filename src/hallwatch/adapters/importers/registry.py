"""A registry's list, CSV or XLSX, read through a column map: rows in, people out, each once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from hallwatch.adapters.importers.columns import ColumnMap
from hallwatch.adapters.importers.registry_row import Person, Reader, Row, RowRefused
from hallwatch.adapters.importers.text import MOST_BYTES, Table, columns_of, shown, table_of
from hallwatch.adapters.importers.workbook import is_workbook, sheet_of
from hallwatch.core.imports import Found, RowFault
from hallwatch.errors import FileRefused

MOST_UNREADABLE = 0.25
"""A column of which more than this share cannot be what the map says is another column, or another format."""
_FEW = 3
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def read_registry(path: Path, columns: ColumnMap, today: date, source_date: date | None = None) -> Found:
    """Everybody in the file. Raises FileRefused, in one line, for a file that the map does not fit.

    ``today`` bounds birth dates. ``source_date`` is the file's own date, where no column says it.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileRefused(f"{path.name} is larger than {MOST_BYTES >> 20} MB; hand it over in parts")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        why = (isinstance(error, OSError) and error.strerror) or "no such name"
        raise FileRefused(f"{path.name} cannot be read: {why}") from error
    return registry_from(path.name, data, columns, today, source_date)


def registry_from(
    name: str, data: bytes, columns: ColumnMap, today: date, source_date: date | None = None
) -> Found:
    """The same from bytes, as they were uploaded or lie in a zip."""
    table = _table(name, data, columns)
    places = columns_of(table, columns.columns())
    reader = Reader(columns, places, today)
    people: dict[str, Person] = {}
    faults: list[RowFault] = []
    checks = _Checks(table.name, columns)
    for line in table.lines:
        row = Row(line, places)
        checks.look(row, reader)
        external_id = ""
        try:
            external_id = reader.external_id(row)
            read = reader.read(row)
            if external_id in people:
                people[external_id].fold(read)
            else:
                people[external_id] = Person(external_id, line.number, read, columns.repeated_rows)
        except RowRefused as reason:
            faults.append(RowFault(table.name, line.number, str(reason), external_id))
    checks.judge()
    if not people and not faults:
        raise FileRefused(f"{table.name} has a header and no rows: it is cut off, or the wrong file")
    notes = list(table.notes)
    when = source_date or reader.newest
    if when is None:
        notes.append(f"nothing says of which day {table.name} is; say it, or name its column in the map")
    entries = tuple(person.entry() for person in people.values())
    return Found(entries, tuple(faults), notes=tuple(notes), source=columns.source, source_date=when)


def _table(name: str, data: bytes, columns: ColumnMap) -> Table:
    if data.startswith(_OLD_EXCEL):
        raise FileRefused(
            f"{name} is an old or a locked Excel file; save it as XLSX without a password, or as CSV"
        )
    if is_workbook(data):
        return sheet_of(name, data, columns.sheet, columns.header_row)
    return table_of(name, data, header_row=columns.header_row)


class _Checks:
    """Counts what stands where it cannot belong, so that swapped columns are one line and not 20,000."""

    def __init__(self, file: str, columns: ColumnMap) -> None:
        self._file, self._columns = file, columns
        self._dates = _Share([*columns.born, *([columns.ends] if columns.ends else [])])
        names = (columns.name, columns.first_name, columns.last_name)
        self._names = _Share([one for one in names if one])

    def look(self, row: Row, reader: Reader) -> None:
        """Count one row."""
        for column in self._dates.columns:
            for cell in reader.parts(row, column, self._columns.born_delimiter):
                self._dates.count(column, row, cell, good=reader.is_date(cell))
        for column in self._names.columns:
            cell = row[column]
            if cell:
                self._names.count(column, row, cell, good=not re.search(r"\d.*\d", cell))

    def judge(self) -> None:
        """Raise FileRefused for the first column that holds something else."""
        like = date(1980, 3, 15).strftime(self._columns.dates[0])
        for column, row, cell in self._dates.wrong():
            raise FileRefused(
                f"{self._file}: column {shown(column)} should hold dates like {like}, but line"
                f" {row} has {shown(cell)}: columns are swapped, or the map names another one or another format"
            )
        for column, row, cell in self._names.wrong():
            raise FileRefused(
                f"{self._file}: column {shown(column)} should hold names, but line {row} has {shown(cell)}: columns are"
                " swapped, or the map names another one"
            )


class _Share:
    """How many cells of each column are good, and the first that is not."""

    def __init__(self, columns: Iterable[str]) -> None:
        self.columns = tuple(columns)
        self._all = dict.fromkeys(self.columns, 0)
        self._bad = dict.fromkeys(self.columns, 0)
        self._first: dict[str, tuple[int, str]] = {}

    def count(self, column: str, row: Row, cell: str, *, good: bool) -> None:
        self._all[column] += 1
        if not good:
            self._bad[column] += 1
            self._first.setdefault(column, (row.number, cell))

    def wrong(self) -> Iterable[tuple[str, int, str]]:
        """Columns with too many bad cells, and where the first is."""
        for column in self.columns:
            if self._bad[column] >= _FEW and self._bad[column] > MOST_UNREADABLE * self._all[column]:
                yield (column, *self._first[column])
