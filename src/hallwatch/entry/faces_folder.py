"""A folder with one folder of photos a person."""

from __future__ import annotations

from pathlib import Path

from hallwatch.errors import UserError

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


def photos_of(folder: Path) -> dict[str, list[Path]]:
    """Each person's photos by name. Raises UserError when there are none."""
    if not folder.is_dir():
        raise UserError(f"{folder}: there is no such folder; give one with a folder of photos a person")
    people = {
        person.name: sorted(path for path in person.iterdir() if path.suffix.lower() in ENDINGS)
        for person in sorted(folder.iterdir())
        if person.is_dir()
    }
    people = {person: photos for person, photos in people.items() if photos}
    if not people:
        raise UserError(f"{folder} holds no folders with photos; it needs one folder of photos a person")
    return people


def one_photo_each(folder: Path) -> list[Path]:
    """One photo of each person: the first of each folder, and every photo that lies in no folder of its own. Raises
    UserError when there are none."""
    if not folder.is_dir():
        raise UserError(f"{folder}: there is no such folder; give one with photos, or with a folder a person")
    entries = sorted(folder.iterdir())
    photos = [path for path in entries if path.suffix.lower() in ENDINGS]
    for person in (path for path in entries if path.is_dir()):
        photos += sorted(path for path in person.iterdir() if path.suffix.lower() in ENDINGS)[:1]
    if not photos:
        raise UserError(f"{folder} holds no photos")
    return photos
