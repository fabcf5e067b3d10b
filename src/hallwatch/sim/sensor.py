"""What the camera itself adds: noise, and lamps that flicker a little."""

from __future__ import annotations

from math import pi, sin

import cv2
import numpy as np

from hallwatch.core.model import Pixels

_CHROMA_SHARE = 0.35
_PERIOD_S = 120.0
_SPARE_PX = 96


class Sensor:
    """Noise from a bank made once, taken at another random offset in each frame.

    ``noise`` is the least and the most sigma in brightness (of 255); it drifts between the two with a period
    of about two minutes.
    """

    def __init__(self, width: int, height: int, noise: tuple[int, int], rng: np.random.Generator) -> None:
        self._rng = rng
        self._least, self._most = noise
        self._size = (width, height)
        self._phase = float(rng.uniform(0, 2 * pi))
        shape = (height + _SPARE_PX, width + _SPARE_PX)
        common = rng.standard_normal((*shape, 1), np.float32)
        own = rng.standard_normal((*shape, 3), np.float32)
        # Each colour is one sensor's noise plus its own; demosaicing smooths both a little.
        mixed = np.asarray(cv2.GaussianBlur(common + _CHROMA_SHARE * own, (0, 0), 0.45), np.float32)
        mixed = mixed / mixed.std()
        self._bank = {
            sigma: (
                np.clip(np.rint(mixed * sigma), 0, 255).astype(np.uint8),
                np.clip(np.rint(-mixed * sigma), 0, 255).astype(np.uint8),
            )
            for sigma in range(self._least, self._most + 1)
        }

    def expose(self, frame: Pixels, t: float) -> Pixels:
        """The frame as the sensor gives it at ``t`` seconds; call once a frame, in order."""
        width, height = self._size
        wave = sin(2 * pi * t / _PERIOD_S + self._phase)
        sigma = round((self._least + self._most) / 2 + wave * (self._most - self._least) / 2)
        x, y = (int(offset) for offset in self._rng.integers(0, _SPARE_PX, 2))
        flicker = 1 + 0.006 * float(self._rng.standard_normal())
        more, less = (tile[y : y + height, x : x + width] for tile in self._bank[sigma])
        lit = cv2.convertScaleAbs(frame, alpha=flicker)
        return np.asarray(cv2.subtract(cv2.add(lit, more), less), np.uint8)
