"""The worker's side of one decoder process: its life, its messages and its pictures."""

from __future__ import annotations

import fcntl
import mmap
import os
import select
import signal
import socket
import subprocess
import sys
import weakref

import numpy as np

from hallwatch.core.model import Luma
from hallwatch.entry.decoder_messages import (
    DATAGRAM,
    REQUEST,
    SLOTS,
    Order,
    Ready,
    Report,
    decode,
    slot_bytes,
)

_NEEDED_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW


class DecoderProcess:
    """One decoder, started at once. It ends with this object, with ``end``, or with the worker."""

    def __init__(self, order: Order) -> None:
        self._end, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                # -P: whatever lies in the current folder is never imported.
                [sys.executable, "-P", "-m", "hallwatch.entry.decoder", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        self._finish = weakref.finalize(self, _finish, self._end, self._process)
        self._slots: list[Luma] = []
        self._poll = select.poll()
        self._poll.register(self._end, select.POLLIN)
        self._say(order.encode())

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def fileno(self) -> int:
        """Readable when the decoder has said something or has ended."""
        return self._end.fileno()

    def request(self) -> None:
        """Ask for one frame."""
        self._say(REQUEST)

    def readable(self, timeout_s: float) -> bool:
        """Wait for a message or the decoder's end."""
        return bool(self._poll.poll(timeout_s * 1000))

    def read(self) -> Report | Ready | None:
        """The next message; None when the decoder has ended. Raises ValueError for anything unreadable."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._end, DATAGRAM, 1)
        except ConnectionResetError:
            return None
        memory = descriptors[0] if descriptors else None
        try:
            if not data:
                return None
            message = decode(data)
            if isinstance(message, Ready):
                self._adopt(message, memory)
            return message
        finally:
            if memory is not None:
                os.close(memory)

    def picture(self, ready: Ready) -> Luma:
        """The slot as planar YUV 4:2:0, height * 3 // 2 x width: a new read-only view of the memory."""
        return self._slots[ready.slot].view()

    def end(self) -> None:
        """End the process; may be called twice."""
        self._finish()

    def epitaph(self) -> str:
        """Why it ended without a word of its own."""
        self._finish()
        status = self._process.returncode
        if status == -signal.SIGALRM:
            return "no data for 10 s: the connection stands, but nothing comes"
        if status < 0:
            return f"its decoder was ended by signal {-status}"
        return f"its decoder failed (exit status {status})"

    def _say(self, data: bytes) -> None:
        try:
            self._end.send(data)
        except (BrokenPipeError, ConnectionResetError):
            # It has just ended; whoever reads next is told so.
            return

    def _adopt(self, ready: Ready, memory: int | None) -> None:
        """Map new memory, believing nothing: size and seals are what make it safe to look at."""
        shape, size = (ready.height * 3 // 2, ready.width), slot_bytes(ready.width, ready.height)
        if memory is not None:
            if fcntl.fcntl(memory, fcntl.F_GET_SEALS) & _NEEDED_SEALS != _NEEDED_SEALS:
                raise ValueError("shared memory that may shrink")
            if os.fstat(memory).st_size != SLOTS * size:
                raise ValueError("shared memory of the wrong size")
            whole = np.frombuffer(mmap.mmap(memory, SLOTS * size, prot=mmap.PROT_READ), np.uint8)
            self._slots = [whole[slot * size : (slot + 1) * size].reshape(shape) for slot in range(SLOTS)]
        if not self._slots or self._slots[0].shape != shape:
            raise ValueError("a picture without memory for it")


def _finish(end: socket.socket, process: subprocess.Popen[bytes]) -> None:
    """Close the socket, which ends the decoder, and make sure of it. The kernel's own end status is kept."""
    end.close()
    try:
        process.wait(timeout=1.0)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
