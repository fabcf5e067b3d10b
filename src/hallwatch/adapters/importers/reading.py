"""Whatever file of people somebody hands over: which kind it is, and what it says."""

from __future__ import annotations

from datetime import date
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from hallwatch.adapters.importers.archive import Archive, open_archive, zip_of
from hallwatch.adapters.importers.columns import ColumnMap
from hallwatch.adapters.importers.oneroster import read_oneroster
from hallwatch.adapters.importers.photo_zip import match_photos, named_photos
from hallwatch.adapters.importers.registry import read_registry, registry_from
from hallwatch.adapters.importers.text import MOST_BYTES
from hallwatch.core.imports import Found, PhotosFound
from hallwatch.errors import FileRefused

TABLES = (".csv", ".tsv", ".txt", ".xlsx")
_WORKBOOK = "[Content_Types].xml"
_ZIP = b"PK\x03\x04"


def read_people(
    path: Path, today: date, columns: ColumnMap | None = None, source_date: date | None = None
) -> Found:
    """A registry where a map of its ``columns`` is given, else a OneRoster zip. Raises FileRefused, in one line.

    A registry may lie in a zip or folder with its photos.
    """
    if columns is None:
        if path.suffix.lower() in TABLES:
            raise FileRefused(f"{path.name} needs a column map that says what its columns mean")
        with open_archive(path) as archive:
            return read_oneroster(archive)
    if not _is_archive(path):
        return read_registry(path, columns, today, source_date)
    with open_archive(path) as archive:
        if _WORKBOOK not in archive.names:
            name = _table_in(archive)
            return registry_from(PurePosixPath(name).name, archive.read(name), columns, today, source_date)
    return read_registry(path, columns, today, source_date)


def people_in(
    name: str, file: BinaryIO, today: date, columns: ColumnMap | None = None, source_date: date | None = None
) -> Found:
    """The same of an open file that lies nowhere on disk."""
    if columns is None:
        if PurePosixPath(name).suffix.lower() in TABLES:
            raise FileRefused(f"{name} needs a column map that says what its columns mean")
        return read_oneroster(zip_of(name, file))
    if is_archive_in(name, file):
        archive = zip_of(name, file)
        if table := _table_in(archive):
            return registry_from(PurePosixPath(table).name, archive.read(table), columns, today, source_date)
    file.seek(0)
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise FileRefused(f"{name} is larger than {MOST_BYTES >> 20} MB; hand it over in parts")
    return registry_from(name, data, columns, today, source_date)


def is_archive_in(name: str, file: BinaryIO) -> bool:
    """Whether an open file is a zip, and no workbook."""
    file.seek(0)
    is_zip = file.read(len(_ZIP)) == _ZIP
    file.seek(0)
    return is_zip and _WORKBOOK not in zip_of(name, file).names


def photos_of(archive: Archive, found: Found) -> PhotosFound:
    """Which photos in the archive show whom: a registry names them, a roster's are named by id or an index."""
    if any(entry.terms for entry in found.entries):
        return named_photos(archive, found.entries)
    return match_photos(archive, found.entries)


def _is_archive(path: Path) -> bool:
    if path.is_dir():
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(_ZIP)) == _ZIP
    except (OSError, ValueError):
        return False


def _table_in(archive: Archive) -> str:
    """The one table beside the photos."""
    tables = [name for name in archive.names if PurePosixPath(name).suffix.lower() in TABLES]
    if len(tables) != 1:
        raise FileRefused(
            f"{archive.name} holds {len(tables)} tables where one is needed, as CSV or XLSX, beside the photos"
        )
    return tables[0]
