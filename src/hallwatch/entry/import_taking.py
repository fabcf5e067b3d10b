"""What taking a registry, or a folder with list.csv, in would do: the dry run that everybody looks at first.

For commands and pages alike, and outside the keeper. Nothing is changed here; ``entry/import_taker.py`` takes in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from hallwatch.adapters.importers.archive import FolderArchive, ZipArchive, open_archive
from hallwatch.adapters.importers.columns import ColumnMap
from hallwatch.adapters.importers.list_csv import read_list
from hallwatch.adapters.importers.photo_zip import named_photos
from hallwatch.adapters.importers.reading import TABLES, read_people
from hallwatch.core.import_batch import Counts, Known, Stands, needed_for
from hallwatch.core.import_terms import (
    Wish,
    compared,
    in_words,
    key_of,
    terms_of,
    why_not_listed,
)
from hallwatch.core.imports import (
    Change,
    Entry,
    Found,
    PhotosFound,
    RowFault,
    Step,
    plan,
)
from hallwatch.core.likeness import Likeness
from hallwatch.core.listing import Needed, age_on
from hallwatch.core.photo_kept import PhotoKept
from hallwatch.core.policy.jurisdiction import Profile
from hallwatch.errors import FileRefused, Forbidden

MANY_VANISH = (
    "{missing} of {known} people of this source would end, more than a tenth: the file looks cut off; if it is right,"
    " say so (--many-vanish), and others have to say yes to it as to everything"
)


class KnownPeople(Protocol):
    """What is known of a source's people; adapters.store.reader.Reader has it."""

    def imported(self, key: str) -> dict[str, Known]: ...


class Photos(Protocol):
    """Photos by name, an open archive for example."""

    def read(self, name: str) -> bytes:
        """A photo's bytes. Raises FileRefused."""

    def fingerprint(self, name: str) -> tuple[int, int]:
        """Size and checksum, the same for the same contents."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was read elsewhere (a process of its own), and whose photos are there."""

    found: Found
    matched: PhotosFound | None
    photos: Photos


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """Which file to take in, and how. ``columns`` None: ``file`` is a folder with list.csv, of the source ``source``.

    ``photos`` None: they lie beside the table in its zip or folder, or stay as they are. ``of`` is the file's own day.
    ``opened``: it has been read; ``file`` is then its name only, and ``photos`` and ``of`` say nothing more.
    """

    file: Path
    columns: ColumnMap | None = None
    photos: Path | None = None
    of: date | None = None
    wish: Wish = field(default_factory=Wish)
    many_vanish: bool = False
    source: str = ""
    opened: Opened | None = None


class Comparing(Protocol):
    """Whom somebody in the file may be taken for."""

    def likeness(self, external_id: str, photos: Sequence[PhotoKept], of_file: int) -> Likeness | None:
        """By these photos, at the threshold of a list with ``of_file`` photos more; None without a template."""

    def came(self, person_id: str, photos: Sequence[PhotoKept]) -> None:
        """Somebody is in the import now."""


@dataclass(frozen=True, slots=True)
class ImportPlace:
    """Where it is taken in: what is known, under which law, on which day, what so many photos more would mean, and whom
    somebody may be taken for.

    ``own_kinds`` are the lists that the district's board has made.
    """

    known: KnownPeople
    profile: Profile
    today: date
    expected: Callable[[int], str]
    comparing: Comparing
    own_kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DryRun:
    """What taking a file in would do. ``steps`` hold the fields that change as people call them, ``faults`` the rows
    that are refused. ``refusal`` says why the whole is refused, or None; ``expected`` what the longer list would mean.
    """

    order: ImportOrder
    source: str
    source_date: date | None
    steps: tuple[Step, ...]
    faults: tuple[RowFault, ...]
    notes: tuple[str, ...]
    expected: str
    photos: int
    careful: bool
    refusal: str | None
    found: Found
    matched: PhotosFound | None
    known: Mapping[str, Known]

    @property
    def counts(self) -> Counts:
        """How many people, and refused rows."""
        many = {change: sum(step.change is change for step in self.steps) for change in Change}
        return Counts(
            many[Change.ADD], many[Change.CHANGE], many[Change.END], many[Change.SAME], len(self.faults)
        )

    def needed(self, profile: Profile, *, proven: bool) -> Needed:
        """Whose yes it would need; ``proven``: whoever brings it is signed in."""
        return needed_for(profile.listing, careful=self.careful, proven=proven)


