"""Zips and folders that somebody handed over: checked before anything is read, and never unpacked to disk.

A zip is refused as a whole when anything in it is a trick: nobody makes such a thing by accident, and what else is
in it is not worth finding out. Sizes in its headers are only a first look; what counts is what comes out.
"""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from hallwatch.errors import FileRefused

MOST_MEMBERS = 50_000
MOST_MEMBER = 64 << 20
MOST_TOTAL = 16 << 30
MOST_RATIO = 250
"""Text packs thirtyfold, photos hardly; more than this, from 1 MB on, is a bomb."""
_RATIO_FROM = 1 << 20
_MOST_DIRECTORY = 10 << 20
"""Bytes of a zip's list of contents; it is read at once."""
_CHUNK = 1 << 16
_LOCAL_HEADER = 30
NESTED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini", "._")
DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    ValueError,
    OverflowError,
    EOFError,
    KeyError,
)
"""What the standard library raises on damaged zips; for a packing that it does not know, a kind of RuntimeError."""


class Archive(Protocol):
    """Files by name, from a zip or a folder."""

    @property
    def name(self) -> str:
        """What the whole is called."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The files in it, with ``/`` between folders, in order."""
        ...

    @property
    def nested(self) -> tuple[str, ...]:
        """Archives inside it, which nobody looks into."""
        ...

    def read(self, name: str) -> bytes:
        """A file's contents. Raises FileRefused when it is damaged or larger than its limit."""
        ...

    def fingerprint(self, name: str) -> tuple[int, int]:
        """Size and checksum, the same for the same contents."""
        ...


class ZipArchive:
    """An open zip whose names and sizes have passed. Made by ``open_archive``."""

    def __init__(self, name: str, opened: zipfile.ZipFile) -> None:
        self.name = name
        self._zip = opened
        members = [one for one in opened.infolist() if not one.is_dir()]
        _check_members(name, opened.infolist(), members)
        self._members = {_clean(one.filename): one for one in members if not _is_litter(one.filename)}
        self.nested = tuple(one for one in self._members if one.lower().endswith(NESTED))
        self.names = tuple(one for one in self._members if one not in self.nested)

    def read(self, name: str) -> bytes:
        """A file's contents. Raises FileRefused when it is damaged, or more comes out than may."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """The same piece by piece."""
        member, length = self._members[name], 0
        most = min(MOST_MEMBER, max(_RATIO_FROM, MOST_RATIO * member.compress_size))
        try:
            with self._zip.open(member) as stream:
                while part := stream.read(_CHUNK):
                    length += len(part)
                    if length > most:
                        raise _too_large(self.name, name)
                    yield part
        except (*DAMAGE, OSError) as error:
            raise FileRefused(
                f"{self.name}: {_shown(name)} inside it is damaged; make the zip anew"
            ) from error

    def fingerprint(self, name: str) -> tuple[int, int]:
        """Size and checksum as the zip states them (reading fails when they are not so)."""
        return self._members[name].file_size, self._members[name].CRC


class FolderArchive:
    """A folder. Links are left out: they may lead anywhere."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self._folder = folder
        found = []
        for path in _walk(folder):
            found.append(path.relative_to(folder).as_posix())
            if len(found) > MOST_MEMBERS:
                raise FileRefused(f"{self.name} holds more than {MOST_MEMBERS} files; hand it over in parts")
        kept = sorted(one for one in found if not _is_litter(one))
        self.nested = tuple(one for one in kept if one.lower().endswith(NESTED))
        self.names = tuple(one for one in kept if one not in self.nested)

    def read(self, name: str) -> bytes:
        """A file's contents. Raises FileRefused when it cannot be read or is too large."""
        try:
            with (self._folder / name).open("rb") as file:
                data = file.read(MOST_MEMBER + 1)
        except OSError as error:
            raise FileRefused(f"{self.name}: {_shown(name)} cannot be read: {error.strerror}") from error
        if len(data) > MOST_MEMBER:
            raise _too_large(self.name, name)
        return data

    def fingerprint(self, name: str) -> tuple[int, int]:
        """Size and checksum."""
        data = self.read(name)
        return len(data), zlib.crc32(data)


@contextmanager
def open_archive(path: Path) -> Iterator[ZipArchive | FolderArchive]:
    """A zip or a folder, checked. Raises FileRefused for anything that is not, or should not be, read."""
    if path.is_dir():
        yield FolderArchive(path)
        return
    try:
        with path.open("rb") as file, _opened(path.name, file) as opened:
            yield ZipArchive(path.name, opened)
    except OSError as error:
        raise FileRefused(f"{path.name} cannot be read: {error.strerror}") from error


