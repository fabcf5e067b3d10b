"""How many have passed since the keeper was told last: workers say how many they have counted since their start."""

from __future__ import annotations

import time

from hallwatch.core.events import CameraState

TOLD_EVERY_S = 60.0


class PassCount:
    """For one thread."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._more: dict[str, int] = {}
        self._told = time.monotonic()

    def heard(self, state: CameraState) -> None:
        """A camera's count, which begins anew with its worker."""
        last = self._last.get(state.camera, 0)
        more = state.passes - last if state.passes >= last else state.passes
        self._last[state.camera] = state.passes
        if more:
            self._more[state.camera] = self._more.get(state.camera, 0) + more

    def due(self, *, ending: bool = False) -> dict[str, int]:
        """What the keeper is to be told now, each camera's; empty until it is time."""
        if not self._more or not (ending or time.monotonic() - self._told >= TOLD_EVERY_S):
            return {}
        self._told = time.monotonic()
        more, self._more = self._more, {}
        return more