def read(order: ImportOrder, place: ImportPlace) -> DryRun:
    """Look at a file and change nothing. Raises UserError, in one line, for one that cannot be taken in at all."""
    if (why := place.profile.forbids_list("")) is not None:
        raise Forbidden(why)
    found = _found(order, place)
    if not found.source:
        raise FileRefused(f"{order.file.name} has no source; name it in the column map")
    known = place.known.imported(key_of(found.source))
    with photos_of(order) as archive:
        matched = _matched(order, archive, found)
        entries = [_printed(entry, archive, matched) for entry in found.entries]
    steps, faults = _steps(entries, found, order, place, known)
    faults = [*(matched.faults if matched else ()), *faults]
    listed = {name: one for name, one in known.items() if one.stands not in (Stands.OVER, Stands.ENDED)}
    planned = plan(replace(found, entries=tuple(entries)), {name: one.entry for name, one in listed.items()})
    twins = {(fault.row, fault.external_id) for fault in faults}
    faults += [one for one in planned.faults if (one.row, one.external_id) not in twins]
    bad = {fault.external_id for fault in planned.faults}
    steps = [step for step in steps if step.external_id not in bad]
    steps += [step for step in planned.steps if step.change is Change.END]
    ended = sum(step.change is Change.END for step in steps)
    refusal = None
    if planned.guard is not None and not order.many_vanish:
        refusal = MANY_VANISH.format(missing=ended, known=len(listed))
    by_id = {entry.external_id: entry for entry in entries}
    coming = [by_id[step.external_id] for step in steps if step.change in (Change.ADD, Change.CHANGE)]
    more = _more_photos(steps, by_id, listed)
    return DryRun(
        order=order,
        source=found.source,
        source_date=found.source_date,
        steps=tuple(in_words(step, known, by_id.get(step.external_id)) for step in steps),
        faults=tuple(faults),
        notes=(*found.notes, *(matched.notes if matched else ())),
        expected=place.expected(more),
        photos=more,
        careful=any(_is_young(entry, place) for entry in coming),
        refusal=refusal,
        found=replace(found, entries=tuple(entries)),
        matched=matched,
        known=known,
    )


def _found(order: ImportOrder, place: ImportPlace) -> Found:
    if order.opened is not None:
        return order.opened.found
    if order.columns is None:
        source = order.source or order.file.resolve().name
        return read_list(order.file, place.today, source, place.own_kinds)
    return read_people(order.file, place.today, order.columns, order.of)


@contextmanager
def photos_of(order: ImportOrder) -> Iterator[Photos | None]:
    """The archive with the photos; None where the file comes without."""
    if order.opened is not None:
        yield None if order.opened.matched is None else order.opened.photos
        return
    where = order.photos
    if where is None and (order.columns is None or order.file.is_dir() or _is_zip(order.file)):
        where = order.file
    if where is None:
        yield None
        return
    with open_archive(where) as archive:
        yield archive


def _matched(order: ImportOrder, archive: Photos | None, found: Found) -> PhotosFound | None:
    if order.opened is not None:
        return order.opened.matched
    return named_photos(archive, found.entries) if isinstance(archive, ZipArchive | FolderArchive) else None


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() not in TABLES


def _printed(entry: Entry, archive: Photos | None, matched: PhotosFound | None) -> Entry:
    """The entry with what tells its photos from others; silent about them where the file has none of this person."""
    names = matched.photos.get(entry.external_id, ()) if matched is not None else ()
    if archive is None or not names:
        return replace(entry, photos=(), unsaid=entry.unsaid | {"prints"})
    marks = (archive.fingerprint(name) for name in names)
    return replace(entry, photos=(), prints=tuple(f"{size}-{sum_:08x}" for size, sum_ in marks))


def _steps(
    entries: list[Entry],
    found: Found,
    order: ImportOrder,
    place: ImportPlace,
    known: Mapping[str, Known],
) -> tuple[list[Step], list[RowFault]]:
    """What happens to whom, and the rows that cannot be taken in."""
    steps: list[Step] = []
    faults = list(found.faults)
    for entry in entries:
        before = known.get(entry.external_id)
        terms = terms_of(entry, found, order.wish, place.profile, place.today)
        fresh = before is None or before.stands is Stands.OVER
        photo = not fresh or "prints" not in entry.unsaid
        why = why_not_listed(entry, terms, place.profile, place.today, photo=photo, own_kinds=place.own_kinds)
        step = compared(entry, before, terms, place.today)
        if isinstance(step, RowFault):
            faults.append(step)
        elif why is not None and step.change is not Change.SAME:
            faults.append(RowFault("", entry.row, why, entry.external_id))
        else:
            steps.append(step)
    return steps, faults


def _more_photos(steps: list[Step], entries: Mapping[str, Entry], listed: Mapping[str, Known]) -> int:
    """By how many photos the list would be longer, were all of them usable."""
    more = 0
    for step in steps:
        known = listed.get(step.external_id)
        before = len(known.entry.prints) if known and known.stands is Stands.LISTED else 0
        if step.change is Change.END:
            more -= before
        elif step.change is not Change.SAME or (known and known.stands is Stands.WAITING):
            entry = entries[step.external_id]
            after = known.entry.prints if known and "prints" in entry.unsaid else entry.prints
            more += len(after) - before
    return max(more, 0)


def _is_young(entry: Entry, place: ImportPlace) -> bool:
    born = entry.born or (date(entry.birth_year, 12, 31) if entry.birth_year else None)
    return born is None or age_on(born, place.today) < place.profile.listing.elevated_under_age
