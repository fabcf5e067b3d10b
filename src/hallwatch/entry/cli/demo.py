"""hallwatch demo: see it work, with nothing prepared."""

from __future__ import annotations

import sys
import tempfile
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hallwatch.entry.demo.witness import Verdict
    from hallwatch.entry.server import Server

NOTICE = (
    "This is a demonstration. It compares a portrait with a film that was made from the same portrait, so it "
    "says nothing about how well people are found in real life. The name is invented."
)


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="Open no browser; look at the page itself.")
    ] = False,
    seconds: Annotated[
        float | None,
        typer.Option(min=1, help="Watch for so long at most. [default: 60 headless, else for ever]"),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 takes any free one.")] = 0,
) -> None:
    """Show two people walking down a corridor; the one who is on the list raises an alert on the page."""
    from hallwatch.entry.demo.site import LISTED_NAME, build_site, choose_pack
    from hallwatch.entry.server import Server
    from hallwatch.entry.telling import start_logging
    from hallwatch.settings.environment import Environment

    start_logging()
    environment = Environment.from_environ()
    pack = choose_pack(environment)
    with tempfile.TemporaryDirectory(prefix="hallwatch-demo-") as folder:
        built = build_site(Path(folder), environment, pack, port)
        _say(f"model pack {pack}. {NOTICE}")
        server = Server(built.site, environment, notice=f"{NOTICE} Model pack: {pack}.", demo=True)
        name = " ".join(LISTED_NAME)
        if headless:
            verdict = _watched(server, built.frames, seconds or 60, name)
        else:
            _shown(server, seconds)
    if headless:
        _conclude(verdict, name)


def _watched(server: Server, frames: dict[str, int], seconds: float, name: str) -> Verdict:
    """Run the server while a second thread looks at its page; the server ends with the look."""
    from hallwatch.entry.demo.witness import Verdict, witness

    verdict = Verdict(False, (), False)
    over = threading.Event()

    def look() -> None:
        nonlocal verdict
        try:
            verdict = witness(server, frames, seconds, name, over.is_set)
        finally:
            server.stop()

    looking = threading.Thread(target=look, name="witness")
    looking.start()
    try:
        server.run()
    finally:
        over.set()
        looking.join()
    return verdict


def _shown(server: Server, seconds: float | None) -> None:
    """Run the server and open the page in the user's browser, through a link that signs it in."""
    link = server.demo_link()
    _say(f"the console is at {link} (works once; Ctrl-C ends everything)")
    opening = threading.Timer(0.5, webbrowser.open, (link,))
    opening.start()
    ending = threading.Timer(seconds, server.stop) if seconds else None
    if ending:
        ending.start()
    try:
        server.run()
    finally:
        opening.cancel()
        if ending:
            ending.cancel()


def _conclude(verdict: Verdict, name: str) -> None:
    """The last line, and exit status 1 when the page did not show what it must."""
    if verdict.right(name):
        print(
            f"demo: the listed person raised {_alerts(len(verdict.shown))}, seen on the page; nobody else did"
        )
        return
    if set(verdict.shown) - {name}:
        why = "an alert named somebody who is not on the list"
    elif not verdict.shown:
        why = (
            "the listed person raised no alert"
            if verdict.passed
            else "the time was over before both had passed"
        )
    elif not verdict.pictures:
        why = "the alert's pictures could not be loaded"
    else:
        why = "the alert was shown, but the time was over before both people had passed; give more --seconds"
    print(f"demo: FAILED: {why}", file=sys.stderr)
    raise typer.Exit(1)


def _alerts(count: int) -> str:
    return "1 alert" if count == 1 else f"{count} alerts"


def _say(line: str) -> None:
    print(f"hallwatch: {line}", file=sys.stderr, flush=True)
