"""Installing a pack: files got and checked, graphs built, all of it put in place in one step."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from hallwatch.adapters.models.downloading import PATIENT, Patience, Progress, ignore_progress
from hallwatch.adapters.models.files import Origins, digest, obtain
from hallwatch.adapters.models.manifest import PackFile, PackManifest
from hallwatch.errors import PackError

RECEIPT = "installed.json"
"""File name -> sha256 of everything in the folder, written last."""


def _say_nothing(_line: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Wish:
    """How an installation may go about it (see ``files.Origins``); ``say`` is told in lines what happens."""

    models_from: Path | None = None
    reach_out: bool = True
    progress: Progress = ignore_progress
    patience: Patience = PATIENT
    plain_http_here: bool = False
    say: Callable[[str], None] = _say_nothing


def installed_folder(pack: PackManifest, home: Path) -> Path:
    """Where this very version of the pack is or would be installed."""
    return home / "models" / "installed" / f"{pack.name}-{pack.files_fingerprint}"


def is_installed(pack: PackManifest, home: Path) -> bool:
    """Whether it has been installed; ``verified_folder`` says whether it is still what was installed."""
    return (installed_folder(pack, home) / RECEIPT).is_file()


def verified_folder(pack: PackManifest, home: Path) -> Path:
    """The installed pack's folder, every file's checksum compared just now.

    Raises PackError when it is not installed or a file is missing or altered.
    """
    folder = installed_folder(pack, home)
    if not is_installed(pack, home):
        raise PackError(
            f"the model pack {pack.name} is not installed; type: hallwatch models pull {pack.name}"
        )
    if wrong := _altered(pack, folder):
        raise PackError(
            f"the model pack {pack.name} has been altered ({wrong}); type: hallwatch models pull {pack.name}"
        )
    return folder


def install(pack: PackManifest, home: Path, wish: Wish) -> Path:
    """Install the pack and return its folder; one that is whole already is left as it is.

    Processes that install at once wait for each other. Raises PackError; then nothing half-done is left
    behind, but files that are whole stay in the cache.
    """
    models = home / "models"
    try:
        with _alone(models, wish.say):
            folder = installed_folder(pack, home)
            if is_installed(pack, home) and not _altered(pack, folder):
                return folder
            return _install_alone(pack, folder, models, wish)
    except OSError as error:
        named = f" {error.filename}" if error.filename else ""
        raise PackError(
            f"cannot install the model pack {pack.name}: {error.strerror or error}{named}; "
            "mend that, or name another folder with HALLWATCH_HOME"
        ) from error


def _install_alone(pack: PackManifest, folder: Path, models: Path, wish: Wish) -> Path:
    workplace = models / "unfinished"
    # Only whoever holds the lock works here: what lies about is from a process that was killed.
    shutil.rmtree(workplace, ignore_errors=True)
    workplace.mkdir()
    origins = Origins(
        models / "files",
        workplace,
        wish.models_from,
        wish.reach_out,
        wish.progress,
        wish.patience,
        wish.plain_http_here,
    )
    try:
        sources = {file: obtain(file, origins) for file in pack.files}
        building = Path(mkdtemp(dir=workplace, prefix=f"{pack.name}-"))
        for file, source in sources.items():
            _place(file, source, building)
        receipt = {path.name: digest(path) for path in sorted(building.iterdir())}
        (building / RECEIPT).write_text(json.dumps(receipt, indent=1) + "\n")
        building.chmod(0o755)
        folder.parent.mkdir(exist_ok=True)
        if folder.exists():
            os.rename(folder, workplace / "altered")
        os.rename(building, folder)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)
    wish.say(f"installed the model pack {pack.name}; licences: {'; '.join(pack.licences)}")
    return folder


def _place(file: PackFile, source: Path, building: Path) -> None:
    """Put one file in the new folder: as it is, or as the graph that is built from it."""
    if file.build is None:
        shutil.copyfile(source, building / file.name)
        return
    # The onnx package is slow to import and needed nowhere else.
    from hallwatch.adapters.models.install import RECIPES

    RECIPES[file.build.recipe](source, building / file.build.output)


def _altered(pack: PackManifest, folder: Path) -> str:
    """What is wrong with an installed pack in a few words; empty when nothing is."""
    try:
        receipt = json.loads((folder / RECEIPT).read_text())
    except (OSError, ValueError):
        return f"{RECEIPT} cannot be read"
    wanted = {file.installed_name for file in pack.files}
    if not isinstance(receipt, dict) or set(receipt) != wanted:
        return f"{RECEIPT} names other files"
    for file in pack.files:
        path = folder / file.installed_name
        # A file that is used as published is held to the manifest, not only to what was noted at
        # installation.
        expected = receipt[file.installed_name] if file.build else file.sha256
        if not path.is_file():
            return f"{path.name} is missing"
        if digest(path) != expected:
            return f"{path.name} differs"
    return ""


@contextmanager
def _alone(models: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the folder's lock; the operating system gives it back however the process ends."""
    models.mkdir(parents=True, exist_ok=True)
    with (models / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another hallwatch that is installing models")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
