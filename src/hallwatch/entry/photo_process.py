"""Photos that somebody uploaded, decoded in a process of its own: what breaks there breaks nothing here."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import TracebackType

import numpy as np

from hallwatch.core.model import Pixels
from hallwatch.errors import ImageError

PATIENCE_S = 30.0
"""On the clock, for one photo; a busy machine needs more of it than of processor time."""
MOST_BYTES = 64 << 20
_MOST_SIDE = 4096
_MOST_HEAD = 4096
_PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV")
"""The only variables of ours that it sees: others may hold passwords."""
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
        name = _printable(name)[-200:]
        if len(data) > MOST_BYTES:
            raise ImageError(f"{name}: larger than {MOST_BYTES >> 20} MB; save a smaller copy")
        process = self._process or self._start()
        self._process = process
        request = json.dumps({"bytes": len(data), "name": name}).encode() + b"\n" + data
        talk = _Talk(process, time.monotonic() + self._patience_s)
        try:
            talk.send(request)
            return talk.answer(name)
        except _Lost as lost:
            why = self._epitaph(lost)
            raise ImageError(f"{name}: {why}; save it anew as JPEG") from None

    def end(self) -> None:
        """End the process; may be called twice, and decoding may go on afterwards."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        process.stdin.close()
        process.kill()
        process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self._program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        )
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
        return process

    def _epitaph(self, lost: _Lost) -> str:
        """Why it gave no picture; nothing of the process is left afterwards."""
        process = self._process
        self.end()
        status = process.returncode if process else 0
        if lost.late:
            return f"its decoder had no answer within {self._patience_s:g} s"
        if status == -signal.SIGXCPU:
            return "takes far too long to decode"
        return "its decoder failed on it"


class _Lost(Exception):
    """The process has ended, says what it should not, or nothing at all (``late``)."""

    def __init__(self, *, late: bool = False) -> None:
        super().__init__()
        self.late = late


class _Talk:
    """One request and its answer, until a moment in time. What comes back is believed in nothing but its size."""

    def __init__(self, process: subprocess.Popen[bytes], until: float) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin.fileno(), process.stdout.fileno()
        self._until = until

    def send(self, data: bytes) -> None:
        """All of it."""
        rest = memoryview(data)
        while rest:
            self._wait(self._in, select.POLLOUT)
            try:
                rest = rest[os.write(self._in, rest[: 1 << 20]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise _Lost from None

    def answer(self, name: str) -> Pixels:
        """The picture. Raises ImageError where it is refused."""
        head = bytearray()
        while not head.endswith(b"\n"):
            head += self._read(1)
            if len(head) > _MOST_HEAD:
                raise _Lost
        try:
            told = json.loads(head)
            if "refused" in told:
                raise ImageError(_line(str(told["refused"]), name))
            height, width, depth = (int(side) for side in told["shape"])
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise _Lost from None
        if depth != 3 or not (0 < height <= _MOST_SIDE and 0 < width <= _MOST_SIDE):
            raise _Lost
        pixels = bytearray(height * width * depth)
        rest = memoryview(pixels)
        while rest:
            part = self._read(len(rest))
            rest[: len(part)] = part
            rest = rest[len(part) :]
        return np.frombuffer(pixels, np.uint8).reshape(height, width, depth)

    def _read(self, most: int) -> bytes:
        while True:
            self._wait(self._out, select.POLLIN)
            try:
                part = os.read(self._out, min(most, 1 << 20))
            except BlockingIOError:
                continue
            if not part:
                raise _Lost
            return part

    def _wait(self, descriptor: int, what: int) -> None:
        poll = select.poll()
        poll.register(descriptor, what)
        left = self._until - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise _Lost(late=True)


def _line(text: str, name: str) -> str:
    """One line of the decoder's, which may have been taken over by what it decodes."""
    line = _printable(text)[:400]
    return line if line.startswith(name) else f"{name}: cannot be read"


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
