"""What the keeper is asked about browsers on shift."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from hallwatch.core.by import By


@dataclass(frozen=True, slots=True)
class EnrolDevice:
    """The account's browser with this session is on shift for so many hours; ``pin`` is the PIN's Argon2 hash, asked
    for when it has not acted for ``pause_min`` minutes."""

    by: By
    session: str
    pin: str = field(repr=False)
    hours: int
    pause_min: int
    kind: Literal["enrol-device"] = "enrol-device"


@dataclass(frozen=True, slots=True)
class TryPin:
    """A PIN was typed, and ``fits`` or not."""

    by: By
    session: str
    fits: bool
    kind: Literal["try-pin"] = "try-pin"


DeviceRequest: TypeAlias = EnrolDevice | TryPin
