"""The keeper: the only process that writes the database. Sightings come in, committed alerts go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from hallwatch.adapters.store.alerts import AlertReader, AlertWriter
from hallwatch.core.events import Sighting
from hallwatch.flow.alerting import Alerting

REMEMBERED = 500
"""How many alerts a new keeper looks back at, to know which incidents are still open."""


@dataclass(frozen=True, slots=True)
class KeeperOrder:
    """Where alerts are kept and what belongs to each of them."""

    database: Path
    buildings: dict[str, str]
    meaning: str


@dataclass(frozen=True, slots=True)
class KeeperReady:
    """The database is open and its tables are of this version."""


def keep(order: KeeperOrder, link: Connection) -> None:
    """Commit every Sighting that comes through ``link`` and answer each with its KeptAlert, in order.

    An error while committing ends the process: whoever sent the sighting still holds it and sends it again.
    """
    book = AlertWriter(order.database)
    try:
        alerting = Alerting(
            book=book,
            announce=link.send,
            now=lambda: datetime.now(UTC),
            buildings=order.buildings,
            meaning=order.meaning,
        )
        alerting.remember(reversed(AlertReader(order.database).latest(REMEMBERED)))
        link.send(KeeperReady())
        while True:
            sighting: Sighting = link.recv()
            alerting.sighted(sighting)
    finally:
        book.close()
