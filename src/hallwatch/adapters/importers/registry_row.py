"""One row of a registry by its column map, and the person that several rows of one id make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from hallwatch.adapters.importers.columns import ColumnMap
from hallwatch.adapters.importers.names import split_name
from hallwatch.adapters.importers.text import MOST_CELL, Line, shown
from hallwatch.core.imports import Entry, RegistryTerms

T = TypeVar("T")
FIRST_YEAR = 1900
MOST_ROWS_EACH = 500
_ISO = "%Y-%m-%d"


class RowRefused(Exception):
    """One row cannot be used; the message says why."""


class Row:
    """A line's cells by column: each one line of text that can be printed."""

    def __init__(self, line: Line, places: Mapping[str, int]) -> None:
        self.number = line.number
        self._line, self._places = line, places

    def __getitem__(self, column: str) -> str:
        return " ".join(_printable(self._line.cell(self._places[column])).split())

    def is_formula(self, column: str) -> bool:
        """Whether a spreadsheet would compute this cell; nobody here does."""
        return self._places[column] in self._line.formulas

    def too_long(self) -> bool:
        """Whether a cell is no sensible length."""
        return any(len(cell) > MOST_CELL for cell in self._line.cells)


@dataclass(frozen=True, slots=True)
class Read:
    """What one row says. ``born`` is a date, or a year where no more is known."""

    first_name: str
    last_name: str
    middle_name: str
    suffix: str
    born: date | int | None
    more_births: tuple[date, ...]
    aliases: tuple[str, ...]
    photos: tuple[str, ...]
    reason: str
    authority: str
    conditions: str
    ends: date | None

    def whole_name(self) -> str:
        """As people write it."""
        return " ".join(filter(None, (self.first_name, self.middle_name, self.last_name, self.suffix)))


class Reader:
    """Reads rows by one map; ``newest`` is the latest date of the source that it has seen."""

    def __init__(self, columns: ColumnMap, places: Mapping[str, int], today: date) -> None:
        self._columns, self._places, self._today = columns, places, today
        self.newest: date | None = None

    def external_id(self, row: Row) -> str:
        """The id, of one column or several. Raises RowRefused."""
        columns = self._columns.id
        for column in columns:
            if not row[column]:
                raise RowRefused(f"{shown(column)} is empty")
            self._no_formula(row, column)
        external_id = self._columns.id_joined_by.join(row[column] for column in columns)
        if len(external_id) > 255:
            raise RowRefused(f"id {shown(external_id)} is far too long for one")
        return external_id

    def read(self, row: Row) -> Read:
        """All of the row. Raises RowRefused with the first thing that is wrong."""
        if row.too_long():
            raise RowRefused(f"a cell is longer than {MOST_CELL} letters")
        columns = self._columns
        last, first, middle, suffix = self._name(row)
        born, more = self._births(row)
        reason = ", ".join(row[column] for column in columns.reason if row[column])
        if not reason:
            raise RowRefused(f"{' and '.join(map(shown, columns.reason))} say no reason")
        ends = self._date(row, columns.ends) if columns.ends and row[columns.ends] else None
        self._date_of_source(row)
        return Read(
            first_name=first,
            last_name=last,
            middle_name=middle,
            suffix=suffix,
            born=born,
            more_births=more,
            aliases=self._split(row, columns.aliases, columns.alias_delimiter),
            photos=self._split(row, columns.photos, columns.photo_delimiter),
            reason=reason,
            authority=", ".join(row[column] for column in columns.authority if row[column]),
            conditions="; ".join(row[column] for column in columns.conditions if row[column]),
            ends=ends,
        )

    def is_date(self, cell: str) -> bool:
        """Whether a cell is a date as the map writes it, or a year."""
        return self._parsed(cell) is not None or self._year(cell) is not None

    def parts(self, row: Row, column: str, delimiter: str) -> tuple[str, ...]:
        """A cell's parts."""
        return tuple(part.strip() for part in row[column].split(delimiter) if part.strip())

    def _name(self, row: Row) -> tuple[str, str, str, str]:
        """Last, first, middle, suffix."""
        columns = self._columns
        if columns.name:
            self._no_formula(row, columns.name)
            found = split_name(row[columns.name], columns.name_pattern)
            if found is None:
                raise RowRefused(
                    f"{shown(columns.name)} {shown(row[columns.name])} is not written {columns.name_pattern}"
                )
            return found
        single = (columns.last_name, columns.first_name, columns.middle_name, columns.suffix)
        for column in single:
            if column:
                self._no_formula(row, column)
        last, first, middle, suffix = (row[column] if column else "" for column in single)
        if not (last or first):
            raise RowRefused("has no name")
        return last, first, middle, suffix

    def _births(self, row: Row) -> tuple[date | int | None, tuple[date, ...]]:
        born: date | int | None = None
        more: list[date] = []
        for order, column in enumerate(self._columns.born):
            self._no_formula(row, column)
            for place, part in enumerate(self.parts(row, column, self._columns.born_delimiter)):
                when = self._parsed(part) or self._year(part)
                if when is None:
                    raise RowRefused(f"{shown(column)} {shown(part)} is not a date like {self._example()}")
                year = when if isinstance(when, int) else when.year
                if (
                    year < FIRST_YEAR
                    or (isinstance(when, date) and when > self._today)
                    or year > self._today.year
                ):
                    raise RowRefused(f"{shown(column)} {shown(part)} is nobody's birth date")
                if order == place == 0:
                    born = when
                elif isinstance(when, date):
                    more.append(when)
        return born, tuple(dict.fromkeys(more))

    def _date(self, row: Row, column: str) -> date:
        self._no_formula(row, column)
        when = self._parsed(row[column])
        if when is None:
            raise RowRefused(f"{shown(column)} {shown(row[column])} is not a date like {self._example()}")
        return when

    def _date_of_source(self, row: Row) -> None:
        column = self._columns.source_date
        when = self._parsed(row[column]) if column else None
        if when and when <= self._today and (self.newest is None or when > self.newest):
            self.newest = when

    def _parsed(self, cell: str) -> date | None:
        """ISO dates are always understood: nobody means anything else by them, and workbooks' dates come so."""
        for form in (_ISO, *self._columns.dates):
            try:
                return datetime.strptime(cell, form).date()
            except ValueError:
                continue
        return None

    def _year(self, cell: str) -> int | None:
        return int(cell) if re.fullmatch(r"[0-9]{4}", cell) else None

    def _example(self) -> str:
        return date(1980, 3, 15).strftime(self._columns.dates[0])

    def _split(self, row: Row, columns: list[str], delimiter: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part for column in columns for part in self.parts(row, column, delimiter)))

    def _no_formula(self, row: Row, column: str) -> None:
        if row.is_formula(column):
            raise RowRefused(f"{shown(column)} holds a formula; copy the column and paste it as values")


