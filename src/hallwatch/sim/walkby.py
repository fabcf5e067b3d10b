"""A folder with everything an evaluation needs: the film, its truth and the watchlist."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from hallwatch.errors import SettingsError, UserError
from hallwatch.sim.cast import enrolled_photo
from hallwatch.sim.film import Progress, truth, write_film
from hallwatch.sim.plan import Plan

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
EXPIRES = "2099-12-31"
COLUMNS = ("external_id", "first_name", "last_name", "list", "reason", "photo", "expires")


def find_faces(folder: Path) -> dict[str, list[Path]]:
    """A folder per person with photos in it: person -> photos by name.

    Raises UserError when there are none.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: there is no such folder; give --faces a folder with one folder a person")
    found = {
        person.name: sorted(photo for photo in person.iterdir() if photo.suffix.lower() in PICTURES)
        for person in sorted(folder.iterdir())
        if person.is_dir()
    }
    faces = {person: photos for person, photos in found.items() if photos}
    if not faces:
        raise UserError(
            f"{folder}: holds no folders with photos; give --faces a folder with one folder a person"
        )
    return faces


def write_watchlist(out: Path, faces: Mapping[str, Sequence[Path]], listed: Mapping[str, str]) -> None:
    """Write list.csv and photos/ for the listed people (person -> external id), under invented names."""
    photos = out / "photos"
    photos.mkdir(parents=True)
    with (out / "list.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for person, external_id in sorted(listed.items(), key=lambda pair: pair[1]):
            photo = enrolled_photo(faces[person])
            name = f"{external_id}{photo.suffix.lower()}"
            shutil.copyfile(photo, photos / name)
            number = external_id.removeprefix("P")
            rows.writerow(
                (external_id, "Sample", number, "other", "Simulated walk-by", f"photos/{name}", EXPIRES)
            )


def write_walkby(
    out: Path,
    plan: Plan,
    faces: Mapping[str, Sequence[Path]],
    listed: Mapping[str, str],
    *,
    progress: Progress | None = None,
) -> None:
    """Write OUT/walkby.mp4, OUT/truth.json and OUT/watchlist/; OUT appears when all of it is complete.

    Raises SettingsError when OUT exists and is not an empty folder.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SettingsError(f"{out}: is not empty; give --out a new or empty folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as temporary:
        made = Path(temporary) / "walkby"
        made.mkdir()
        write_watchlist(made / "watchlist", faces, listed)
        write_film(plan, made / "walkby.mp4", progress=progress)
        (made / "truth.json").write_text(json.dumps(truth(plan), indent=1) + "\n", encoding="utf-8")
        if out.exists():
            out.rmdir()
        made.rename(out)
