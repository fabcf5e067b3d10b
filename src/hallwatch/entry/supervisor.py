"""Starts the keeper and the workers, passes sightings from one to the other, and starts again what dies."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from multiprocessing.connection import wait
from threading import Event
from typing import TypeAlias

from hallwatch.core.events import (
    CameraCondition,
    CameraState,
    Enrolled,
    Forget,
    ListChanges,
    OnTheList,
    PassesCounted,
    Sighting,
)
from hallwatch.core.kept import KeptAlert
from hallwatch.entry.aiming import Aiming
from hallwatch.entry.board import LiveBoard
from hallwatch.entry.child import Failed
from hallwatch.entry.deliverer import DelivererOrder, DelivererReady, DelivererState
from hallwatch.entry.keeper import Dropped, Held, KeeperOrder, KeeperReady, KeptOut, Meaning, keep
from hallwatch.entry.live_list import LiveList
from hallwatch.entry.minded import Minded
from hallwatch.entry.outbox import Outbox
from hallwatch.entry.outside import Outside
from hallwatch.entry.pass_count import PassCount
from hallwatch.entry.worker import WorkerOrder, WorkerReady, work
from hallwatch.errors import UserError
from hallwatch.settings.site import CameraSection

LOG = logging.getLogger(__name__)

TICK_S = 0.5
START_PATIENCE_S = 180.0
"""Loading models on a busy small machine."""
SILENCE_PATIENCE_S = 30.0
"""Workers speak every two seconds, the keeper answers within one; after this long they hang."""
STOP_PATIENCE_S = 8.0

HELD = (
    "Deletion is held back: {why}. Look at the clock and the audit trail; then type, at the machine:"
    " hallwatch release-deletion."
)

AnyMinded: TypeAlias = "Minded[KeeperOrder] | Minded[WorkerOrder] | Minded[DelivererOrder]"


class Supervisor:
    """Owned by one thread, which calls ``run``; ``stop`` may be called from any."""

    def __init__(self, keeper: KeeperOrder, board: LiveBoard) -> None:
        self._board = board
        self._outbox = Outbox()
        self._stopping = Event()
        self._keeper: Minded[KeeperOrder] = Minded("hw-keeper", keep, keeper, speaks=False)
        self._outside = Outside(board)
        self._workers: list[Minded[WorkerOrder]] = []
        self._cameras: dict[str, tuple[CameraSection, ...]] = {}
        self._live: LiveList | None = None
        self._aiming = Aiming(board, self._died)
        self._passes = PassCount()

    def open_keeper(self) -> None:
        """Start the keeper and wait until the database is open. Raises UserError when it cannot be."""
        child = self._keeper.start()
        if not child.link.poll(START_PATIENCE_S):
            self._keeper.end(0)
            raise UserError(f"the database did not open within {START_PATIENCE_S:.0f} s")
        try:
            answer = child.link.recv()
        except EOFError:
            raise UserError(
                f"the keeper could not start ({self._keeper.end(2)}); see the lines above"
            ) from None
        if isinstance(answer, Failed):
            self._keeper.end(2)
            raise UserError(answer.reason)
        self._keeper.ready = True

    def employ(self, workers: Sequence[WorkerOrder], meaning: str, live: LiveList | None = None) -> None:
        """The workers to start, the sentence that explains their scores, and the list that they share; before
        ``run``."""
        self._live = live
        self._workers = [
            Minded(f"hw-worker-{number}", work, order, speaks=True)
            for number, order in enumerate(workers, start=1)
        ]
        self._aiming.workers = self._workers
        self._cameras = {worker.name: worker.order.cameras for worker in self._workers}
        self._explain(meaning)

    def deliver_by(self, order: DelivererOrder) -> None:
        """How people outside are told; before ``run``."""
        self._outside.hire(order)

    def close(self) -> None:
        """End the keeper when ``run`` was never called."""
        self._keeper.end(STOP_PATIENCE_S)

    def run(self) -> None:
        """Start the workers and mind everything until ``stop``; then end it all."""
        try:
            for worker in self._workers:
                worker.start()
            self._outside.start()
            while not self._stopping.is_set():
                self._turn()
        finally:
            self._end()

    def stop(self) -> None:
        """Make ``run`` return soon."""
        self._stopping.set()

    def _turn(self) -> None:
        minded: list[AnyMinded] = [self._keeper, *self._workers, *self._outside.minded]
        links = {one.link: one for one in minded if one.link is not None}
        for link in wait(list(links), timeout=TICK_S):
            one = links[link]  # type: ignore[index]
            try:
                message = one.receive()
            except (EOFError, OSError):
                self._died(one)
            else:
                self._hear(one, message)
        self._aiming.look_for_deaf()
        for one in minded:
            if one.hangs(START_PATIENCE_S, SILENCE_PATIENCE_S):
                LOG.error("%s hangs and is ended", one.name)
                self._died(one)
            elif one.is_due():
                LOG.warning("%s is started again", one.name)
                one.start()
        self._send_on()
        self._count()

    def _hear(self, one: AnyMinded, message: object) -> None:
        match message:
            case Sighting():
                level = logging.DEBUG if message.improves else logging.INFO
                LOG.log(level, "camera %s: possible match, alert %s", message.camera, message.alert_id)
                self._outbox.put(message)
                self._send_on()
            case KeptAlert():
                one.expects_answer = False
                self._outbox.answered()
                self._board.committed()
                self._send_on()
                self._outside.wake()
            case DelivererState():
                self._outside.hear(message)
            case Held():
                self._board.trouble("retention", message.why and HELD.format(why=message.why))
            case Forget():
                told = None if self._live is None else self._live.forget(message.external_id)
                self._enrol([] if told is None else [told])
            case ListChanges():
                self._enrol([] if self._live is None else self._live.change_all(message.changes))
            case Enrolled():
                self._aiming.acknowledged(one.name, message)
            case Dropped():
                LOG.warning("alert %s was of somebody who is not listed any more: dropped", message.alert_id)
                one.expects_answer = False
                self._outbox.answered()
                self._send_on()
            case KeptOut():
                LOG.info("alert %s is below a raised threshold: kept out", message.alert_id)
                one.expects_answer = False
                self._outbox.answered()
                self._board.committed()
                self._send_on()
            case CameraState():
                self._board.camera(message)
                self._passes.heard(message)
            case WorkerReady() | KeeperReady() | DelivererReady():
                one.ready = True
                self._board.trouble(one.name, None)
            case Failed():
                one.failure = message.reason
            case _:
                raise TypeError(f"{one.name} sent a {type(message).__name__}")

    def _enrol(self, told: Sequence[OnTheList]) -> None:
        """These are looked for from now on, or no longer."""
        if told:
            self._aim(told)
        self._board.committed()

    def _aim(self, told: Sequence[OnTheList | None]) -> None:
        """Every worker looks for these, over the threshold as it is now."""
        if self._live is not None:
            threshold = self._live.threshold
            self._aiming.aim(told, threshold)
            if self._live.people:
                self._explain(threshold.meaning())

    def _explain(self, meaning: str) -> None:
        """New alerts are explained by this sentence."""
        if not meaning:
            return
        self._keeper.order = replace(self._keeper.order, meaning=meaning)
        if self._keeper.link is not None:
            try:
                self._keeper.link.send(Meaning(meaning))
            except OSError:
                self._died(self._keeper)

    def _send_on(self) -> None:
        """Give the keeper its next sighting; a keeper that dies of it is noticed by its pipe."""
        link = self._keeper.link
        if link is None or not self._keeper.ready:
            return
        sighting = self._outbox.next()
        if sighting is not None:
            self._keeper.spoken_to()
            try:
                link.send(sighting)
            except OSError:
                self._died(self._keeper)

    def _count(self, *, ending: bool = False) -> None:
        """Tell the keeper how many have passed, and once a day take up what that makes of the threshold."""
        link = self._keeper.link
        if link is None or not self._keeper.ready or not (more := self._passes.due(ending=ending)):
            return
        try:
            link.send(PassesCounted(more))
        except OSError:
            self._died(self._keeper)
        if self._live is not None and self._live.recount(date.today()):
            self._aim([None])

    def _died(self, one: AnyMinded) -> None:
        self._aiming.lost(one.name)
        how = one.end(0.5)
        reason = one.failure or f"its process ended unexpectedly ({how})"
        LOG.error("%s: %s; starting it again in %.0f s", one.name, reason, one.wait_s)
        if one is self._keeper:
            self._outbox.unanswered()
            waiting = len(self._outbox)
            matches = f" {waiting} possible matches wait to be saved and shown." if waiting else ""
            self._board.trouble(
                one.name, f"Alerts cannot be saved just now: {reason}. Trying again.{matches}"
            )
            return
        if one in self._outside.minded:
            self._outside.died(reason)
            return
        self._board.trouble(one.name, f"Analysis stopped: {reason}. It is being started again.")
        for camera in self._cameras[one.name]:
            self._board.camera(
                CameraState(camera.name, CameraCondition.LOST, "analysis stopped; it is being started again")
            )

    def _end(self) -> None:
        """Workers first, all at once; the keeper when it has committed what they saw last."""
        for worker in self._workers:
            self._hear_out(worker)
            if worker.link is not None:
                worker.link.close()
        for worker in self._workers:
            worker.end(STOP_PATIENCE_S)
        self._count(ending=True)
        deadline = time.monotonic() + STOP_PATIENCE_S
        while len(self._outbox) and self._keeper.ready and time.monotonic() < deadline:
            self._send_on()
            self._hear_out(self._keeper, TICK_S)
        if len(self._outbox):
            LOG.error("%d sightings could not be saved before the end", len(self._outbox))
        self._outside.end(STOP_PATIENCE_S)
        self._keeper.end(STOP_PATIENCE_S)

    def _hear_out(self, one: AnyMinded, wait_s: float = 0.0) -> None:
        """Take the messages that are already in the pipe, waiting at most ``wait_s`` for the first."""
        try:
            while one.link is not None and one.link.poll(wait_s):
                self._hear(one, one.receive())
                wait_s = 0.0
        except (EOFError, OSError):
            self._died(one)
