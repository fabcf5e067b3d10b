"""A zip or folder of photos whose names, or whose index file, say whom they show.

PowerSchool exports a flat zip with a tab-delimited index (``number<TAB>file.jpg``, no header), Infinite Campus a zip
named by the person's number, and both drop leading zeros when it suits them. A photo at the wrong person makes the
alert for the wrong person: what could be two people is nobody's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from hallwatch.adapters.importers.archive import Archive
from hallwatch.adapters.importers.text import Line, rows_of, shown
from hallwatch.core.imports import Entry, PhotosFound, RowFault, without_zeros
from hallwatch.errors import FileRefused

PICTURES = (".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp")
OTHER_PICTURES = (".heic", ".heif", ".avif", ".gif", ".tif", ".tiff")
INDEXES = (".txt", ".csv", ".tsv", ".tab")
MOST_PHOTOS = 20
"""Of one person, as an index may list them."""


def match_photos(archive: Archive, people: Iterable[Entry]) -> PhotosFound:
    """Which photo shows whom. Raises FileRefused when the archive holds no photos, or its index is none."""
    pictures = [name for name in archive.names if _ending(name) in PICTURES]
    others = [name for name in archive.names if _ending(name) in OTHER_PICTURES]
    if not pictures and not others:
        raise FileRefused(
            f"{archive.name} holds no photos; it needs files named {', '.join(PICTURES[:4])} by the person's id"
        )
    matching = _Matching(archive, pictures, _Ids(people))
    matching.other_kinds(others)
    index = _index(archive, pictures)
    if index:
        matching.by_index(*index)
    else:
        matching.by_name()
    matching.same_pictures()
    return matching.found()


@dataclass(frozen=True, slots=True)
class _Claim:
    """A photo for somebody: by which id, whether that is written as the list writes it, and where it says so."""

    photo: str
    written: str
    exactly: bool
    file: str
    row: int


def named_photos(archive: Archive, people: Iterable[Entry]) -> PhotosFound:
    """The photos that a registry's rows name (by path, by file name, or by it without the ending), or else its ids.

    Raises FileRefused when the archive cannot be read.
    """
    pictures = [name for name in archive.names if _ending(name) in PICTURES]
    places = _places(pictures)
    found: dict[str, dict[str, None]] = {}
    faults: list[RowFault] = []
    for entry in people:
        mine = found[entry.external_id] = {}
        for cell in entry.photos or (entry.external_id,):
            places_of = (_place(f"{cell}{ending}", places) for ending in ("", *PICTURES))
            photo = next((place for place in places_of if place), None)
            if photo:
                mine[photo] = None
            elif entry.photos:
                why = f"photo {shown(cell)} is not in {archive.name}, or is in it more than once"
                faults.append(RowFault("", entry.row, why, entry.external_id))
    used = {name for photos in found.values() for name in photos}
    faults += take_shared(archive, found)
    without = [person for person, photos in found.items() if not photos]
    photos = {person: tuple(names) for person, names in found.items() if names}
    return PhotosFound(
        photos, tuple(faults), tuple(one for one in pictures if one not in used), tuple(without)
    )


def take_shared(archive: Archive, photos: Mapping[str, dict[str, None]]) -> list[RowFault]:
    """Take away every picture that stands, bit for bit, at several people, and say so of each."""
    prints = {name: archive.fingerprint(name) for names in photos.values() for name in names}
    owners: dict[tuple[int, int], set[str]] = defaultdict(set)
    for person, names in photos.items():
        for name in names:
            owners[prints[name]].add(person)
    faults = []
    for person, names in photos.items():
        for name in list(names):
            count = len(owners[prints[name]])
            if count > 1:
                why = f"is the very same picture for {count} people, so it shows none of them"
                faults.append(RowFault(name, 0, why, person))
                del names[name]
    return faults


class _Ids:
    """Who is meant by an id as a file writes it."""

    def __init__(self, people: Iterable[Entry]) -> None:
        self.every: list[str] = []
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._loose: dict[str, set[str]] = defaultdict(set)
        for entry in people:
            self.every.append(entry.external_id)
            for one in (entry.external_id, *entry.other_ids):
                self._exact[one].add(entry.external_id)
                self._loose[without_zeros(one)].add(entry.external_id)

    def who(self, written: str) -> tuple[str, bool] | str | None:
        """The external id and whether it is written exactly so; a sentence when two may be meant; None for nobody."""
        for exactly, found in ((True, self._exact), (False, self._loose)):
            who = found.get(written if exactly else without_zeros(written))
            if who and len(who) > 1:
                return f"id {shown(written)} may be {' or '.join(sorted(who)[:3])}; nobody gets this photo"
            if who:
                return next(iter(who)), exactly
        return None


class _Matching:
    """Collects who has which photos, and what is wrong."""

    def __init__(self, archive: Archive, pictures: Sequence[str], ids: _Ids) -> None:
        self._archive, self._pictures, self._ids = archive, pictures, ids
        self._claims: dict[str, list[_Claim]] = defaultdict(list)
        self._photos: dict[str, dict[str, None]] = {}
        self._faults: list[RowFault] = []
        self._nobodys: list[str] = []
        self._notes = [f"{len(archive.nested)} archives inside {archive.name} are not opened"] * bool(
            archive.nested
        )

    def other_kinds(self, names: Sequence[str]) -> None:
        """Pictures that nobody here can read."""
        for name in names:
            kind = _ending(name).removeprefix(".").upper()
            self._fault(name, 0, f"{kind} pictures are not read; save it as JPEG")

    def by_name(self) -> None:
        """The file's name without its ending is the id."""
        for name in self._pictures:
            self._put(PurePosixPath(name).stem.strip(), name, name, 0)
        self._settle()
        for person, photos in list(self._photos.items()):
            if len(photos) > 1:
                for name in photos:
                    others = ", ".join(shown(one) for one in photos if one != name)
                    self._fault(name, 0, f"{others} is for the same id; neither is taken", person)
                del self._photos[person]

    def by_index(
        self, file: str, lines: Sequence[Line], columns: tuple[int, int], notes: Sequence[str]
    ) -> None:
        """A row a photo."""
        self._notes += notes
        places = _places(self._pictures)
        named: dict[str, str] = {}
        twice: set[str] = set()
        for line in lines:
            written, photo = line.cell(columns[0]), line.cell(columns[1])
            found = _place(photo, places)
            if not found:
                if line is not lines[0] or _ending(photo) in PICTURES:  # else a header
                    self._fault(file, line.number, f"{shown(photo)} is not in {self._archive.name}", written)
                continue
            if named.setdefault(found, written) != written:
                self._fault(
                    file, line.number, f"{shown(photo)} is for id {shown(named[found])}, too; nobody gets it"
                )
                twice.add(found)
                continue
            self._put(written, found, file, line.number)
        self._settle()
        for photos in self._photos.values():
            for name in twice:
                photos.pop(name, None)
        self._nobodys += [name for name in self._pictures if name not in named]
        for person, photos in list(self._photos.items()):
            if len(photos) > MOST_PHOTOS:
                self._fault(
                    file, 0, f"id {shown(person)} has more than {MOST_PHOTOS} photos; none is taken", person
                )
                del self._photos[person]

    def same_pictures(self) -> None:
        """The same picture at several people is a placeholder, or one of them is wrong."""
        self._faults += take_shared(self._archive, self._photos)

    def found(self) -> PhotosFound:
        """All of it."""
        photos = {person: tuple(names) for person, names in self._photos.items() if names}
        without = tuple(one for one in self._ids.every if one not in photos)
        return PhotosFound(photos, tuple(self._faults), tuple(self._nobodys), without, tuple(self._notes))

    def _put(self, written: str, photo: str, file: str, row: int) -> None:
        who = self._ids.who(written) if written else None
        if isinstance(who, str):
            self._fault(file, row, who)
        elif who is None:
            self._nobodys.append(photo)
        else:
            self._claims[who[0]].append(_Claim(photo, written, who[1], file, row))

    def _settle(self) -> None:
        """Of ids that differ in leading zeros, the list's own spelling counts; of two others neither does."""
        for person, claims in self._claims.items():
            exact = [claim for claim in claims if claim.exactly]
            loose = [claim for claim in claims if not claim.exactly]
            if exact or len({claim.written for claim in loose}) > 1:
                for claim in loose:
                    why = f"id {shown(claim.written)} would be {shown(person)} but for zeros, and so would another"
                    self._fault(claim.file, claim.row, why, person)
                loose = []
            if exact or loose:
                self._photos[person] = dict.fromkeys(claim.photo for claim in exact or loose)

    def _fault(self, file: str, row: int, reason: str, external_id: str = "") -> None:
        self._faults.append(RowFault(file, row, reason, external_id))


