"""The picture as a detector wants it: scaled to a working size and padded to whole strides."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from hallwatch.adapters.models.engine import Tensor
from hallwatch.core.model import Pixels

STRIDE = 32


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture laid in the top left corner of a 1 x 3 x H x W tensor; divide coordinates by ``scale``."""

    tensor: Tensor
    scale: float


def lay_out(image: Pixels, long_side: int, *, square: bool = False) -> Canvas:
    """Scale ``image`` (BGR 0..255) so that its longer side is at most ``long_side``, never enlarging it.

    The canvas is padded with black to multiples of 32; ``square`` pads it to ``long_side`` both ways, so that
    photos of every shape share one compiled graph.
    """
    height, width = image.shape[:2]
    scale = min(1.0, long_side / max(height, width))
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    rows, columns = image.shape[:2]
    if square:
        canvas_rows = canvas_columns = -(-long_side // STRIDE) * STRIDE
    else:
        canvas_rows, canvas_columns = -(-rows // STRIDE) * STRIDE, -(-columns // STRIDE) * STRIDE
    tensor = np.zeros((1, 3, canvas_rows, canvas_columns), dtype=np.float32)
    tensor[0, :, :rows, :columns] = image.transpose(2, 0, 1)
    return Canvas(tensor, scale)
