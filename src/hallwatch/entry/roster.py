"""Taking a roster in: read, planned, then person after person to the keeper; safe to break off and to repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hallwatch.adapters.images import at_most, encode_jpeg
from hallwatch.core.imports import Change, Entry, Found, ImportPlan, PhotosFound, RowFault, merged, plan
from hallwatch.core.model import Person
from hallwatch.core.requests import By, Done, Request
from hallwatch.core.roster_requests import ImportDone, LetGo, TakeIn
from hallwatch.entry.photo_desk import LONGEST
from hallwatch.entry.photo_process import PhotoProcess
from hallwatch.errors import FileRefused, ImageError, UserError

Ask = Callable[[Request], Done]


class Photos(Protocol):
    """Photos by name, an open archive for example."""

    def read(self, name: str) -> bytes:
        """A photo's bytes. Raises FileRefused."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of it; ``faults`` are rows and photos that were refused."""

    plan: ImportPlan
    added: int
    changed: int
    gone: int
    faults: tuple[RowFault, ...]


def planned(found: Found, known: Mapping[str, Entry]) -> ImportPlan:
    """The dry run. Raises UserError for a file that may not be taken in as a whole."""
    made = plan(found, known)
    if made.guard is not None:
        raise UserError(made.guard)
    return made


def take_in(
    found: Found,
    made: ImportPlan,
    known: Mapping[str, Entry],
    ask: Ask,
    by: By,
    *,
    photos: tuple[Photos, PhotosFound] | None,
    source: Path,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> TakenIn:
    """Everybody in the file, one after the other: each is committed or refused, and the next goes on."""
    entries = {entry.external_id: entry for entry in found.entries}
    counts = dict.fromkeys(Change, 0)
    faults = [*made.faults, *(photos[1].faults if photos else ())]
    with PhotoProcess() as decoder:
        for done, step in enumerate(made.steps, start=1):
            try:
                if step.change is Change.END:
                    counts[Change.END] += ask(LetGo(by, step.external_id)).number
                elif step.change is not Change.SAME or photos is not None:
                    entry = merged(known.get(step.external_id), entries[step.external_id])
                    jpegs = None if photos is None else _photos_of(entry, photos, decoder, faults)
                    ask(TakeIn(by, person_of(entry), jpegs))
                    counts[step.change] += 1
            except UserError as error:
                faults.append(RowFault(source.name, step.row, str(error), step.external_id))
            progress(done, len(made.steps))
    added, changed, gone = counts[Change.ADD], counts[Change.CHANGE], counts[Change.END]
    ask(ImportDone(by, source.name, added, changed, gone, len(faults)))
    return TakenIn(made, added, changed, gone, tuple(faults))


def person_of(entry: Entry) -> Person:
    """A student or employee as they are kept."""
    first = f"{entry.first_name} {entry.middle_name}".strip()
    last = f"{entry.last_name} {entry.suffix}".strip()
    return Person(
        external_id=entry.external_id,
        first_name=first,
        last_name=last,
        listings=(),
        date_of_birth=entry.born,
        aliases=entry.aliases,
        schools=entry.schools,
        role=entry.role,
        taken=entry,
    )


def _photos_of(
    entry: Entry, photos: tuple[Photos, PhotosFound], decoder: PhotoProcess, faults: list[RowFault]
) -> tuple[bytes, ...] | None:
    """The person's photos in the archive; None where none can be used: what is kept stays."""
    archive, matched = photos
    kept = []
    for name in matched.photos.get(entry.external_id, ()):
        try:
            kept.append(encode_jpeg(at_most(decoder.decode(archive.read(name), name), LONGEST)))
        except (ImageError, FileRefused) as error:
            faults.append(RowFault(name, 0, str(error).removeprefix(f"{name}: "), entry.external_id))
    return tuple(kept) or None
