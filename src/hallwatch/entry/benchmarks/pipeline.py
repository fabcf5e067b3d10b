"""How many cameras one core carries, with the real decoder and the whole way of a face.

A film of 1280 x 720 at 12 frames a second is watched as `hallwatch watch --speed max` does: a decoder process
decodes every frame, the worker analyses five a second before a gallery of 1,000 people. Between the first
frame received and the last one decided, the processor seconds of both processes are added up, starting up
and compiling left out. Cameras a core = seconds of film / processor seconds. What that leaves out: cameras
that share a core push each other out of its caches.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from hallwatch.adapters.images import encode_jpeg
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.core.decide import Incidents, Threshold
from hallwatch.core.model import Box, Face, Frame, Listing, Person
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.entry.benchmarks.measuring import processor_seconds
from hallwatch.entry.benchmarks.search import FLOOR
from hallwatch.entry.benchmarks.templates import Population, gallery_of
from hallwatch.entry.camera import Camera
from hallwatch.entry.rounds import in_media_order
from hallwatch.entry.worker import PackOrder
from hallwatch.errors import UserError
from hallwatch.flow.watching import Looking, Watching

PEOPLE = 1_000
RATE = 5.0


@dataclass(frozen=True, slots=True)
class PipelineOrder:
    """Watch each of ``films`` ``repeats`` times, in turns."""

    films: tuple[Path, ...]
    repeats: int
    pack: PackOrder


@dataclass(frozen=True, slots=True)
class PipelineCost:
    """One film watched: the run with the median cost; seconds, and what happened in it."""

    cameras_per_core: float
    least: float
    most: float
    film_s: float
    decoder_cpu_s: float
    worker_cpu_s: float
    analysed: int
    with_motion: int
    tracks: int


@dataclass(frozen=True, slots=True)
class PipelineCosts:
    """One for each film of the order."""

    costs: tuple[PipelineCost, ...]


def watch_films(order: PipelineOrder, link: Connection) -> None:
    """In the child: open the pack, watch the films in turns, send PipelineCosts."""
    model = order.pack.open()
    _warm(model)
    energy = model.calibration.energy if model.calibration else ()
    gallery = gallery_of(Population(model.dimensions, energy, seed=PEOPLE).draw(PEOPLE), model.fingerprint)
    runs: list[list[PipelineCost]] = [[] for _ in order.films]
    for _ in range(order.repeats):
        for film, mine in zip(order.films, runs, strict=True):
            mine.append(_watched(film, watching(model, gallery, film.parent)))
    link.send(PipelineCosts(tuple(_middle(mine) for mine in runs)))


def watching(model: FacePack, gallery: Gallery, folder: Path) -> Watching:
    """One camera watched for everybody in ``gallery``; the threshold does not matter for the cost."""
    listing = Listing("other", "benchmark", date.max)
    return Watching(
        camera="benchmark",
        building="",
        looking=Looking(model),
        pack=model.name,
        gallery=gallery,
        people={one: Person(one, "Made", "Up", (listing,)) for one in gallery.snapshot.people},
        threshold=Threshold(
            score=FLOOR,
            fpir=0.0,
            interval=(0.0, 0.0),
            people=len(gallery),
            recognised=0.0,
            passes=0,
            faces="nobody: a benchmark's",
            extrapolated=True,
        ),
        incidents=Incidents(),
        encode=encode_jpeg,
        today=lambda: datetime.now().astimezone().date(),
    )


def _watched(film: Path, watch: Watching) -> PipelineCost:
    began = decoder = worker = first = last = 0.0
    with Camera.start("benchmark", str(film), speed="max", rate=RATE) as camera:
        for _, news in in_media_order([camera]):
            if not isinstance(news, Frame) or camera.pid is None:
                continue
            decoder = processor_seconds(camera.pid)
            if not worker:
                began, before, first = decoder, time.process_time(), news.media_time_s
            watch.step(news)
            worker, last = time.process_time() - before, news.media_time_s
    if last <= first:
        raise UserError(f"{film.name} gave too few frames to measure")
    film_s, decoder = last - first, decoder - began
    cameras = round(film_s / (decoder + worker), 1)
    looking = watch.looking
    return PipelineCost(
        cameras_per_core=cameras,
        least=cameras,
        most=cameras,
        film_s=round(film_s, 2),
        decoder_cpu_s=round(decoder, 3),
        worker_cpu_s=round(worker, 3),
        analysed=looking.analysed,
        with_motion=looking.looked,
        tracks=looking.tracks,
    )


def _middle(runs: list[PipelineCost]) -> PipelineCost:
    """The median run, with the range of all."""
    ordered = sorted(runs, key=lambda run: run.cameras_per_core)
    least, most = ordered[0].cameras_per_core, ordered[-1].cameras_per_core
    return replace(ordered[(len(ordered) - 1) // 2], least=least, most=most)


def _warm(model: FacePack) -> None:
    """Compile what the first frame and the first face would compile."""
    grey = np.full((720, 1280, 3), 127, dtype=np.uint8)
    model.detect(grey)
    points = np.array([[610, 340], [670, 340], [640, 370], [615, 400], [665, 400]], dtype=np.float32)
    model.embed(grey, [Face(Box(580, 300, 700, 440), points, 1.0)])