def zip_of(name: str, file: BinaryIO) -> ZipArchive:
    """The checked zip in an open file, which stays the caller's to close."""
    return ZipArchive(name, _opened(name, file))


def _opened(name: str, file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(cast(BinaryIO, _Calm(file)))
    except (*DAMAGE, OSError) as error:
        raise FileRefused(f"{name} is no zip, or it is cut off; fetch or make it anew") from error


class _Calm:
    """A file that refuses the one read by which a huge list of contents would come into memory at once."""

    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """At most the size of a list of contents; every other read is far smaller."""
        if size > _MOST_DIRECTORY:
            raise zipfile.BadZipFile("a list of contents of that size")
        return self._file.read(size)


def _check_members(name: str, every: list[zipfile.ZipInfo], files: list[zipfile.ZipInfo]) -> None:
    """Raise FileRefused for the first thing that no honest zip has."""
    if len(every) > MOST_MEMBERS:
        raise FileRefused(f"{name} holds more than {MOST_MEMBERS} files; hand it over in parts")
    for one in every:
        _check_path(name, one)
    for one in files:
        if one.flag_bits & 0x41:
            raise FileRefused(f"{name}: {_shown(one.filename)} is encrypted; make the zip without a password")
        if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused(f"{name}: packed in an unusual way; make the zip anew with Windows or 'zip'")
        if one.file_size > MOST_MEMBER or (
            one.file_size > _RATIO_FROM and one.file_size > MOST_RATIO * one.compress_size
        ):
            raise _too_large(name, one.filename)
    if sum(one.file_size for one in files) > MOST_TOTAL:
        raise FileRefused(f"{name} unpacks to more than {MOST_TOTAL >> 30} GB; hand it over in parts")
    _check_doubles(name, (one.filename for one in files))
    _check_overlaps(name, files)


def _check_path(name: str, member: zipfile.ZipInfo) -> None:
    raw = member.orig_filename
    parts = raw.replace("\\", "/").split("/")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in raw) or not raw.strip("/\\. "):
        raise FileRefused(f"{name}: a name inside it is not readable; make the zip anew")
    if raw[0] in "/\\" or ".." in parts or parts[0][1:2] == ":":
        raise FileRefused(f"{name}: {_shown(raw)} leads out of the zip; nothing of it is taken")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise FileRefused(
            f"{name}: {_shown(raw)} is a link, not a file; make the zip with the files themselves"
        )


def _check_doubles(name: str, names: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for one in names:
        folded = unicodedata.normalize("NFC", _clean(one)).casefold()
        if folded in seen:
            how = (
                "is in it twice"
                if _clean(one) == seen[folded]
                else f"and {_shown(seen[folded])} are one name"
            )
            raise FileRefused(f"{name}: {_shown(one)} {how}; nothing says which is right")
        seen[folded] = _clean(one)


def _check_overlaps(name: str, files: list[zipfile.ZipInfo]) -> None:
    """Members that share bytes unpack to far more than the file holds."""
    end = 0
    for one in sorted(files, key=lambda it: it.header_offset):
        if one.header_offset < end:
            raise FileRefused(f"{name}: files inside it overlap; nothing of it is taken")
        end = one.header_offset + _LOCAL_HEADER + one.compress_size


def _walk(folder: Path) -> Iterator[Path]:
    try:
        for path in sorted(folder.iterdir()):
            if path.is_symlink():
                continue
            if path.is_dir():
                yield from _walk(path)
            elif path.is_file():
                yield path
    except OSError as error:
        raise FileRefused(f"{folder.name} cannot be read: {error.strerror}") from error


def _clean(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./")


def _is_litter(name: str) -> bool:
    clean = _clean(name)
    base = clean.rpartition("/")[2]
    return clean.startswith(_LITTER[0]) or base in _LITTER[1:4] or base.startswith(_LITTER[4])


def _shown(name: str) -> str:
    """A name from outside, fit for one line."""
    return repr(name if len(name) <= 80 else f"{name[:77]}...")


def _too_large(archive: str, name: str) -> FileRefused:
    return FileRefused(
        f"{archive}: {_shown(name)} unpacks to more than {MOST_MEMBER >> 20} MB, or far more than it should;"
        " nothing of the zip is taken"
    )
