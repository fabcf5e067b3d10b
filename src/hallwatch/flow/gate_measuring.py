"""How the chance of recognising somebody depends on the listed photo: one photo made worse, searched with another.

For every person one photo is listed and another one walks past: it is laid into a camera's picture at the sizes
that a face has at an entrance, and every shot is seen, judged and compared as in watching. The listed photo is then
made worse in one thing at a time. For turned heads nothing is made: photos are taken as they are, from more pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from hallwatch.core.decide import statistics
from hallwatch.core.model import Face, Luma, Pixels, Template
from hallwatch.core.recognise.enrol import dominant
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.core.recognise.gate_table import Bin, Curve
from hallwatch.core.recognise.quality import Quality, assess, assess_photo, plausible
from hallwatch.core.recognise.shots import BestShots, Shot
from hallwatch.ports import FaceModel, Images

AS_IT_IS = "as it is"
LEAST_PAIRS = 30
"""A bin of fewer pairs joins its neighbour."""
SHARPNESS = (0.0, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.10, 0.13, 0.17, 0.22, 1.01)
YAW = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 90.1)
DARK = (0.0, 10.0, 15.0, 20.0, 25.0, 35.0, 50.0, 70.0, 90.0, 130.0)
BRIGHT = (110.0, 150.0, 170.0, 190.0, 205.0, 215.0, 225.0, 235.0, 245.0, 256.0)
"""Classes of what the gate measures: from, below."""

Lay: TypeAlias = Callable[[Pixels, Face], tuple[Pixels, Sequence[tuple[float, float, float]]]]
"""A photo and its face -> a camera's picture, and where the face is in it: centre x, y and height, in pixels."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos of one person: the one that is listed, the one that walks past."""

    listed: str
    walking: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """One way of making a photo worse: in what (``factor``), how far (``level``), and how."""

    factor: str
    level: float
    apply: Callable[[Pixels, Face], Pixels]


@dataclass(frozen=True, slots=True)
class Seen:
    """One photo of one pair and what came of it.

    ``quality`` is what the gate measures, None when no face, or two, were found in it; ``score`` is the decision score
    of the other photo's shots against it, -1 when there was none.
    """

    pair: int
    factor: str
    level: float
    quality: Quality | None
    score: float


@dataclass(frozen=True, slots=True)
class Room:
    """What measuring works with: photos, a pack, brightness, and a camera that does not exist."""

    images: Images
    model: FaceModel
    luma_of: Callable[[Pixels], Luma]
    lay: Lay


def measure(
    pairs: Sequence[Pair],
    room: Room,
    treatments: Sequence[Treatment],
    *,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Seen]:
    """Every pair's listed photo as it is and after each treatment; pairs without one face in it are left out."""
    seen: list[Seen] = []
    for number, pair in enumerate(pairs):
        photo = room.images.read(pair.listed)
        face = the_face(photo, room.model)
        if face is not None:
            shots = walk_past(room.images.read(pair.walking), room)
            seen.append(_seen(number, AS_IT_IS, 0.0, photo, shots, room))
            for one in treatments:
                worse = one.apply(photo, face)
                seen.append(_seen(number, one.factor, one.level, worse, shots, room))
        progress(number + 1, len(pairs))
    return seen


def the_face(photo: Pixels, model: FaceModel) -> Face | None:
    """The face of the photo's person, of any size; None when there is none, or two may be meant."""
    height, width = photo.shape[:2]
    chosen = dominant([face for face in model.detect_photo(photo) if plausible(face)], width, height)
    return None if chosen is None or chosen.rival is not None else chosen.face


def walk_past(photo: Pixels, room: Room) -> BestShots:
    """The evidence of a pass that shows ``photo``: its usable shots in a camera's picture, as watching takes them."""
    evidence = BestShots()
    face = the_face(photo, room.model)
    if face is None:
        return evidence
    picture, places = room.lay(photo, face)
    luma = room.luma_of(picture)
    found = [one for one in room.model.detect(picture) if plausible(one)]
    for number, (x, y, px) in enumerate(places):
        near = [one for one in found if max(abs(one.box.centre[0] - x), abs(one.box.centre[1] - y)) < px / 2]
        if not near:
            continue
        quality = assess(near[0], luma)
        if quality.refusal is None:
            template = room.model.embed(picture, near[:1])[0]
            evidence.add(Shot(near[0], quality, template, float(number)))
    return evidence


def _seen(number: int, factor: str, level: float, photo: Pixels, shots: BestShots, room: Room) -> Seen:
    face = the_face(photo, room.model)
    if face is None:
        return Seen(number, factor, level, None, -1.0)
    score = _score(room.model.embed_photo(photo, face), shots, room.model)
    return Seen(number, factor, level, assess_photo(face, room.luma_of(photo)), score)


def _score(template: Template, shots: BestShots, model: FaceModel) -> float:
    gallery = Gallery(model.fingerprint, model.dimensions)
    gallery.put({"listed": template[None]}, model.fingerprint)
    return float(statistics(shots, gallery.snapshot)[0])


def by_level(seen: Iterable[Seen], factor: str, of: Callable[[Quality], float], threshold: float) -> Curve:
    """The curve of a factor with one bin a level, at the median of what the gate measured there; photos as they are
    are one level more. Photos without a face that can be measured are in no bin."""
    levels: dict[float, list[tuple[float, bool]]] = {}
    for one in seen:
        if one.quality is not None and one.factor in (factor, AS_IT_IS):
            level = np.inf if one.factor == AS_IT_IS else one.level
            levels.setdefault(level, []).append((of(one.quality), one.score >= threshold))
    bins = [_bin(inside) for inside in levels.values()]
    return Curve(tuple(sorted(bins, key=lambda one: one.at)))


def by_measure(
    seen: Iterable[Seen],
    factors: Sequence[str],
    of: Callable[[Quality], float],
    edges: Sequence[float],
    threshold: float,
    *,
    more_is_better: bool = True,
) -> Curve:
    """The curve of what the gate measures in photos of these factors, in classes between ``edges``.

    Classes with fewer than LEAST_PAIRS join the next one, the last one the one before.
    """
    values = [
        (of(one.quality), one.score >= threshold)
        for one in seen
        if one.quality is not None and one.factor in factors
    ]
    classes: list[list[tuple[float, bool]]] = [[]]
    for least, below in pairwise(edges):
        if len(classes[-1]) >= LEAST_PAIRS:
            classes.append([])
        classes[-1] += [one for one in values if least <= one[0] < below]
    if len(classes) > 1 and len(classes[-1]) < LEAST_PAIRS:
        last = classes.pop()
        classes[-1] += last
    return Curve(tuple(_bin(inside) for inside in classes if inside), more_is_better)


def unseen(seen: Iterable[Seen]) -> dict[tuple[str, float], tuple[int, int]]:
    """By factor and level: photos in which no face was found, and all photos."""
    counts: dict[tuple[str, float], tuple[int, int]] = {}
    for one in seen:
        missing, among = counts.get((one.factor, one.level), (0, 0))
        counts[one.factor, one.level] = missing + (one.quality is None), among + 1
    return counts


def _bin(inside: Sequence[tuple[float, bool]]) -> Bin:
    at = float(np.median([value for value, _ in inside]))
    return Bin(round(at, 4), len(inside), sum(found for _, found in inside))
