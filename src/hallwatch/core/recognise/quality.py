"""How much a face shot can be trusted, each reason visible on its own.

Every part is 0..1 (1 = nothing to complain about). ``weight`` is what the shot counts for when templates are
fused; ``refusal`` says why a shot is not used at all, in words and numbers that a user understands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hallwatch.core.model import Face, Luma

LEAST_PX = 30
"""Shots of smaller faces added nothing that could be measured, and cost as much (docs/measurements.md)."""
FULL_PX = 80
LEAST_SCORE = 0.55
MOST_YAW_DEG = 70.0
DARK, BRIGHT = 25.0, 235.0
SHARP_AT = 45


@dataclass(frozen=True, slots=True)
class Quality:
    """One shot's quality. ``px`` is the face height in pixels, ``yaw_deg`` 0 when looking into the camera."""

    px: int
    score: float
    yaw_deg: float
    roll_deg: float
    brightness: float
    contrast: float
    sharpness: float

    @property
    def size(self) -> float:
        return float(np.clip((self.px - 12) / (FULL_PX - 12), 0.02, 1.0))

    @property
    def pose(self) -> float:
        return float(np.clip(1.0 - (self.yaw_deg / 70.0) ** 2, 0.05, 1.0))

    @property
    def light(self) -> float:
        inside = min(self.brightness - DARK, BRIGHT - self.brightness) / 40.0
        return float(np.clip(inside, 0.05, 1.0) * np.clip(self.contrast / 20.0, 0.05, 1.0))

    @property
    def detail(self) -> float:
        return float(np.clip(self.sharpness / 0.25, 0.1, 1.0))

    @property
    def weight(self) -> float:
        """What the shot counts for: the product of its parts and the detector's score."""
        return self.size * self.pose * self.light * self.detail * self.score

    @property
    def refusal(self) -> str | None:
        """Why this shot is not used, or None."""
        if self.px < LEAST_PX:
            return f"face {self.px} pixels high, needs {LEAST_PX}"
        if self.score < LEAST_SCORE:
            return f"face found with score {self.score:.2f}, needs {LEAST_SCORE:.2f}"
        if self.yaw_deg > MOST_YAW_DEG:
            return f"face turned {self.yaw_deg:.0f} degrees away, at most {MOST_YAW_DEG:.0f}"
        if not DARK < self.brightness < BRIGHT:
            return f"face brightness {self.brightness:.0f}, needs {DARK:.0f} to {BRIGHT:.0f}"
        return None


def assess(face: Face, luma: Luma) -> Quality:
    """The quality of ``face`` in a full-size brightness picture ``luma`` (H x W, 0..255)."""
    patch = _patch(face, luma)
    yaw, roll = _pose(face)
    return Quality(
        px=face.px,
        score=face.score,
        yaw_deg=yaw,
        roll_deg=roll,
        brightness=float(patch.mean()) if patch.size else 0.0,
        contrast=float(patch.std()) if patch.size else 0.0,
        sharpness=_sharpness(patch, face.px),
    )


def assess_photo(face: Face, luma: Luma) -> Quality:
    """The same for a listed photo, with the sharpness at a face height of exactly SHARP_AT pixels.

    Shots are reduced by whole blocks, so that a crisp face of 60 pixels seems softer than one of 80; the calibrations
    were made so. Of a photo the number is told to people, and must not depend on its size.
    """
    patch = _patch(face, luma).astype(np.float32)
    if not patch.size:
        return assess(face, luma)
    scale = min(1.0, SHARP_AT / face.box.height)
    rows, columns = (max(1, round(side * scale)) for side in patch.shape)
    even = _areas(patch.shape[0], rows) @ patch @ _areas(patch.shape[1], columns).T
    return replace(assess(face, luma), sharpness=_fineness(np.asarray(even, dtype=np.float32)))


