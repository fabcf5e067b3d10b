"""One CSV file of a roster as rows by column name, and the list of people that grows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hallwatch.adapters.importers.archive import Archive
from hallwatch.adapters.importers.text import MOST_CELL, Line, Table, columns_of, shown, table_of
from hallwatch.core.imports import Entry, RowFault
from hallwatch.errors import FileRefused

ENDED = "tobedeleted"


@dataclass(frozen=True, slots=True)
class Row:
    """Cells by column; ``fault`` says why they cannot be used, and then only the cells that are there are right."""

    file: str
    number: int
    values: Mapping[str, str]
    fault: str | None

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def get(self, column: str) -> str:
        """A cell of a column that need not be there."""
        return self.values.get(column, "")


class Rows:
    """The rows of one file, to be read once."""

    def __init__(self, table: Table) -> None:
        self.name, self.notes = table.name, table.notes
        self._table = table
        self._places = {name: place for place, name in enumerate(table.header.cells) if name}

    def __iter__(self) -> Iterator[Row]:
        """Rows with a fault among them. Raises FileRefused where the file is cut off."""
        empty, last = True, None
        for line in self._table.lines:
            if last is not None:
                yield self._row(last)
            empty, last = False, line
        if empty:
            raise FileRefused(f"{self.name} has a header and no rows: it is cut off, or should be absent")
        assert last is not None
        if len(last.cells) < len(self._table.header.cells):
            raise FileRefused(
                f"{self.name} line {last.number}: its last row has {len(last.cells)} of"
                f" {len(self._table.header.cells)} cells: the file is cut off; export it anew"
            )
        yield self._row(last)

    def _row(self, line: Line) -> Row:
        wide, have = len(self._table.header.cells), len(line.cells)
        fault = None
        if line.broken:
            # OneRoster knows no line breaks in a cell: a quote is missing, and other people's rows are in this one.
            raise FileRefused(
                f"{self.name} line {line.number}: a cell goes on over the next line; a quote is missing there"
            )
        if have != wide:
            fault = f"has {have} cells where the header has {wide}"
        elif any(len(cell) > MOST_CELL for cell in line.cells):
            fault = f"a cell is longer than {MOST_CELL} letters"
        values = {name: line.cell(place) for name, place in self._places.items()}
        return Row(self.name, line.number, values, fault)


def rows_in(archive: Archive, folder: str, file: str, columns: tuple[str, ...]) -> Rows:
    """A file of the archive with at least these columns; others may stand beside them. Raises FileRefused."""
    if folder + file not in archive.names:
        raise FileRefused(f"{archive.name} has no {file}")
    table = table_of(file, archive.read(folder + file), delimiter=",")
    columns_of(table, columns)
    return Rows(table)


def wrong_status(row: Row) -> str | None:
    """Why a row's status is none, or None."""
    status = row.get("status")
    if status and status.casefold() not in ("active", ENDED):
        return f"status {shown(status)} is neither active nor tobedeleted"
    return None


class People:
    """Those who are taken, each id once, and the rows that are not."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.entries: list[Entry] = []
        self.faults: list[RowFault] = []
        self._seen: set[str] = set()

    def wrong(self, external_id: str) -> str | None:
        """Why nobody can stand under this id, or None; it is taken from now on."""
        if not external_id:
            return "sourcedId is empty"
        if any(ord(letter) < 32 for letter in external_id) or len(external_id) > 255:
            return f"sourcedId {shown(external_id)} is none"
        if external_id in self._seen:
            return f"sourcedId {shown(external_id)} is in the file twice; the first row counts"
        self._seen.add(external_id)
        return None

    def take(self, entry: Entry) -> None:
        """One more."""
        self.entries.append(entry)

    def refuse(self, row: int, reason: str, external_id: str = "") -> None:
        """One row that cannot be used."""
        self.faults.append(RowFault(self._file, row, reason, external_id))
