"""Drawing a sprite into a frame: placed, blurred by motion and focus, laid over what is behind."""

from __future__ import annotations

from math import ceil, cos, hypot, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from hallwatch.core.model import Pixels
from hallwatch.sim.path import Place
from hallwatch.sim.sprite import Layer, Level, Sprite

TURNED_BLUR = 0.2
"""Sigma of the blur that takes a turned head's features away, in face heights."""
Matrix = NDArray[np.float64]
"""2 x 3: from pixels of a sprite's level to pixels of the frame."""


def head_matrix(level: Level, at: Place) -> Matrix:
    """Scale, turn (as squeeze and shear) and roll a head so that its face is ``at.face_px`` high."""
    scale = at.face_px / level.face_px
    turn = np.array([[at.squeeze, at.shear], [0.0, 1.0]]) * scale
    roll = np.array([[cos(at.roll_rad), -sin(at.roll_rad)], [sin(at.roll_rad), cos(at.roll_rad)]])
    return _anchored(roll @ turn, level, at)


def body_matrix(level: Level, at: Place, stretch: float) -> Matrix:
    """Scale a body; ``stretch`` lengthens it so that its feet stand on the floor."""
    scale = at.face_px / level.face_px
    return _anchored(np.array([[scale, 0.0], [0.0, scale * stretch]]), level, at)


def _anchored(linear: Matrix, level: Level, at: Place) -> Matrix:
    shift = np.array([at.x, at.y]) - linear @ np.array([level.x, level.y])
    return np.hstack([linear, shift[:, None]])


def draw(
    frame: Pixels,
    level: Level,
    matrix: Matrix,
    at: Place,
    *,
    smear: tuple[float, float],
    defocus_px: float,
    columns: tuple[int, int],
    sharp: bool,
) -> None:
    """Lay one level of a sprite over the frame, in place, between the given columns (left, right exclusive).

    ``smear`` is the way in pixels (x, y) that it moves while the shutter is open; ``defocus_px`` a sigma.
    ``sharp`` takes cubic interpolation (faces), otherwise linear (bodies).
    """
    turned_px = TURNED_BLUR * at.face_px * at.turned if sharp else 0.0
    margin = ceil(hypot(*smear) / 2 + 3 * defocus_px + 2 * turned_px) + 1
    rect = _rect(level.layer, matrix, margin, columns, frame.shape[0])
    if rect is None:
        return
    left, top, right, bottom = rect
    local = matrix.copy()
    local[:, 2] -= (left, top)
    way = cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR
    layer = np.asarray(cv2.warpAffine(level.layer, local, (right - left, bottom - top), flags=way), np.uint8)
    layer = _blur(layer, smear, defocus_px, sharp)
    if turned_px > 0:
        # A frontal photo cannot show a profile: whoever turns off shows hair and skin without features.
        layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), turned_px), np.uint8)
    if at.opacity < 1:
        layer = np.asarray(cv2.convertScaleAbs(layer, alpha=at.opacity), np.uint8)
    region = frame[top:bottom, left:right]
    visible = cv2.convertScaleAbs(cv2.cvtColor(layer, cv2.COLOR_BGRA2BGR), alpha=at.light)
    behind = cv2.cvtColor(255 - layer[..., 3], cv2.COLOR_GRAY2BGR)
    cv2.add(cv2.multiply(region, behind, scale=1 / 255), visible, dst=region)


def _rect(
    layer: Layer, matrix: Matrix, margin: int, columns: tuple[int, int], height: int
) -> tuple[int, int, int, int] | None:
    """The part of the frame that the sprite touches (left, top, right, bottom), or None."""
    tall, wide = layer.shape[:2]
    corners = np.array([[0, wide, 0, wide], [0, 0, tall, tall], [1, 1, 1, 1]], np.float64)
    x, y = matrix @ corners
    left, right = max(int(x.min()) - margin, columns[0]), min(ceil(x.max()) + margin, columns[1])
    top, bottom = max(int(y.min()) - margin, 0), min(ceil(y.max()) + margin, height)
    return (left, top, right, bottom) if right - left >= 2 and bottom - top >= 2 else None


def _blur(layer: Layer, smear: tuple[float, float], defocus_px: float, exact: bool) -> Layer:
    if exact and hypot(*smear) >= 0.5:
        layer = np.asarray(cv2.filter2D(layer, -1, line_kernel(*smear)), np.uint8)
    elif not exact and hypot(*smear) >= 1.5:
        # Bodies carry little detail: a box instead of a slanted line costs a fraction and is not seen.
        layer = np.asarray(cv2.blur(layer, (1 + round(abs(smear[0])), 1 + round(abs(smear[1])))), np.uint8)
    if exact and defocus_px >= 0.2:
        layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), defocus_px), np.uint8)
    return layer


def line_kernel(x: float, y: float) -> NDArray[np.float32]:
    """A normalised line of length (x, y) pixels through the middle: what an even motion does to a point."""
    reach_x, reach_y = ceil(abs(x) / 2 - 0.5 + 1e-9), ceil(abs(y) / 2 - 0.5 + 1e-9)
    kernel = np.zeros((2 * max(reach_y, 0) + 3, 2 * max(reach_x, 0) + 3), np.float32)
    points = max(3, 4 * ceil(hypot(x, y)) + 1)
    along = (np.arange(points) + 0.5) / points - 0.5
    for px, py in zip(along * x + kernel.shape[1] // 2, along * y + kernel.shape[0] // 2, strict=True):
        i, j = int(px), int(py)
        right, down = px - i, py - j
        kernel[j, i] += (1 - right) * (1 - down)
        kernel[j, i + 1] += right * (1 - down)
        kernel[j + 1, i] += (1 - right) * down
        kernel[j + 1, i + 1] += right * down
    return np.asarray(kernel / kernel.sum(), np.float32)


def draw_person(
    frame: Pixels,
    head: Sprite,
    body: Sprite,
    at: Place,
    *,
    smear: tuple[float, float],
    defocus_px: float,
    columns: tuple[int, int],
    stretch: float,
) -> None:
    """Draw a body and its head over the frame, in place."""
    under, over = body.level_for(at.face_px), head.level_for(at.face_px)
    draw(
        frame,
        under,
        body_matrix(under, at, stretch),
        at,
        smear=smear,
        defocus_px=defocus_px,
        columns=columns,
        sharp=False,
    )
    draw(
        frame,
        over,
        head_matrix(over, at),
        at,
        smear=smear,
        defocus_px=defocus_px,
        columns=columns,
        sharp=True,
    )
