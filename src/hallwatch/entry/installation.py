"""A site as commands see it: its keys, its records, and whoever writes them just now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from hallwatch.adapters.keys.chest import Chest
from hallwatch.adapters.keys.head import read_head
from hallwatch.adapters.keys.keystore import KeyStore
from hallwatch.adapters.store.place import Place
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.audit import Checkpoint, Plain
from hallwatch.core.requests import Note
from hallwatch.entry.keeper_client import Ask, at_terminal, keeper_of
from hallwatch.entry.wiring import chest_of, place_of
from hallwatch.settings.environment import Environment
from hallwatch.settings.site import Site


@dataclass(frozen=True, slots=True)
class Installation:
    """What a command needs of a site; ``store`` is open for reading."""

    name: str
    data: Path
    place: Place
    chest: Chest
    store: KeyStore
    reader: Reader
    zone: tzinfo | None
    schools: frozenset[str]
    time_zone: str | None

    @property
    def public_key(self) -> bytes:
        """With which the audit trail's signatures are checked."""
        return self.store.signer.public

    def head(self) -> Checkpoint | None:
        """The audit trail's head, as it is kept apart from the database."""
        return read_head(self.chest.head)

    def asking(self) -> AbstractContextManager[Ask]:
        """Whoever writes the database just now."""
        return keeper_of(self.data, self.place, self.chest, self.time_zone, self.schools)

    def note(self, action: str, subject: str = "", *, detail: Mapping[str, Plain] | None = None) -> None:
        """Write into the trail what the person at the terminal did."""
        with self.asking() as ask:
            ask(Note(at_terminal(), action, subject, detail=detail or {}))


@contextmanager
def installed(site: Site, environment: Environment) -> Iterator[Installation]:
    """The site's installation. Raises KeysError, SettingsError when there is none yet."""
    place, chest = place_of(site), chest_of(site, environment)
    store = chest.open()
    reader = Reader(place, store)
    try:
        yield Installation(
            name=site.site.name,
            data=Path(site.site.data_dir),
            place=place,
            chest=chest,
            store=store,
            reader=reader,
            zone=ZoneInfo(site.site.time_zone) if site.site.time_zone else None,
            schools=frozenset(site.schools),
            time_zone=site.site.time_zone,
        )
    finally:
        reader.close()
