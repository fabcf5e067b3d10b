"""Registries and folders of list.csv for tests, taken in as commands do it. All names are invented."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image

from hallwatch.adapters.importers.columns import map_from
from hallwatch.adapters.profiles import read_profile
from hallwatch.core.import_batch import BatchRecord
from hallwatch.core.import_requests import AnswerImport
from hallwatch.core.import_terms import Wish, external_id_of
from hallwatch.core.listing import ListingRecord, State
from hallwatch.core.model import Template
from hallwatch.core.photo_kept import PhotoKept
from hallwatch.core.policy.roles import Role
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.core.requests import By, Done, Refused, Request
from hallwatch.entry.comparing import ComparingImport
from hallwatch.entry.import_taker import Taken, take
from hallwatch.entry.import_taking import DryRun, ImportOrder, ImportPlace, read
from hallwatch.entry.keeper_client import RequestRefused
from hallwatch.entry.live_list import LiveList
from hallwatch.errors import EnrolmentError
from tests.records import Office
from tests.watching import made_up_calibration

TODAY = datetime.now(UTC).date()
SOURCE = "Sheriff of Example County"
MAP = f"""source = "{SOURCE}"
id = ["id"]
last_name = "last"
first_name = "first"
born = ["born"]
photos = ["photo"]
reason = ["why"]
ends = "ends"
"""
COLUMNS = map_from("tests", MAP)
TERMINAL = By("machine:tech", "terminal")
BLANK = b"no face in it"
ALIKE = b"#another photo of that face"
WIDTH = 64
"""Numbers in a made-up template."""


def picture(mark: str) -> bytes:
    """A picture of its own for each mark."""
    digest = sha256(mark.encode()).digest()
    out = io.BytesIO()
    Image.frombytes("RGB", (8, 4), (digest * 3)[:96]).resize((120, 160)).save(out, "JPEG")
    return out.getvalue()


def plain_look(data: bytes, name: str) -> tuple[PhotoKept, str]:
    """What a photo is kept as where the test is about something else than faces."""
    if data == BLANK:
        raise EnrolmentError("no face found; use a photo that shows one face from the front")
    return PhotoKept(name, data, "pack", template_of(data).tobytes()), "good photo"


def template_of(data: bytes) -> Template:
    """Stands for a photo's template: the same for the same bytes up to ALIKE, and else like nobody's."""
    drawn = (
        np.random.default_rng(list(sha256(data.partition(ALIKE)[0]).digest()))
        .normal(size=WIDTH)
        .astype(np.float32)
    )
    return np.asarray(drawn / np.linalg.norm(drawn), dtype=np.float32)


@dataclass(frozen=True)
class Row:
    """One row of the made-up registry."""

    id: str
    first: str = "Dana"
    last: str = "Sample"
    born: str = "1980-03-15"
    photo: str = ""
    why: str = "Offence A"
    ends: str = ""


def registry(folder: Path, rows: list[Row], photos: Mapping[str, bytes] | None = None) -> ImportOrder:
    """The registry and its photos; somebody without one of their own has the picture of their id."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["id,last,first,born,photo,why,ends"]
    for row in rows:
        name = row.photo or f"{row.id}.jpg"
        lines.append(f"{row.id},{row.last},{row.first},{row.born},{name},{row.why},{row.ends}")
    (folder / "registry.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if photos is None:
        photos = {f"{row.id}.jpg": picture(row.id) for row in rows}
    with zipfile.ZipFile(folder / "photos.zip", "w") as made:
        for name, data in photos.items():
            made.writestr(name, data)
    return ImportOrder(
        file=folder / "registry.csv", columns=COLUMNS, photos=folder / "photos.zip", of=date(2026, 10, 1)
    )


class Imports:
    """An office that takes imports in, and whoever answers them."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.folder = office, folder
        self.author = self.of(Role.DISTRICT_ADMINISTRATOR, "author")
        self.second = self.of(Role.DISTRICT_ADMINISTRATOR, "second")
        self.third = self.of(Role.DISTRICT_ADMINISTRATOR, "third")
        self.north = self.of(Role.SCHOOL_ADMINISTRATOR, "north")

    def of(self, role: Role, login: str, schools: tuple[str, ...] = ("North",)) -> By:
        self.office.enter(role, schools, login)
        found = self.office.reader.by_login(login)
        assert found is not None
        return By(found[0].account_id, "127.0.0.1", "because of the test")

    def place(self, today: date = TODAY, code: str = "US-MO") -> ImportPlace:
        live = LiveList(Gallery("pack", WIDTH), {}, made_up_calibration(), 1.0, 20_000)
        return ImportPlace(
            self.office.reader,
            read_profile(code),
            today,
            lambda more: f"{more} photos more",
            ComparingImport(live, self.office.reader),
        )

    def ask(self, request: Request) -> Done:
        reply = self.office.desk.keeping.answer(request)
        if isinstance(reply, Refused):
            raise RequestRefused(reply.reason)
        return reply

    def read(self, order: ImportOrder, **place: object) -> DryRun:
        return read(order, self.place(**place))  # type: ignore[arg-type]

    def take(
        self,
        order: ImportOrder,
        by: By = TERMINAL,
        *,
        ask: Callable[[Request], Done] | None = None,
        today: date = TODAY,
    ) -> Taken:
        place = self.place(today)
        return take(read(order, place), place, ask or self.ask, plain_look, by)

    def order(
        self, *rows: Row, photos: Mapping[str, bytes] | None = None, schools: tuple[str, ...] = ()
    ) -> ImportOrder:
        made = registry(self.folder / "import", list(rows), photos)
        return replace(made, wish=Wish(frozenset(schools)))

    def batch(self, import_id: str) -> BatchRecord:
        with self.office.reader.imports() as imports:
            batch = imports.batch(import_id)
            assert batch is not None
            return batch

    def yes(self, by: By, import_id: str, *, approve: bool = True, digest: str = "") -> Done | Refused:
        wanted = digest or self.batch(import_id).digest
        return self.office.desk.keeping.answer(AnswerImport(by, import_id, wanted, approve))

    def approved(self, *rows: Row, photos: Mapping[str, bytes] | None = None) -> Taken:
        """Taken in at the terminal, approved by two, and taken over."""
        taken = self.take(self.order(*rows, photos=photos))
        assert isinstance(self.yes(self.author, taken.import_id), Done)
        assert isinstance(self.yes(self.second, taken.import_id), Done)
        self.turns()
        return taken

    def turns(self) -> int:
        """All that the keeper does between requests; how many turns it took."""
        count = 0
        self.office.desk.busy = True
        while self.office.desk.busy:
            self.office.desk.turn()
            count += 1
        return count - 1

    def number(self, theirs: str, source: str = SOURCE) -> str | None:
        return self.office.reader.person_of(external_id_of(source, theirs))

    def listings(self, theirs: str, source: str = SOURCE) -> list[ListingRecord]:
        """Of somebody in the registry, the oldest first."""
        number = self.number(theirs, source)
        if number is None:
            return []
        with self.office.reader.listings() as listings:
            return sorted(listings.listings(person_id=number), key=lambda one: one.written)

    def states(self, theirs: str, source: str = SOURCE) -> list[State]:
        return [one.state for one in self.listings(theirs, source)]

    def photos(self, theirs: str) -> list[bytes]:
        number = self.number(theirs)
        assert number is not None
        with self.office.reader.people() as people:
            return people.photos(number)

    def due(self) -> set[str]:
        """Listings of which the person has to be told."""
        with self.office.desk.records.transaction() as books:
            numbers = [one.listing_id for one in books.listings.listings()]
            return {one for one in numbers if books.appeals.notice(one) is not None}

    def people(self) -> int:
        with self.office.reader.people() as people:
            return sum(1 for _ in people.everybody())

    def on_the_list(self, theirs: str, source: str = SOURCE) -> bool:
        with self.office.reader.people() as people:
            version = people.list_at(datetime.now(UTC))
            return version is not None and version.names(people.tag(external_id_of(source, theirs)))

    def actions(self, limit: int = 50) -> list[str]:
        return [entry.deed.action for entry in self.office.reader.trail(limit, None)]