def _areas(before: int, after: int) -> NDArray[np.float32]:
    """The matrix (after x before) that takes means over equal parts of a line, parts of pixels counted in part."""
    ends = np.linspace(0.0, before, after + 1)
    pixels = np.arange(before)
    inside = np.minimum(ends[1:, None], pixels + 1) - np.maximum(ends[:-1, None], pixels)
    return np.asarray(np.clip(inside, 0.0, 1.0) * (after / before), dtype=np.float32)


def plausible(face: Face) -> bool:
    """Whether five landmarks can be a face at all: eyes above mouth, nose between, inside the box.

    Detectors find faces in hands, ankles and wheel caps; their landmarks rarely keep this order.
    """
    left_eye, right_eye, nose, left_mouth, right_mouth = face.points
    eyes, mouth = (left_eye + right_eye) / 2, (left_mouth + right_mouth) / 2
    span = max(face.box.height, face.box.width)
    down = mouth - eyes
    length = float(np.hypot(*down))
    if length < 0.15 * span or down[1] <= 0:
        return False
    along = float(np.dot(nose - eyes, down)) / length**2
    inside = (
        (face.points[:, 0] > face.box.left - 0.2 * span).all()
        and (face.points[:, 0] < face.box.right + 0.2 * span).all()
        and (face.points[:, 1] > face.box.top - 0.2 * span).all()
        and (face.points[:, 1] < face.box.bottom + 0.2 * span).all()
    )
    return bool(-0.1 < along < 1.1 and inside)


def _patch(face: Face, luma: Luma) -> Luma:
    """The inner face (eyes to mouth), where hair and background do not count."""
    x, y = face.points[:, 0], face.points[:, 1]
    pad = 0.15 * face.box.height
    rows, columns = luma.shape
    top, bottom = max(0, int(y.min() - pad)), min(rows, int(y.max() + pad) + 1)
    left, right = max(0, int(x.min() - pad)), min(columns, int(x.max() + pad) + 1)
    return luma[top:bottom, left:right]


def _pose(face: Face) -> tuple[float, float]:
    """Yaw and roll in degrees, from where the nose stands between the eyes and how the eyes tilt.

    Yaw: with eyes at +-e and the nose tip raised by about 0.6 e from the eye plane, turning by a shifts the nose
    by 0.6 e sin a against an eye distance of 2 e cos a; so tan a = (shift / half distance) / 0.6.
    """
    left_eye, right_eye, nose = face.points[0], face.points[1], face.points[2]
    across = right_eye - left_eye
    distance = max(float(np.hypot(*across)), 1e-3)
    roll = float(np.degrees(np.arctan2(across[1], across[0])))
    middle = (face.points[:2].mean(axis=0) + face.points[3:].mean(axis=0)) / 2
    shift = float(np.dot(nose - middle, across)) / distance / (distance / 2)
    return float(np.degrees(np.arctan(abs(shift) / 0.6))), roll


def _sharpness(patch: Luma, px: int) -> float:
    """Energy of the finest differences against all differences, seen at a face height of SHARP_AT pixels.

    Sizes are made alike first, or every large face would seem blurred: about 0.05 when blurred, 0.2 when crisp.
    """
    return _fineness(_reduced(patch.astype(np.float32), max(1, round(px / SHARP_AT))))


def _fineness(values: NDArray[np.float32]) -> float:
    """Energy of the finest differences against all differences; 0 of a patch too small to say."""
    if min(values.shape, default=0) < 6:
        return 0.0
    fine = (
        values[1:-1, 1:-1] * 4 - values[:-2, 1:-1] - values[2:, 1:-1] - values[1:-1, :-2] - values[1:-1, 2:]
    )
    return float(np.abs(fine).mean() / 4 / max(float(values.std()), 1.0))


def _reduced(values: NDArray[np.float32], by: int) -> NDArray[np.float32]:
    """Means over ``by`` x ``by`` blocks."""
    rows, columns = values.shape[0] // by * by, values.shape[1] // by * by
    blocks = values[:rows, :columns].reshape(rows // by, by, columns // by, by)
    return np.asarray(blocks.mean(axis=(1, 3)), dtype=np.float32)
