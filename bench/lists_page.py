"""How long the lists page takes: python bench/lists_page.py PEOPLE [FOLDER].

Makes an installation with so many listed people (a photo of 20 KB each, invented), and measures the first page, the
page of a school's administrator, a name that is looked for, and the last page: seconds on the clock, and of processor
time. One JSON line.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hallwatch.adapters.keys.chest import Chest
from hallwatch.adapters.store.place import SqliteFile
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.dossier import AskedLines
from hallwatch.core.listing import ListingRecord, State, Terms
from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Account, Role
from hallwatch.core.requests import PhotoKept
from hallwatch.entry.desk import Desk

PAGE = 100
AT_ONCE = 500
SCHOOLS = [f"School {number}" for number in range(20)]


def fill(folder: Path, people: int) -> Reader:
    """An installation with so many active listings."""
    chest = Chest(folder / "keys", folder / "key-backups", folder / "keys" / "master.key")
    place = SqliteFile(folder / "hallwatch.db")
    desk = Desk(place, chest)
    now, today = datetime.now(UTC), date.today()
    for start in range(0, people, AT_ONCE):
        with desk.records.transaction() as books:
            for number in range(start, min(start + AT_ONCE, people)):
                person = Person(f"P{number:06}", f"First{number}", f"Last{number}", ())
                photo = PhotoKept("p", os.urandom(20_000), "", b"")
                person_id, _new = books.people.keep(person, (photo,), now)
                terms = Terms(
                    kind="registry",
                    reason="on the registry",
                    authority="the state",
                    photo_source="the registry",
                    starts=today,
                    ends=today + timedelta(days=300),
                    schools=frozenset({SCHOOLS[number % len(SCHOOLS)]}),
                )
                at = now + timedelta(seconds=number)
                listing = ListingRecord(
                    f"listing-{number:06}", person_id, terms, State.ACTIVE, "account-x", at, at
                )
                books.listings.put(listing)
    desk.close()
    return Reader(place, chest.open())


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """The best of three: on the clock, and of this process's own time, which a busy machine does not lengthen."""
    found = []
    for _ in range(3):
        began, own = time.perf_counter(), time.process_time()
        work()
        found.append((round(time.perf_counter() - began, 4), round(time.process_time() - own, 4)))
    return min(found)


def main() -> None:
    """Measure and print."""
    people = int(sys.argv[1])
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as name:
        reader = fill(Path(name), people)

        head = Account("account-h", "head", "Head", Role.DISTRICT_ADMINISTRATOR, frozenset())
        school = Account("account-s", "s", "S", Role.SCHOOL_ADMINISTRATOR, frozenset({SCHOOLS[3]}))

        def shown(account: Account, page: int = 1, words: str = "") -> int:
            with reader.overview() as overview:
                overview.waiting(account, PAGE)
                return len(overview.page(account, AskedLines(words=words), page, PAGE)[0])

        print(
            json.dumps(
                {
                    "people": people,
                    "first_page_s": seconds(lambda: shown(head)),
                    "one_school_s": seconds(lambda: shown(school)),
                    "a_name_s": seconds(lambda: shown(head, words="first7 last7")),
                    "last_page_s": seconds(lambda: shown(head, page=-(-people // PAGE))),
                }
            )
        )
        reader.close()


if __name__ == "__main__":
    main()
