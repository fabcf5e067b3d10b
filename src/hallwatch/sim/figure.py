"""The body under a head: torso, arms and legs, plain shapes with soft edges, in four phases of a stride."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sin

import cv2
import numpy as np

from hallwatch.sim.look import Colour
from hallwatch.sim.sprite import Layer, Sprite, pyramid

_FACE_PX = 48
"""Size at which bodies are drawn once; they carry no detail that a larger one would show."""
_HALF_WIDTH, _ABOVE = 1.6, 0.4
FEET = 8.0
"""Face heights from the face's centre to the floor in the drawn figure (the film stretches it to fit)."""
PHASES = 4


def body(cloth: Colour, trousers: Colour) -> tuple[Sprite, ...]:
    """The figure in each phase of a stride; the face's centre is where the head belongs."""
    return tuple(_phase(cloth, trousers, index / PHASES) for index in range(PHASES))


def _phase(cloth: Colour, trousers: Colour, stride: float) -> Sprite:
    width, height = round(2 * _HALF_WIDTH * _FACE_PX), round((FEET + _ABOVE + 0.25) * _FACE_PX)
    colour = np.zeros((height, width, 3), np.uint8)
    matte = np.zeros((height, width), np.uint8)
    lift = sin(2 * pi * stride)
    shadow = np.zeros_like(matte)
    cv2.ellipse(shadow, _at(0, FEET), (round(1.2 * _FACE_PX), round(0.16 * _FACE_PX)), 0, 0, 360, 110, -1)
    for side in (-1, 1):
        foot = FEET - 0.1 + 0.28 * side * lift
        leg = [(0.05 * side, 3.5), (0.62 * side, 3.4), (0.52 * side, foot), (0.2 * side, foot)]
        _fill(colour, matte, leg, trousers)
        shoe = [
            (0.14 * side, foot - 0.12),
            (0.55 * side, foot - 0.12),
            (0.6 * side, foot + 0.1),
            (0.12 * side, foot + 0.1),
        ]
        _fill(colour, matte, shoe, (30, 30, 32))
        hand = 3.7 - 0.15 * side * lift
        arm = [(0.75 * side, 0.9), (1.08 * side, 1.15), (1.16 * side, hand), (0.9 * side, hand)]
        _fill(colour, matte, arm, _toned(cloth, 0.85))
    torso = [
        (-0.32, 0.55),
        (0.32, 0.55),
        (0.7, 0.72),
        (1.0, 1.0),
        (0.78, 2.2),
        (0.72, 3.7),
        (-0.72, 3.7),
        (-0.78, 2.2),
        (-1.0, 1.0),
        (-0.7, 0.72),
    ]
    _fill(colour, matte, torso, cloth)
    cv2.line(colour, _at(0, 0.8), _at(0, 3.7), _toned(cloth, 0.75), 1)
    return pyramid(_layer(colour, matte, shadow), *_origin(), _FACE_PX)


def _layer(colour: np.ndarray, matte: np.ndarray, shadow: np.ndarray) -> Layer:
    """Round the figure with light from above and softened edges, over its shadow on the floor."""
    height, width = matte.shape
    across = 1 - 0.25 * ((np.arange(width) - width / 2) / (_FACE_PX * 1.1)) ** 2
    down = 1.05 - 0.25 * np.arange(height) / height
    shaded = (
        cv2.GaussianBlur(colour, (0, 0), 0.8).astype(np.float32) * across[None, :, None] * down[:, None, None]
    )
    alpha = cv2.GaussianBlur(matte, (0, 0), 0.9).astype(np.float32)
    under = cv2.GaussianBlur(shadow, (0, 0), 3.0).astype(np.float32) * (1 - alpha / 255)
    layer = np.dstack([np.clip(shaded, 0, 255) * (alpha / 255)[..., None], alpha + under])
    return np.asarray(np.clip(np.rint(layer), 0, 255), np.uint8)


def _fill(
    colour: np.ndarray, matte: np.ndarray, outline: Sequence[tuple[float, float]], tone: Colour
) -> None:
    corners = np.array([_at(x, y) for x, y in outline], np.int32)
    # A margin of colour around the shape, so that softening the edge does not mix in black.
    cv2.polylines(colour, [corners], True, tone, 5)
    cv2.fillPoly(colour, [corners], tone)
    cv2.fillPoly(matte, [corners], 255, cv2.LINE_AA)


def _toned(colour: Colour, factor: float) -> Colour:
    blue, green, red = (int(min(255, tone * factor)) for tone in colour)
    return blue, green, red


def _origin() -> tuple[float, float]:
    return _HALF_WIDTH * _FACE_PX, _ABOVE * _FACE_PX


def _at(x: float, y: float) -> tuple[int, int]:
    left, top = _origin()
    return round(left + x * _FACE_PX), round(top + y * _FACE_PX)
