"""The deletion journal: who was erased, kept outside every backup, so that no restore brings anybody back.

One line of JSON an erasure: the key's id, the tag of the external id and the time, no name. Lines are only ever added.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hallwatch.errors import KeysError


@dataclass(frozen=True, slots=True)
class Erasure:
    """The tag of the erased person's external id, and when it was."""

    tag: bytes
    at: datetime


class DeletionJournal:
    """The file ``deletions.jsonl``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, int, int], Mapping[str, Erasure]] | None = None
        self._tags: tuple[Mapping[str, Erasure], frozenset[bytes]] | None = None

    def add(self, key_id: str, tag: bytes, at: datetime) -> None:
        """On disk when this returns; what a crash cut off before is taken away."""
        line = json.dumps({"key": key_id, "tag": tag.hex(), "at": at.isoformat()}, sort_keys=True) + "\n"
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            before = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
            os.ftruncate(descriptor, before.rfind(b"\n") + 1)
            os.write(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def erased(self) -> Mapping[str, Erasure]:
        """Key id -> erasure. Raises KeysError when a line cannot be read: guessing could bring somebody back.

        A last line that a crash cut off was never acknowledged and does not count.
        """
        try:
            there = self._path.stat()
            seen = (there.st_ino, there.st_size, there.st_mtime_ns)
            if self._read is not None and self._read[0] == seen:
                return self._read[1]
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        whole, _, _ = text.rpartition("\n")
        found: dict[str, Erasure] = {}
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                row = json.loads(line)
                found[str(row["key"])] = Erasure(bytes.fromhex(row["tag"]), datetime.fromisoformat(row["at"]))
            except (ValueError, KeyError, TypeError) as error:
                raise KeysError(
                    f"line {number} of {self._path} is damaged; mend it from a copy: without it a restore could"
                    " bring erased people back"
                ) from error
        self._read = seen, found
        return found

    def tags(self) -> frozenset[bytes]:
        """The tags of everybody who was erased. Raises KeysError like ``erased``."""
        erased = self.erased()
        if self._tags is None or self._tags[0] is not erased:
            self._tags = erased, frozenset(one.tag for one in erased.values())
        return self._tags[1]
