"""The deliverer: the process that tells people outside the console, as the rows that the keeper writes say.

It writes nothing: what became of each attempt is a request to the keeper. Killed at any moment it begins again with
what is not noted as sent, so that everything arrives at least once, with the same key.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from threading import Lock
from zoneinfo import ZoneInfo

from hallwatch.adapters.keys.lent import OneKey
from hallwatch.adapters.outgoing import confine
from hallwatch.adapters.store.duty import DutyQuestions
from hallwatch.adapters.store.place import Place
from hallwatch.adapters.store.reader import Reader
from hallwatch.adapters.store.sealed import FOR_PUSH
from hallwatch.core.delivery import Message, Result, What, Work, key_of, remaining_s
from hallwatch.core.delivery_requests import NoteDelivery
from hallwatch.core.duty_requests import NoteRing
from hallwatch.core.escalation import PUSH
from hallwatch.core.policy.networks import networks_of
from hallwatch.core.requests import By
from hallwatch.entry.channels import channels_of
from hallwatch.entry.keeper_client import RequestRefused, ask
from hallwatch.entry.sender import Attempt, Sender
from hallwatch.errors import HallwatchError
from hallwatch.settings.channels import ChannelSection

LOG = logging.getLogger(__name__)

TICK_S = 0.5
TELLS_EVERY_S = 2.0
LOOKED_AT = 100
"""Deliveries of a channel that are looked at in one turn."""
RINGS_WAITING = 20
"""So many rings stand in their queue; nobody reaches more phones within a minute."""
AT_ONCE = 4
"""Deliveries of a channel that are under way or in its queue; the next are chosen later, new alerts first."""
GRACE_S = 15.0
"""An alert that has reached nobody after so long is undelivered."""
HANGS_S = 180.0
"""A channel so long at one message never comes back: the process starts anew."""


@dataclass(frozen=True, slots=True)
class DelivererOrder:
    """What a deliverer needs: where deliveries are, the keeper's socket, the channels with their secrets, and how the
    site and its console are called. ``key`` opens push subscriptions, ``vapid`` signs push messages."""

    place: Place
    socket: Path
    channels: tuple[ChannelSection, ...] = field(repr=False)
    networks: tuple[str, ...]
    here: str
    site: str
    console: str
    language: str
    time_zone: str | None
    key: bytes = field(repr=False)
    vapid: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DelivererReady:
    """Channels are at work."""


@dataclass(frozen=True, slots=True)
class Wake:
    """There is something new to send."""


@dataclass(frozen=True, slots=True)
class DelivererState:
    """How delivering is going: what each failing channel says, and how many alerts have reached nobody."""

    faults: Mapping[str, str]
    unreached: int


def deliver(order: DelivererOrder, link: Connection) -> None:
    """Send what is due until ``link`` closes."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
    woken, waker = Pipe(duplex=False)
    work = Delivering(order, Reader(order.place, OneKey(FOR_PUSH, order.key)), waker)
    confine(networks_of(order.networks))
    link.send(DelivererReady())
    told = -TELLS_EVERY_S
    while True:
        for ready in wait([link, woken], timeout=TICK_S):
            if ready is link:
                link.recv()
            else:
                woken.recv_bytes()
        work.turn()
        if time.monotonic() >= told + TELLS_EVERY_S:
            told = time.monotonic()
            link.send(work.state())


