"""The program that reads a handed-over file of people: it can open nothing but what it was given.

Run as ``python -m hallwatch.entry.import_reader`` by ``import_reading``, which gives it the files as descriptors of
memory. The order is a line of JSON; the answer a line with a length, and JSON: ``Read`` or a refusal. Afterwards every
line asks for one photo by name. It ends when its pipe does.
"""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

os.environ["OPENBLAS_NUM_THREADS"] = "1"

from pydantic import TypeAdapter

from hallwatch.adapters.importers.archive import ZipArchive, zip_of
from hallwatch.adapters.importers.columns import map_from
from hallwatch.adapters.importers.list_csv import list_in
from hallwatch.adapters.importers.reading import is_archive_in, people_in, photos_of
from hallwatch.core.import_runs import Kind
from hallwatch.core.imports import Found, PhotosFound
from hallwatch.entry import photo_guard
from hallwatch.errors import FileRefused, WatchlistError

READING_CPU_S = 120
"""Processor seconds for a whole file; the slowest hostile workbook that was tried took thirty."""
PHOTO_CPU_S = 20


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """What is to be read: names for people, and open descriptors. ``columns`` is a column map's text, for a registry;
    ``photos`` None: they lie in the file's own zip, if anywhere, except those of a roster. ``own_kinds`` are the lists
    that the district's board has made."""

    kind: Kind
    name: str
    file: int
    photos_name: str
    photos: int | None
    today: date
    of: date | None
    map_name: str = ""
    columns: str = ""
    source: str = ""
    own_kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Read:
    """A whole file, whose photos are in the archive beside it, and size and checksum of each."""

    found: Found
    photos: PhotosFound | None
    prints: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotRead:
    """Why the file is refused, in one line."""

    why: str


ORDERS: TypeAdapter[ReadOrder] = TypeAdapter(ReadOrder)
ANSWERS: TypeAdapter[Read | NotRead] = TypeAdapter(Read | NotRead)
TOO_MUCH = "reading it takes more memory than a file of people may; hand it over in parts"


def serve() -> None:
    """Read the file, answer, and give photos until nobody asks any more."""
    photo_guard.end_with_parent()
    came = sys.stdin.buffer
    order = ORDERS.validate_json(came.readline())
    _warm_up()
    photo_guard.lock([one for one in (order.file, order.photos) if one is not None])
    photo_guard.allow(READING_CPU_S)
    archive: ZipArchive | None = None
    answer: Read | NotRead
    try:
        archive, answer = _read(order)
    except (FileRefused, WatchlistError) as error:
        answer = NotRead(str(error))
    except MemoryError:
        answer = NotRead(f"{order.name}: {TOO_MUCH}")
    _say(ANSWERS.dump_json(answer))
    while archive is not None and (line := came.readline()):
        photo_guard.allow(PHOTO_CPU_S)
        try:
            data = archive.read(json.loads(line))
        except (FileRefused, KeyError, MemoryError):
            data = b""
        _say(data)


def _read(order: ReadOrder) -> tuple[ZipArchive | None, Read]:
    file = os.fdopen(order.file, "rb")
    archive: ZipArchive | None = None
    if order.kind is Kind.LIST:
        archive = zip_of(order.name, file)
        found = list_in(archive, order.today, order.source, order.own_kinds)
    else:
        columns = map_from(order.map_name, order.columns) if order.kind is Kind.REGISTRY else None
        found = people_in(order.name, file, order.today, columns, order.of)
        if columns is not None and is_archive_in(order.name, file):
            archive = zip_of(order.name, file)
    if order.photos is not None:
        archive = zip_of(order.photos_name, os.fdopen(order.photos, "rb"))
    if archive is None:
        return None, Read(found, None)
    photos = photos_of(archive, found)
    used = {name for names in photos.photos.values() for name in names}
    return archive, Read(found, photos, {name: archive.fingerprint(name) for name in used})


def _say(body: bytes) -> None:
    goes = sys.stdout.buffer
    goes.write(b"%d\n" % len(body))
    goes.write(body)
    goes.flush()


def _warm_up() -> None:
    """Read a file of each kind, so that all is loaded that is loaded when first needed: later no file can be opened."""
    for encoding in ("utf-8-sig", "utf-16", "cp1252", "cp437", "latin-1"):
        "".encode(encoding)
    today = date.today()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in _SAMPLE.items():
            packed.writestr(name, text)
    found = people_in("sample.zip", io.BytesIO(made.getvalue()), today)
    assert len(found.entries) == 1
    with suppress(FileRefused):
        photos_of(zip_of("sample.zip", io.BytesIO(made.getvalue())), found)
    columns = map_from("sample", _MAP)
    assert people_in("sample.csv", io.BytesIO(_TABLE.encode()), today, columns).entries
    ANSWERS.validate_json(ANSWERS.dump_json(Read(found, None)))


_SAMPLE = {
    "manifest.csv": "propertyName,value\noneroster.version,1.1\nfile.orgs,bulk\nfile.users,bulk\n",
    "orgs.csv": "sourcedId,name\no1,School\n",
    "users.csv": "sourcedId,enabledUser,orgSourcedIds,role,givenName,familyName,middleName\n1,true,o1,student,A,B,\n",
}
_MAP = (
    'source = "S"\nid = ["Id"]\nlast_name = "Name"\nborn = ["Born"]\ndates = ["%m/%d/%Y"]\nreason = ["Why"]\n'
)
_TABLE = "Id,Name,Born,Why\n1,A,01/02/1980,B\n"


if __name__ == "__main__":
    serve()
