"""Where the keys of an installation are, and how they are opened."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from hallwatch.adapters.keys.backups import KeyBackups
from hallwatch.adapters.keys.head import HEAD
from hallwatch.adapters.keys.keystore import STORE, KeyStore
from hallwatch.adapters.keys.master import make_master, parse_master, read_master
from hallwatch.errors import KeysError


class NoKeyStore(KeysError):
    """There is no key store in ``folder``: a new site, or keys that are not where they belong."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"there is no key store in {folder}; for a new site start hallwatch serve once, for one that is to"
            " be restored put its keys there instead (docs/operating.md, Backups)"
        )
        self.folder = folder


@dataclass(frozen=True, slots=True)
class Chest:
    """``folder`` holds the key store; the master key is ``master_text`` when given, else it stands in ``master_file``.

    ``own_master`` says that the file is Hallwatch's own to make at the first start.
    """

    folder: Path
    backups_folder: Path
    master_file: Path
    own_master: bool = True
    master_text: str | None = field(default=None, repr=False)

    @property
    def backups(self) -> KeyBackups:
        """The short-lived copies of the store."""
        return KeyBackups(self.backups_folder)

    @property
    def head(self) -> Path:
        """The audit trail's head, beside the keys and apart from the database."""
        return self.folder / HEAD

    def open(self, *, writable: bool = False) -> KeyStore:
        """The store at work. The first opening for writing makes master key and store.

        Raises KeysError when the master key is missing or is not the store's, NoKeyStore when the store is missing.
        """
        fresh = not (self.folder / STORE).exists()
        if fresh and not writable:
            raise NoKeyStore(self.folder)
        if fresh and self.master_text is None and self.own_master and not self.master_file.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return KeyStore(self.folder, make_master(self.master_file), writable=True)
        return self._finish_rotation(writable=writable)

    def master(self) -> bytes:
        """The master key. Raises KeysError."""
        if self.master_text is not None:
            return parse_master(self.master_text, "HALLWATCH_MASTER_KEY")
        return read_master(self.master_file)

    @property
    def next_master(self) -> Path:
        """Where a rotation keeps the new key until every key is wrapped by it."""
        return self.master_file.with_name(self.master_file.name + ".next")

    def _finish_rotation(self, *, writable: bool) -> KeyStore:
        """A rotation that was cut off after the wrapping left the new master key beside the old."""
        store = KeyStore(self.folder, self.master(), writable=writable, again=self._newest)
        waiting = self.master_text is None and self.next_master.exists()
        if writable and waiting and store.is_under(read_master(self.next_master)):
            os.replace(self.next_master, self.master_file)
        return store

    def _newest(self) -> bytes:
        """The master key as it is now; while a rotation is going on, the one that comes."""
        waiting = self.master_text is None and self.next_master.exists()
        return read_master(self.next_master) if waiting else self.master()
