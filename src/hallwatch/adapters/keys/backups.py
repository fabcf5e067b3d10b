"""Short-lived copies of the key store: enough to survive a broken disk, few enough that an erasure completes."""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hallwatch.adapters.keys.keystore import KeyStore
from hallwatch.errors import KeysError

KEPT = timedelta(days=7)
"""How long a copy is kept; a destroyed key is gone from the last of them after so long."""
ABANDONED = timedelta(hours=1)
COMPANIONS = ("deletions.jsonl", "jurisdiction.sealed")
"""Beside each copy: who was erased, and under which law the installation is. Put them back with it."""
_NAME = re.compile(r"keys-(\d{8}T\d{6})Z\.db")


class KeyBackups:
    """The copies in one folder, which should be on another disk than the store."""

    def __init__(self, folder: Path, kept: timedelta = KEPT) -> None:
        self._folder, self._kept = folder, kept

    def take(self, store: KeyStore, now: datetime) -> Path:
        """A copy of the store, still wrapped by the master key, which is not in it."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"keys-{now.astimezone(UTC):%Y%m%dT%H%M%S}Z.db"
            part = path.with_suffix(".part")
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            store.copy_to(part)
            for name in COMPANIONS:
                if (store.folder / name).exists():
                    shutil.copyfile(store.folder / name, path.with_suffix(f".{name}"))
            os.replace(part, path)
        except OSError as error:
            raise KeysError(f"the keys cannot be copied to {self._folder}: {error.strerror}") from error
        return path

    def prune(self, now: datetime) -> int:
        """Delete what is older than it may be; returns how many."""
        old = [path for path, taken in self._copies() if taken + self._kept <= now]
        for path in old:
            path.unlink()
            for name in COMPANIONS:
                path.with_suffix(f".{name}").unlink(missing_ok=True)
        if self._folder.is_dir():
            for part in self._folder.glob("*.part"):  # a copy that was cut off holds keys like any other
                if datetime.fromtimestamp(part.stat().st_mtime, UTC) + ABANDONED <= now:
                    part.unlink()
        return len(old)

    def complete_on(self, now: datetime) -> date:
        """The day on which a key destroyed now is in no copy any more."""
        taken = [taken for _, taken in self._copies()]
        return (max(taken) + self._kept if taken else now).astimezone(UTC).date()

    def _copies(self) -> list[tuple[Path, datetime]]:
        if not self._folder.is_dir():
            return []
        found = ((path, _NAME.fullmatch(path.name)) for path in sorted(self._folder.iterdir()))
        return [
            (path, datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC))
            for path, match in found
            if match
        ]
