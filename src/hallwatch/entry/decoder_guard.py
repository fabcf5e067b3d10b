"""What keeps a decoder process harmless: limits, the kernel's alarm, and a lifeline to its worker."""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import threading

SILENCE_S = 10.0
"""Without data for this long the kernel ends the process."""
_MEMORY_BYTES = 4 << 30
"""Address space: a stream that makes FFmpeg take more ends its own decoder and nothing else."""


def harden() -> None:
    """Limit this process; before NumPy is loaded."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    # Ctrl-C reaches every process of a terminal; when to end is the worker's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    # NumPy's linear algebra is not used here; its threads would cost memory in every decoder.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"


def alive() -> None:
    """Data has come: the alarm starts again. The kernel keeps it: FFmpeg may hold up code of ours."""
    signal.setitimer(signal.ITIMER_REAL, SILENCE_S)


def rest() -> None:
    """Waiting for somebody else: no alarm."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def die_with(worker: socket.socket) -> None:
    """From now on, end this process as soon as the worker is gone, whatever the main thread is blocked in."""
    threading.Thread(target=_wait_for_end, args=(worker,), daemon=True).start()


def _wait_for_end(worker: socket.socket) -> None:
    hung_up = select.poll()
    hung_up.register(worker, select.POLLRDHUP)
    hung_up.poll()
    os._exit(0)
