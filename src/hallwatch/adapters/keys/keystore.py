"""The key store: one key a person, each wrapped by the master key, in a file apart from the database."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from hallwatch.adapters.keys.journal import DeletionJournal
from hallwatch.adapters.keys.sealing import new_key, seal, unseal
from hallwatch.adapters.keys.signing import AuditSigner
from hallwatch.errors import KeyGone, KeysError, SealBroken

STORE = "keys.db"
JOURNAL = "deletions.jsonl"
SITE = "site"
"""The key of what belongs to nobody in particular: secrets of settings, blind indices, matrices."""
FOR = "for "
"""Key ids that begin so are derived from the site's key and stored nowhere: keys for one purpose, which can be lent."""

_TABLES = """
CREATE TABLE IF NOT EXISTS key (
  id TEXT PRIMARY KEY, wrapped BLOB NOT NULL, created TEXT NOT NULL
) WITHOUT ROWID;
"""


class KeyStore:
    """Implements ports.Vault. One process writes (the keeper), others read; safe from any thread.

    Nothing unwrapped is kept but the site's own key: a key that was destroyed is gone from the next call on.
    """

    def __init__(
        self,
        folder: Path,
        master: bytes,
        *,
        writable: bool = False,
        again: Callable[[], bytes] | None = None,
    ) -> None:
        """Open the store in ``folder``; a writable one is made when missing, and replays the deletion journal.

        ``again`` reads the master key once more: another process may have rotated it since. Raises KeysError when the
        master key is not the store's, or the store is missing or damaged.
        """
        self.folder, self._master, self._writable, self._again = folder, master, writable, again
        self._path = folder / STORE
        self.journal = DeletionJournal(folder / JOURNAL)
        try:
            if writable:
                self._prepare()
            self._site = self._key(SITE)
        except SealBroken as error:
            raise KeysError(
                f"the master key does not open {self._path}; give the one that belongs to it"
            ) from error
        except KeyGone as error:
            raise KeysError(f"the key store {self._path} has no key of the site: it is damaged") from error
        except sqlite3.Error as error:
            raise KeysError(f"the key store {self._path} cannot be opened: {error}") from error

    def create(self, key_ids: Iterable[str], now: datetime) -> None:
        """Make the keys that are not there yet; on disk when this returns. Raises KeysError for an erased one."""
        wanted = list(key_ids)
        if gone := self.journal.erased().keys() & set(wanted):
            raise KeysError(f"{len(gone)} of these people were erased: their keys are never made again")
        with self._writing() as connection:
            for key_id in wanted:
                if connection.execute("SELECT 1 FROM key WHERE id = ?", (key_id,)).fetchone() is None:
                    self._insert(connection, key_id, new_key(), now)

    def seal(self, key_id: str, plain: bytes, about: str) -> bytes:
        """``plain`` for the place ``about``. Raises KeyGone when the key was destroyed."""
        return seal(self._key(key_id), plain, about)

    def unseal(self, key_id: str, sealed: bytes, about: str) -> bytes:
        """What was sealed. Raises KeyGone or SealBroken."""
        return unseal(self._key(key_id), sealed, about)

    def tag(self, kind: str, text: str) -> bytes:
        """32 bytes by which a text is found again without being kept (HMAC-SHA-256 with the site's key)."""
        return hmac.new(self._site, f"{kind}\0{text}".encode(), sha256).digest()

    def is_erased(self, tag: bytes) -> bool:
        """Whether somebody with this tag was erased."""
        return tag in self.journal.tags()

    def secret(self, purpose: str) -> bytes:
        """32 bytes of this site's own for a purpose: the same whenever they are asked for."""
        return hmac.new(self._site, f"secret\0{purpose}".encode(), sha256).digest()

    @property
    def signer(self) -> AuditSigner:
        """Signs this site's audit trail."""
        return AuditSigner(self.secret("audit signer"))

    def destroy(self, key_id: str) -> None:
        """End a key for good, overwritten; the journal knows it already. Repeating it is harmless."""
        with self._writing() as connection:
            connection.execute("DELETE FROM key WHERE id = ?", (key_id,))

    def rewrap(self, master: bytes) -> int:
        """Wrap every key anew with another master key, all or none; returns how many."""
        with self._writing() as connection:
            rows = connection.execute("SELECT id, wrapped FROM key").fetchall()
            for key_id, wrapped in rows:
                key = unseal(self._master, wrapped, key_id)
                connection.execute(
                    "UPDATE key SET wrapped = ? WHERE id = ?", (seal(master, key, key_id), key_id)
                )
        self._master = master
        return len(rows)

    def is_under(self, master: bytes) -> bool:
        """Whether this is the master key that the store was opened with."""
        return hmac.compare_digest(self._master, master)

    def copy_to(self, path: Path) -> None:
        """A consistent copy of the store, as it is wrapped."""
        with closing(self._connect(readonly=True)) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)

    def ids(self) -> list[str]:
        """The ids of all keys."""
        with closing(self._connect(readonly=True)) as connection:
            return [row[0] for row in connection.execute("SELECT id FROM key ORDER BY id")]

    def _prepare(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.touch(mode=0o600, exist_ok=True)
        erased = self.journal.erased()
        with self._writing() as connection:
            connection.execute(_TABLES)
            if connection.execute("SELECT count(*) FROM key").fetchone() == (0,):
                self._insert(connection, SITE, new_key(), datetime.now().astimezone())
            connection.executemany("DELETE FROM key WHERE id = ?", [(key_id,) for key_id in erased])

    def _insert(self, connection: sqlite3.Connection, key_id: str, key: bytes, now: datetime) -> None:
        row = (key_id, seal(self._master, key, key_id), now.isoformat())
        connection.execute("INSERT INTO key (id, wrapped, created) VALUES (?, ?, ?)", row)

    def _key(self, key_id: str) -> bytes:
        if key_id.startswith(FOR):
            return self.secret(key_id)
        with closing(self._connect(readonly=True)) as connection:
            row = connection.execute("SELECT wrapped FROM key WHERE id = ?", (key_id,)).fetchone()
        if row is None:
            raise KeyGone(f"the key {key_id} does not exist any more")
        try:
            return unseal(self._master, row[0], key_id)
        except SealBroken:
            if self._again is None or (fresh := self._again()) == self._master:
                raise
            self._master = fresh
            return unseal(fresh, row[0], key_id)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if not self._writable:
            raise KeysError("the key store was opened for reading")
        with closing(self._connect(readonly=False)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connect(self, *, readonly: bool) -> sqlite3.Connection:
        mode = "ro" if readonly else "rw"
        connection = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode={mode}", uri=True, timeout=10.0, isolation_level=None
        )
        # A destroyed key must not linger in a free page or in a journal; whoever reads deletes none.
        for pragma in () if readonly else ("secure_delete=ON", "synchronous=FULL", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        return connection
