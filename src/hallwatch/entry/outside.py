"""The deliverer as the supervisor sees it: one process that is minded, woken, and heard."""

from __future__ import annotations

from contextlib import suppress

from hallwatch.entry.board import LiveBoard
from hallwatch.entry.deliverer import DelivererOrder, DelivererState, Wake, deliver
from hallwatch.entry.minded import Minded

UNDELIVERED = (
    "UNDELIVERED: {count} possible matches have reached nobody. Look at them now; Deliveries says why."
)
MUTE = "Nobody outside the console is told just now: {reason}. Trying again."
FAULTY = "The channel {name} does not deliver: {why}. Trying again."


class Outside:
    """Belongs to the supervisor's thread."""

    def __init__(self, board: LiveBoard) -> None:
        """Nobody is hired yet."""
        self.minded: list[Minded[DelivererOrder]] = []
        self._board = board
        self._faulty: set[str] = set()

    def hire(self, order: DelivererOrder) -> None:
        """Have one from ``start`` on."""
        self.minded = [Minded("hw-deliverer", deliver, order, speaks=True)]

    def start(self) -> None:
        """Start it."""
        for one in self.minded:
            one.start()

    def end(self, patience_s: float) -> None:
        """End it."""
        for one in self.minded:
            one.end(patience_s)

    def wake(self) -> None:
        """An alert is committed. A deliverer that is gone is noticed by its pipe and finds the alert by itself."""
        for one in self.minded:
            if one.link is not None and one.ready:
                with suppress(OSError):
                    one.link.send(Wake())

    def hear(self, state: DelivererState) -> None:
        """What the deliverer says of itself, on every page."""
        count = state.unreached
        self._board.trouble("undelivered", UNDELIVERED.format(count=count) if count else None)
        for name in self._faulty - state.faults.keys():
            self._board.trouble(f"channel {name}", None)
        for name, why in state.faults.items():
            self._board.trouble(f"channel {name}", FAULTY.format(name=name, why=why))
        self._faulty = set(state.faults)

    def died(self, reason: str) -> None:
        """It is being started again."""
        for one in self.minded:
            self._board.trouble(one.name, MUTE.format(reason=reason))
