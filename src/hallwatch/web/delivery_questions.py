"""What the pages ask about deliveries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from hallwatch.core.delivery import ChannelState


class DeliveryQuestions(Protocol):
    """Deliveries, as they stand now; may raise HallwatchError as above."""

    def unshown(self, schools: Collection[str] | None = None) -> set[str]:
        """Alerts (of these schools; None: of all) that no page has shown yet."""

    def ringing(self, schools: Collection[str] | None = None) -> set[str]:
        """Alerts for which sirens ring."""

    def channels(self) -> list[ChannelState]:
        """How every channel that was ever used is doing."""

    def subscriptions_of(self, account_id: str) -> Sequence[str]:
        """The ids of the account's browsers that take push messages."""
