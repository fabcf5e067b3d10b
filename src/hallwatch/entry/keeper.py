"""The keeper: the only process that writes the database.

Sightings come through the first process's pipe and go back as committed alerts; everything else that is to be
written comes as a request through a Unix socket, and is answered when it is committed.
"""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing.connection import Connection, wait
from pathlib import Path

from hallwatch.adapters.keys.chest import Chest
from hallwatch.adapters.keys.head import keep_head
from hallwatch.adapters.keys.keystore import KeyStore
from hallwatch.adapters.keys.master import read_master
from hallwatch.adapters.store.place import Place
from hallwatch.adapters.store.records import Reader, Records
from hallwatch.adapters.store.sealed import Seals
from hallwatch.core.audit import Plain
from hallwatch.core.events import Forget, Sighting
from hallwatch.core.kept import KeptAlert
from hallwatch.core.requests import By, Done, ErasePerson, Reply, Request
from hallwatch.entry.keeper_socket import Door
from hallwatch.errors import KeyGone
from hallwatch.flow.alerting import Alerting
from hallwatch.flow.keeping import Keeping

LOG = logging.getLogger(__name__)

REMEMBERED = 500
"""How many alerts a new keeper looks back at, to know which incidents are still open."""


@dataclass(frozen=True, slots=True)
class KeeperOrder:
    """Where records and keys are, through which socket requests come, and what belongs to each alert."""

    place: Place
    chest: Chest
    socket: Path
    buildings: dict[str, str]
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class KeeperReady:
    """The database is open and its tables are of this version."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """From now on this sentence explains the scores of new alerts."""

    text: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sighting of somebody who was erased meanwhile: nothing is kept of it."""

    alert_id: str


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """Implements flow.keeping.Keys."""

    chest: Chest
    store: KeyStore

    def destroy(self, number: str, external_id: str, at: datetime) -> None:
        self.store.destroy(number, Seals(self.store).tag(external_id), at)

    def complete_on(self, now: datetime) -> date:
        return self.chest.backups.complete_on(now)

    def rotate(self, new_master_file: str) -> int:
        return self.store.rewrap(read_master(Path(new_master_file)))


class Desk:
    """The keeper's work, with or without a process of its own; owned by one thread."""

    def __init__(self, place: Place, chest: Chest) -> None:
        """Open keys and database. Raises SettingsError, KeysError."""
        self.store = chest.open(writable=True)
        self.records = Records(
            place, self.store, self.store.signer, headed=lambda mark: keep_head(chest.head, mark)
        )
        self.keeping = Keeping(
            self.records.transaction, OwnKeys(chest, self.store), lambda: datetime.now(UTC)
        )
        try:
            self._replay_deletions()
            with self.records.transaction() as books:
                books.audit.checkpoint()
        except BaseException:
            self.close()
            raise

    def keep(self, sighting: Sighting, *, building: str, meaning: str, now: datetime) -> KeptAlert:
        """Implements flow.alerting.AlertBook."""
        with self.records.transaction() as books:
            kept = books.alerts.keep(sighting, building=building, meaning=meaning, now=now)
            if kept.created == kept.updated:
                detail: dict[str, Plain] = {"camera": kept.camera, "score": round(kept.score, 4)}
                deed = By("system").does("alert.raise", kept.alert_id, detail=detail)
                books.audit.add(deed, now)
            return kept

    def close(self) -> None:
        """Sign the trail's end and give the database back."""
        self.records.close()

    def _replay_deletions(self) -> None:
        """A restored database may hold people who were erased since: they go before anything is matched."""
        erased = self.store.journal.erased()
        with self.records.transaction() as books:
            for number in books.people.numbers() & erased.keys():
                books.people.erase(number)
                books.alerts.erase(number, datetime.now(UTC))


def _answered(desk: Desk, request: Request, link: Connection) -> Reply:
    """The desk's answer; an erasure is told to whoever holds the person in memory before it is."""
    reply = desk.keeping.answer(request)
    if isinstance(request, ErasePerson) and isinstance(reply, Done):
        link.send(Forget(request.external_id))
    return reply


def keep(order: KeeperOrder, link: Connection) -> None:
    """Commit every Sighting that comes through ``link`` and answer each with its KeptAlert, in order; answer requests.

    An error while committing ends the process: whoever sent the sighting still holds it and sends it again.
    """
    desk = Desk(order.place, order.chest)
    try:
        meaning = order.meaning
        alerting = Alerting(
            book=desk,
            announce=link.send,
            now=lambda: datetime.now(UTC),
            buildings=order.buildings,
            meaning=lambda: meaning,
        )
        reader = Reader(order.place, desk.store)
        alerting.remember(reversed([alert for alert in reader.latest(REMEMBERED) if not alert.erased]))
        reader.close()
        with Door(order.socket, lambda request: _answered(desk, request, link)) as door:
            link.send(KeeperReady())
            while True:
                for ready in wait([link, *door.sockets]):
                    if isinstance(ready, socket.socket):
                        door.serve(ready)
                        continue
                    message = link.recv()
                    if isinstance(message, Meaning):
                        meaning = message.text
                        continue
                    try:
                        alerting.sighted(message)
                    except KeyGone:
                        link.send(Dropped(message.alert_id))
    finally:
        with suppress(Exception):
            desk.close()
