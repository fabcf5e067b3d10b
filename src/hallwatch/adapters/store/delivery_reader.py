"""What pages ask about deliveries, each question by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hallwatch.adapters.store.reader import Reader
from hallwatch.core.delivery import ChannelState


@dataclass(frozen=True, slots=True)
class DeliveryReader:
    """Implements web.delivery_questions.DeliveryQuestions; safe from any thread."""

    reader: Reader

    def unshown(self, schools: Collection[str] | None = None) -> set[str]:
        """Alerts (of these schools; None: of all) that no page has shown yet."""
        with self.reader.deliveries() as deliveries:
            return deliveries.unshown(schools)

    def ringing(self, schools: Collection[str] | None = None) -> set[str]:
        """Alerts for which sirens ring."""
        with self.reader.deliveries() as deliveries:
            return deliveries.ringing(schools)

    def channels(self) -> list[ChannelState]:
        """How every channel that was ever used is doing."""
        with self.reader.deliveries() as deliveries:
            return deliveries.channels()

    def subscriptions_of(self, account_id: str) -> Sequence[str]:
        """The ids of the account's browsers that take push messages."""
        with self.reader.deliveries() as deliveries:
            return deliveries.subscriptions_of(account_id)
