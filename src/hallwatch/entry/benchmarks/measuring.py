"""Measuring fairly on a machine that is not idle: one core, processor time, medians of repeats.

A measurement runs in a fresh process that is bound to one core from birth, so every library in it (OpenBLAS,
OpenVINO, FFmpeg) finds one core and starts one thread. Times are processor time: what the work costs. On an
idle machine that is the time on the clock; on a busy one the clock would mostly measure the others.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import fmean, median
from typing import TypeVar

from hallwatch.entry.child import Child, Failed
from hallwatch.errors import UserError

Order = TypeVar("Order")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds of one piece of work over ``repeats``."""

    median: float
    min: float
    max: float
    mean: float
    repeats: int


def spread(seconds: Sequence[float]) -> Spread:
    """The spread of at least one duration in seconds, as milliseconds rounded to a microsecond."""
    ms = [1000 * one for one in seconds]
    return Spread(round(median(ms), 3), round(min(ms), 3), round(max(ms), 3), round(fmean(ms), 3), len(ms))


def timed(work: Callable[[], object], repeats: int) -> Spread:
    """Processor time of ``work``, after one run that warms up."""
    work()
    return spread([seconds_of(work) for _ in range(repeats)])


def seconds_of(work: Callable[[], object]) -> float:
    """Processor seconds (all threads of this process) that ``work`` takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def processor_seconds(pid: int) -> float:
    """Processor seconds that another process has used, all its threads, in nanosecond steps (Linux).

    The clock's number is what clock_getcpuclockid(3) computes; /proc/PID/stat counts in steps of 10 ms, too
    coarse here. Raises OSError when there is no such process.
    """
    return time.clock_gettime((~pid << 3) | 2)


def measured_apart(
    name: str,
    work: Callable[[Order, Connection], None],
    order: Order,
    answer: type[Answer],
    *,
    pinned: bool = True,
) -> Answer:
    """Run ``work`` in a process of its own (bound to one core if ``pinned``); the one answer it sends.

    Raises UserError when it gives up for a reason that somebody can mend, or ends without an answer.
    """
    with _one_core() if pinned else _any_core():
        child = Child(name, work, order)
    try:
        got = child.link.recv()
    except EOFError:
        raise UserError(f"the measurement {name} ended without an answer; see the lines above") from None
    finally:
        child.end(2)
    if isinstance(got, Failed):
        raise UserError(got.reason)
    if not isinstance(got, answer):
        raise TypeError(f"{name} answered with {type(got).__name__}")
    return got


@contextmanager
def _one_core() -> Iterator[None]:
    """What this thread starts meanwhile runs on the last allowed core only (the first serves interrupts)."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def _any_core() -> Iterator[None]:
    yield
