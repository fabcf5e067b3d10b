"""Faces that no detector made: boxes with landmarks where a face has them, and shots with chosen templates."""

from __future__ import annotations

import numpy as np

from hallwatch.core.model import Box, Face, Template
from hallwatch.core.recognise.quality import Quality
from hallwatch.core.recognise.shots import BestShots, Shot

FRONTAL = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
"""Landmarks in shares of a box's width and height."""


def face(x: float, y: float, px: float, score: float = 0.9) -> Face:
    """A frontal face of height ``px`` with its centre at (x, y), all in pixels."""
    width = 0.8 * px
    left, top = x - width / 2, y - px / 2
    points = np.array([(left + u * width, top + v * px) for u, v in FRONTAL], np.float32)
    return Face(Box(left, top, left + width, top + px), points, score)


def unit(values: np.ndarray) -> Template:
    """``values`` at unit length."""
    return np.asarray(values / np.linalg.norm(values), dtype=np.float32)


def quality(px: int = 80, sharpness: float = 0.3) -> Quality:
    """A good shot's quality of a face ``px`` pixels high."""
    return Quality(
        px=px, score=0.9, yaw_deg=0.0, roll_deg=0.0, brightness=120.0, contrast=40.0, sharpness=sharpness
    )


def evidence(*templates: Template) -> BestShots:
    """A track's evidence: shots with these templates, all equally good."""
    shots = BestShots()
    for number, template in enumerate(templates):
        shots.add(Shot(face(100, 100, 80), quality(), template, float(number)))
    return shots
