"""An import through the console: what was handed over, what its dry run says, how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hallwatch.core.imports import Change, Entry, RowFault, Step, merged

PAGE = 100
"""Rows of a dry run on one page."""
REFUSED = "refused"
"""Beside the members of Change: what happens to a row that cannot be used."""
SHOWN_FIRST = (Change.ADD, Change.CHANGE, Change.END, Change.SAME)


class Kind(StrEnum):
    """What is handed over."""

    ROSTER = "roster"
    REGISTRY = "registry"
    LIST = "list"


class Stage(StrEnum):
    """How far an import is."""

    READING = "reading"
    PLANNED = "planned"
    TAKING = "taking"
    DONE = "done"
    ENDED = "ended"


OVER = (Stage.DONE, Stage.ENDED)


@dataclass(frozen=True, slots=True)
class Handed:
    """What somebody filled in beside the files: their names, and the day of which the list is.

    Of a registry also what its columns mean (a column map's name and text), of a list what its source is called; of
    both for which schools (none: all), and until when where the file says nothing. Of all: may many vanish?
    """

    kind: Kind
    file: str
    photos: str = ""
    of: date | None = None
    map_name: str = ""
    columns: str = field(default="", repr=False)
    source: str = ""
    schools: frozenset[str] = frozenset()
    ends: date | None = None
    many_vanish: bool = False


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One line of a dry run: a change with the names of the fields that would change, or a refusal with its reason.

    ``change`` is a member of Change or REFUSED; ``row`` 0 is no one line.
    """

    change: str
    external_id: str
    name: str = ""
    fields: tuple[str, ...] = ()
    file: str = ""
    row: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PhotoCounts:
    """How many people have a photo in the archive, how many have none, how many pictures show nobody."""

    people_with: int
    without: int
    unmatched: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What taking the file in would do: ``counts`` by change (REFUSED too); ``guard`` says why it may not be.

    ``expected`` is what a longer list would mean, ``yeses`` how many others have to say yes, ``chief`` that one of them
    is a district administrator; ``second`` that somebody else than who handed the file over has to take it in.
    """

    counts: Mapping[str, int]
    source: str
    notes: tuple[str, ...]
    photos: PhotoCounts | None
    guard: str = ""
    whole: bool = True
    expected: str = ""
    yeses: int = 0
    chief: bool = False
    second: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; ``batch`` is the import that waits for others' yes, "" where nothing does."""

    added: int
    changed: int
    gone: int
    refused: int
    batch: str = ""


@dataclass(frozen=True, slots=True)
class ImportRun:
    """An import as it stands; ``done`` of ``of`` people are through, ``line`` says why it ended early."""

    number: str
    handed: Handed
    actor: str
    at: datetime
    stage: Stage
    plan: DryRun | None = None
    done: int = 0
    of: int = 0
    outcome: Outcome | None = None
    line: str = ""
    faults: tuple[RowFault, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One page of a dry run's rows; ``total`` fit the question."""

    rows: tuple[PlanRow, ...]
    total: int


def rows_of(
    steps: Sequence[Step],
    faults: Iterable[RowFault],
    entries: Mapping[str, Entry],
    known: Mapping[str, Entry],
) -> tuple[PlanRow, ...]:
    """Every line of a dry run, those first of which somebody should know."""

    def name(external_id: str) -> str:
        entry, before = entries.get(external_id), known.get(external_id)
        one = merged(before, entry) if entry else before
        return " ".join(part for part in (one.first_name, one.last_name) if part) if one else ""

    def all_rows() -> Iterator[PlanRow]:
        for fault in faults:
            yield PlanRow(REFUSED, fault.external_id, "", (), fault.file, fault.row, fault.reason)
        for change in SHOWN_FIRST:
            for step in steps:
                if step.change is change:
                    yield PlanRow(change, step.external_id, name(step.external_id), step.fields, row=step.row)

    return tuple(all_rows())


def page_of(rows: tuple[PlanRow, ...], change: str, number: int) -> PlanPage:
    """Page ``number`` (from 1) of the rows of this change; "" is all."""
    fitting = rows if not change else tuple(row for row in rows if row.change == change)
    first = (number - 1) * PAGE
    return PlanPage(fitting[first : first + PAGE], len(fitting))