class Person:
    """What all rows of one id say together."""

    def __init__(self, external_id: str, row: int, read: Read, repeated: str) -> None:
        self._id, self._row, self._repeated = external_id, row, repeated
        self._reads = [read]
        self._first = read
        self._born = read.born

    def fold(self, read: Read) -> None:
        """One more row. Raises RowRefused when the map says that there is none, or it is somebody else."""
        if self._repeated == "refuse":
            raise RowRefused(f"id {shown(self._id)} is in line {self._row} already")
        if len(self._reads) >= MOST_ROWS_EACH:
            raise RowRefused(f"id {shown(self._id)} has more than {MOST_ROWS_EACH} rows")
        same = _folded(read.whole_name()) == _folded(self._first.whole_name())
        if not same and self._repeated != "offences and aliases":
            raise RowRefused(
                f"id {shown(self._id)} stands for another name in line {self._row}; one id is one person"
            )
        if isinstance(self._born, int) and isinstance(read.born, date) and read.born.year == self._born:
            self._born = read.born
        self._born = self._born or read.born
        self._reads.append(read)

    def entry(self) -> Entry:
        """The person."""
        first, reads = self._first, self._reads
        names = (
            first.whole_name(),
            *(read.whole_name() for read in reads),
            *_all(read.aliases for read in reads),
        )
        aliases = {_folded(name): name for name in reversed(names)}
        aliases.pop(_folded(first.whole_name()))
        births = [*(read.born for read in reads), *_all(read.more_births for read in reads)]
        more = [when for when in births if isinstance(when, date) and when != self._born]
        ends = [read.ends for read in reads if read.ends]
        return Entry(
            external_id=self._id,
            first_name=first.first_name,
            last_name=first.last_name,
            middle_name=first.middle_name,
            suffix=first.suffix,
            born=self._born if isinstance(self._born, date) else None,
            birth_year=self._born if isinstance(self._born, int) else None,
            aliases=tuple(reversed(aliases.values())),
            alias_births=tuple(dict.fromkeys(more)),
            photos=tuple(dict.fromkeys(_all(read.photos for read in reads))),
            terms=RegistryTerms(
                reason=_once("; ", [read.reason for read in reads]),
                authority=_once("; ", [read.authority for read in reads]),
                ends=max(ends) if ends and len(ends) == len(reads) else None,
                conditions=_once("; ", [read.conditions for read in reads]),
            ),
            row=self._row,
        )


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _all(groups: Iterable[tuple[T, ...]]) -> list[T]:
    return [one for group in groups for one in group]


def _once(between: str, texts: Iterable[str]) -> str:
    return between.join(dict.fromkeys(text for text in texts if text))


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)
