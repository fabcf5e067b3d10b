"""hallwatch listing: one listing, written, proposed, suspended or ended at the terminal. A yes is given in the console.

At the terminal nobody is proven to be anybody: what is proposed here needs one yes more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from hallwatch.entry.cli.options import Json, say
from hallwatch.entry.cli.records import HERE, Config

if TYPE_CHECKING:
    from hallwatch.core.likeness import Likeness
    from hallwatch.core.listing_facts import ListingFacts
    from hallwatch.entry.installation import Installation
    from hallwatch.entry.photo_desk import PhotoDesk

app = typer.Typer(no_args_is_help=True, help="One listing: write, propose, suspend, resume, end.")
Number: TypeAlias = Annotated[
    str, typer.Argument(metavar="NUMBER", help="As hallwatch lists show prints it: listing-...")
]
Reason: TypeAlias = Annotated[
    str, typer.Option(help="Why; kept in the audit trail. No names.", show_default=False)
]


@app.command()
def show(number: Number, config: Config = HERE, json: Json = False) -> None:
    """One listing, with the person's name. That somebody looked is on record."""
    from hallwatch.entry.cli.listing_told import as_json, lines
    from hallwatch.entry.cli.records import installation

    with installation(config) as site:
        found = _listing(site, number)
        site.note("listing.show", number)
    if json:
        print(as_json(found))
        return
    for line in lines(found):
        print(line)


@app.command()
def add(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="JSON with person and listing; without it, standard input or questions."
        ),
    ] = None,
    photo: Annotated[Path | None, typer.Option(help="The photo of somebody new.")] = None,
    external_id: Annotated[
        str | None, typer.Option(help="Somebody who is known already, in place of a person and a photo.")
    ] = None,
    config: Config = HERE,
    json: Json = False,
) -> None:
    """Write a draft for somebody new, or for somebody known. Names come from a file, never from the command line."""
    from hallwatch.entry.cli.listing_told import as_json
    from hallwatch.entry.listing_desk import add_listing, read_request
    from hallwatch.errors import SettingsError

    if (photo is None) == (external_id is None):
        raise SettingsError("give either --photo of somebody new or --external-id of somebody known")
    wanted = read_request(file, with_person=external_id is None)
    with _at_work(config) as (site, photos, _likeness):
        number = add_listing(site, photos, wanted, photo, external_id)
        made = _listing(site, number)
    if json:
        print(as_json(made))
    else:
        print(number)
        say(f"a draft; nobody is looked for by it until: hallwatch listing propose {number}")


@app.command()
def propose(number: Number, config: Config = HERE, json: Json = False) -> None:
    """Ask people who sign in for their yes: one more than for a listing that is proposed in the console."""
    from hallwatch.entry.listing_desk import propose_listing

    with _at_work(config) as (site, photos, likeness):
        propose_listing(site, photos, _listing(site, number), likeness)
        _told(_listing(site, number), json)


@app.command()
def suspend(number: Number, reason: Reason, config: Config = HERE, json: Json = False) -> None:
    """Look for nobody by this listing, until it is resumed."""
    _move(number, "suspend", reason, config, json)


@app.command()
def resume(number: Number, reason: Reason, config: Config = HERE, json: Json = False) -> None:
    """Look again for whom a suspended listing names."""
    _move(number, "resume", reason, config, json)


@app.command()
def end(number: Number, reason: Reason, config: Config = HERE, json: Json = False) -> None:
    """End a listing for good."""
    _move(number, "end", reason, config, json)


def _move(number: str, act: str, reason: str, config: Path, json: bool) -> None:
    from hallwatch.core.listing_requests import MoveListing
    from hallwatch.entry.cli.records import installation
    from hallwatch.entry.keeper_client import at_terminal
    from hallwatch.flow.listing_acts import MOVES

    with installation(config) as site:
        _listing(site, number)
        with site.asking() as ask:
            ask(MoveListing(at_terminal(reason), number, MOVES[act]))
        _told(_listing(site, number), json)


def _told(listing: ListingFacts, json: bool) -> None:
    from hallwatch.entry.cli.listing_told import as_json

    if json:
        print(as_json(listing))
        return
    still = f"; {listing.missing} yeses are still to come, in the console" if listing.missing else ""
    print(f"{listing.listing_id} is {listing.state}{still}")


def _listing(site: Installation, number: str) -> ListingFacts:
    from hallwatch.errors import SettingsError

    with site.reader.list_pages() as pages:
        found = pages.one(number, None)
    if found is None:
        raise SettingsError("there is no such listing; hallwatch lists show prints their numbers")
    return found


@contextmanager
def _at_work(config: Path) -> Iterator[tuple[Installation, PhotoDesk, Callable[[str], Likeness | None]]]:
    """The site, whoever looks at photos, and who says whom the cameras may take somebody for, as the site's settings
    and the law of its place have it."""
    from hallwatch.entry.comparing import compared_alone
    from hallwatch.entry.installation import installed
    from hallwatch.entry.law import law_of
    from hallwatch.entry.photo_desk import PhotoDesk
    from hallwatch.entry.wiring import pack_order
    from hallwatch.flow.setting import PREFIX
    from hallwatch.settings.changing import joined
    from hallwatch.settings.environment import Environment
    from hallwatch.settings.read import read_site

    site, environment = read_site(config), Environment.from_environ()
    with installed(site, environment) as here:
        now = joined(site, here.reader.settings(PREFIX))
        forbidden = law_of(now, environment.home) is not None
        photos = PhotoDesk(None if forbidden else pack_order(now, environment, here.store))
        try:
            yield here, photos, compared_alone(here.reader, now, environment.home)
        finally:
            photos.close()
