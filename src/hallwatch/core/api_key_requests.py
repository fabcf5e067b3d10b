"""What the keeper is asked about keys for programs: one is made, given up, or was used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from hallwatch.core.by import By
from hallwatch.core.policy.scopes import Scope


@dataclass(frozen=True, slots=True)
class MakeKey:
    """Keep the digest of a key of one's own, for so many days; ``schools`` empty: whatever the account has."""

    by: By
    digest: str = field(repr=False)
    name: str
    scopes: frozenset[Scope]
    schools: frozenset[str]
    days: int
    kind: Literal["make-key"] = "make-key"


@dataclass(frozen=True, slots=True)
class DropKey:
    """The key opens nothing any more, from now on."""

    by: By
    key_id: str
    kind: Literal["drop-key"] = "drop-key"


@dataclass(frozen=True, slots=True)
class UseKey:
    """A key is in use: written down once an hour at most."""

    by: By
    kind: Literal["use-key"] = "use-key"


KeyRequest: TypeAlias = MakeKey | DropKey | UseKey
