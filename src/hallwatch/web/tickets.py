"""What a browser was asked and has not answered yet: each once, for some minutes."""

from __future__ import annotations

import secrets
import threading
import time
from typing import Generic, TypeVar

LIFE_S = 300.0
MOST = 1000

T = TypeVar("T")


class Tickets(Generic[T]):
    """Things that wait for an answer; safe from any thread. When there are too many, the oldest go."""

    def __init__(self, life_s: float = LIFE_S) -> None:
        self._open: dict[str, tuple[T, float]] = {}
        self._life_s = life_s
        self._lock = threading.Lock()

    def put(self, thing: T) -> str:
        """Keep a thing; the ticket by which its answer names it."""
        ticket = secrets.token_urlsafe(16)
        with self._lock:
            self._open[ticket] = thing, time.monotonic() + self._life_s
            while len(self._open) > MOST:
                del self._open[next(iter(self._open))]
        return ticket

    def take(self, ticket: str) -> T | None:
        """The thing, once; None when it was taken, is too old, or never was."""
        with self._lock:
            found = self._open.pop(ticket, None)
        return None if found is None or time.monotonic() >= found[1] else found[0]
