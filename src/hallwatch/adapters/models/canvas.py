"""The picture as a detector wants it: scaled to a working size and padded to whole strides."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hallwatch.adapters.models.engine import Tensor
from hallwatch.core.model import Box, Pixels, Points

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


@dataclass(frozen=True, slots=True)
class Cut:
    """A square piece of a picture, scaled: ``pixels`` (side x side x 3, BGR), from (``left``, ``top``) of the
    picture, ``ratio`` pixels of the picture to one of its own."""

    pixels: Pixels
    left: int
    top: int
    ratio: float

    def in_picture(self, points: NDArray[np.floating]) -> Points:
        """Points (K x 2) of the piece in the picture's coordinates; pixel centres are kept."""
        moved = (points + 0.5) * self.ratio - 0.5 + np.array([self.left, self.top])
        return np.asarray(moved, dtype=np.float32)


def cut_square(image: Pixels, box: Box, side: int, px: int) -> Cut:
    """The square around the centre of ``box`` as ``side`` x ``side``, in which the box is about ``px`` high; black
    where the picture ends."""
    whole = max(round(box.height * side / px), 4)
    left, top = round(box.centre[0] - whole / 2), round(box.centre[1] - whole / 2)
    inside = image[max(top, 0) : max(top + whole, 0), max(left, 0) : max(left + whole, 0)]
    square = np.zeros((whole, whole, 3), dtype=np.uint8)
    if inside.size:
        down, across = max(-top, 0), max(-left, 0)
        square[down : down + inside.shape[0], across : across + inside.shape[1]] = inside
    sampling = cv2.INTER_AREA if whole > side else cv2.INTER_LINEAR
    pixels = np.asarray(cv2.resize(square, (side, side), interpolation=sampling), dtype=np.uint8)
    return Cut(pixels, left, top, whole / side)
