"""A handed-over file of people, read in a process of its own: whatever it does there breaks nothing here."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

from pydantic import ValidationError

from hallwatch.entry.import_reader import ANSWERS, ORDERS, TOO_MUCH, NotRead, Read, ReadOrder
from hallwatch.entry.timed_pipe import Lost, TimedPipe, ended, printable, started
from hallwatch.errors import FileRefused

PATIENCE_S = 300.0
"""On the clock, for a whole file; a busy machine needs more of it than of processor time."""
PHOTO_PATIENCE_S = 30.0
MOST_ANSWER = 256 << 20
"""Bytes of everybody in a file: 200,000 rows take a third of it."""
MOST_PHOTO = 64 << 20
_MOST_HEAD = 20
PROGRAM = (sys.executable, "-P", "-m", "hallwatch.entry.import_reader")


class ReadingProcess:
    """Reads one file, then gives its photos by name. Use it as a context manager.

    For one thread at a time; started in the thread that stays longest, whose end is the process's.
    """

    def __init__(self, program: Sequence[str] = PROGRAM, patience_s: float = PATIENCE_S) -> None:
        self._program, self._patience_s = tuple(program), patience_s
        self._process: subprocess.Popen[bytes] | None = None
        self._prints: Mapping[str, tuple[int, int]] = {}

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def people(self, order: ReadOrder) -> Read:
        """Everybody in the file, and whose photos are there. Raises FileRefused, in one line."""
        process = self._process = started(
            self._program, [one for one in (order.file, order.photos) if one is not None]
        )
        talk = TimedPipe(process, time.monotonic() + self._patience_s)
        try:
            talk.send(ORDERS.dump_json(order) + b"\n")
            answer = ANSWERS.validate_json(talk.exactly(_length(talk, MOST_ANSWER)))
        except (Lost, ValidationError) as error:
            late = isinstance(error, Lost) and error.late
            raise FileRefused(f"{order.name}: {self._epitaph(late)}") from None
        if isinstance(answer, NotRead):
            raise FileRefused(printable(answer.why)[:600])
        self._prints = answer.prints
        return answer

    def fingerprint(self, name: str) -> tuple[int, int]:
        """Size and checksum of a photo that somebody has. Raises FileRefused."""
        if name not in self._prints:
            raise FileRefused(f"{printable(name)[-200:]}: is empty or damaged")
        return self._prints[name]

    def read(self, name: str) -> bytes:
        """A photo's bytes. Raises FileRefused."""
        if self._process is None:
            raise FileRefused(f"{printable(name)[-200:]}: the photos cannot be read any more")
        talk = TimedPipe(self._process, time.monotonic() + PHOTO_PATIENCE_S)
        try:
            talk.send(json.dumps(name).encode() + b"\n")
            data = bytes(talk.exactly(_length(talk, MOST_PHOTO)))
        except Lost as lost:
            raise FileRefused(f"{printable(name)[-200:]}: {self._epitaph(lost.late)}") from None
        if not data:
            raise FileRefused(f"{printable(name)[-200:]}: is empty or damaged")
        return data

    def end(self) -> None:
        """End the process; may be called twice."""
        process, self._process = self._process, None
        ended(process)

    def _epitaph(self, late: bool) -> str:
        """Why it was not read; nothing of the process is left afterwards."""
        process = self._process
        if process is not None and not late:
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                late = False
        status = process.returncode if process else None
        self.end()
        if late:
            return "was not read within its time; hand it over in parts"
        if status == -signal.SIGXCPU:
            return "takes far too long to read; hand it over in parts"
        if status == -signal.SIGKILL:
            return TOO_MUCH
        return "whatever read it failed on it; export it anew"


def _length(talk: TimedPipe, most: int) -> int:
    """How much follows. Raises Lost where that is no number, or too much."""
    head = talk.line(_MOST_HEAD).strip()
    if not head.isdigit() or int(head) > most:
        raise Lost
    return int(head)
