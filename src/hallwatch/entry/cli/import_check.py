"""hallwatch import check: what a file of people holds, and what is wrong with it, before anything is taken in."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hallwatch.entry.cli.options import Json

if TYPE_CHECKING:
    from hallwatch.adapters.importers.archive import Archive
    from hallwatch.core.imports import Found, PhotosFound, RowFault

app = typer.Typer(
    no_args_is_help=True, help="Rosters, registries and their photos, as districts hand them over."
)


@dataclass(frozen=True, slots=True)
class _Checked:
    """A dry run without a database: the file, and the photos with those that cannot be decoded."""

    file: str
    found: Found
    photos: PhotosFound | None
    undecoded: tuple[RowFault, ...]

    def faults(self) -> tuple[RowFault, ...]:
        """Of both, in order."""
        return (*self.found.faults, *(self.photos.faults if self.photos else ()), *self.undecoded)


@app.callback()
def _group() -> None:
    """Keeps ``check`` a command of its own."""


@app.command()
def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A OneRoster zip, or a registry as CSV or XLSX.")
    ],
    map_: Annotated[
        str, typer.Option("--map", help="A registry's column map: a TOML file or a shipped name.")
    ] = "",
    photos: Annotated[
        Path | None, typer.Option(help="Zip or folder with the photos; each is decoded.")
    ] = None,
    of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of which the file is.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what a file of people holds: how many, and every row or photo that cannot be used. Nothing is kept."""
    from hallwatch.adapters.importers.archive import open_archive
    from hallwatch.adapters.importers.columns import read_map
    from hallwatch.adapters.importers.reading import photos_of, read_people

    columns = read_map(map_) if map_ else None
    found = read_people(file, date.today(), columns, of.date() if of else None)
    matched, undecoded = None, []
    if photos:
        with open_archive(photos) as archive:
            matched = photos_of(archive, found)
            undecoded = _undecoded(archive, matched)
    checked = _Checked(file.name, found, matched, tuple(undecoded))
    print(_json(checked) if as_json else _text(checked))


def _undecoded(archive: Archive, matched: PhotosFound) -> list[RowFault]:
    """Photos that cannot be read, one held at a time."""
    from hallwatch.core.imports import RowFault
    from hallwatch.entry.photo_process import PhotoProcess
    from hallwatch.errors import ImageError

    faults = []
    with PhotoProcess() as process:
        for person, names in matched.photos.items():
            for name in names:
                try:
                    process.decode(archive.read(name), name)
                except ImageError as error:
                    faults.append(RowFault(name, 0, str(error).removeprefix(f"{name}: "), person))
    return faults


def _json(checked: _Checked) -> str:
    found, photos = checked.found, checked.photos
    return json.dumps(
        {
            "file": checked.file,
            "people": len(found.entries),
            "roles": dict(Counter(entry.role for entry in found.entries if entry.role)),
            "delta": found.delta,
            "gone": len(found.gone),
            "source": found.source,
            "source_date": found.source_date and found.source_date.isoformat(),
            "notes": [*found.notes, *(photos.notes if photos else ())],
            "photos": {
                "people_with": len(photos.photos),
                "people_without": len(photos.without),
                "unmatched": list(photos.unmatched),
            }
            if photos
            else None,
            "faults": [asdict(fault) for fault in checked.faults()],
        }
    )


def _text(checked: _Checked) -> str:
    found, photos = checked.found, checked.photos
    roles = Counter(entry.role for entry in found.entries if entry.role)
    kinds = f" ({', '.join(f'{count} {role}' for role, count in roles.most_common())})" if roles else ""
    lines = [f"{checked.file}: {len(found.entries)} people{kinds}, {len(found.faults)} rows refused"]
    if found.source:
        lines.append(f"  from {found.source}{f', of {found.source_date}' if found.source_date else ''}")
    if found.delta:
        lines.append(f"  changes only; {len(found.gone)} people are ended by name")
    if photos:
        lines.append(
            f"  photos: {len(photos.photos)} people have one, {len(photos.without)} have none,"
            f" {len(photos.unmatched)} pictures show nobody in the file"
        )
    lines += [f"  note: {note}" for note in (*found.notes, *(photos.notes if photos else ()))]
    lines += [f"  refused: {fault}" for fault in checked.faults()]
    return "\n".join(lines)
