"""The keeper: the only process that writes the database.

Sightings come through the first process's pipe and go back as committed alerts; everything else that is to be
written comes as a request through a Unix socket, and is answered when it is committed.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from hallwatch.adapters.keys.chest import Chest
from hallwatch.adapters.store.place import Place
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.escalation import Plan
from hallwatch.core.events import Forget, ListChange, ListChanges, PassesCounted
from hallwatch.core.import_requests import AnswerImport
from hallwatch.core.kept import Whereabouts
from hallwatch.core.requests import Done, ErasePerson, Reply, Request
from hallwatch.entry.desk import Desk
from hallwatch.entry.keeper_socket import Door
from hallwatch.errors import KeyGone

LOG = logging.getLogger(__name__)

TIDIED_EVERY_S = 30.0
"""How often the keeper looks for what is to be deleted, and whether the clock was set."""
TOLD_AT_ONCE = 100
REMEMBERED = 500
"""How many alerts a new keeper looks back at, to know which incidents are still open."""


@dataclass(frozen=True, slots=True)
class KeeperOrder:
    """Where records and keys are, through which socket requests come, and what belongs to each alert."""

    place: Place
    chest: Chest
    socket: Path
    places: dict[str, Whereabouts]
    meaning: str = ""
    time_zone: str | None = None
    plan: Plan = Plan()  # noqa: RUF009, it is frozen


@dataclass(frozen=True, slots=True)
class KeeperReady:
    """The database is open and its tables are of this version."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """From now on this sentence explains the scores of new alerts."""

    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """Deletion is held back until a person has looked, or no longer (None)."""

    why: str | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sighting of somebody who was erased meanwhile, or where nobody may be matched: nothing is kept of it."""

    alert_id: str


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A sighting below a threshold that a wrong answer has raised: it is counted, and nothing else."""

    alert_id: str


def _answered(desk: Desk, request: Request, link: Connection) -> Reply:
    """The desk's answer; an erasure is told to whoever holds the person in memory before it is."""
    reply = desk.keeping.answer(request)
    if isinstance(request, ErasePerson) and isinstance(reply, Done):
        link.send(Forget(request.external_id))
    if isinstance(request, AnswerImport):
        desk.busy = True
    return reply


def _tell(link: Connection, changes: Sequence[ListChange]) -> None:
    """Some at a time: no message is larger than whoever hears it likes to hold."""
    for start in range(0, len(changes), TOLD_AT_ONCE):
        link.send(ListChanges(tuple(changes[start : start + TOLD_AT_ONCE])))


def keep(order: KeeperOrder, link: Connection) -> None:
    """Commit every Sighting that comes through ``link`` and answer each with its KeptAlert, in order; answer requests.

    An error while committing ends the process: whoever sent the sighting still holds it and sends it again.
    """
    schools = frozenset(place.school for place in order.places.values())
    desk = Desk(order.place, order.chest, order.time_zone, schools, order.plan, order.places)
    try:
        desk.announce, desk.meaning = link.send, order.meaning
        reader = Reader(order.place, desk.store)
        desk.alerting.remember(reversed([alert for alert in reader.latest(REMEMBERED) if not alert.erased]))
        reader.close()
        with Door(order.socket, lambda request: _answered(desk, request, link)) as door:
            link.send(KeeperReady())
            if desk.meaning:  # not the first one: what the one before could not say any more
                _tell(link, desk.all_listed())
            tidied, told = 0.0, None
            while True:
                if time.monotonic() >= tidied + TIDIED_EVERY_S:
                    tidied = time.monotonic()
                    desk.tidy()
                if desk.retaining.held != told:
                    told = desk.retaining.held
                    link.send(Held(told))
                # While nobody has said what scores mean, nobody listens yet: the list is read when enrolment is over.
                changes = desk.list_changes()
                if desk.meaning:
                    _tell(link, changes)
                for ready in wait([link, *door.sockets], timeout=0.0 if desk.busy else TIDIED_EVERY_S):
                    if isinstance(ready, socket.socket):
                        door.serve(ready)
                        continue
                    message = link.recv()
                    if isinstance(message, Meaning):
                        desk.meaning = message.text
                        continue
                    if isinstance(message, PassesCounted):
                        desk.count(message.cameras)
                        continue
                    if why := desk.keeping.matching_forbidden():
                        LOG.error("alert %s is dropped: %s", message.alert_id, why)
                        link.send(Dropped(message.alert_id))
                        continue
                    if not desk.is_listed(message.external_id):
                        link.send(Dropped(message.alert_id))
                        continue
                    try:
                        if not desk.alerting.sighted(message):
                            link.send(KeptOut(message.alert_id))
                    except KeyGone:
                        link.send(Dropped(message.alert_id))
                desk.turn()  # after everybody who waits: a sighting waits for one turn at most
    finally:
        with suppress(Exception):
            desk.close()
