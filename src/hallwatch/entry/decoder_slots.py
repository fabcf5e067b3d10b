"""The decoder's side of the shared memory: two slots, written in turn."""

from __future__ import annotations

import fcntl
import mmap
import os

import numpy as np

from hallwatch.adapters.sources.picture import Picture
from hallwatch.core.model import Luma
from hallwatch.entry.decoder_messages import SLOTS, slot_bytes

SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
"""The size can never change again: a decoder gone wrong cannot pull the memory away under its worker."""


class Slots:
    """Anonymous shared memory that has no name and no file: it goes with the last process that holds it."""

    def __init__(self) -> None:
        self._size = (0, 0)
        self._slots: list[Luma] = []
        self._memory = -1
        self._turn = 0

    def write(self, picture: Picture) -> tuple[int, int | None]:
        """Write into the other slot; returns it, and the descriptor of the memory if that is new."""
        new = (picture.width, picture.height) != self._size
        if new:
            self._make(picture.width, picture.height)
        self._turn = (self._turn + 1) % SLOTS
        picture.write_i420(self._slots[self._turn])
        return self._turn, self._memory if new else None

    def _make(self, width: int, height: int) -> None:
        if self._memory >= 0:
            os.close(self._memory)
        self._size = (width, height)
        size = slot_bytes(width, height)
        self._memory = os.memfd_create("frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self._memory, SLOTS * size)
        fcntl.fcntl(self._memory, fcntl.F_ADD_SEALS, SEALS)
        whole = np.frombuffer(mmap.mmap(self._memory, SLOTS * size), np.uint8)
        self._slots = [
            whole[slot * size : (slot + 1) * size].reshape(height * 3 // 2, width) for slot in range(SLOTS)
        ]
