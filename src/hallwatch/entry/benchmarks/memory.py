"""What one watched camera keeps in memory, in all its processes.

As `hallwatch watch` does it: one process with the command line's imports, the pack (photos enrolled with it,
which compiles its graphs for photos too), 1,000 people in the gallery and the analysis; and the camera's
decoder, whose film starts again at its end. No core is assigned, so libraries start the threads that they
start in life. RSS counts a library that both have loaded twice, PSS once.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from hallwatch.entry.worker import PackOrder

FRAMES = 100
"""Analysed until it is over."""
COMMAND_IMPORTS = ("hallwatch.entry.cli", "hallwatch.entry.cli.told", "hallwatch.adapters.importers.folder")


@dataclass(frozen=True, slots=True)
class MemoryOrder:
    """Enrol ``portraits``, fill up to 1,000 people, watch ``film``."""

    film: Path
    portraits: tuple[Path, ...]
    pack: PackOrder


@dataclass(frozen=True, slots=True)
class Memory:
    """MB (of 1,000,000 bytes), each the most that was seen; sums are of one moment."""

    rss: float
    pss: float
    watching_rss: float
    decoder_rss: float
    imports_rss: float
    people: int


@dataclass(frozen=True, slots=True)
class _Use:
    rss: float
    pss: float


def measure_memory(order: MemoryOrder, link: Connection) -> None:
    """In the child: enrol, watch the film, look at both processes at every frame, send Memory."""
    for module in COMMAND_IMPORTS:
        import_module(module)
    from hallwatch.adapters.images import read_image
    from hallwatch.core.model import Frame
    from hallwatch.entry.benchmarks.pipeline import PEOPLE, RATE, watching
    from hallwatch.entry.benchmarks.templates import Population, gallery_of
    from hallwatch.entry.camera import Camera
    from hallwatch.entry.rounds import in_media_order
    from hallwatch.flow.importing import enrol_photo

    imports = _use(os.getpid())
    model = order.pack.open()
    enrolled = {
        portrait.stem: enrol_photo(read_image(portrait), model)[0][None] for portrait in order.portraits
    }
    made_up = Population(model.dimensions, (), seed=PEOPLE).draw(PEOPLE - len(enrolled))
    gallery = gallery_of(made_up, model.fingerprint)
    gallery.put(enrolled, model.fingerprint)
    watch = watching(model, gallery, order.film.parent)
    rss = pss = mine_most = decoder_most = 0.0
    with Camera.start("benchmark", str(order.film), speed="max", rate=RATE, loop=True) as camera:
        for _, news in in_media_order([camera]):
            if not isinstance(news, Frame) or camera.pid is None:
                continue
            watch.step(news)
            mine, decoder = _use(os.getpid()), _use(camera.pid)
            if watch.looking.analysed >= FRAMES:
                break
            rss, pss = max(rss, mine.rss + decoder.rss), max(pss, mine.pss + decoder.pss)
            mine_most, decoder_most = max(mine_most, mine.rss), max(decoder_most, decoder.rss)
    link.send(
        Memory(
            rss=round(rss, 1),
            pss=round(pss, 1),
            watching_rss=round(mine_most, 1),
            decoder_rss=round(decoder_most, 1),
            imports_rss=round(imports.rss, 1),
            people=len(gallery),
        )
    )


def _use(pid: int) -> _Use:
    """What a process has in memory now, in MB (smaps_rollup counts in KiB)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return _Use(kib["Rss"] * 1024 / 1e6, kib["Pss"] * 1024 / 1e6)
