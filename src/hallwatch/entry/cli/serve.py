"""hallwatch serve: the cameras of hallwatch.toml, the alert database and the console page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def serve(
    config: Annotated[Path, typer.Option(help="The site's settings.")] = Path("hallwatch.toml"),
) -> None:
    """Watch the site's cameras and show alerts on a page on this machine, until Ctrl-C."""
    from hallwatch.entry.server import Server
    from hallwatch.entry.telling import start_logging
    from hallwatch.settings.environment import Environment
    from hallwatch.settings.read import read_site

    start_logging()
    site = read_site(config)
    server = Server(site, Environment.from_environ())
    prepared = server.prepared
    for line in (
        *(f"pack {site.recognition.pack}: {warning}" for warning in prepared.pack_warnings),
        *(f"refused: {refusal}" for refusal in prepared.refused),
        *(f"note: {noted}" for noted in prepared.noted),
    ):
        print(f"hallwatch: {line}", file=sys.stderr)
    if (link := server.first_link()) is not None:
        print(f"hallwatch: nobody can sign in yet. Open this link once, within a day: {link}", flush=True)
    print(f"hallwatch: the console is at {server.url} (Ctrl-C ends everything)", flush=True)
    server.run()
