"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_bf16")
"""Processor flags that decide how fast the networks run."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine and the libraries that matter; ``load`` is the 1-minute load average at the start."""

    processor: str
    flags: tuple[str, ...]
    cores: int
    memory_gb: float
    load: float
    python: str
    numpy: str
    openvino: str


def this_machine() -> Machine:
    """This machine, from /proc."""
    about = _cpuinfo()
    have = set(about.get("flags", "").split())
    return Machine(
        processor=about.get("model name", platform.machine()),
        flags=tuple(flag for flag in FLAGS if flag in have),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        load=round(os.getloadavg()[0], 2),
        python=platform.python_version(),
        numpy=version("numpy"),
        openvino=version("openvino"),
    )


def free_bytes() -> int:
    """Memory that can be had without pushing anything out, by the kernel's own estimate."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def _cpuinfo() -> dict[str, str]:
    """The first processor's lines of /proc/cpuinfo."""
    first = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
