"""What the keeper is asked about the roster: people who are kept so that one of them can be listed, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from hallwatch.core.by import By
from hallwatch.core.model import Person


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Keep a student or an employee: particulars, and photos (JPEG, without a template) in place of those before.

    ``photos`` None leaves them. Somebody with an open listing keeps the photos that were said yes to.
    """

    by: By
    person: Person
    photos: tuple[bytes, ...] | None
    kind: Literal["take-in"] = "take-in"


@dataclass(frozen=True, slots=True)
class LetGo:
    """Somebody has left the roster: nothing is kept of them, unless they are or were listed."""

    by: By
    external_id: str
    kind: Literal["let-go"] = "let-go"


@dataclass(frozen=True, slots=True)
class ImportDone:
    """A file was taken in: how many were added, changed and let go, how many rows were refused."""

    by: By
    source: str
    added: int
    changed: int
    gone: int
    refused: int
    kind: Literal["import-done"] = "import-done"


RosterRequest: TypeAlias = TakeIn | LetGo | ImportDone
