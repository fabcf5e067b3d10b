"""Files that lie in memory only, and go to another process without being copied."""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing import reduction
from typing import Protocol, cast


class _Passed(Protocol):
    def detach(self) -> int: ...


class MemoryFile:
    """An anonymous file: nothing of it is on any disk. Pickled for a new process, it goes along."""

    def __init__(self, descriptor: int) -> None:
        """Takes the descriptor over."""
        self._descriptor: int | None = descriptor

    def fileno(self) -> int:
        """The open descriptor. Raises ValueError once it is closed."""
        if self._descriptor is None:
            raise ValueError("the file is closed")
        return self._descriptor

    def close(self) -> None:
        """Give the memory back, here; may be called twice."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __reduce__(self) -> tuple[Callable[[_Passed], MemoryFile], tuple[_Passed]]:
        # Works while a process is being started, as pipes do that are handed to it.
        return _received, (cast(_Passed, reduction.DupFd(self.fileno())),)


def _received(passed: _Passed) -> MemoryFile:
    return MemoryFile(passed.detach())
