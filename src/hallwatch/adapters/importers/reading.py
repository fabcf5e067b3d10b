"""Whatever file of people somebody hands over: which kind it is, and what it says."""

from __future__ import annotations

from datetime import date
from pathlib import Path, PurePosixPath

from hallwatch.adapters.importers.archive import Archive, open_archive
from hallwatch.adapters.importers.columns import ColumnMap
from hallwatch.adapters.importers.oneroster import read_oneroster
from hallwatch.adapters.importers.photo_zip import match_photos, named_photos
from hallwatch.adapters.importers.registry import read_registry, registry_from
from hallwatch.core.imports import Found, PhotosFound
from hallwatch.errors import FileRefused

TABLES = (".csv", ".tsv", ".txt", ".xlsx")
_WORKBOOK = "[Content_Types].xml"


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
            return file.read(4) == b"PK\x03\x04"
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
