"""Versions of the list: who was on it at a moment, answerable when names, photos and keys are gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class ListVersion:
    """The list as it became at ``at``: a tag (32 bytes) a person, sorted; ``digest`` stands in the audit trail.

    Tags are keyed hashes of external ids: whoever has the id and the site's key can ask for it, nobody can read it.
    """

    number: int
    at: datetime
    tags: tuple[bytes, ...]

    @property
    def digest(self) -> bytes:
        """SHA-256 over number of people and tags."""
        return digest_of(self.tags)

    def names(self, tag: bytes) -> bool:
        """Whether the person of this tag was on it."""
        return tag in self.tags


def digest_of(tags: Iterable[bytes]) -> bytes:
    """The digest of a list with these people, in whatever order they come."""
    ordered = sorted(tags)
    return sha256(len(ordered).to_bytes(4, "big") + b"".join(ordered)).digest()
