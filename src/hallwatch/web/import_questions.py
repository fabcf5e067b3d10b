"""What the pages of imports need from the rest of the server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from hallwatch.core.by import By
from hallwatch.core.import_runs import Handed, ImportRun, PlanPage
from hallwatch.core.import_view import Imported, Waiting


@dataclass(frozen=True, slots=True)
class MapOffer:
    """A column map that can be chosen: by ``value``, called ``name``; ``used``: it was the last for its source."""

    value: str
    name: str
    used: bool


class ImportQuestions(Protocol):
    """Imports of this server's run, one at a time."""

    def open(self, handed: Handed, file: int, photos: int | None, by: By) -> str:
        """Have open files (descriptors, which are taken over) read; the import's number. Raises UserError."""

    def run(self, number: str) -> ImportRun | None:
        """The import of this number, as it stands."""

    def runs(self) -> list[ImportRun]:
        """Those that are remembered, newest first."""

    def rows(self, number: str, change: str, page: int) -> PlanPage | None:
        """A page of the dry run, of this change or of all; None where nobody has it any more. Raises UserError."""

    def take(self, number: str, by: By) -> None:
        """Take it in. Raises UserError."""

    def put_away(self, number: str) -> None:
        """Forget the file. Raises UserError."""

    def maps(self) -> list[MapOffer]:
        """Column maps that can be chosen, those first that were used."""

    def map_text(self, value: str) -> str:
        """The text of one of them. Raises UserError."""


class WaitingQuestions(Protocol):
    """Imports that wait for a second person, as they stand at one moment."""

    def waiting(self) -> list[Waiting]:
        """Those that are not over yet, the newest first."""

    def one(self, import_id: str) -> Waiting | None:
        """The import of this number."""

    def people(self, import_id: str, limit: int, after: int) -> list[Imported]:
        """Some of the people in it, from the next place on."""

    def photo(self, import_id: str, person_id: str, place: int) -> bytes | None:
        """A photo that is to be said yes to. Raises KeyGone."""


AskWaiting: TypeAlias = Callable[[], AbstractContextManager[WaitingQuestions]]
