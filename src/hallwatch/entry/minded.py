"""A child process that is started again when it dies or hangs, with growing waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from hallwatch.entry.child import Child

Order = TypeVar("Order")

WAITS_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
STABLE_S = 60.0
"""After so long at work, the next death counts as a first one."""


class Minded(Generic[Order]):
    """One place for a child: empty, starting, ready. For one thread.

    ``expects_answer`` is for children that speak only when spoken to: while False, silence is fine for them
    if ``speaks`` is False, too.
    """

    def __init__(
        self, name: str, target: Callable[[Order, Connection], None], order: Order, *, speaks: bool
    ) -> None:
        self.name, self.order = name, order
        self.failure: str | None = None
        self.ready = False
        self.expects_answer = False
        self._target, self._speaks = target, speaks
        self._child: Child[Order] | None = None
        self._deaths = 0
        self._heard = self._started = self._due = 0.0

    @property
    def link(self) -> Connection | None:
        """The pipe to the child, while there is one."""
        return None if self._child is None else self._child.link

    @property
    def wait_s(self) -> float:
        """The pause before the next start."""
        return WAITS_S[min(max(self._deaths - 1, 0), len(WAITS_S) - 1)]

    def start(self) -> Child[Order]:
        """Start the child."""
        self.failure, self.ready, self.expects_answer = None, False, False
        self._heard = self._started = time.monotonic()
        self._child = Child(self.name, self._target, self.order)
        return self._child

    def receive(self) -> object:
        """The child's next message. Raises EOFError or OSError when it is gone."""
        if self._child is None:
            raise EOFError
        message: object = self._child.link.recv()
        self._heard = time.monotonic()
        return message

    def spoken_to(self) -> None:
        """An answer is awaited from now on."""
        self.expects_answer = True
        self._heard = time.monotonic()

    def hangs(self, start_s: float, silence_s: float) -> bool:
        """True when it has said nothing for longer than it may."""
        if self._child is None:
            return False
        silent = time.monotonic() - self._heard
        if not self.ready:
            return silent > start_s
        return (self._speaks or self.expects_answer) and silent > silence_s

    def is_due(self) -> bool:
        """True when it is dead and its pause is over."""
        return self._child is None and time.monotonic() >= self._due

    def end(self, patience_s: float) -> str:
        """End the child and say how it ended; the next start is due after a pause."""
        if self._child is None:
            return "was not running"
        how = self._child.end(patience_s)
        self._child = None
        now = time.monotonic()
        self._deaths = 1 if now - self._started > STABLE_S else self._deaths + 1
        self._due = now + self.wait_s
        self.ready = False
        return how
