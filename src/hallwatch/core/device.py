"""A browser that is on shift: it stays signed in to look, and asks for its PIN to act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

MOST_HOURS = 12
PIN_AFTER_MIN = 5
TRIES = 5
"""So many wrong PINs end the session."""
DIGITS = 6
LOCKED = "this device is locked; type its PIN, then answer again"


@dataclass(frozen=True, slots=True)
class Device:
    """A signed-in browser (``session`` is its digest) on shift until ``ends``; ``pin`` is the PIN's Argon2 hash,
    ``used`` when it acted last or had the PIN, ``wrong`` how many PINs in a row were not it."""

    session: str
    pin: str = field(repr=False)
    ends: datetime
    used: datetime
    pause: timedelta
    wrong: int = 0

    def is_locked(self, now: datetime) -> bool:
        """Whether the PIN is asked for before it acts. A clock that was set back locks it, too."""
        return not self.used - timedelta(minutes=1) <= now < self.used + self.pause


def pin_fault(pin: str) -> str | None:
    """Why a new PIN will not do, in one sentence; None when it will."""
    if len(pin) != DIGITS or not (pin.isascii() and pin.isdecimal()):
        return "A PIN has 6 digits."
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 or len(set(pin)) < 3:
        return "That PIN is too easy to guess; do not use one digit again and again, or a row such as 123456."
    return None
