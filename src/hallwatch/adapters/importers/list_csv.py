"""A folder with list.csv, read as a source of people to be listed with others' yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

from hallwatch.adapters.importers.archive import Archive
from hallwatch.adapters.importers.folder import NAME, read_watchlist, watchlist_in
from hallwatch.core.imports import Entry, Found, RegistryTerms, RowFault
from hallwatch.core.listing import Kind
from hallwatch.core.model import LISTS
from hallwatch.core.watchlist import ListRow, Watchlist
from hallwatch.errors import FileRefused, WatchlistError


def read_list(folder: Path, today: date, source: str, own_kinds: frozenset[str] = frozenset()) -> Found:
    """Everybody in the folder's list, with the kind of list row by row; ``own_kinds`` are the district's own lists.

    Raises WatchlistError, in one line.
    """
    kinds = (*Kind, *sorted(own_kinds))
    return _found(read_watchlist(folder, today, (*kinds, *LISTS)), today, source, kinds)


def list_in(archive: Archive, today: date, source: str, own_kinds: frozenset[str] = frozenset()) -> Found:
    """The same of a zip with list.csv in it, at its top or in one folder. Raises WatchlistError, FileRefused."""
    tables = [name for name in archive.names if PurePosixPath(name).name.lower() == NAME]
    if len(tables) != 1:
        raise FileRefused(
            f"{archive.name} holds {len(tables)} files named {NAME}; it needs one, beside the photos"
        )
    try:
        text = archive.read(tables[0]).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WatchlistError(f"{NAME} is not UTF-8; save it as 'CSV UTF-8'") from None
    kinds = (*Kind, *sorted(own_kinds))
    found = _found(watchlist_in(NAME, text, today, (*kinds, *LISTS)), today, source, kinds)
    folder = PurePosixPath(tables[0]).parent
    entries = (
        replace(one, photos=tuple(str(folder / photo) for photo in one.photos)) for one in found.entries
    )
    return replace(found, entries=tuple(entries))


def _found(read: Watchlist, today: date, source: str, kinds: Sequence[str]) -> Found:
    faults = [RowFault(NAME, one.row, one.reason, one.external_id) for one in read.refused]
    rows: dict[str, list[ListRow]] = {}
    for row in sorted((*read.rows, *read.to_come), key=lambda one: one.number):
        if row.listing.list not in kinds:
            why = f"{row.listing.list!r} is no list that others say yes to; choose one of {', '.join(kinds)}"
            faults.append(RowFault(NAME, row.number, why, row.external_id))
        else:
            rows.setdefault(row.external_id, []).append(row)
    notes = []
    if read.expired:
        notes.append(f"{read.expired} rows have expired and are passed over")
    if noted := sum(bool(row.listing.notes) for mine in rows.values() for row in mine):
        notes.append(f"the notes of {noted} rows are not taken over: a listing has a reason and an authority")
    entries = tuple(_entry(mine) for mine in rows.values())
    return Found(entries, tuple(faults), notes=tuple(notes), source=source, source_date=today)


def _entry(rows: Sequence[ListRow]) -> Entry:
    """Several rows of one id are one person: more photos, more lists."""
    first = rows[0]
    terms = tuple(dict.fromkeys(_terms(row) for row in rows))
    return Entry(
        external_id=first.external_id,
        first_name=first.first_name,
        last_name=first.last_name,
        born=next((row.date_of_birth for row in rows if row.date_of_birth), None),
        aliases=tuple(dict.fromkeys(alias for row in rows for alias in row.aliases)),
        photos=tuple(dict.fromkeys(row.photo for row in rows)),
        terms=terms[0],
        more_terms=terms[1:],
        row=first.number,
    )


def _terms(row: ListRow) -> RegistryTerms:
    listing = row.listing
    return RegistryTerms(
        reason=listing.reason,
        authority=listing.authority,
        ends=listing.expires,
        kind=listing.list,
        starts=listing.starts,
        document=row.document,
        review=row.review,
    )
