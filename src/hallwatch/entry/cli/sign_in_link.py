"""hallwatch sign-in-link: a way in for whoever has none, made by whoever sits at the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hallwatch.core.policy.roles import DISTRICT_WIDE, Role
from hallwatch.entry.cli.options import say


def sign_in_link(
    login: Annotated[
        str | None, typer.Option(help="Somebody who has an account; without it, a new one.")
    ] = None,
    role: Annotated[Role, typer.Option(help="Of a new account.")] = Role.DISTRICT_ADMINISTRATOR,
    school: Annotated[
        list[str] | None, typer.Option(help="Of a new account; may be given several times.")
    ] = None,
    config: Annotated[Path, typer.Option("--config", help="The site's settings.")] = Path("hallwatch.toml"),
) -> None:
    """Make a one-time link that works for a day. It is on record in the audit trail."""
    from hallwatch.entry.installation import installed
    from hallwatch.entry.keeper_client import keeper_of
    from hallwatch.entry.links import link_for, new_link
    from hallwatch.errors import SettingsError
    from hallwatch.settings.environment import Environment
    from hallwatch.settings.read import read_site

    site = read_site(config)
    schools = frozenset(school or ())
    if (role in DISTRICT_WIDE) == bool(schools) and login is None:
        raise SettingsError(
            f"{role.value} is for all schools: leave --school out"
            if schools
            else f"{role.value} is for some schools: name them with --school"
        )
    with installed(site, Environment.from_environ()) as here:
        with keeper_of(here.data, here.place, here.chest) as ask:
            if login is None:
                path = new_link(ask, here.reader.everybody(), role, schools)
            else:
                found = here.reader.by_login(login)
                if found is None or found[0].disabled:
                    raise SettingsError(
                        f"nobody signs in as {login}; hallwatch sign-in-link without --login adds one"
                    )
                path = link_for(ask, found[0].account_id)
        say("open this once, within a day, at the console's address:")
        print(path)
