"""Made-up templates that lie as a pack's own do: searching them costs what searching real people costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hallwatch.core.model import Templates
from hallwatch.core.recognise.gallery import Gallery

BLOCK = 50_000
"""Templates drawn at a time, so that a million need no more memory than the gallery itself."""


class Population:
    """Unit templates of ``dimensions`` numbers.

    ``energy`` is a calibration's: the share of squared length along the strongest 1/16, 2/16, ... of the
    directions, here turned by a random rotation. Without it every direction is alike (isotropic), which no
    face network's templates are, and which is the worst case for the search.
    """

    def __init__(self, dimensions: int, energy: Sequence[float], seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._dimensions = dimensions
        self._mix: Templates | None = None
        if energy:
            ends = np.arange(1, len(energy) + 1) * dimensions // len(energy)
            strengths = np.diff(energy, prepend=0.0) / np.diff(ends, prepend=0)
            lengths = np.sqrt(np.maximum(np.repeat(strengths, np.diff(ends, prepend=0)), 0.0))
            turn, _ = np.linalg.qr(self._generator.standard_normal((dimensions, dimensions)))
            self._mix = np.asarray(lengths[:, None] * turn, dtype=np.float32)

    def draw(self, count: int) -> Templates:
        """``count`` x dimensions, each of unit length."""
        drawn = np.empty((count, self._dimensions), dtype=np.float32)
        for start in range(0, count, BLOCK):
            rows = drawn[start : start + BLOCK]
            self._generator.standard_normal(dtype=np.float32, out=rows)
            if self._mix is not None:
                rows[:] = rows @ self._mix
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return drawn


def gallery_of(templates: Templates, fingerprint: str) -> Gallery:
    """One person a template, called P0, P1, ..."""
    gallery = Gallery(fingerprint, templates.shape[1])
    people = {f"P{number}": templates[number : number + 1] for number in range(len(templates))}
    gallery.put(people, fingerprint)
    return gallery
