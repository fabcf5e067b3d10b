"""Who is on the list, and who walks with which photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hallwatch.errors import ImageError, UserError
from hallwatch.sim.photo import FaceBox, Locate, read_photo

_LISTED = 1 << 45


class Role(NamedTuple):
    """One walker of one pass: the caller's key of the person, a photo of theirs and the face in it."""

    person: str
    photo: Path
    face: FaceBox


def choose_listed(faces: Mapping[str, Sequence[Path]], people: int, seed: int) -> dict[str, str]:
    """Draw ``people`` persons with two or more photos; person -> external id (P0001 ...).

    Raises UserError when the faces do not hold so many.
    """
    able = [person for person in sorted(faces) if len(faces[person]) >= 2]
    if len(able) < people:
        raise UserError(f"only {len(able)} people have two or more photos: list {len(able)} or fewer")
    drawn = np.random.default_rng([seed, _LISTED]).permutation(len(able))[:people]
    return {able[int(which)]: f"P{number:04d}" for number, which in enumerate(drawn, 1)}


def enrolled_photo(photos: Sequence[Path]) -> Path:
    """The photo that a listed person's listing uses and no pass does: the first by name."""
    return min(photos, key=lambda path: path.name)


def spread(roles: Sequence[Role], apart: int) -> list[Role]:
    """The same roles, with ``apart`` others between two of one person, or as many as there are.

    Sightings of one person within a minute are one incident (an alert that improves), so two passes close
    together could not both be counted. Without such neighbours the order stays.
    """
    apart = min(apart, len({role.person for role in roles}) - 1)
    waiting, ordered = list(roles), list[Role]()
    while waiting:
        recent = {role.person for role in ordered[max(0, len(ordered) - apart) :]} if apart else set()
        which = next((index for index, role in enumerate(waiting) if role.person not in recent), 0)
        ordered.append(waiting.pop(which))
    return ordered


def draw_cast(
    people: Mapping[str, Sequence[Path]], passes: int, locate: Locate, rng: np.random.Generator
) -> tuple[list[Role], int]:
    """Who walks with which photo, and how many photos were passed over: no face in them, or not to be read.

    Everybody walks once, in random order, before anybody walks twice, then with another photo if there is
    one. Raises UserError when nobody has a photo with a face.
    """
    order = [sorted(people)[int(i)] for i in rng.permutation(len(people))]
    unseen = {
        person: [people[person][int(i)] for i in rng.permutation(len(people[person]))] for person in order
    }
    known: dict[str, list[Role]] = {person: [] for person in order}
    roles: list[Role] = []
    broken: list[ImageError] = []
    skipped = walks = 0
    while len(roles) < passes and order:
        for person in order[: passes - len(roles)]:
            while unseen[person] and len(known[person]) <= walks:
                photo = unseen[person].pop()
                face = _face(photo, locate, broken)
                if face is None:
                    skipped += 1
                else:
                    known[person].append(Role(person, photo, face))
            if known[person]:
                roles.append(known[person][walks % len(known[person])])
        order = [person for person in order if known[person]] if walks == 0 else order
        walks += 1
    if len(roles) < passes:
        why = f" (the last one that cannot be read: {broken[-1]})" if broken else ""
        raise UserError(
            f"no photo left in which a face can be found{why}: give more faces, or ask for fewer passes"
        )
    return roles, skipped


def _face(photo: Path, locate: Locate, broken: list[ImageError]) -> FaceBox | None:
    """Where the face is; None when there is none, or (noted in ``broken``) when the file cannot be read."""
    try:
        return locate(read_photo(photo))
    except ImageError as error:
        broken.append(error)
        return None
