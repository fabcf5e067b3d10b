"""Talking with a process that may have been taken over by what it reads: until a moment in time, and byte by byte."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Sequence

_PIECE = 1 << 20
PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV")
"""The only variables of ours that such a process sees: others may hold passwords."""


class Lost(Exception):
    """The process has ended, says what it should not, or nothing at all (``late``)."""

    def __init__(self, *, late: bool = False) -> None:
        super().__init__()
        self.late = late


class TimedPipe:
    """Both pipes of a process that was started with them, until ``until`` (on the monotonic clock)."""

    def __init__(self, process: subprocess.Popen[bytes], until: float) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin.fileno(), process.stdout.fileno()
        self._until = until

    def send(self, data: bytes) -> None:
        """All of it. Raises Lost."""
        rest = memoryview(data)
        while rest:
            self._wait(self._in, select.POLLOUT)
            try:
                rest = rest[os.write(self._in, rest[:_PIECE]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise Lost from None

    def line(self, most: int) -> bytes:
        """One line. Raises Lost, also where it is longer than ``most`` bytes."""
        head = bytearray()
        while not head.endswith(b"\n"):
            head += self._read(1)
            if len(head) > most:
                raise Lost
        return bytes(head)

    def exactly(self, count: int) -> bytearray:
        """So many bytes. Raises Lost."""
        data = bytearray(count)
        rest = memoryview(data)
        while rest:
            part = self._read(len(rest))
            rest[: len(part)] = part
            rest = rest[len(part) :]
        return data

    def _read(self, most: int) -> bytes:
        while True:
            self._wait(self._out, select.POLLIN)
            try:
                part = os.read(self._out, min(most, _PIECE))
            except BlockingIOError:
                continue
            if not part:
                raise Lost
            return part

    def _wait(self, descriptor: int, what: int) -> None:
        poll = select.poll()
        poll.register(descriptor, what)
        left = self._until - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise Lost(late=True)


def started(program: Sequence[str], pass_fds: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """The program with both pipes, which never block us, and little of our environment; ``pass_fds`` go along."""
    process = subprocess.Popen(
        program,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        pass_fds=pass_fds,
        env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
    )
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        os.set_blocking(pipe.fileno(), False)
    return process


def ended(process: subprocess.Popen[bytes] | None) -> None:
    """Nothing is left of it; None is nothing already."""
    if process is None:
        return
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    process.stdin.close()
    process.kill()
    process.wait()


def printable(text: str) -> str:
    """Text from outside, fit for one line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
