"""hallwatch models cohort: templates of strangers, with which a listing is compared before it is approved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hallwatch.entry.cli.options import say
from hallwatch.entry.cli.progress import counted
from hallwatch.entry.cli.records import HERE, Config

if TYPE_CHECKING:
    from hallwatch.core.model import Template
    from hallwatch.ports import FaceModel


def cohort(
    folder: Annotated[
        Path | None, typer.Argument(help="Photos, one a person, or one folder of photos a person.")
    ] = None,
    who: Annotated[
        str,
        typer.Option(
            help="Who they are, and by what right they are used; kept in the audit trail. No names."
        ),
    ] = "",
    end: Annotated[bool, typer.Option(help="Destroy the cohort.")] = False,
    config: Config = HERE,
) -> None:
    """Keep templates of people who are on no list, so that listings are compared with strangers, too.

    Only templates are kept, sealed and turned as this site's are: no photo, no name, nobody of them can be found by a
    camera. Use faces that you lawfully hold, of people who have agreed, such as staff.
    """
    from hallwatch.core.recognise.lookalikes import LEAST_COHORT
    from hallwatch.core.site_requests import KeepCohort
    from hallwatch.entry.installation import installed
    from hallwatch.entry.keeper_client import at_terminal, keeper_of
    from hallwatch.entry.law import law_of
    from hallwatch.entry.wiring import pack_order
    from hallwatch.errors import SettingsError
    from hallwatch.settings.environment import Environment
    from hallwatch.settings.read import read_site

    if (folder is None) != end:
        raise SettingsError("name a folder of photos, or --end, which destroys the cohort")
    if not who.strip():
        raise SettingsError("say with --who who these people are, and by what right they are compared with")
    site, environment = read_site(config), Environment.from_environ()
    if (forbidden := law_of(site, environment.home)) is not None:
        raise SettingsError(forbidden)
    with installed(site, environment) as here:
        order = pack_order(site, environment, here.store)
        made: list[Template] = []
        fingerprint, dimensions = "", 1
        if folder is not None:
            model = order.open()
            fingerprint, dimensions = model.fingerprint, model.dimensions
            made = _templates(folder, model)
            if len(made) < LEAST_COHORT:
                raise SettingsError(
                    f"{len(made)} usable faces are too few to say anything about a listing, it takes {LEAST_COHORT}"
                )
        with keeper_of(here.data, here.place, here.chest) as ask:
            numbers = b"".join(one.tobytes() for one in made)
            count = ask(KeepCohort(at_terminal(who), fingerprint, dimensions, numbers)).number
        say(f"{count} strangers are compared with from now on" if count else "the cohort is destroyed")


def _templates(folder: Path, model: FaceModel) -> list[Template]:
    """One of each person whose photo can be used."""
    from hallwatch.adapters.images import read_image
    from hallwatch.core.site_requests import MOST_COHORT
    from hallwatch.entry.faces_folder import one_photo_each
    from hallwatch.errors import EnrolmentError, ImageError
    from hallwatch.flow.importing import enrol_photo

    photos = one_photo_each(folder)[:MOST_COHORT]
    made, unusable = [], 0
    with counted("photos") as progress:
        for done, photo in enumerate(photos, start=1):
            try:
                made.append(enrol_photo(read_image(photo), model)[0])
            except (EnrolmentError, ImageError):
                unusable += 1
            progress(done, len(photos))
    if unusable:
        say(f"{unusable} of {len(photos)} photos cannot be used")
    return made
