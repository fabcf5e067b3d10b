"""hallwatch lists: which lists there are, and who is on them. Names are shown to whoever owns the machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hallwatch.core.listing import State
from hallwatch.entry.cli.options import Json, say
from hallwatch.entry.cli.records import HERE, Config, installation

if TYPE_CHECKING:
    from hallwatch.core.listing_facts import ListingFacts

app = typer.Typer(invoke_without_command=True, help="The lists, and who is on them.")
EVERYTHING = 1_000_000


@app.callback()
def lists(context: typer.Context, config: Config = HERE, json: Json = False) -> None:
    """How many listings stand how, on every list."""
    if context.invoked_subcommand is not None:
        return
    from hallwatch.entry.cli.listing_told import as_json

    with installation(config) as site, site.reader.list_pages() as pages:
        counts = pages.counts(None)
    if json:
        print(as_json({"lists": counts}))
        return
    print(f"{'list':12} {'active':>8} {'waiting':>8} {'suspended':>10} {'draft':>8}")
    for one in counts:
        print(f"{one.list:12} {one.active:8} {one.waiting:8} {one.suspended:10} {one.draft:8}")
    if waiting := sum(one.waiting for one in counts):
        say(f"{waiting} wait for a yes, which is given in the console, under Lists")


@app.command()
def show(
    kind: Annotated[str, typer.Option("--list", metavar="LIST", help="One list alone.")] = "",
    state: Annotated[
        State | None, typer.Option(help="One state alone; without it, all that are not over.")
    ] = None,
    config: Config = HERE,
    json: Json = False,
) -> None:
    """Who is on the lists. Names appear on the terminal, and that somebody looked is on record."""
    from hallwatch.entry.cli.listing_told import as_json

    found = _listed(config, kind, state)
    if json:
        print(as_json({"listings": found}))
        return
    for one in found:
        print(
            f"{one.listing_id}  {one.list:10} {one.state:10} until {one.ends}  {one.external_id}  {one.name}"
            f"  ({', '.join(one.schools) or 'all schools'})"
        )
    say(f"{len(found)} listings")


def _listed(config: Path, kind: str, state: State | None) -> list[ListingFacts]:
    from hallwatch.core.listing import OPEN
    from hallwatch.errors import SettingsError

    with installation(config) as site:
        with site.reader.list_pages() as pages:
            known = [one.list for one in pages.counts(None)]
            if kind and kind not in known:
                raise SettingsError(f"{kind} is no list here; choose one of {', '.join(known)}")
            found = pages.some(None, kind, OPEN if state is None else (state,), None, EVERYTHING)
        site.note("lists.show", detail={"shown": len(found)})
    return found
