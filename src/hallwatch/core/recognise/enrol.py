"""Which face of a photo is the person: licence photos carry a ghost portrait, mug shots come two to a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hallwatch.core.model import Face

AS_TALL = 0.8
AS_CENTRAL = 0.1
"""Two faces are about as central when their distances from the centre differ by less than this share of the
photo's longer side."""


@dataclass(frozen=True, slots=True)
class Dominant:
    """The photo's person, how many other faces there are, and one that may be meant just as well."""

    face: Face
    others: int
    rival: Face | None


def dominant(faces: Sequence[Face], width: int, height: int) -> Dominant | None:
    """The tallest face; among those at least 0.8 as tall the one nearest the centre. None without faces.

    ``rival`` is a second face at least 0.8 as tall and about as central: enrolling one of the two would be a
    guess. ``width`` and ``height`` are the photo's, in pixels.
    """
    if not faces:
        return None
    tallest = max(face.box.height for face in faces)
    tall = [face for face in faces if face.box.height >= AS_TALL * tallest]
    tall.sort(key=lambda face: _off_centre(face, width, height))
    chosen = tall[0]
    near = _off_centre(chosen, width, height) + AS_CENTRAL
    rivals = [face for face in tall[1:] if _off_centre(face, width, height) <= near]
    return Dominant(chosen, len(faces) - 1, rivals[0] if rivals else None)


def _off_centre(face: Face, width: int, height: int) -> float:
    x, y = face.box.centre
    return float(np.hypot(x - width / 2, y - height / 2)) / max(width, height)
