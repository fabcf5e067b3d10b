"""Requests about deliveries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from hallwatch.core.by import By
from hallwatch.core.delivery import Result


@dataclass(frozen=True, slots=True)
class NoteDelivery:
    """How attempt number ``attempt`` of a delivery ended; ``chance`` (0 to 1) spreads the next one."""

    by: By
    delivery_id: str
    attempt: int
    result: Result
    outcome: str
    chance: float = 0.5
    kind: Literal["note-delivery"] = "note-delivery"


@dataclass(frozen=True, slots=True)
class ShowAlerts:
    """A live page of the account has shown these alerts."""

    by: By
    alert_ids: tuple[str, ...]
    kind: Literal["show-alerts"] = "show-alerts"


@dataclass(frozen=True, slots=True)
class KeepSubscription:
    """A browser of the account's own wants push messages: where they go, and what they are encrypted with."""

    by: By
    endpoint: str = field(repr=False)
    public_key: str = field(repr=False)
    auth: str = field(repr=False)
    label: str = ""
    kind: Literal["keep-subscription"] = "keep-subscription"


@dataclass(frozen=True, slots=True)
class DropSubscription:
    """It does not any more."""

    by: By
    subscription_id: str
    kind: Literal["drop-subscription"] = "drop-subscription"


DeliveryRequest: TypeAlias = NoteDelivery | ShowAlerts | KeepSubscription | DropSubscription
