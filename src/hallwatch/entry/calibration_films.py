"""Simulated passes for calibrating: films made one after another, watched, and deleted."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.core.model import Frame
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.entry.camera import Camera
from hallwatch.entry.cli.sim import detector_locator
from hallwatch.entry.rounds import in_media_order
from hallwatch.errors import EnrolmentError, ImageError, UserError
from hallwatch.flow.calibrating import Scores, Walked, Whose, collect
from hallwatch.flow.importing import enrol_photo
from hallwatch.flow.watching import Looking
from hallwatch.sim.cast import enrolled_photo
from hallwatch.sim.film import write_film
from hallwatch.sim.path import place
from hallwatch.sim.photo import read_photo
from hallwatch.sim.plan import Plan, plan_walkby

FILM_PASSES = 120
"""Passes a film: each film has a corridor, a camera and a light of its own."""
LEAST_LISTED, LEAST_STRANGERS = 20, 100


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is listed (two or more photos) and who is a stranger, by the folder's names."""

    listed: Mapping[str, Sequence[Path]]
    strangers: Mapping[str, Sequence[Path]]


def divide(photos: Mapping[str, Sequence[Path]]) -> Cast:
    """People with two or more photos are listed. Raises UserError when there are too few of either."""
    listed = {person: paths for person, paths in photos.items() if len(paths) >= 2}
    strangers = {person: paths for person, paths in photos.items() if len(paths) == 1}
    if len(listed) < LEAST_LISTED or len(strangers) < LEAST_STRANGERS:
        raise UserError(
            f"calibrating needs at least {LEAST_LISTED} people with two or more photos and {LEAST_STRANGERS} with"
            f" one; the folder has {len(listed)} and {len(strangers)}"
        )
    return Cast(listed, strangers)


def enrol_cast(cast: Cast, model: FacePack) -> Gallery:
    """The listed, each by the first photo; who cannot be enrolled is left out (and missed, as in life)."""
    gallery = Gallery(model.fingerprint, model.dimensions)
    templates = {}
    for person, paths in cast.listed.items():
        try:
            templates[person] = enrol_photo(read_photo(enrolled_photo(paths)), model)[0][None]
        except (EnrolmentError, ImageError):
            continue
    gallery.put(templates, model.fingerprint)
    return gallery


def run_films(
    cast: Cast,
    model: FacePack,
    gallery: Gallery,
    rounds: int,
    seed: int,
    progress: Callable[[int, int], None],
) -> Scores:
    """``rounds`` passes of everybody. ``progress`` hears (passes done, passes in all)."""
    scores = Scores()
    total = rounds * (len(cast.listed) + len(cast.strangers))
    numbers = {person: number for number, person in enumerate(sorted(cast.strangers))}
    for plan in _plans(cast, model, rounds, seed):
        with tempfile.TemporaryDirectory(prefix="hallwatch-calibrate-") as folder:
            film = Path(folder) / "film.mp4"
            write_film(plan, film)
            passes = [Walked(numbers.get(one.person, -1), one.listed) for one in plan.passes]
            collect(_frames(film), Looking(model), gallery.snapshot, _whose(plan), passes, scores)
        progress(len(scores.strangers) + len(scores.mated), total)
    return scores


def _plans(cast: Cast, model: FacePack, rounds: int, seed: int) -> Iterator[Plan]:
    """Everybody once a round, dealt to films at random."""
    locate = detector_locator(model)
    people = [*sorted(cast.listed), *sorted(cast.strangers)]
    films = max(1, round(len(people) / FILM_PASSES))
    for turn in range(rounds):
        order = np.random.default_rng([seed, turn]).permutation(len(people))
        for number, part in enumerate(np.array_split(order, films)):
            drawn = [people[int(index)] for index in part]
            listed = {person: person for person in drawn if person in cast.listed}
            strangers = {person: cast.strangers[person] for person in drawn if person in cast.strangers}
            yield plan_walkby(
                {**{person: cast.listed[person] for person in listed}, **strangers},
                listed=listed,
                listed_passes=len(listed),
                unlisted_passes=len(strangers),
                seed=seed + 1_000 * turn + number,
                locate=locate,
            )


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
