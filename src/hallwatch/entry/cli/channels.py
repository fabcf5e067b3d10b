"""hallwatch channels: who is told of alerts, and whether it works."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hallwatch.entry.cli.options import say

app = typer.Typer(no_args_is_help=True, help="Who is told of alerts outside the console.")

Config = Annotated[Path, typer.Option("--config", help="The site's settings.")]
HERE = Path("hallwatch.toml")


@app.command("list")
def list_channels(config: Config = HERE) -> None:
    """List the channels of the settings: who is told, and when."""
    from hallwatch.entry.channels import plan_of
    from hallwatch.settings.read import read_site

    site = read_site(config)
    plan = plan_of(site)
    if not site.channel:
        say("there is no [[channel]]: alerts are shown in the console and nobody else is told")
    for its, told in zip(site.channel, plan.channels, strict=True):
        when = "told before an answer" if told.before_answer else "told after the answer: same person"
        print(f"{its.name}: {its.kind}, {', '.join(its.schools) or 'all schools'}, {when}")
    for school in site.schools:
        steps = ", ".join(f"{told.name} after {after_s:g} s" for _, after_s, told in plan.later(school))
        print(f"{school}: nobody has looked: {steps}")


@app.command("test")
def try_one(name: Annotated[str, typer.Argument(help="The channel.")], config: Config = HERE) -> None:
    """Send a message that is marked as a test through a channel, and say what became of it."""
    from hallwatch.entry.channel_test import try_channel
    from hallwatch.entry.installation import installed
    from hallwatch.settings.environment import Environment
    from hallwatch.settings.read import read_site

    site, environment = read_site(config), Environment.from_environ()
    said = try_channel(site, environment, name)
    with installed(site, environment) as here:
        here.note("channel.test", detail={"channel": name})
    say(f"{name}: {said}")
