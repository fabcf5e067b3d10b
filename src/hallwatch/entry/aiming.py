"""Every worker looks for the same people as the first process: what changed is told, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from hallwatch.core.decide import Threshold
from hallwatch.core.events import Enrol, Enrolled, OnTheList
from hallwatch.entry.board import LiveBoard
from hallwatch.entry.minded import Minded
from hallwatch.entry.telling_list import DEAF, Telling
from hallwatch.entry.worker import WorkerOrder


class Aiming:
    """Tells ``workers`` whom to look for; ``died`` hears of one whose pipe is broken."""

    def __init__(self, board: LiveBoard, died: Callable[[Minded[WorkerOrder]], None]) -> None:
        self.workers: Sequence[Minded[WorkerOrder]] = ()
        self._board, self._died = board, died
        self._telling: dict[str, Telling] = {}

    def aim(self, told: Sequence[OnTheList | None], threshold: Threshold) -> None:
        """Workers at work are told (None: the threshold alone); workers to come are given the list as it is."""
        for worker in self.workers:
            worker.order = replace(worker.order, threshold=threshold)
            if worker.link is not None:
                telling = self._telling.setdefault(worker.name, Telling())
                for one in told:
                    telling.put(one)
                self._tell(worker)

    def acknowledged(self, name: str, message: Enrolled) -> None:
        """A worker has taken changes over, and gets the next ones."""
        telling = self._telling.get(name)
        if telling is None or not telling.heard(message.version):
            return
        for worker in self.workers:
            if worker.name == name:
                self._tell(worker)
        if telling.done:
            self._board.trouble(f"list of {name}", None)

    def look_for_deaf(self) -> None:
        """A worker at work that does not take the newest list over is not screening for it, and that is said."""
        for worker in self.workers:
            telling = self._telling.get(worker.name)
            if telling is not None and worker.ready and telling.late:
                self._board.trouble(f"list of {worker.name}", DEAF)

    def lost(self, name: str) -> None:
        """A process has died; whoever comes after it is given the whole list."""
        self._telling.pop(name, None)

    def _tell(self, worker: Minded[WorkerOrder]) -> None:
        """The next changes, once the worker has taken the last ones over: a pipe that is never full blocks nobody."""
        telling = self._telling.get(worker.name)
        if telling is None or worker.link is None or (changes := telling.next()) is None:
            return
        try:
            worker.link.send(Enrol(telling.version, changes, worker.order.threshold))
        except OSError:
            self._died(worker)
