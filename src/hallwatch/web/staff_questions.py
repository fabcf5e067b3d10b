"""What the pages ask about those who answer alerts."""

from __future__ import annotations

from typing import Protocol

from hallwatch.core.training import Training


class StaffQuestions(Protocol):
    """Who has taken the course; may raise HallwatchError as above."""

    def training(self) -> dict[str, Training]:
        """By account, the last course that it passed, whether it still holds or not."""
