"""A vault with one key in it, for a process that needs no other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from hallwatch.adapters.keys.sealing import seal, unseal
from hallwatch.errors import KeyGone, KeysError


@dataclass(frozen=True, slots=True)
class OneKey:
    """Implements ports.Vault for the key ``key_id`` and knows no other."""

    key_id: str
    key: bytes = field(repr=False)

    def create(self, key_ids: Iterable[str], now: datetime) -> None:
        """Never. Raises KeysError."""
        raise KeysError("this process makes no keys")

    def seal(self, key_id: str, plain: bytes, about: str) -> bytes:
        """``plain`` for the place ``about``. Raises KeyGone for any other key."""
        return seal(self._own(key_id), plain, about)

    def unseal(self, key_id: str, sealed: bytes, about: str) -> bytes:
        """What was sealed. Raises KeyGone for any other key, SealBroken."""
        return unseal(self._own(key_id), sealed, about)

    def tag(self, kind: str, text: str) -> bytes:
        """Never. Raises KeysError."""
        raise KeysError("this process looks nobody up")

    def is_erased(self, tag: bytes) -> bool:
        """Never. Raises KeysError."""
        raise KeysError("this process looks nobody up")

    def _own(self, key_id: str) -> bytes:
        if key_id != self.key_id:
            raise KeyGone(f"the key {key_id} is not in this process")
        return self.key
