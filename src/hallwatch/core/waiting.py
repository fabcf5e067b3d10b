"""What waits for one account: shown on every page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """Listings that want the account's yes or no (``emergencies`` among them hold already), people of its listings
    whose alerts are held back, and alerts that sound until somebody answers."""

    yeses: int = 0
    emergencies: int = 0
    held: int = 0
    sounding: int = 0

    @property
    def lists(self) -> int:
        """What stands under Lists."""
        return self.yeses + self.held
