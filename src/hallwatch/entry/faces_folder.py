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
