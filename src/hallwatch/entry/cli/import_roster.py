"""hallwatch import roster: students and staff taken in, so that one of them can be listed with the school's photo."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from hallwatch.entry.cli.options import say
from hallwatch.entry.cli.progress import counted
from hallwatch.entry.cli.records import HERE, Config, installation


def roster(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A OneRoster 1.1 or 1.2 zip.")],
    photos: Annotated[
        Path | None, typer.Option(help="Zip or folder with the photos, by id or with an index.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Say what would change, and change nothing.")] = False,
    config: Config = HERE,
) -> None:
    """Take a roster in: nobody in it is looked for, and no template is made, until a listing is written.

    Safe to break off and to repeat. A file in which more than a tenth of the people is missing is refused.
    """
    from hallwatch.adapters.importers.archive import open_archive
    from hallwatch.adapters.importers.reading import photos_of, read_people
    from hallwatch.core.imports import Change
    from hallwatch.entry.keeper_client import at_terminal, keeper_of
    from hallwatch.entry.roster import planned, take_in

    found = read_people(file, date.today())
    with installation(config) as site, ExitStack() as stack:
        known = site.reader.roster()
        made = planned(found, known)
        for note in found.notes:
            say(note)
        counts = {change: made.count(change) for change in Change}
        say(
            f"{counts[Change.ADD]} to add, {counts[Change.CHANGE]} to change, {counts[Change.SAME]} as they are,"
            f" {counts[Change.END]} who have left"
        )
        if dry_run:
            for fault in made.faults:
                say(f"refused: {fault}")
            return
        archive = stack.enter_context(open_archive(photos)) if photos else None
        ask = stack.enter_context(keeper_of(site.data, site.place, site.chest))
        progress = stack.enter_context(counted("people"))
        done = take_in(
            found,
            made,
            known,
            ask,
            at_terminal(),
            photos=None if archive is None else (archive, photos_of(archive, found)),
            source=file,
            progress=progress,
        )
    for fault in done.faults:
        say(f"refused: {fault}")
    say(f"{done.added} added, {done.changed} changed, {done.gone} let go, {len(done.faults)} refused")
