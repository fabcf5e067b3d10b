"""What each kind of import does with a file that was read: the dry run of it, and taking it in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from hallwatch.adapters.importers.columns import map_from
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.by import By
from hallwatch.core.import_runs import REFUSED, DryRun, Handed, Kind, Outcome, PhotoCounts, PlanRow, rows_of
from hallwatch.core.import_terms import Wish
from hallwatch.core.imports import Change, ImportPlan, PhotosFound, RowFault, plan
from hallwatch.core.requests import Done, Request
from hallwatch.entry import import_taker, import_taking
from hallwatch.entry.import_messages import Over
from hallwatch.entry.import_reader import Read
from hallwatch.entry.import_taking import ImportOrder, ImportPlace, Opened
from hallwatch.entry.roster import take_in

Ask = Callable[[Request], Done]
Tell = Callable[[int, int], None]


class Work(Protocol):
    """A file that was read and compared with what is known."""

    @property
    def rows(self) -> tuple[PlanRow, ...]:
        """Every line of the dry run."""

    @property
    def faults(self) -> tuple[RowFault, ...]:
        """What is refused already."""

    def dry_run(self) -> DryRun:
        """The same in numbers."""

    def take(self, ask: Ask, by: By, progress: Tell) -> Over:
        """Take it in. Raises UserError."""


class RosterWork:
    """Students and staff: nobody is listed."""

    def __init__(self, handed: Handed, read: Read, photos: import_taking.Photos, records: Reader) -> None:
        self._handed, self._read, self._photos = handed, read, photos
        self._known = records.roster()
        self._plan = plan(read.found, self._known)
        self.faults = (*self._plan.faults, *(read.photos.faults if read.photos else ()))
        entries = {entry.external_id: entry for entry in read.found.entries}
        self.rows = rows_of(self._plan.steps, self.faults, entries, self._known)

    def dry_run(self) -> DryRun:
        """Implements Work."""
        found, photos = self._read.found, self._read.photos
        guard = self._plan.guard or ""
        meant = bool(guard) and self._handed.many_vanish
        return DryRun(
            counts=_counts(self._plan, self.faults),
            source=found.source,
            notes=(*found.notes, *(photos.notes if photos else ())),
            photos=_photo_counts(photos),
            guard="" if meant else guard,
            whole=not found.delta,
            second=meant,
        )

    def take(self, ask: Ask, by: By, progress: Tell) -> Over:
        """Implements Work."""
        photos = self._read.photos
        done = take_in(
            self._read.found,
            self._plan,
            self._known,
            ask,
            by,
            photos=None if photos is None else (self._photos, photos),
            source=Path(self._handed.file),
            progress=progress,
        )
        return Over(Outcome(done.added, done.changed, done.gone, len(done.faults)), faults=done.faults)


class ListedWork:
    """A registry, or a list: others say yes to the whole before anybody in it is looked for."""

    def __init__(
        self,
        handed: Handed,
        read: Read,
        photos: import_taking.Photos,
        place: ImportPlace,
        look: import_taker.Look,
    ) -> None:
        self._place, self._look = place, look
        order = ImportOrder(
            file=Path(handed.file),
            columns=map_from(handed.map_name, handed.columns) if handed.kind is Kind.REGISTRY else None,
            wish=Wish(handed.schools, handed.ends),
            many_vanish=handed.many_vanish,
            source=handed.source,
            opened=Opened(read.found, read.photos, photos),
        )
        self._photos = read.photos
        self._dry = import_taking.read(order, place)
        self.faults = self._dry.faults
        known = {name: one.entry for name, one in self._dry.known.items()}
        entries = {entry.external_id: entry for entry in read.found.entries}
        self.rows = rows_of(self._dry.steps, self.faults, entries, known)

    def dry_run(self) -> DryRun:
        """Implements Work."""
        dry = self._dry
        needed = dry.needed(self._place.profile, proven=True)
        counts = {
            Change.ADD.value: dry.counts.added,
            Change.CHANGE.value: dry.counts.changed,
            Change.END.value: dry.counts.ended,
            Change.SAME.value: dry.counts.same,
            REFUSED: dry.counts.refused,
        }
        return DryRun(
            counts=counts,
            source=dry.source,
            notes=dry.notes,
            photos=_photo_counts(self._photos),
            guard=dry.refusal or "",
            whole=not dry.found.delta,
            expected=dry.expected,
            yeses=needed.people,
            chief=needed.elevated,
        )

    def take(self, ask: Ask, by: By, progress: Tell) -> Over:
        """Implements Work."""
        taken = import_taker.take(self._dry, self._place, ask, self._look, by, progress=progress)
        counts = taken.counts
        outcome = Outcome(counts.added, counts.changed, counts.ended, counts.refused, taken.import_id)
        return Over(outcome, faults=taken.faults)


def _counts(made: ImportPlan, faults: tuple[RowFault, ...]) -> dict[str, int]:
    return {change.value: made.count(change) for change in Change} | {REFUSED: len(faults)}


def _photo_counts(photos: PhotosFound | None) -> PhotoCounts | None:
    if photos is None:
        return None
    return PhotoCounts(len(photos.photos), len(photos.without), len(photos.unmatched))
