"""CenterFace (Xu et al. 2019): one heat map of face centres at a quarter of the resolution."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hallwatch.adapters.models.engine import Tensor
from hallwatch.core.geometry import Floats

Cells = NDArray[np.intp]

STRIDE = 4
LARGEST_LOG = 8.0
"""exp(8) cells are 12,000 pixels; anything above is noise that must not overflow."""


def decode(
    outputs: Mapping[str, Tensor], rows: int, columns: int, least: float
) -> tuple[Floats, Floats, Floats]:
    """Boxes (N x 4: left, top, right, bottom), points (N x 5 x 2) and scores (N) of at least ``least``.

    ``rows`` and ``columns`` are the canvas; coordinates are canvas pixels. The formula is that of the
    authors' code: log sizes and offsets are (vertical, horizontal) in cells, landmarks (y, x) in box sizes
    from the box's top left corner. Landmarks already come in the order of ``core.model.Points``.
    """
    heat = outputs["heat"].reshape(rows // STRIDE, columns // STRIDE)
    down, across = np.nonzero(heat >= least)
    cells = np.stack([down, across], axis=1)
    size = np.exp(np.minimum(_at(outputs["size"], down, across), LARGEST_LOG)) * STRIDE
    centre = (cells + _at(outputs["offset"], down, across) + 0.5) * STRIDE
    corner = centre - size / 2
    points = _at(outputs["points"], down, across).reshape(-1, 5, 2) * size[:, None] + corner[:, None]
    boxes = np.concatenate([corner[:, ::-1], (corner + size)[:, ::-1]], axis=1)
    return (
        boxes.astype(np.float32),
        points[:, :, ::-1].astype(np.float32),
        heat[down, across].astype(np.float32),
    )


def _at(map_: Tensor, down: Cells, across: Cells) -> Floats:
    """The map's values (N x channels) in the given cells of its one picture."""
    return np.asarray(map_[0][:, down, across].T, dtype=np.float32)
