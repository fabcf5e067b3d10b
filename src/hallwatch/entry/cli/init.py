"""hallwatch init: through the first hour, from the law of the place to the receipt that all is erased."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hallwatch.entry.cli.options import say

if TYPE_CHECKING:
    from hallwatch.settings.first import FirstAnswers


def init(
    config: Annotated[Path, typer.Option("--config", help="The settings to write.")] = Path("hallwatch.toml"),
    answers: Annotated[
        Path | None, typer.Option("--answers", help="A TOML file with the answers, in place of questions.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write the settings anew.")] = False,
) -> None:
    """Begin: ask the few questions, look through the first camera, write the settings. Later: say what is next."""
    from hallwatch.entry.first_hour import begin, progress, told
    from hallwatch.settings.environment import Environment
    from hallwatch.settings.first import read_answers
    from hallwatch.settings.read import read_site

    environment = Environment.from_environ()
    if config.exists() and not force:
        if answers is not None:
            from hallwatch.errors import SettingsError

            raise SettingsError(
                f"{config} is there already; add --force to write it anew, or leave --answers out"
            )
        site = read_site(config)
    else:
        given = read_answers(answers) if answers is not None else _asked()
        say("looking through the camera")
        site = begin(config, given, environment)
        say(f"{config} is written; put the master key into a safe: {site.site.data_dir}/keys/master.key")
    found = progress(site, environment)
    for line in told(found):
        print(line)
    say(
        f"next: hallwatch serve --config {config}; it prints a link for the first administrator. Then open First hour"
    )
    say("again: hallwatch init says how far you are")


def _asked() -> FirstAnswers:
    """The answers of whoever sits at the terminal. Raises SettingsError."""
    from pydantic import ValidationError

    from hallwatch.adapters.profiles import profile_codes
    from hallwatch.errors import SettingsError
    from hallwatch.settings.first import DEMO_FILM, WEBCAM, FirstAnswers
    from hallwatch.settings.read import first_line

    given: dict[str, object] = {
        "seen_demo": typer.confirm("Have you seen it work (hallwatch demo)?", default=False, err=True),
        "jurisdiction": typer.prompt(f"Whose law applies ({', '.join(profile_codes())})", err=True),
        "name": typer.prompt("The site's name", err=True),
        "school": typer.prompt("The school of the first camera", err=True),
        "camera": typer.prompt(f'The camera: rtsp://..., a film, "{WEBCAM}", or "{DEMO_FILM}"', err=True),
        "mail_to": typer.prompt(
            "Who is told by mail (empty: nobody)", default="", show_default=False, err=True
        ),
    }
    if given["mail_to"]:
        given["mail_server"] = typer.prompt("The mail server", err=True)
        given["mail_from"] = typer.prompt("Whom mail comes from", err=True)
    try:
        return FirstAnswers.model_validate(given)
    except ValidationError as error:
        raise SettingsError(first_line(error)) from None
