"""A folder with list.csv and photos: the simplest way to hand a watchlist over."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TextIO

from hallwatch.core.model import LISTS, Listing
from hallwatch.core.watchlist import ListRow, Refusal, Watchlist
from hallwatch.errors import WatchlistError

NAME = "list.csv"
REQUIRED = ("external_id", "first_name", "last_name", "list", "reason", "photo", "expires")
OPTIONAL = ("date_of_birth", "aliases", "authority", "starts", "notes", "document", "review")
MOST_CELL = 10_000


class RowRefused(Exception):
    """One row cannot be used; the message says why."""


def read_watchlist(folder: Path, today: date, kinds: Sequence[str] = LISTS) -> Watchlist:
    """The rows of ``folder``/list.csv, each on one of these lists. ``today`` decides what has expired or not begun.

    Bad rows are in ``refused``. Raises WatchlistError when the list cannot be read at all.
    """
    return _watchlist(_table(folder / NAME), today, kinds)


def watchlist_in(name: str, text: str, today: date, kinds: Sequence[str] = LISTS) -> Watchlist:
    """The same of a list's text. Raises WatchlistError."""
    return _watchlist(_rows(Path(name), io.StringIO(text, newline="")), today, kinds)


def _watchlist(table: Iterable[tuple[int, dict[str, str]]], today: date, kinds: Sequence[str]) -> Watchlist:
    rows: list[ListRow] = []
    refused: list[Refusal] = []
    names: dict[str, tuple[str, str]] = {}
    to_come: list[ListRow] = []
    expired = 0
    for number, cells in table:
        try:
            row = _row(number, cells, kinds)
            named = names.setdefault(row.external_id, (row.first_name, row.last_name))
            if named != (row.first_name, row.last_name):
                raise RowRefused(
                    f"external_id {row.external_id!r} already stands for another name; one id is one person"
                )
        except RowRefused as reason:
            refused.append(Refusal(number, str(reason), cells.get("external_id", "")))
            continue
        if row.listing.expires < today:
            expired += 1
        elif row.listing.starts and row.listing.starts > today:
            to_come.append(row)
        else:
            rows.append(row)
    return Watchlist(tuple(rows), tuple(refused), expired, len(to_come), tuple(to_come))


def _table(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of every row that is not empty."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(path, file)
    except FileNotFoundError:
        raise WatchlistError(f"{path.parent} has no {NAME}; a watchlist folder needs one") from None
    except IsADirectoryError:
        raise WatchlistError(f"{path} is a folder, not a CSV file") from None
    except NotADirectoryError:
        raise WatchlistError(f"{path.parent} is not a folder; give the folder that holds {NAME}") from None
    except UnicodeDecodeError:
        raise WatchlistError(f"{path.name} is not UTF-8; save it as 'CSV UTF-8'") from None
    except OSError as error:
        raise WatchlistError(f"{path} cannot be read: {error.strerror}") from None


def _rows(path: Path, file: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    line = 1
    try:
        reader = csv.DictReader(file, strict=True)
        header = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        _check_header(path, header)
        reader.fieldnames = header
        while True:
            line = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return
            if None in cells:
                yield reader.line_num, {"": "more cells than the header has columns"}
            elif any(cells.values()):
                yield reader.line_num, {key: (value or "").strip() for key, value in cells.items()}
    except csv.Error as error:
        raise WatchlistError(
            f"{path.name} line {line}: not well-formed CSV ({error}); mend the quotes there"
        ) from None


def _check_header(path: Path, header: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        columns = "columns" if len(missing) > 1 else "column"
        raise WatchlistError(
            f"{path.name} lacks the {columns} {', '.join(missing)}; its first line must name {', '.join(REQUIRED)}"
        )
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise WatchlistError(f"{path.name} names the column {', '.join(map(repr, doubled))} twice")
    unknown = [name for name in header if name not in REQUIRED + OPTIONAL]
    if unknown:
        raise WatchlistError(
            f"{path.name} has an unknown column {', '.join(map(repr, unknown))}; known are"
            f" {', '.join(REQUIRED + OPTIONAL)}"
        )


def _row(number: int, cells: dict[str, str], kinds: Sequence[str]) -> ListRow:
    if "" in cells:
        raise RowRefused(cells[""])
    for name in ("external_id", "list", "reason", "photo", "expires"):
        if not cells[name]:
            raise RowRefused(f"{name} is empty")
    if not (cells["first_name"] or cells["last_name"]):
        raise RowRefused("first_name and last_name are both empty")
    if any(len(value) > MOST_CELL or "\x00" in value for value in cells.values()):
        raise RowRefused("a cell is too long or not text")
    for name in ("external_id", "photo"):
        if any(ord(letter) < 32 for letter in cells[name]):
            raise RowRefused(f"{name} {cells[name]!r} goes over more than one line")
    kind = cells["list"].lower()
    if kind not in kinds:
        raise RowRefused(f"list {cells['list']!r} is not one of {', '.join(dict.fromkeys(kinds))}")
    listing = Listing(
        list=kind,
        reason=cells["reason"],
        expires=_day(cells, "expires"),
        starts=_day(cells, "starts") if cells.get("starts") else None,
        authority=cells.get("authority", ""),
        notes=cells.get("notes", ""),
    )
    if listing.starts and listing.starts > listing.expires:
        raise RowRefused(f"ends before it begins: starts {listing.starts}, expires {listing.expires}")
    return ListRow(
        number=number,
        external_id=cells["external_id"],
        first_name=cells["first_name"],
        last_name=cells["last_name"],
        listing=listing,
        photo=_photo(cells["photo"]),
        date_of_birth=_day(cells, "date_of_birth") if cells.get("date_of_birth") else None,
        aliases=tuple(part.strip() for part in cells.get("aliases", "").split(";") if part.strip()),
        document=cells.get("document", ""),
        review=_day(cells, "review") if cells.get("review") else None,
    )


def _day(cells: dict[str, str], name: str) -> date:
    try:
        return date.fromisoformat(cells[name])
    except ValueError:
        raise RowRefused(f"{name} {cells[name]!r} is not a date like 2027-06-30") from None


def _photo(cell: str) -> str:
    path = PurePosixPath(cell.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and path.parts[0].endswith(":")):
        raise RowRefused(f"photo {cell!r} must lie inside the watchlist's folder")
    return str(path)
