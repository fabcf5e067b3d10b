"""What the console and the process of an import say to each other, through a pipe between processes of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeAlias

from hallwatch.adapters.keys.chest import Chest
from hallwatch.adapters.store.place import Place
from hallwatch.core.by import By
from hallwatch.core.import_runs import DryRun, Handed, Outcome, PlanPage
from hallwatch.core.imports import RowFault
from hallwatch.entry.handed_files import MemoryFile
from hallwatch.settings.environment import Environment
from hallwatch.settings.site import Site


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """Everything that the process of one import needs; ``socket`` is the keeper's."""

    number: str
    handed: Handed
    file: MemoryFile
    photos: MemoryFile | None
    by: By
    today: date
    place: Place
    chest: Chest
    socket: Path
    site: Site
    environment: Environment


@dataclass(frozen=True, slots=True)
class ShowRows:
    """Asks for a page of the dry run's rows; the answer carries the same ``question``."""

    question: int
    change: str
    page: int


@dataclass(frozen=True, slots=True)
class TakeItIn:
    """Go on; ``by`` says so."""

    by: By


@dataclass(frozen=True, slots=True)
class Planned:
    """The dry run is there."""

    plan: DryRun
    faults: tuple[RowFault, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to ShowRows."""

    question: int
    page: PlanPage


@dataclass(frozen=True, slots=True)
class Progress:
    """So many of the people are through."""

    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Over:
    """The last word: an outcome, or why there is none; with the rows and photos that were refused."""

    outcome: Outcome | None
    line: str = ""
    faults: tuple[RowFault, ...] = field(default=(), repr=False)


ToImport: TypeAlias = ShowRows | TakeItIn
FromImport: TypeAlias = Planned | Rows | Progress | Over
