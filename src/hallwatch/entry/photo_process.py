"""Photos that somebody uploaded, decoded in a process of its own: what breaks there breaks nothing here."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import TracebackType

import numpy as np

from hallwatch.core.model import Pixels
from hallwatch.entry.timed_pipe import Lost, TimedPipe, ended, printable, started
from hallwatch.errors import ImageError

PATIENCE_S = 30.0
"""On the clock, for one photo; a busy machine needs more of it than of processor time."""
MOST_BYTES = 64 << 20
_MOST_SIDE = 4096
_MOST_HEAD = 4096
PROGRAM = (sys.executable, "-P", "-m", "hallwatch.entry.photo_decoder")


class PhotoProcess:
    """Decodes photo after photo. A photo that brings its process down is refused, and the next one gets a new process.

    For one thread. Use it as a context manager, or call ``end``.
    """

    def __init__(self, program: Sequence[str] = PROGRAM, patience_s: float = PATIENCE_S) -> None:
        self._program, self._patience_s = tuple(program), patience_s
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PhotoProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @property
    def pid(self) -> int | None:
        """The process id, while there is one."""
        return self._process.pid if self._process else None

    def decode(self, data: bytes, name: str) -> Pixels:
        """The picture upright as BGR, at most 1600 pixels long, without metadata. Raises ImageError, naming it."""
        name = printable(name)[-200:]
        if len(data) > MOST_BYTES:
            raise ImageError(f"{name}: larger than {MOST_BYTES >> 20} MB; save a smaller copy")
        process = self._process or started(self._program)
        self._process = process
        request = json.dumps({"bytes": len(data), "name": name}).encode() + b"\n" + data
        talk = TimedPipe(process, time.monotonic() + self._patience_s)
        try:
            talk.send(request)
            return _answer(talk, name)
        except Lost as lost:
            why = self._epitaph(lost)
            raise ImageError(f"{name}: {why}; save it anew as JPEG") from None

    def end(self) -> None:
        """End the process; may be called twice, and decoding may go on afterwards."""
        process, self._process = self._process, None
        ended(process)

    def _epitaph(self, lost: Lost) -> str:
        """Why it gave no picture; nothing of the process is left afterwards."""
        process = self._process
        self.end()
        status = process.returncode if process else 0
        if lost.late:
            return f"its decoder had no answer within {self._patience_s:g} s"
        if status == -signal.SIGXCPU:
            return "takes far too long to decode"
        return "its decoder failed on it"


def _answer(talk: TimedPipe, name: str) -> Pixels:
    """The picture; of what comes back only its size is believed. Raises ImageError where it is refused."""
    head = talk.line(_MOST_HEAD)
    try:
        told = json.loads(head)
        if "refused" in told:
            raise ImageError(_line(str(told["refused"]), name))
        height, width, depth = (int(side) for side in told["shape"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise Lost from None
    if depth != 3 or not (0 < height <= _MOST_SIDE and 0 < width <= _MOST_SIDE):
        raise Lost
    return np.frombuffer(talk.exactly(height * width * depth), np.uint8).reshape(height, width, depth)


def _line(text: str, name: str) -> str:
    """One line of the decoder's, which may have been taken over by what it decodes."""
    line = printable(text)[:400]
    return line if line.startswith(name) else f"{name}: cannot be read"
