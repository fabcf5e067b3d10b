"""Boxes and points: overlap, suppression of doubles, similarity transforms. All in pixels."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]


def overlap(first: Floats, second: Floats) -> Floats:
    """Intersection over union of every box of ``first`` (N x 4) with every box of ``second`` (M x 4).

    Boxes are left, top, right, bottom. Returns N x M, 0..1.
    """
    left_top = np.maximum(first[:, None, :2], second[None, :, :2])
    right_bottom = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.clip(right_bottom - left_top, 0, None).prod(axis=2)
    areas_first = (first[:, 2:] - first[:, :2]).prod(axis=1)
    areas_second = (second[:, 2:] - second[:, :2]).prod(axis=1)
    return np.asarray(
        shared / np.maximum(areas_first[:, None] + areas_second[None] - shared, 1e-9), dtype=np.float32
    )


def suppress_doubles(boxes: Floats, scores: Floats, most_overlap: float) -> list[int]:
    """Greedy non-maximum suppression: indices of the boxes (N x 4) to keep, best score first."""
    order = list(np.argsort(-scores, kind="stable"))
    keep: list[int] = []
    while order:
        best = order.pop(0)
        keep.append(int(best))
        if order:
            close = overlap(boxes[best][None], boxes[order])[0] > most_overlap
            order = [index for index, doubled in zip(order, close, strict=True) if not doubled]
    return keep


def similarity_transform(source: Floats, target: Floats) -> Floats:
    """The rotation, uniform scale and shift (2 x 3) that takes ``source`` (K x 2) nearest to ``target``.

    Least squares over all points, the closed form of Umeyama (1991) in two dimensions without reflection.
    """
    from_centre, to_centre = source.mean(axis=0), target.mean(axis=0)
    x, y = (source - from_centre).T.astype(np.float64)
    u, v = (target - to_centre).T.astype(np.float64)
    spread = max(float((x * x + y * y).sum()), 1e-12)
    a = float((x * u + y * v).sum()) / spread
    b = float((x * v - y * u).sum()) / spread
    linear = np.array([[a, -b], [b, a]])
    shift = to_centre - linear @ from_centre
    return np.concatenate([linear, shift[:, None]], axis=1).astype(np.float32)
