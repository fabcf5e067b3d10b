"""How long a lost camera waits before it is tried again."""

from __future__ import annotations

import random
import time

_WAITS_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
_JITTER = 0.2
"""So that the cameras of a switch that comes back do not all connect in the same moment."""
_GOOD_S = 60.0


class Waits:
    """Growing waits, which start again at the first after a good minute of watching."""

    def __init__(self) -> None:
        self._losses = 0
        self._watching_since: float | None = None

    def watching(self) -> None:
        """Pictures come."""
        if self._watching_since is None:
            self._watching_since = time.monotonic()

    def lost(self, *, denied: bool = False) -> float:
        """The camera is lost; returns the seconds to wait, +/- 20 %, the longest after a refused login."""
        if self._watching_since is not None and time.monotonic() - self._watching_since > _GOOD_S:
            self._losses = 0
        if denied:
            self._losses = len(_WAITS_S)
        wait = _WAITS_S[min(self._losses, len(_WAITS_S) - 1)]
        self._losses += 1
        self._watching_since = None
        return wait * random.uniform(1 - _JITTER, 1 + _JITTER)
