"""One channel at work in a thread of its own, so that a dead one holds up no other."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from hallwatch.core.delivery import Message, Result
from hallwatch.errors import NotDelivered, Undeliverable, UserError
from hallwatch.ports import Channel

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt to send ended."""

    channel: str
    key: str
    result: Result
    outcome: str


class Sender:
    """Takes messages in order; each ends as an Attempt that ``done`` hears, in this thread."""

    def __init__(self, name: str, make: Callable[[], Channel], done: Callable[[Attempt], None]) -> None:
        self.name = name
        self._make, self._done = make, done
        self._waiting: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._since: float | None = None
        self._thread = threading.Thread(target=self._run, name=f"send {name}", daemon=True)
        self._thread.start()

    def put(self, message: Message) -> None:
        """Send it as soon as those before it are through."""
        self._waiting.put(message)

    @property
    def waiting(self) -> int:
        """How many messages wait, about."""
        return self._waiting.qsize()

    @property
    def busy_s(self) -> float:
        """How long it has been at the message that it is at."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    def _run(self) -> None:
        channel: Channel | None = None
        while True:
            message = self._waiting.get()
            self._since = time.monotonic()
            try:
                if channel is None:
                    channel = self._make()
                attempt = Attempt(self.name, message.key, Result.ARRIVED, channel.send(message))
            except Undeliverable as error:
                attempt = Attempt(self.name, message.key, Result.HOPELESS, str(error))
            except (NotDelivered, UserError) as error:
                attempt = Attempt(self.name, message.key, Result.FAILED, str(error))
            except Exception as error:  # a library's own: its text may hold addresses and passwords
                LOG.error("channel %s: %s", self.name, type(error).__name__)
                attempt = Attempt(
                    self.name, message.key, Result.FAILED, f"it failed ({type(error).__name__})"
                )
            self._since = None
            self._done(attempt)
