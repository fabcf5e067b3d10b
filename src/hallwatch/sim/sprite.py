"""A head and shoulders cut from a photo, ready to be drawn at any size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hallwatch.core.model import Pixels
from hallwatch.sim.look import Look
from hallwatch.sim.photo import FaceBox

LARGEST_FACE_PX = 200
"""Photos with larger faces are reduced first; no film draws them larger without being 4K."""
_SMALLEST_FACE_PX = 12
_LEVEL_RATIO = 2**-0.5
_ABOVE, _BELOW, _BESIDE = 0.95, 0.98, 1.05
"""How far the cut-out reaches from the face's centre, in face heights."""

Layer = NDArray[np.uint8]
"""H x W x 4: BGR already multiplied by the fourth channel, the opacity 0..255."""


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """The thing at one size; ``x, y`` is the face's centre in it, ``face_px`` its height, in pixels."""

    layer: Layer
    x: float
    y: float
    face_px: float


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """The same thing in falling sizes, each anti-aliased, about 1.4 times apart."""

    levels: tuple[Level, ...]

    def level_for(self, face_px: float) -> Level:
        """The smallest level that is at least as large as needed (the largest when none is)."""
        fitting = [level for level in self.levels if level.face_px >= face_px]
        return fitting[-1] if fitting else self.levels[0]


def pyramid(layer: Layer, x: float, y: float, face_px: float) -> Sprite:
    """Reduce a layer step by step with area averaging, down to faces of about a dozen pixels."""
    levels = [Level(layer, x, y, face_px)]
    factor = _LEVEL_RATIO
    while face_px * factor >= _SMALLEST_FACE_PX:
        width, height = max(2, round(layer.shape[1] * factor)), max(2, round(layer.shape[0] * factor))
        small = np.asarray(cv2.resize(layer, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        across, down = width / layer.shape[1], height / layer.shape[0]
        # Pixel centres lie at +0.5, so centres scale about -0.5.
        levels.append(Level(small, (x + 0.5) * across - 0.5, (y + 0.5) * down - 0.5, face_px * down))
        factor *= _LEVEL_RATIO
    return Sprite(tuple(levels))


def head(photo: Pixels, face: FaceBox, look: Look) -> tuple[Sprite, tuple[int, int, int]]:
    """Cut out head and shoulders under the light of ``look``; also the mean colour of the clothes (BGR)."""
    cut, x, y, tall = _crop(photo, face)
    lit = _light(cut, x, tall, look)
    matte = _matte(cut.shape[0], cut.shape[1], x, y, tall)
    matte *= _photo_edge(cut)
    alpha = matte[..., None]
    premultiplied = lit.astype(np.float32) * alpha
    layer = np.concatenate([premultiplied, alpha * 255], axis=2)
    layer = np.clip(np.rint(layer), 0, 255).astype(np.uint8)
    return pyramid(layer, x, y, tall), _clothes(lit, y, tall, look)


def _crop(photo: Pixels, face: FaceBox) -> tuple[Pixels, float, float, float]:
    """The photo around the face, reduced where it is very large: pixels, centre x, centre y, face height."""
    shrink = min(1.0, LARGEST_FACE_PX / face.height)
    cx, cy = face.left + face.width / 2, face.top + face.height / 2
    left, top = max(0, round(cx - _BESIDE * face.height)), max(0, round(cy - _ABOVE * face.height))
    right, bottom = round(cx + _BESIDE * face.height), round(cy + _BELOW * face.height)
    cut = photo[top:bottom, left:right]
    if shrink < 1:
        size = (max(2, round(cut.shape[1] * shrink)), max(2, round(cut.shape[0] * shrink)))
        cut = np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), np.uint8)
    return cut, (cx - left) * shrink, (cy - top) * shrink, face.height * shrink


def _light(cut: Pixels, x: float, tall: float, look: Look) -> Pixels:
    """Gain, contrast and gamma as one table, then the slope of light across the face."""
    tone = np.arange(256) / 255
    tone = ((tone - 0.5) * look.contrast + 0.5) * look.gain
    table = (np.clip(tone, 0, 1) ** look.gamma * 255).astype(np.uint8)
    across = np.clip((np.arange(cut.shape[1]) - x) / (0.5 * tall), -1, 1) * (look.slope / 2)
    lit = np.asarray(cv2.LUT(cut, table), np.float32) * (1 + across)[None, :, None]
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


def _matte(height: int, width: int, x: float, y: float, tall: float) -> NDArray[np.float32]:
    """Opacity 0..1 with soft edges: an ellipse for head and hair, a bell from the neck to the shoulders."""
    v, u = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = (u - x) / tall, (v - y) / tall
    skull = np.hypot(u / 0.53, (v + 0.06) / 0.72)
    inside_head = np.clip((1.0 - skull) / 0.10, 0, 1)
    half = 0.30 + 0.62 * np.clip((v - 0.42) / 0.42, 0, 1) ** 1.6
    inside_body = np.clip((half - np.abs(u)) / 0.07, 0, 1) * np.clip((v - 0.25) / 0.1, 0, 1)
    fade = np.clip((0.93 - v) / 0.22, 0, 1)
    return np.asarray(np.maximum(inside_head, inside_body) * fade, np.float32)


def _photo_edge(cut: Pixels) -> NDArray[np.float32]:
    """0 at the photo's border and in black corners of a rotated photo, rising to 1 over a few pixels."""
    filled = (cut.max(axis=2) > 2).astype(np.uint8)
    filled = np.asarray(cv2.morphologyEx(filled, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), np.uint8)
    framed = cv2.copyMakeBorder(filled, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    away = cv2.distanceTransform(framed, cv2.DIST_L2, 3)[1:-1, 1:-1]
    return np.asarray(np.clip((away - 1) / 5, 0, 1), np.float32)


def _clothes(lit: Pixels, y: float, tall: float, look: Look) -> tuple[int, int, int]:
    """The mean colour below the neck, so that the drawn body goes on where the photo ends."""
    below = lit[round(y + 0.75 * tall) :]
    if below.shape[0] < 3:
        return look.cloth
    blue, green, red = (int(tone) for tone in below.reshape(-1, 3).mean(axis=0))
    return blue, green, red
