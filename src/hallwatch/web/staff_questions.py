"""What the pages ask about those who answer alerts."""

from __future__ import annotations

from typing import Protocol

from hallwatch.core.device import Device
from hallwatch.core.duty import Ring, Shift
from hallwatch.core.training import Training


class StaffQuestions(Protocol):
    """Who has taken the course, and which browsers are on shift; may raise HallwatchError as above."""

    def device(self, session: str) -> Device | None:
        """The browser of this session, if it is on shift."""

    def shifts(self) -> list[Shift]:
        """The calendar of duty."""

    def rings(self) -> dict[str, Ring]:
        """By account, the last time that its phone was rung."""

    def training(self) -> dict[str, Training]:
        """By account, the last course that it passed, whether it still holds or not."""
