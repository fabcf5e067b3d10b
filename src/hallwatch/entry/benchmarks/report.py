"""What a benchmark found: as JSON for programs, as a table for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from hallwatch import __version__
from hallwatch.entry.benchmarks.dlib_comparison import Comparison
from hallwatch.entry.benchmarks.machine import Machine
from hallwatch.entry.benchmarks.measuring import Spread
from hallwatch.entry.benchmarks.memory import Memory
from hallwatch.entry.benchmarks.pipeline import PipelineCost
from hallwatch.entry.benchmarks.search import SearchCost
from hallwatch.entry.benchmarks.stages import Stages


@dataclass(frozen=True, slots=True)
class Report:
    """Everything measured; ``None`` where something could not be, with the reason among ``notes``."""

    machine: Machine
    pack: str
    quick: bool
    stages: Stages
    comparison: Comparison | None
    fifth: PipelineCost
    always: PipelineCost
    search_1k: SearchCost
    search_100k: SearchCost
    search_100k_isotropic: SearchCost
    search_1m: SearchCost | None
    memory: Memory
    notes: tuple[str, ...]


def as_json(report: Report) -> str:
    """One JSON object: the headline figures first, then everything they come from."""
    headline = {
        "hallwatch": __version__,
        "pack": report.pack,
        "precision": report.stages.precision,
        "embed_speedup_vs_dlib": report.comparison.speedup if report.comparison else None,
        "cameras_per_core_720p12_20pct": report.fifth.cameras_per_core,
        "cameras_per_core_720p12_always": report.always.cameras_per_core,
        "search_ms_1k": report.search_1k.search.median,
        "search_ms_100k": report.search_100k.search.median,
        "search_ms_100k_isotropic": report.search_100k_isotropic.search.median,
        "search_ms_1m": report.search_1m.search.median if report.search_1m else None,
        "rss_mb_one_camera_1000_people": report.memory.rss,
        "pss_mb_one_camera_1000_people": report.memory.pss,
    }
    return json.dumps(headline | asdict(report))


def as_table(report: Report) -> str:
    """Lines of words and figures."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    machine = report.machine
    yield f"{machine.processor}, {machine.cores} cores, {' '.join(machine.flags)}; load {machine.load}"
    yield f"Python {machine.python}, NumPy {machine.numpy}, OpenVINO {machine.openvino}"
    yield f"pack {report.pack}, {report.stages.precision}; milliseconds of processor time on one core"
    yield ""
    yield _row("", "median", "min", "max")
    for name, cost in _costs(report):
        yield _row(name, *(f"{value:.3g}" for value in (cost.median, cost.min, cost.max)))
    yield ""
    yield _cameras("somebody in view a fifth of the time", report.fifth)
    yield _cameras("somebody in view all the time", report.always)
    memory = report.memory
    yield (
        f"memory, one camera, {memory.people} people: {memory.rss:.0f} MB in all processes (shared pages once"
        f" {memory.pss:.0f} MB); watching {memory.watching_rss:.0f}, decoder {memory.decoder_rss:.0f} MB"
    )
    if report.comparison:
        ratio = report.comparison
        yield (
            f"embedding against dlib {ratio.dlib_version}: {ratio.speedup:.0f} times as fast"
            f" ({ratio.precision}), {ratio.speedup_f32:.0f} in float32,"
            f" {ratio.speedup_mirrored:.0f} with the mirror image too"
        )
    yield from (f"note: {note}" for note in report.notes)


def _costs(report: Report) -> Iterator[tuple[str, Spread]]:
    stages, ratio = report.stages, report.comparison
    yield "decode a frame", stages.decode
    yield "hand it over", stages.hand_over
    yield "motion", stages.motion
    yield "colour", stages.colour
    yield "detect", stages.detect
    yield "quality of a face", stages.quality
    yield "align and embed a face", stages.embed
    for number, cost in enumerate(stages.embedders, 1):
        yield f"  embedder {number}", cost
    if ratio:
        yield "dlib's own embedder", ratio.dlib
        yield "the same weights here", ratio.ours
        yield "HOG detector of dlib", ratio.hog_detect
    searches = (report.search_1k, report.search_100k, report.search_100k_isotropic, report.search_1m)
    for found in searches:
        if found:
            kind = ", isotropic" if found.isotropic else ""
            yield f"search {found.templates:,}{kind}", found.search


def _row(name: str, *values: str) -> str:
    return f"{name:<28}" + "".join(f"{value:>10}" for value in values)


def _cameras(when: str, cost: PipelineCost) -> str:
    return (
        f"cameras a core, 1280 x 720 at 12 a second, {when}: {cost.cameras_per_core:.1f}"
        f" ({cost.least:.1f} to {cost.most:.1f})"
    )
