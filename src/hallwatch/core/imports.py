"""What a file of people says, and what taking it in would change: the dry run that everybody looks at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_VANISHING = 0.10
"""A file in which more than this share of the people of its source is missing is refused: it was cut off."""


@dataclass(frozen=True, slots=True)
class RegistryTerms:
    """What a registry says of somebody's offence: the reason of a listing, who ordered it, until when."""

    reason: str
    authority: str = ""
    ends: date | None = None
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One person, as a file describes them.

    ``born`` is a whole birth date; ``birth_year`` stands alone where only the year is known (never 1 January).
    ``photos`` are names inside the file's archive or folder. ``schools`` and ``role`` are a roster's, ``terms`` a
    registry's.
    """

    external_id: str
    first_name: str
    last_name: str
    middle_name: str = ""
    suffix: str = ""
    born: date | None = None
    birth_year: int | None = None
    aliases: tuple[str, ...] = ()
    alias_births: tuple[date, ...] = ()
    photos: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    role: str = ""
    terms: RegistryTerms | None = None


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that cannot be used: in which file, its line (1 is the header), and why, in one sentence."""

    file: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """A whole file as read: ``delta`` says that it holds changes only; ``gone`` are ids that it ends by name."""

    entries: tuple[Entry, ...]
    faults: tuple[RowFault, ...] = ()
    gone: tuple[str, ...] = ()
    delta: bool = False


class Change(StrEnum):
    """What taking an entry in would do."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    END = "end"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a dry run: what would happen to whom; ``fields`` are those that would change."""

    change: Change
    external_id: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What taking a file in would do, row by row. ``guard`` says why it is refused as a whole, or None."""

    steps: tuple[Step, ...]
    faults: tuple[RowFault, ...]
    guard: str | None

    def count(self, change: Change) -> int:
        """How many people it would be so for."""
        return sum(step.change is change for step in self.steps)


def plan(found: Found, known: Mapping[str, Entry]) -> ImportPlan:
    """What ``found`` would change in what is ``known`` of the same source (external id -> entry).

    Whoever is known and not in a whole file would end; in a delta only those whom it names.
    """
    steps = [_step(entry, known.get(entry.external_id)) for entry in found.entries]
    named = {entry.external_id for entry in found.entries}
    missing = (set(found.gone) & known.keys()) if found.delta else (known.keys() - named)
    steps += [Step(Change.END, external_id) for external_id in sorted(missing)]
    return ImportPlan(tuple(steps), found.faults, _guard(len(missing), len(known)))


def _step(entry: Entry, before: Entry | None) -> Step:
    if before is None:
        return Step(Change.ADD, entry.external_id)
    fields = changed_fields(before, entry)
    return Step(Change.CHANGE if fields else Change.SAME, entry.external_id, fields)


def changed_fields(before: Entry, after: Entry) -> tuple[str, ...]:
    """The names of the fields in which two entries differ."""
    return tuple(name for name in Entry.__dataclass_fields__ if getattr(before, name) != getattr(after, name))


def _guard(missing: int, known: int) -> str | None:
    if known == 0 or missing <= MOST_VANISHING * known:
        return None
    return (
        f"{missing} of {known} people would vanish, more than a tenth: the file looks cut off; if it is right, take it"
        " in with a second person's yes"
    )
