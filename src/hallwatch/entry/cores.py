"""No memory of ours ever becomes a core dump: it could hold strangers' faces."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def forbid_core_dumps() -> None:
    """For this process and all that it starts.

    The limit keeps cores from being written; where the kernel pipes them to a program it takes no notice of
    the limit (core(5)), so the filter leaves nothing to pipe.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        Path("/proc/self/coredump_filter").write_text("0", encoding="ascii")
