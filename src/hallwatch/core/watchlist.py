"""What an importer hands over: rows that can be used, rows that cannot and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hallwatch.core.model import Listing, Person


@dataclass(frozen=True, slots=True)
class ListRow:
    """One good row: one person, one listing, one photo (its name inside the folder)."""

    number: int
    external_id: str
    first_name: str
    last_name: str
    listing: Listing
    photo: str
    date_of_birth: date | None = None
    aliases: tuple[str, ...] = ()
    document: str = ""
    review: date | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that cannot be used: its line in the file and why, in one sentence; about whom, where that is known."""

    row: int
    reason: str
    external_id: str = ""

    def __str__(self) -> str:
        return f"list.csv line {self.row}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A list as read: good rows, refused rows, how many have expired or not begun, and those ``to_come``."""

    rows: tuple[ListRow, ...]
    refused: tuple[Refusal, ...] = ()
    expired: int = 0
    not_begun: int = 0
    to_come: tuple[ListRow, ...] = ()


def people_of(rows: Sequence[ListRow]) -> list[Person]:
    """Rows gathered into people: several rows may name one external_id (more photos, more lists)."""
    gathered: dict[str, list[ListRow]] = {}
    for row in rows:
        gathered.setdefault(row.external_id, []).append(row)
    return [_person(mine) for mine in gathered.values()]


def _person(rows: Sequence[ListRow]) -> Person:
    first = rows[0]
    return Person(
        external_id=first.external_id,
        first_name=first.first_name,
        last_name=first.last_name,
        listings=tuple(dict.fromkeys(row.listing for row in rows)),
        photos=tuple(dict.fromkeys(row.photo for row in rows)),
        date_of_birth=next((row.date_of_birth for row in rows if row.date_of_birth), None),
        aliases=tuple(dict.fromkeys(alias for row in rows for alias in row.aliases)),
    )
