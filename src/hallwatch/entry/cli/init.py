"""hallwatch init: through the first hour, from the law of the place to the receipt that all is erased."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hallwatch.entry.cli.options import say


def init(
    config: Annotated[Path, typer.Option("--config", help="The settings to write.")] = Path("hallwatch.toml"),
    answers: Annotated[
        Path | None, typer.Option("--answers", help="A TOML file with the answers, in place of questions.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write the settings anew.")] = False,
) -> None:
    """Begin: ask the few questions, look through the first camera, write the settings. Later: say what is next."""
    from hallwatch.entry.cli.init_questions import asked
    from hallwatch.entry.first_hour import begin, progress, told, upcoming
    from hallwatch.errors import SettingsError
    from hallwatch.settings.environment import Environment
    from hallwatch.settings.first import read_answers
    from hallwatch.settings.read import read_site

    environment = Environment.from_environ()
    if config.exists() and not force:
        if answers is not None:
            raise SettingsError(
                f"{config} is there already; add --force to write it anew, or leave --answers out"
            )
        site = read_site(config)
    else:
        folder = config.resolve().parent
        if not folder.is_dir():
            raise SettingsError(f"there is no folder {folder}; make it, or name another with --config")
        if answers is not None:
            given, looked = read_answers(answers), None
            say("looking through the camera")
        else:
            say(
                f"this writes {config.resolve()}, and records beside it; elsewhere: --config FOLDER/{config.name}"
            )
            given, looked = asked(folder, environment)
        site = begin(config, given, environment, looked)
        say(f"{config} is written; put the master key into a safe: {site.site.data_dir}/keys/master.key")
    found = progress(site, environment)
    for line in told(found):
        print(line)
    for line in upcoming(found, site, config):
        say(line)
