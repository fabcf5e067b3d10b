"""What one worker has still to be told of the list: the newest of each person, some at a time, each time answered."""

from __future__ import annotations

import time

from hallwatch.core.events import OnTheList

WITHIN_S = 2.0
"""A worker takes a change over between two pictures; one that does not is not screening for it."""
DEAF = "A change of the list has not reached all cameras yet: some are still watched with the list of before."
AT_ONCE = 16
"""Changes in one message: far less than a pipe holds, so that sending it never waits."""


class Telling:
    """For one thread."""

    def __init__(self) -> None:
        self.version = 0
        self._waiting: dict[str, OnTheList] = {}
        self._asked = self._aims = False
        self._since = 0.0

    def put(self, change: OnTheList | None) -> None:
        """One more to tell, in place of an older one of the same person; None: another threshold alone."""
        if self.done:
            self._since = time.monotonic()
        self._aims = True
        if change is None:
            return
        self._waiting.pop(change.external_id, None)
        self._waiting[change.external_id] = change

    def next(self) -> tuple[OnTheList, ...] | None:
        """What is to be sent now; None while an answer is awaited, or nothing waits."""
        if self._asked or not (self._waiting or self._aims):
            return None
        self._aims = False
        names = list(self._waiting)[:AT_ONCE]
        self.version += 1
        self._asked = True
        return tuple(self._waiting.pop(name) for name in names)

    def heard(self, version: int) -> bool:
        """Whether this answers what was sent last."""
        if version != self.version:
            return False
        self._asked = False
        self._since = time.monotonic()
        return True

    @property
    def done(self) -> bool:
        """Whether the worker knows everything."""
        return not (self._asked or self._waiting or self._aims)

    @property
    def late(self) -> bool:
        """Whether it has been silent for too long."""
        return not self.done and time.monotonic() > self._since + WITHIN_S
