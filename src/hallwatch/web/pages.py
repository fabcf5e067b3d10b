"""The page and its parts, from templates that escape everything."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hallwatch.core.kept import KeptAlert
from hallwatch.web import words
from hallwatch.web.console import Console, Status

SHOWN = 50
"""How many alerts the page holds; older ones stay in the database."""


class Pages:
    """Renders the page, an alert's card and the camera list of one site; safe from any thread."""

    def __init__(self, console: Console) -> None:
        self._console = console
        zone = console.facts.zone
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(
            list_words=words.list_words,
            clock=lambda at: words.clock(at, zone),
            day=lambda at: words.day(at, zone),
            condition_words=words.condition_words,
            camera_line=words.camera_line,
        )
        self._templates.globals["score_words"] = words.score_words

    def console(self) -> str:
        """The whole page as it is now."""
        alerts = self._console.alerts.latest(SHOWN)
        return self._templates.get_template("console.html").render(
            facts=self._console.facts,
            alerts=alerts,
            sequence=alerts[0].sequence if alerts else 0,
            status=self._console.board.status(),
            shown=SHOWN,
        )

    def card(self, alert: KeptAlert) -> str:
        """One alert."""
        return self._templates.get_template("card.html").render(alert=alert)

    def cameras(self, status: Status) -> str:
        """The cameras and their state."""
        return self._templates.get_template("cameras.html").render(status=status)

    def troubles(self, status: Status) -> str:
        """What is wrong just now, cameras that do not see included; empty when all is well."""
        return self._templates.get_template("troubles.html").render(status=status).strip()
