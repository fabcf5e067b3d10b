"""The picture of a decision, in which everybody else is made unrecognisable before it leaves the worker."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hallwatch.core.model import Box, Face, Pixels

AROUND = 1.0
"""Surroundings kept on every side, in face heights."""
GROWN = 0.25
"""By how much another person's box grows before it is made unrecognisable: hair and chin belong to a face."""
BLOCKS = 4
"""A strange face keeps this many blocks across: 4 x 4 grey squares name nobody."""


def surroundings(image: Pixels, face: Face, everybody: Sequence[Face]) -> Pixels:
    """A copy of ``face`` with its surroundings (BGR); every other face of ``everybody`` in it is pixelated."""
    rows, columns = image.shape[:2]
    reach = AROUND * face.box.height
    left, top = max(0, int(face.box.left - reach)), max(0, int(face.box.top - reach))
    right, bottom = min(columns, int(face.box.right + reach)), min(rows, int(face.box.bottom + reach))
    cut = image[top:bottom, left:right].copy()
    own = _inside(face.box, 0.0, left, top, cut)
    kept = cut[own].copy()
    for other in everybody:
        if other is not face:
            _pixelate(cut, _inside(other.box, GROWN, left, top, cut))
    cut[own] = kept
    return cut


def _inside(box: Box, grow: float, left: int, top: int, cut: Pixels) -> tuple[slice, slice]:
    more_x, more_y = grow * box.width, grow * box.height
    rows, columns = cut.shape[:2]
    return (
        slice(
            max(0, min(rows, int(box.top - more_y) - top)),
            max(0, min(rows, int(box.bottom + more_y) - top + 1)),
        ),
        slice(
            max(0, min(columns, int(box.left - more_x) - left)),
            max(0, min(columns, int(box.right + more_x) - left + 1)),
        ),
    )


def _pixelate(cut: Pixels, where: tuple[slice, slice]) -> None:
    part = cut[where]
    if part.size == 0:
        return
    for rows in np.array_split(np.arange(part.shape[0]), BLOCKS):
        for columns in np.array_split(np.arange(part.shape[1]), BLOCKS):
            if len(rows) and len(columns):
                block = part[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
                block[...] = block.mean(axis=(0, 1))
