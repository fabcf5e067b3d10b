"""Slows down whoever guesses passwords, without locking out the person whose password is being guessed.

Failures count against three things: the sign-in name from that address, the address, and the sign-in name from
browsers that never signed in with it. A browser that once did is known by a cookie and has a count of its own, so
that no stranger's guessing keeps its owner out.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

FREE = 5
"""So many failures cost no waiting."""
LONGEST_S = 300.0
FORGOTTEN_S = 3600.0
MOST = 50_000
"""Counts kept; the oldest are dropped beyond that."""
MOST_ADDRESSES = 5_000


STARTS, STARTS_WITHIN_S = 120, 60.0
"""So many times a minute one address may go to the district's own sign-in: a school is one address, and begins at
eight."""


class Rate:
    """How often something may be done from one address; safe from any thread."""

    def __init__(
        self,
        most: int = STARTS,
        within_s: float = STARTS_WITHIN_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._within_s, self._clock = most, within_s, clock
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def wait_s(self, address: str) -> float:
        """Count one more; the seconds to wait where that is too many, 0 where it is not. What waits is not counted."""
        now = self._clock()
        with self._lock:
            times = self._times.pop(address, deque())
            while times and now - times[0] >= self._within_s:
                times.popleft()
            full = len(times) >= self._most
            if not full:
                times.append(now)
            self._times[address] = times
            while len(self._times) > MOST_ADDRESSES:
                del self._times[next(iter(self._times))]
            return times[0] + self._within_s - now if full else 0.0


@dataclass(slots=True)
class _Count:
    failures: int
    last: float


class Throttle:
    """Safe from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[tuple[str, ...], _Count] = {}
        self._lock = threading.Lock()

    def wait_s(self, login: str, address: str, device: str | None) -> float:
        """Seconds before the next try is looked at; 0 for now."""
        now = self._clock()
        with self._lock:
            return max(0.0, *(self._due(key, free) - now for key, free in _keys(login, address, device)))

    def failed(self, login: str, address: str, device: str | None) -> None:
        """Count a wrong password or code."""
        now = self._clock()
        with self._lock:
            for key, _ in _keys(login, address, device):
                count = self._counts.pop(key, None)
                if count is None or now - count.last > FORGOTTEN_S:
                    count = _Count(0, now)
                self._counts[key] = _Count(count.failures + 1, now)
            while len(self._counts) > MOST:
                del self._counts[next(iter(self._counts))]

    def succeeded(self, login: str, address: str, device: str | None) -> None:
        """Whoever got in starts anew; the counts of the address and of strangers stay."""
        key = _keys(login, address, device)[0][0]
        with self._lock:
            self._counts.pop(key, None)

    def _due(self, key: tuple[str, ...], free: int) -> float:
        count = self._counts.get(key)
        if count is None or count.failures < free:
            return 0.0
        return count.last + min(2.0 ** min(count.failures - free, 10), LONGEST_S)


def _keys(login: str, address: str, device: str | None) -> list[tuple[tuple[str, ...], int]]:
    """What failures count against, and how many are free; the first is this person's own."""
    login = login.strip().casefold()
    if device is not None:
        return [(("device", login, device), FREE)]
    return [(("both", login, address), FREE), (("address", address), 4 * FREE), (("login", login), 10 * FREE)]
