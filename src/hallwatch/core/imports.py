"""What a file of people says, and what taking it in would change: the dry run that everybody looks at first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum

MOST_VANISHING = 0.10
"""A file in which more than this share of the people of its source is missing is refused: it was cut off."""


@dataclass(frozen=True, slots=True)
class RegistryTerms:
    """What a registry says of somebody's offence: the reason of a listing, who ordered it, until when.

    A folder of list.csv says the ``kind`` of list, too, and what a threat needs besides.
    """

    reason: str
    authority: str = ""
    ends: date | None = None
    conditions: str = ""
    kind: str = "registry"
    starts: date | None = None
    document: str = ""
    review: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One person, as a file describes them.

    ``born`` is a whole birth date; ``birth_year`` stands alone where only the year is known (never 1 January).
    ``photos`` are names inside the file's archive or folder. ``schools`` and ``role`` are a roster's, ``terms`` a
    registry's (``more_terms`` of somebody on further lists). ``other_ids`` are further numbers by which photos may name
    the person. ``prints`` say that photos are the same as before, whatever they are called.

    ``unsaid`` are fields on which the file is silent, ``joining`` those whose values come on top of what is known;
    both are for files of changes (see ``merged``). ``row`` is where the person stands; it is no news about them.
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
    other_ids: tuple[str, ...] = ()
    more_terms: tuple[RegistryTerms, ...] = ()
    prints: tuple[str, ...] = ()
    unsaid: frozenset[str] = field(default=frozenset(), compare=False)
    joining: frozenset[str] = field(default=frozenset(), compare=False)
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that cannot be used: in which file, its line (1 is the header; 0: no one line), and why, in a sentence.

    ``external_id`` is whom it would have been about, where that can be read: they stay as they are.
    """

    file: str
    row: int
    reason: str
    external_id: str = ""

    def __str__(self) -> str:
        """One line for a log or a terminal."""
        return f"{self.file} line {self.row}: {self.reason}" if self.row else f"{self.file}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Found:
    """A whole file as read: ``delta`` says that it holds changes only; ``gone`` are ids that it ends by name.

    ``notes`` are sentences that whoever looks at the dry run should read (whom the file names and nobody takes in,
    an encoding that was guessed). ``source`` and ``source_date`` say who published it, and when.
    """

    entries: tuple[Entry, ...]
    faults: tuple[RowFault, ...] = ()
    gone: tuple[str, ...] = ()
    delta: bool = False
    notes: tuple[str, ...] = ()
    source: str = ""
    source_date: date | None = None


@dataclass(frozen=True, slots=True)
class PhotosFound:
    """Which photos belong to whom: ``photos`` by external id, names inside the archive.

    ``unmatched`` are pictures of nobody known, ``without`` are ids that have none.
    """

    photos: Mapping[str, tuple[str, ...]]
    faults: tuple[RowFault, ...] = ()
    unmatched: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


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
    row: int = 0


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

    Whoever is known and not in a whole file would end; in a delta only those whom it names. Whoever stands in a row
    that is refused stays as they are.
    """
    twins = _twins({entry.external_id for entry in found.entries}, known)
    faults = list(found.faults)
    steps = []
    for entry in found.entries:
        wrong = _wrong(entry, known, twins)
        if wrong:
            faults.append(RowFault("", entry.row, wrong, entry.external_id))
        else:
            steps.append(_step(entry, known.get(entry.external_id)))
    staying = {entry.external_id for entry in found.entries} | {fault.external_id for fault in faults}
    staying |= {twin for fault in faults for twin in twins.get(fault.external_id, ())}
    missing = (set(found.gone) & known.keys()) if found.delta else (known.keys() - staying)
    steps += [Step(Change.END, external_id) for external_id in sorted(missing)]
    return ImportPlan(tuple(steps), tuple(faults), _guard(len(missing), len(known)))


def merged(before: Entry | None, after: Entry) -> Entry:
    """The entry as it will stand: what the file does not say is kept, and what joins is added to what is known."""
    if before is None:
        return replace(after, unsaid=frozenset(), joining=frozenset())
    kept = {name: getattr(before, name) for name in after.unsaid}
    kept |= {
        name: tuple(dict.fromkeys((*getattr(before, name), *getattr(after, name)))) for name in after.joining
    }
    return replace(after, **kept, unsaid=frozenset(), joining=frozenset())


def changed_fields(before: Entry, after: Entry) -> tuple[str, ...]:
    """The names of the fields that taking ``after`` in would change."""
    will = merged(before, after)
    return tuple(
        one.name
        for one in fields(Entry)
        if one.compare and getattr(before, one.name) != getattr(will, one.name)
    )


def without_zeros(external_id: str) -> str:
    """An id as a spreadsheet leaves it: leading zeros of a plain number are gone."""
    return (
        (external_id.lstrip("0") or "0") if external_id.isascii() and external_id.isdigit() else external_id
    )


def _step(entry: Entry, before: Entry | None) -> Step:
    if before is None:
        return Step(Change.ADD, entry.external_id, row=entry.row)
    changed = changed_fields(before, entry)
    return Step(Change.CHANGE if changed else Change.SAME, entry.external_id, changed, entry.row)


def _twins(named: Iterable[str], known: Mapping[str, Entry]) -> dict[str, tuple[str, ...]]:
    """For each id the others that differ from it in leading zeros only."""
    groups: dict[str, set[str]] = defaultdict(set)
    for external_id in (*named, *known):
        groups[without_zeros(external_id)].add(external_id)
    return {one: tuple(sorted(group - {one})) for group in groups.values() if len(group) > 1 for one in group}


def _wrong(entry: Entry, known: Mapping[str, Entry], twins: Mapping[str, tuple[str, ...]]) -> str | None:
    """Why a readable entry cannot be taken in beside what is known, or None."""
    if entry.external_id in known:
        return None
    if entry.external_id in twins:
        others = ", ".join(twins[entry.external_id][:3])
        return (
            f"id {entry.external_id!r} differs from {others} in leading zeros only; write every id as the source"
            " does (in a spreadsheet, as text)"
        )
    silent = sorted(entry.unsaid & {"role", "schools"})
    if silent:
        return f"is new here, and a file of changes does not say {' and '.join(silent)}; take a whole file in first"
    return None


def _guard(missing: int, known: int) -> str | None:
    if known == 0 or missing <= MOST_VANISHING * known:
        return None
    return (
        f"{missing} of {known} people would vanish, more than a tenth: the file looks cut off; if it is right, hand it"
        " over in the console and say so there, and somebody else has to take it in"
    )
