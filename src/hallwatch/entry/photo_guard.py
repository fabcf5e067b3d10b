"""What keeps the process that decodes strangers' photos harmless: no file, no socket, bounded memory and time.

The limit of descriptors is nought once the process has started, and nobody without the machine's own privileges can
raise it again: it can make no socket and open no file, whatever runs in it. It keeps the two pipes it was given. Where
the kernel lets it, it also stands in a network of its own that leads nowhere.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal

MEMORY_BYTES = 2 << 30
"""Address space. The largest picture that is allowed needs a quarter of it."""
CPU_S = 10
"""Processor seconds for one photo."""
_NEWUSER, _NEWNET = 0x1000_0000, 0x4000_0000
_NO_NEW_PRIVILEGES, _DUMPABLE = 38, 4


def lock() -> None:
    """Give up everything but memory, the processor and what is open; after all imports."""
    libc = ctypes.CDLL(None, use_errno=True)
    os.closerange(3, 4096)
    # Refused by some kernels and containers; the limit of descriptors below does not depend on it.
    libc.unshare(_NEWUSER | _NEWNET)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
        resource.setrlimit(limit, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def allow(seconds: int = CPU_S) -> None:
    """Allow the next photo so much processor time; then the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
