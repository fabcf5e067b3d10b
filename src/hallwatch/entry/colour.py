"""From the decoder's planar YUV to the BGR that models and people see."""

from __future__ import annotations

import cv2
import numpy as np

from hallwatch.core.model import Luma, Pixels

_BRIGHTNESS = np.array([16 + round(value * 219 / 255) for value in range(256)], np.uint8)
_COLOUR = np.array([128 + round((value - 128) * 224 / 255) for value in range(256)], np.uint8)
"""Full range (0..255) to video range (16..235, 16..240), ITU-R BT.601."""


def bgr(i420: Luma, full_range: bool) -> Pixels:
    """BGR (H x W x 3, a new array) from planar YUV 4:2:0 (H * 3 // 2 x W), by BT.601 for every source.

    HD cameras mostly mean BT.709; reading it as BT.601 moves skin colours by about 5 of 255, and one rule for
    all keeps pictures of one person comparable.
    """
    if full_range:
        rows = i420.shape[0] * 2 // 3
        i420 = np.vstack([cv2.LUT(i420[:rows], _BRIGHTNESS), cv2.LUT(i420[rows:], _COLOUR)])
    return np.asarray(cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420), np.uint8)
