"""Whether anything moved since the last look: cheap enough to ask of every picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hallwatch.core.model import Luma

CELL = 8
"""Pixels of a cell's side: about a third of the smallest face."""
STEP = 7.0
"""Brightness (0..255) by which a cell's mean must change: sensor noise of sigma 6 moves it by about 1.5."""
CELLS = 2
"""Cells that must change; one alone is noise."""


class Motion:
    """Compares each picture of a camera with the last one in which something moved."""

    def __init__(self) -> None:
        self._reference: NDArray[np.float32] | None = None

    def moved(self, luma: Luma) -> bool:
        """Whether ``luma`` (H x W, 0..255) differs from the last moved picture. True for the first picture
        and for pictures smaller than a cell.

        A change of the whole picture alike (a lamp, the camera's gain) is not motion.
        """
        cells = _cells(luma)
        before = self._reference
        if before is None or before.shape != cells.shape or not cells.size:
            self._reference = cells
            return True
        change = cells - before
        change -= np.median(change)
        moved = int((np.abs(change) > STEP).sum()) >= CELLS
        if moved:
            self._reference = cells
        else:
            # Daylight drifts: follow it slowly, far slower than anybody walks.
            self._reference = before + 0.05 * (cells - before)
        return moved


def _cells(luma: Luma) -> NDArray[np.float32]:
    """Means over cells, from every second row (half the cost, nearly the same mean)."""
    rows, columns = luma.shape[0] // CELL * CELL, luma.shape[1] // CELL * CELL
    every_second = luma[:rows:2, :columns].reshape(rows // 2, columns // CELL, CELL)
    along = every_second.sum(axis=2, dtype=np.float32)
    means = along.reshape(rows // CELL, CELL // 2, columns // CELL).sum(axis=1) / (CELL * CELL / 2)
    return np.asarray(means, dtype=np.float32)
