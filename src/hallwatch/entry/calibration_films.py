"""Simulated passes for calibrating: films made by several processes, watched with every pack, and deleted."""

from __future__ import annotations

import _thread
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.core.model import Frame, Template
from hallwatch.core.recognise.centre import centred
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.entry.camera import Camera
from hallwatch.entry.cli.options import Precision, open_for
from hallwatch.entry.cli.sim import detector_locator
from hallwatch.entry.rounds import in_media_order
from hallwatch.errors import EnrolmentError, ImageError, UserError
from hallwatch.flow.calibrating import Recorded, Walked, Whose, record
from hallwatch.flow.importing import enrol_photo
from hallwatch.flow.watching import Looking
from hallwatch.sim.cast import enrolled_photo
from hallwatch.sim.conditions import ALL, Conditions
from hallwatch.sim.film import write_film
from hallwatch.sim.path import place
from hallwatch.sim.photo import read_photo
from hallwatch.sim.plan import Plan, plan_walkby

FILM_PASSES = 100
"""Passes a film: each film has a corridor, a camera and a light of its own."""
LEAST_LISTED, LEAST_STRANGERS = 20, 100
CLEANING_S = 5.0


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is listed (two or more photos) and who is a stranger, by the folder's names."""

    listed: Mapping[str, Sequence[Path]]
    strangers: Mapping[str, Sequence[Path]]


@dataclass(frozen=True, slots=True)
class Order:
    """What to calibrate: which packs, on whom, how often everybody walks."""

    packs: tuple[str, ...]
    precision: Precision
    cast: Cast
    rounds: int
    seed: int
    processes: int


@dataclass(frozen=True, slots=True)
class FilmOrder:
    """One film: who walks in it, in which conditions."""

    people: tuple[str, ...]
    seed: int
    conditions: Conditions


def divide(photos: Mapping[str, Sequence[Path]]) -> Cast:
    """People with two or more photos are listed, the others strangers; where there are few of these, every second of
    the first are strangers too. Raises UserError when there are too few of either.
    """
    listed = {person: paths for person, paths in sorted(photos.items()) if len(paths) >= 2}
    strangers = {person: paths for person, paths in photos.items() if len(paths) == 1}
    if len(strangers) < LEAST_STRANGERS:
        strangers |= {person: listed.pop(person) for person in list(listed)[::2]}
    if len(listed) < LEAST_LISTED or len(strangers) < LEAST_STRANGERS:
        raise UserError(
            f"calibrating needs at least {LEAST_LISTED} people with two or more photos to list and"
            f" {LEAST_STRANGERS} others as strangers; the folder gives {len(listed)} and {len(strangers)}"
        )
    return Cast(listed, strangers)


def enrol_cast(cast: Cast, model: FacePack, centre: Template) -> Gallery:
    """The listed, each by the first photo, without ``centre``; who cannot be enrolled is left out (and missed, as in
    life)."""
    gallery = Gallery(model.fingerprint, model.dimensions)
    templates = {}
    for person, paths in cast.listed.items():
        try:
            template = enrol_photo(read_photo(enrolled_photo(paths)), model)[0][None]
        except (EnrolmentError, ImageError):
            continue
        templates[person] = centred(template, centre, model.parts)
    gallery.put(templates, model.fingerprint)
    return gallery


def run_films(order: Order, progress: Callable[[int, int], None]) -> dict[str, list[Recorded]]:
    """Everybody's passes, watched with every pack. ``progress`` hears (films done, films in all)."""
    films = list(_films(order))
    together: dict[str, list[Recorded]] = {pack: [] for pack in order.packs}
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(order.processes, spawn, initializer=_begin, initargs=(order,)) as pool:
        for done, recorded in enumerate(pool.map(_watch_film, films), start=1):
            for pack, mine in together.items():
                mine += recorded[pack]
            progress(done, len(films))
    return together


def _films(order: Order) -> Iterator[FilmOrder]:
    """Everybody once a round, dealt to films at random; the conditions take turns."""
    people = [*sorted(order.cast.listed), *sorted(order.cast.strangers)]
    count = max(1, round(len(people) / FILM_PASSES))
    for turn in range(order.rounds):
        shuffled = np.random.default_rng([order.seed, turn]).permutation(len(people))
        for number, part in enumerate(np.array_split(shuffled, count)):
            yield FilmOrder(
                tuple(people[int(index)] for index in part),
                order.seed + 1_000 * turn + number,
                ALL[(number + turn) % len(ALL)],
            )


class _Bench:
    """What one process keeps between films: the packs at work."""

    def __init__(self, order: Order) -> None:
        self.cast = order.cast
        self.packs = {pack: open_for(pack, order.precision, calibrating=True) for pack in order.packs}
        self.numbers = {person: number for number, person in enumerate(sorted(order.cast.strangers))}


_bench: _Bench | None = None


def _begin(order: Order) -> None:
    global _bench
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _bench = _Bench(order)


def _end_with_parent() -> None:
    """A pool's processes would wait for work for ever when the command is killed; the film in hand is deleted."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        _thread.interrupt_main()
        time.sleep(CLEANING_S)
        os._exit(1)


def _watch_film(film: FilmOrder) -> dict[str, list[Recorded]]:
    assert _bench is not None
    listed = {person: person for person in film.people if person in _bench.cast.listed}
    strangers = {p: _bench.cast.strangers[p] for p in film.people if p in _bench.cast.strangers}
    plan = plan_walkby(
        {**{person: _bench.cast.listed[person] for person in listed}, **strangers},
        listed=listed,
        listed_passes=len(listed),
        unlisted_passes=len(strangers),
        seed=film.seed,
        conditions=film.conditions,
        locate=detector_locator(next(iter(_bench.packs.values()))),
    )
    passes = [
        Walked(_bench.numbers.get(one.person, -1), one.listed, one.start_s, one.end_s) for one in plan.passes
    ]
    results = {}
    with tempfile.TemporaryDirectory(prefix="hallwatch-calibrate-") as folder:
        path = Path(folder) / "film.mp4"
        write_film(plan, path)
        for pack, model in _bench.packs.items():
            results[pack] = record(_frames(path), Looking(model), _whose(plan), passes)
    return results


def _frames(film: Path) -> Iterator[Frame]:
    with Camera.start("calibration", str(film), speed="max") as camera:
        for _, news in in_media_order([camera]):
            if isinstance(news, Frame):
                yield news


def _whose(plan: Plan) -> Whose:
    """The pass whose face is drawn nearest to a place, if it is within a face's height."""

    def whose(at_s: float, centre: tuple[float, float]) -> int | None:
        nearest: tuple[float, int] | None = None
        for index, one in enumerate(plan.passes):
            if one.start_s <= at_s <= one.end_s:
                where = place(plan.camera, one.walk, at_s - one.start_s)
                distance = float(np.hypot(centre[0] - where.x, centre[1] - where.y)) / where.face_px
                if distance < 1.0 and (nearest is None or distance < nearest[0]):
                    nearest = distance, index
        return None if nearest is None else nearest[1]

    return whose
