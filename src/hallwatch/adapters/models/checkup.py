"""Tries a pack out: every file loaded, one picture searched, one face embedded, each part timed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median

import numpy as np

from hallwatch.adapters.models.engine import Effect
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.adapters.models.manifest import PackFile, PackManifest
from hallwatch.core.decide import Calibration
from hallwatch.core.model import Box, Face, Pixels
from hallwatch.errors import PackError

HEIGHT, WIDTH = 360, 640
RUNS = 7


@dataclass(frozen=True, slots=True)
class Part:
    """One graph at work: what it really runs on, and the median milliseconds of one picture or face."""

    file: str
    role: str
    effect: Effect
    ms: float


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What ``hallwatch models check`` found; templates carry ``fingerprint`` and have ``dimensions``
    numbers."""

    pack: str
    fingerprint: str
    dimensions: int
    parts: tuple[Part, ...]
    files: tuple[PackFile, ...]
    calibration: Calibration | None
    warnings: tuple[str, ...]


def check(manifest: PackManifest, pack: FacePack) -> CheckReport:
    """Run every graph of ``pack`` on a made-up picture (640 x 360, noise, no photograph of anybody).

    Raises PackError when a graph cannot run or does not give what its manifest says.
    """
    picture, face = _made_up()
    detect_ms = _timed(partial(pack.detect, picture))
    if pack.detector.effect is None:
        raise PackError(f"the detector of {pack.name} has not run")
    parts = [Part(manifest.detector.file, "detector", pack.detector.effect, detect_ms)]
    for table, embedder in zip(manifest.embedders, pack.embedders, strict=True):
        template = embedder.embed(picture, face)
        if template.shape != (table.dimensions,) or not np.isfinite(template).all():
            raise PackError(
                f"{table.file} gives {template.size} numbers, its manifest says {table.dimensions}; "
                "mend the manifest"
            )
        embed_ms = _timed(partial(embedder.embed, picture, face))
        parts.append(Part(table.file, "embedder", embedder.effect, embed_ms))
    return CheckReport(
        pack.name,
        pack.fingerprint,
        pack.dimensions,
        tuple(parts),
        manifest.files,
        pack.calibration,
        pack.warnings,
    )


def _made_up() -> tuple[Pixels, Face]:
    picture = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    points = np.array([[295, 165], [345, 165], [320, 190], [300, 215], [340, 215]], dtype=np.float32)
    return picture, Face(Box(270, 125, 370, 245), points, 1.0)


def _timed(work: Callable[[], object]) -> float:
    """Median milliseconds of a few runs after one that warms up."""
    work()
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)
