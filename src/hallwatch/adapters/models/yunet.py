"""YuNet-n (Wu, Peng, Yu 2023): faces with five landmarks from three strides."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hallwatch.adapters.models.engine import Tensor
from hallwatch.core.geometry import Floats

STRIDES = (8, 16, 32)


def decode(
    outputs: Mapping[str, Tensor], rows: int, columns: int, least: float
) -> tuple[Floats, Floats, Floats]:
    """Boxes (N x 4: left, top, right, bottom), points (N x 5 x 2) and scores (N) of at least ``least``.

    ``rows`` and ``columns`` are the canvas; coordinates are canvas pixels. The score is the geometric mean of
    class and objectness, as in the authors' code. Landmarks already come in the order of ``core.model.Points``.
    """
    found = [_decode_stride(outputs, stride, rows, columns, least) for stride in STRIDES]
    boxes, points, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return boxes, points, scores


def _decode_stride(
    outputs: Mapping[str, Tensor], stride: int, rows: int, columns: int, least: float
) -> tuple[Floats, Floats, Floats]:
    scores = np.sqrt(
        np.clip(outputs[f"cls_{stride}"], 0, 1) * np.clip(outputs[f"obj_{stride}"], 0, 1)
    ).reshape(-1)
    cells = np.flatnonzero(scores >= least)
    across = columns // stride
    corner = np.stack([cells % across, cells // across], axis=1).astype(np.float32)
    box = outputs[f"bbox_{stride}"].reshape(-1, 4)[cells]
    centre = (corner + box[:, :2]) * stride
    half = np.exp(np.minimum(box[:, 2:], 10.0)) * stride / 2
    points = (outputs[f"kps_{stride}"].reshape(-1, 5, 2)[cells] + corner[:, None]) * stride
    return (
        np.concatenate([centre - half, centre + half], axis=1).astype(np.float32),
        points.astype(np.float32),
        scores[cells].astype(np.float32),
    )
