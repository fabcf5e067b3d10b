"""The deliverer as the supervisor sees it: one process that is minded, woken, and heard."""

from __future__ import annotations

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

    def __init__(self, order: DelivererOrder, board: LiveBoard) -> None:
        self.minded: Minded[DelivererOrder] = Minded("hw-deliverer", deliver, order, speaks=True)
        self._board = board
        self._faulty: set[str] = set()

    def wake(self) -> None:
        """An alert is committed. A deliverer that is gone is noticed by its pipe and finds the alert by itself."""
        if self.minded.link is not None and self.minded.ready:
            try:
                self.minded.link.send(Wake())
            except OSError:
                return

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
        self._board.trouble(self.minded.name, MUTE.format(reason=reason))
