"""The picture of a decision, in which everybody else is made unrecognisable before it leaves the worker."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hallwatch.core.model import Box, Face, Pixels

AROUND = 1.0
"""Surroundings kept on every side, in face heights."""
GROWN = 0.25
"""By how much another person's box grows before it is made unrecognisable: hair and chin belong to a face."""
FEATURES_PAD = 0.05
"""Around eyes, nose and mouth, in face heights, where two faces overlap."""
BLOCKS = 4
"""A strange face keeps this many blocks across: 4 x 4 grey squares name nobody."""


def surroundings(image: Pixels, face: Face, everybody: Sequence[Face]) -> Pixels:
    """A copy of ``face`` with its surroundings (BGR); every other face of ``everybody`` in it is pixelated."""
    rows, columns = image.shape[:2]
    reach = AROUND * face.box.height
    left, top = max(0, int(face.box.left - reach)), max(0, int(face.box.top - reach))
    right, bottom = min(columns, int(face.box.right + reach)), min(rows, int(face.box.bottom + reach))
    cut = image[top:bottom, left:right].copy()
    others = [other for other in everybody if other is not face]
    own, features = _inside(face.box, 0.0, left, top, cut), _inside(_features(face), 0.0, left, top, cut)
    kept, kept_features = cut[own].copy(), cut[features].copy()
    for other in others:
        _pixelate(cut, _inside(other.box, GROWN, left, top, cut))
    cut[own] = kept
    for other in others:
        # Two boxes may overlap: what another face has of this one's box goes, but for this one's own features.
        _pixelate(cut, _both(own, _inside(other.box, 0.0, left, top, cut)))
    cut[features] = kept_features
    return cut


def _features(face: Face) -> Box:
    """Eyes, nose and mouth with a little around them."""
    pad = FEATURES_PAD * face.box.height
    (left, top), (right, bottom) = face.points.min(axis=0) - pad, face.points.max(axis=0) + pad
    return Box(float(left), float(top), float(right), float(bottom))


def _both(one: tuple[slice, slice], other: tuple[slice, slice]) -> tuple[slice, slice]:
    """Where two places overlap; empty where they do not."""
    rows, columns = (
        slice(max(a.start, b.start), max(min(a.stop, b.stop), max(a.start, b.start)))
        for a, b in zip(one, other, strict=True)
    )
    return rows, columns


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
