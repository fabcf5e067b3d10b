"""hallwatch import registry, list and waiting: people to be listed, taken in to be approved by others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from hallwatch.entry.cli.options import Json, say
from hallwatch.entry.cli.progress import counted
from hallwatch.entry.cli.records import HERE, Config

if TYPE_CHECKING:
    from hallwatch.core.import_batch import BatchRecord, Counts
    from hallwatch.entry.import_place import PhotoLook
    from hallwatch.entry.import_taker import Taken
    from hallwatch.entry.import_taking import DryRun, ImportOrder, ImportPlace
    from hallwatch.entry.installation import Installation

DAY = ["%Y-%m-%d"]
DryRunOption: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Say what would change, row by row, and change nothing.")
]
Schools: TypeAlias = Annotated[
    list[str] | None, typer.Option("--school", help="Only this school; may be given again. [default: all]")
]
Ends: TypeAlias = Annotated[
    datetime | None,
    typer.Option(formats=DAY, help="Last day of new listings where the file says none. [default: a year on]"),
]
ManyVanish: TypeAlias = Annotated[
    bool, typer.Option("--many-vanish", help="It is right that more than a tenth are not in it any more.")
]


def registry(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX, or a zip or folder with one.")],
    map_: Annotated[str, typer.Option("--map", help="What its columns mean: a TOML file or a shipped name.")],
    photos: Annotated[
        Path | None, typer.Option(help="Zip or folder with the photos. [default: as they are]")
    ] = None,
    of: Annotated[datetime | None, typer.Option(formats=DAY, help="Day of which the file is.")] = None,
    school: Schools = None,
    ends: Ends = None,
    many_vanish: ManyVanish = False,
    dry_run: DryRunOption = False,
    as_json: Json = False,
    config: Config = HERE,
) -> None:
    """Take a registry in. Nobody in it is looked for until two people have said yes to it in the console.

    Safe to break off and to repeat; the same file again changes nothing.
    """
    from hallwatch.adapters.importers.columns import read_map
    from hallwatch.core.import_terms import Wish
    from hallwatch.entry.import_taking import ImportOrder

    order = ImportOrder(
        file=file,
        columns=read_map(map_),
        photos=photos,
        of=of and of.date(),
        wish=Wish(frozenset(school or ()), ends and ends.date()),
        many_vanish=many_vanish,
    )
    _taken_in(order, config, dry_run=dry_run, as_json=as_json)


def list_(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder with list.csv and its photos.")],
    source: Annotated[
        str, typer.Option(help="What the list is called from now on. [default: the folder's name]")
    ] = "",
    school: Schools = None,
    many_vanish: ManyVanish = False,
    dry_run: DryRunOption = False,
    as_json: Json = False,
    config: Config = HERE,
) -> None:
    """Take a folder with list.csv in, as a registry: nobody in it is looked for until two people have said yes."""
    from hallwatch.core.import_terms import Wish
    from hallwatch.entry.import_taking import ImportOrder

    order = ImportOrder(
        file=folder, wish=Wish(frozenset(school or ())), many_vanish=many_vanish, source=source.strip()
    )
    _taken_in(order, config, dry_run=dry_run, as_json=as_json)


def waiting(as_json: Json = False, config: Config = HERE) -> None:
    """Imports that wait for a yes, or are not whole yet."""
    from hallwatch.core.import_batch import OPEN_BATCH, BatchState
    from hallwatch.entry.cli.records import installation

    with installation(config) as site, site.reader.imports() as imports:
        found = imports.batches((*OPEN_BATCH, BatchState.APPROVED))
        missing = {one.import_id: sum(yes.approved is None for yes in imports.asked(one)) for one in found}
        left = {one.import_id: imports.count(one.import_id, done=False) for one in found}
    if as_json:
        print(json.dumps([_told(one, missing[one.import_id], left[one.import_id]) for one in found]))
        return
    if not found:
        say("no import waits")
    for one in found:
        print(_line(one, missing[one.import_id], left[one.import_id]))


def _taken_in(order: ImportOrder, config: Path, *, dry_run: bool, as_json: bool) -> None:
    from hallwatch.entry.import_taker import take
    from hallwatch.entry.import_taking import read
    from hallwatch.entry.keeper_client import at_terminal, keeper_of
    from hallwatch.errors import FileRefused

    with _site(config) as (site, place, look):
        dry = read(order, place)
        if dry_run or dry.refusal is not None:
            print(_json(dry, None)) if as_json else _tell(dry, place, rows=True)
            if dry.refusal is not None:
                raise FileRefused(dry.refusal)
            return
        if not as_json:
            _tell(dry, place, rows=False)
        with keeper_of(site.data, site.place, site.chest) as ask, counted("people") as progress:
            taken = take(dry, place, ask, look, at_terminal(), progress=progress)
        if as_json:
            print(_json(dry, taken))
            return
        for fault in taken.faults[len(dry.faults) :]:
            say(f"refused: {fault}")
        say(f"{_counted(taken.counts)}")
        if not taken.import_id:
            say("nothing is to be approved")
            return
        needed = dry.needed(place.profile, proven=False)
        chief = ", one of them a district administrator" if needed.elevated else ""
        say(
            f"import {taken.number} waits: {needed.people} people have to say yes to it in the console{chief}; until"
            " then nobody is looked for by it"
        )


@contextmanager
def _site(config: Path) -> Iterator[tuple[Installation, ImportPlace, PhotoLook]]:
    from hallwatch.entry.import_place import place_for_imports
    from hallwatch.entry.installation import installed
    from hallwatch.entry.wiring import today
    from hallwatch.flow.setting import PREFIX
    from hallwatch.settings.changing import joined
    from hallwatch.settings.environment import Environment
    from hallwatch.settings.read import read_site

    file, environment = read_site(config), Environment.from_environ()
    with installed(file, environment) as site:
        here = joined(file, site.reader.settings(PREFIX))
        day = today(here.site.time_zone)()
        with place_for_imports(site, here, environment, day) as (place, look):
            yield site, place, look


def _tell(dry: DryRun, place: ImportPlace, *, rows: bool) -> None:
    of = f", of {dry.source_date}" if dry.source_date else ""
    print(f"{dry.source}{of}")
    for note in dry.notes:
        print(f"note: {note}")
    if rows:
        for step in dry.steps:
            if step.change != "same":
                changed = f" ({', '.join(step.fields)})" if step.fields else ""
                where = f"line {step.row}: " if step.row else ""
                print(f"{where}{step.change} {step.external_id}{changed}")
    for fault in dry.faults:
        print(f"refused: {fault}" if fault.file else f"refused: line {fault.row}: {fault.reason}")
    print(_counted(dry.counts))
    if rows:
        print("photos are looked at when the file is taken in: one that cannot be used is a refused row then")
    print(dry.expected)


def _counted(counts: Counts) -> str:
    return (
        f"{counts.added} to add, {counts.changed} to change, {counts.ended} to end, {counts.same} as they are,"
        f" {counts.refused} refused"
    )


def _json(dry: DryRun, taken: Taken | None) -> str:
    faults = dry.faults if taken is None else taken.faults
    return json.dumps(
        {
            "source": dry.source,
            "source_date": _day(dry.source_date),
            "counts": asdict(dry.counts if taken is None else taken.counts),
            "steps": [
                {"change": step.change, "id": step.external_id, "line": step.row, "fields": step.fields}
                for step in dry.steps
            ],
            "faults": [asdict(fault) for fault in faults],
            "notes": dry.notes,
            "photos": dry.photos,
            "expected": dry.expected,
            "refusal": dry.refusal,
            "import": taken.number if taken is not None and taken.import_id else None,
        }
    )


def _told(one: BatchRecord, missing: int, left: int) -> dict[str, object]:
    return {
        "import": one.number,
        "state": one.state,
        "source": one.words.source,
        "source_date": _day(one.words.source_date),
        "counts": asdict(one.words.counts),
        "yeses_missing": missing,
        "people_left": left,
        "expected": one.words.expected,
    }


def _line(one: BatchRecord, missing: int, left: int) -> str:
    of = f", of {one.words.source_date}" if one.words.source_date else ""
    how = {
        "reading": f"not whole yet, {left} people so far: take the file in again",
        "waiting": f"{missing} {'people have' if missing > 1 else 'person has'} to say yes in the console",
    }.get(one.state, f"approved, {left} people left to be taken over by hallwatch serve")
    return f"import {one.number}: {one.words.source}{of}: {how}\n  {_counted(one.words.counts)}\n  {one.words.expected}"


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
