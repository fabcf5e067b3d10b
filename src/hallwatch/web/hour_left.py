"""Whether there is anything left to do in the first hour: so long the pages lead to it."""

from __future__ import annotations

from hallwatch.core.events import CameraCondition
from hallwatch.core.first_hour import Step, done_of
from hallwatch.web.console import Console


class HourLeft:
    """Knows what is done already, since nothing is ever undone; safe from any thread."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._left = frozenset(Step)

    def __bool__(self) -> bool:
        left = self._left
        if left:
            left -= done_of(self._console.who.first_deeds, left)
            if is_watching(self._console):
                left -= {Step.CAMERA}
            self._left = left
        return bool(left)


def is_watching(console: Console) -> bool:
    """Whether a camera shows a picture just now."""
    return any(one.condition is CameraCondition.WATCHING for one in console.board.status().cameras)