class Delivering:
    """Chooses what is sent now, and notes what became of it; belongs to one thread."""

    def __init__(self, order: DelivererOrder, reader: Reader, waker: Connection) -> None:
        self._order, self._reader, self._waker = order, reader, waker
        self._lock = Lock()
        self._attempts: deque[Attempt] = deque()
        self._under_way: dict[str, int] = {}
        self._rings: dict[str, str] = {}
        self._deadlines: dict[str, dict[str, tuple[datetime, float]]] = {}
        self._faults: dict[str, str] = {}
        self._unreached = 0
        self._held_up = False
        channels = channels_of(
            order.channels, networks_of(order.networks), order.here, order.vapid, order.console
        )
        self._senders = {name: Sender(name, make, self._ended) for name, make in channels.items()}
        # Rings have a thread of their own: however many there are, no alert stands behind one.
        self._ringer = Sender(PUSH.name, channels[PUSH.name], self._ended)
        self._zone = ZoneInfo(order.time_zone) if order.time_zone else None

    def turn(self) -> None:
        """Note what has ended, send what is due."""
        try:
            self._note()
            for name, sender in self._senders.items():
                self._send(name, sender)
            self._ring()
        except HallwatchError as error:  # the keeper or the database is away: what is due stays due
            if not self._held_up:
                LOG.warning("deliveries wait: %s", error)
            self._held_up = True
        else:
            self._held_up = False

    def state(self) -> DelivererState:
        """What is to be said of it. Raises RuntimeError when a channel hangs for good."""
        for sender in (*self._senders.values(), self._ringer):
            if sender.busy_s > HANGS_S:
                raise RuntimeError(f"the channel {sender.name} hangs")
        try:
            with self._reader.deliveries() as deliveries:
                self._unreached = sum(
                    not 0 <= (datetime.now(UTC) - made).total_seconds() < GRACE_S
                    for _, _, made in deliveries.unreached()
                )
        except HallwatchError as error:
            LOG.warning("deliveries cannot be looked at: %s", error)
        return DelivererState(dict(self._faults), self._unreached)

    def _ended(self, attempt: Attempt) -> None:
        """Called by the channels' threads."""
        with self._lock:
            self._attempts.append(attempt)
            self._waker.send_bytes(b"x")

    def _note(self) -> None:
        """Every ended attempt becomes a request; what the keeper did not hear is said again at the next turn."""
        while self._attempts:
            attempt = self._attempts[0]
            note: NoteDelivery | NoteRing
            if attempt.key in self._rings:
                note = NoteRing(By("system"), self._rings[attempt.key], attempt.outcome)
            else:
                note = NoteDelivery(
                    By("system"),
                    attempt.key,
                    self._under_way[attempt.key],
                    attempt.result,
                    attempt.outcome,
                    random.random(),
                )
            try:
                ask(self._order.socket, note)
            except RequestRefused as error:
                LOG.error("delivery %s cannot be noted: %s", attempt.key, error)
            self._under_way.pop(attempt.key, None)
            self._attempts.popleft()
            if attempt.result is Result.ARRIVED:
                self._faults.pop(attempt.channel, None)
            else:
                LOG.warning("channel %s: %s", attempt.channel, attempt.outcome)
                self._faults[attempt.channel] = attempt.outcome

    def _send(self, name: str, sender: Sender) -> None:
        with self._reader.deliveries() as deliveries:
            waiting = deliveries.waiting(name, LOOKED_AT)
            free = AT_ONCE - sum(work.delivery.delivery_id in self._under_way for work in waiting)
            for work in self._due(name, waiting):
                if free <= 0:
                    break
                key = work.delivery.delivery_id
                if key in self._under_way:
                    continue
                target = deliveries.subscription(work.delivery.target) if work.delivery.target else b""
                self._under_way[key] = work.delivery.attempts + 1
                sender.put(self._message(work, (target or b"").decode()))
                free -= 1

    def _ring(self) -> None:
        """Phones of those who begin a shift: each once, for an answer is awaited within the minute. What finds no place
        now is tried at the next turn, while its minute lasts."""
        now = datetime.now(UTC)
        with self._reader.session() as session:
            due = DutyQuestions(session).due(now)
        if not due:
            return
        with self._reader.deliveries() as deliveries:
            for ring in due:
                for target in deliveries.subscriptions_of(ring.account_id):
                    key = key_of(ring.ring_id, What.RING, PUSH.name, target)
                    subscription = deliveries.subscription(target)
                    free = self._ringer.waiting < RINGS_WAITING
                    if free and key not in self._rings and subscription is not None:
                        self._rings[key] = ring.ring_id
                        self._ringer.put(self._ringing(key, ring.ring_id, now, subscription.decode()))

    def _ringing(self, key: str, ring_id: str, now: datetime, target: str) -> Message:
        order = self._order
        return Message(
            key=key,
            alert_id=ring_id,
            what=What.RING,
            site=order.site,
            school="-",
            building="-",
            camera="-",
            at=now.astimezone(self._zone),
            link=f"{order.console}/duty/ring/{ring_id}",
            language=order.language,
            target=target,
        )

    def _due(self, name: str, waiting: list[Work]) -> list[Work]:
        """Those whose pause is over by a clock that nobody sets; a pause begins when it is first seen here."""
        before, now = self._deadlines.get(name, {}), time.monotonic()
        after: dict[str, tuple[datetime, float]] = {}
        due = []
        for work in waiting:
            one = work.delivery
            known = before.get(one.delivery_id)
            if known is None or known[0] != one.due:
                known = (one.due, now + remaining_s(one, datetime.now(UTC)))
            after[one.delivery_id] = known
            if known[1] <= now:
                due.append(work)
        self._deadlines[name] = after
        return due

    def _message(self, work: Work, target: str) -> Message:
        one, order = work.delivery, self._order
        return Message(
            key=one.delivery_id,
            alert_id=one.alert_id,
            what=one.what,
            site=order.site,
            school=one.school,
            building=work.building,
            camera=work.camera,
            at=work.at.astimezone(self._zone),
            link=f"{order.console}/#alert-{one.alert_id}",
            language=order.language,
            step=one.step,
            target=target,
            incident=work.incident,
        )
