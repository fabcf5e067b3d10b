"""What keeps the processes that read strangers' photos and files harmless: no file, no socket, bounded memory and time.

The limit of descriptors is nought once the process has started, and nobody without the machine's own privileges can
raise it again: it can make no socket and open no file, whatever runs in it. It keeps the pipes it was given. Where
the kernel lets it, it also stands in a network of its own that leads nowhere.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Collection
from itertools import pairwise

MEMORY_BYTES = 2 << 30
"""Address space. The largest picture that is allowed needs a quarter of it."""
CPU_S = 10
"""Processor seconds for one photo."""
_NEWUSER, _NEWNET = 0x1000_0000, 0x4000_0000
_NO_NEW_PRIVILEGES, _DUMPABLE, _END_WITH_PARENT = 38, 4, 1


def lock(keep: Collection[int] = ()) -> None:
    """Give up everything but memory, the processor, the three pipes and the descriptors ``keep``; after all imports."""
    libc = ctypes.CDLL(None, use_errno=True)
    for first, last in pairwise(sorted({2, *keep, 4096})):
        os.closerange(first + 1, last)
    # Refused by some kernels and containers; the limit of descriptors below does not depend on it.
    libc.unshare(_NEWUSER | _NEWNET)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
        resource.setrlimit(limit, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def end_with_parent() -> None:
    """Have the kernel end this process when the thread that started it ends."""
    ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def allow(seconds: int = CPU_S) -> None:
    """Allow the next photo so much processor time; then the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
