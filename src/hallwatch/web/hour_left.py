"""Whether the pages lead to the first hour: while something of it is left to do, and the installation is new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hallwatch.core.events import CameraCondition
from hallwatch.core.first_hour import Step, done_of
from hallwatch.web.console import Console

NEW = timedelta(days=14)
"""Whoever has not finished by then does not want to; and an old audit trail is long to search at every page."""


class HourLeft:
    """Knows what is done already, since nothing is ever undone, and asks for the first thing that is left alone; safe
    from any thread."""

    def __init__(self, console: Console, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._console, self._now = console, now
        self._left = frozenset(Step)

    def __bool__(self) -> bool:
        if not self._left:
            return False
        began = self._console.alerts.began()
        if began is not None and self._now() - began > NEW:
            self._left = frozenset()
            return False
        for step in [one for one in Step if one in self._left]:
            if not self._is_done(step):
                return True
            self._left -= {step}
        return False

    def _is_done(self, step: Step) -> bool:
        if step is Step.CAMERA and is_watching(self._console):
            return True
        return step in done_of(self._console.who.first_deeds, (step,))


def is_watching(console: Console) -> bool:
    """Whether a camera shows a picture just now."""
    return any(one.condition is CameraCondition.WATCHING for one in console.board.status().cameras)
