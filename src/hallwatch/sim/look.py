"""How a person is lit, focused and dressed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hallwatch.sim.conditions import Conditions

Colour = tuple[int, int, int]
"""BGR, 0..255."""


@dataclass(frozen=True, slots=True)
class Look:
    """Light, focus, shutter and clothes of one pass.

    ``slope`` is the difference of light between the two cheeks (0.3: 15 % more on one, 15 % less on the
    other); ``defocus_px`` is a sigma in pixels of the film, ``shutter_s`` seconds.
    """

    gain: float
    contrast: float
    gamma: float
    slope: float
    defocus_px: float
    shutter_s: float
    cloth: Colour
    trousers: Colour


def draw_look(rng: np.random.Generator, conditions: Conditions) -> Look:
    """A random look within ``conditions``."""
    return Look(
        gain=float(rng.uniform(*conditions.gain)),
        contrast=float(rng.uniform(*conditions.contrast)),
        gamma=float(rng.uniform(0.8, 1.3)),
        slope=float(rng.uniform(-conditions.slope, conditions.slope)),
        defocus_px=float(rng.uniform(*conditions.defocus_px)),
        shutter_s=float(1 / rng.uniform(*conditions.shutter_hz)),
        cloth=_dyed(rng, float(rng.uniform(25, 190))),
        trousers=_dyed(rng, float(rng.uniform(20, 110))),
    )


def _dyed(rng: np.random.Generator, tone: float) -> Colour:
    blue, green, red = (int(np.clip(tone * rng.uniform(0.75, 1.25), 5, 235)) for _ in range(3))
    return blue, green, red
