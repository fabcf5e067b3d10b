"""The server's live state, written by the supervisor's thread and read by every open page."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from threading import Lock

from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.web.console import Status


class LiveBoard:
    """Implements web.console.Board. Every method may be called from any thread."""

    def __init__(self, cameras: Sequence[str]) -> None:
        self._lock = Lock()
        self._cameras = {name: CameraState(name, CameraCondition.STARTING) for name in cameras}
        self._troubles: dict[str, str] = {}
        self._version = 0
        self._ending = False
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def camera(self, state: CameraState) -> None:
        """Show a camera's new state."""
        with self._lock:
            self._cameras[state.camera] = state
            self._wake()

    def trouble(self, part: str, text: str | None) -> None:
        """Say what is wrong with a part of the server, or (None) that it works again."""
        with self._lock:
            if text is None:
                if self._troubles.pop(part, None) is None:
                    return
            else:
                self._troubles[part] = text
            self._wake()

    def committed(self) -> None:
        """An alert was committed: pages ask the database now rather than at their next beat."""
        with self._lock:
            self._wake()

    def end(self) -> None:
        """The server is stopping: open streams end."""
        with self._lock:
            self._ending = True
            self._wake()

    def status(self) -> Status:
        """The state now."""
        with self._lock:
            return self._status()

    async def changed(self, version: int, timeout_s: float) -> Status:
        """The state as soon as it is newer than ``version``, or after ``timeout_s``."""
        woken = asyncio.Event()
        mine = (asyncio.get_running_loop(), woken)
        with self._lock:
            if self._version > version:
                return self._status()
            self._waiting.add(mine)
        try:
            async with asyncio.timeout(timeout_s):
                await woken.wait()
        except TimeoutError:
            return self.status()
        finally:
            with self._lock:
                self._waiting.discard(mine)
        return self.status()

    def _status(self) -> Status:
        cameras = tuple(self._cameras.values())
        return Status(self._version, cameras, tuple(self._troubles.values()), self._ending)

    def _wake(self) -> None:
        self._version += 1
        for loop, woken in self._waiting:
            loop.call_soon_threadsafe(woken.set)