def _index(
    archive: Archive, pictures: Sequence[str]
) -> tuple[str, list[Line], tuple[int, int], tuple[str, ...]] | None:
    """The one text file whose cells name photos: its rows, and where the ids and the file names stand."""
    places = _places(pictures)
    found = []
    for file in (name for name in archive.names if _ending(name) in INDEXES):
        try:
            lines, notes = rows_of(file, archive.read(file))
        except FileRefused:
            if len(archive.names) == len(pictures) + 1:
                raise
            continue
        columns = _order(lines, places)
        if columns:
            found.append((file, lines, columns, notes))
    if len(found) > 1:
        raise FileRefused(
            f"{archive.name} has two index files, {shown(found[0][0])} and {shown(found[1][0])}; keep one"
        )
    return found[0] if found else None


def _order(lines: Sequence[Line], places: Mapping[str, tuple[str, ...]]) -> tuple[int, int] | None:
    """Columns of the id and the file name: the latter is where most cells name a photo that is there."""
    counts = Counter(
        column for line in lines for column, cell in enumerate(line.cells[:20]) if _place(cell, places)
    )
    if not counts:
        return None
    photo = max(sorted(counts), key=lambda it: counts[it])
    wide = max(len(line.cells) for line in lines)
    return (1 if photo == 0 else 0, photo) if wide > 1 else None


def _places(pictures: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Photos by whole path and by name alone, capitals aside."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in pictures:
        found[name.casefold()].add(name)
        found[PurePosixPath(name).name.casefold()].add(name)
    return {key: tuple(sorted(names)) for key, names in found.items()}


def _place(cell: str, places: Mapping[str, tuple[str, ...]]) -> str | None:
    """The one photo that a cell of an index names."""
    names = places.get(cell.replace("\\", "/").casefold(), ())
    return names[0] if len(names) == 1 else None


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
