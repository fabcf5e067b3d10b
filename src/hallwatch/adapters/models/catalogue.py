"""Which packs there are: those that ship with Hallwatch and those the user has added."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

import hallwatch
from hallwatch.adapters.models.manifest import PackManifest, read_manifest
from hallwatch.adapters.models.manifest_fields import STATES
from hallwatch.errors import PackError

DEFAULT_PACK = "duo"
LAST_RESORT = "bootstrap"


def shipped_folder() -> Path:
    """The folder of the shipped manifests: inside the installed package, or beside the sources of a
    checkout."""
    package = Path(hallwatch.__file__).resolve().parent
    for folder in (package / "packs", package.parents[1] / "packs"):
        if folder.is_dir():
            return folder
    raise PackError("the model packs' manifests are missing from this installation; install Hallwatch again")


def known_packs(home: Path) -> dict[str, PackManifest]:
    """Every pack by name, the recommended one first. Raises PackError when a manifest is refused."""
    shipped = sorted(shipped_folder().glob("*/manifest.toml"))
    added = sorted(_added_folder(home).glob("*.toml"))
    # A name that a later Hallwatch has taken for a pack of its own means that one: shipped ones come last.
    packs = {pack.name: pack for pack in (read_manifest(path) for path in [*added, *shipped])}
    return dict(sorted(packs.items(), key=lambda item: (STATES.index(item[1].state), item[0])))


def find_pack(name: str, home: Path) -> PackManifest:
    """The pack of this name. Raises PackError, naming those there are."""
    packs = known_packs(home)
    if name not in packs:
        raise PackError(
            f"there is no model pack {name!r}; there are {', '.join(packs)}; "
            "another one is added with: hallwatch models add PACK.toml"
        )
    return packs[name]


def add_pack(path: Path, home: Path) -> PackManifest:
    """Check the user's manifest and keep a copy; one of the same name that the user added before is replaced.

    Raises PackError when it is refused or bears a shipped pack's name.
    """
    pack = read_manifest(path)
    if (shipped_folder() / pack.name).is_dir():
        raise PackError(
            f"{path}: the name {pack.name!r} belongs to a pack that ships with Hallwatch; choose another"
        )
    folder = _added_folder(home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as copy:
            copy.write(path.read_bytes())
        os.replace(copy.name, folder / f"{pack.name}.toml")
    except OSError as error:
        raise PackError(f"cannot keep the manifest in {folder}: {error.strerror}") from error
    return pack


def _added_folder(home: Path) -> Path:
    return home / "packs"
