"""The Idempotency-Key of programs: what was made once is not made again when the same request comes again.

Kept in memory for a day: a server that was started again has forgotten them. Only numbers are kept, nobody's data.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

KEPT_S = 86_400.0
MOST_EACH = 1000
"""So many of one key for programs; the oldest are dropped beyond that."""


class Again(Enum):
    """Why a repeat is no repeat."""

    OTHER = auto()
    """The same Idempotency-Key came with another request."""
    RUNNING = auto()
    """The first one is not finished yet."""


@dataclass(slots=True)
class _Made:
    digest: str
    at: float
    number: str | None = None


class Repeats:
    """Safe from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made: dict[str, dict[str, _Made]] = {}
        self._lock = threading.Lock()

    def once(self, whose: str, mark: str | None, digest: str, make: Callable[[], str]) -> str | Again:
        """The number of what ``make`` makes, or made when ``mark`` came first; what it raises leaves nothing behind.

        ``whose`` is the key for programs, ``digest`` that of the whole request.
        """
        if mark is None:
            return make()
        with self._lock:
            mine = self._made.setdefault(whose, {})
            self._forget(mine)
            before = mine.get(mark)
            if before is not None:
                if before.digest != digest:
                    return Again.OTHER
                return Again.RUNNING if before.number is None else before.number
            made = mine[mark] = _Made(digest, self._clock())
        try:
            made.number = make()
        except BaseException:
            with self._lock:
                mine.pop(mark, None)
            raise
        return made.number

    def _forget(self, mine: dict[str, _Made]) -> None:
        """Those of yesterday, and the oldest of too many; what still runs stays."""
        now = self._clock()
        done = [mark for mark, made in mine.items() if made.number is not None]
        for place, mark in enumerate(done):
            if now - mine[mark].at > KEPT_S or len(done) - place >= MOST_EACH:
                del mine[mark]
