"""A process of ours and the pipe to it."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from hallwatch.entry.naming import name_process
from hallwatch.errors import UserError

O = TypeVar("O")  # noqa: E741 - an order

START = multiprocessing.get_context("spawn")
"""Spawned, never forked: nothing of the parent's memory is in the child."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A child gives up for a reason that somebody can mend."""

    reason: str


class Child(Generic[O]):
    """Runs ``target(order, link)`` in a process of its own; each end sees the other die by the pipe."""

    def __init__(self, name: str, target: Callable[[O, Connection], None], order: O) -> None:
        self.name = name
        self.link, theirs = START.Pipe()
        self._process = START.Process(target=_run, args=(target, order, theirs), name=name)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int | None:
        """The process id."""
        return self._process.pid

    def terminate(self) -> None:
        """Have it end at once; whoever listens to its pipe notices, and calls ``end``."""
        self._process.terminate()

    def end(self, patience_s: float) -> str:
        """Hang up, wait, insist; says how it ended. Nothing of it is left when this returns."""
        self.link.close()
        self._process.join(patience_s)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(2)
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        status = self._process.exitcode or 0
        self._process.close()
        return f"signal {-status}" if status < 0 else f"exit status {status}"


def _run(target: Callable[[O, Connection], None], order: O, link: Connection) -> None:
    """In the child: Ctrl-C is the parent's to answer, and a closed pipe is an order to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    name_process(START.current_process().name)
    try:
        target(order, link)
    except UserError as error:
        link.send(Failed(str(error)))
    except (BrokenPipeError, ConnectionResetError, EOFError):
        return
    finally:
        link.close()
