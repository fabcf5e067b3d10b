"""How well a pack recognises: still photos of many people, searched among one photo each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hallwatch.core.measure import MISSED, MatedSearch, misses_at, threshold_at, wilson
from hallwatch.core.model import Luma, Pixels, Template
from hallwatch.core.recognise.enrol import dominant
from hallwatch.core.recognise.gallery import Gallery, Snapshot
from hallwatch.core.recognise.quality import assess, plausible
from hallwatch.errors import EnrolmentError, ImageError
from hallwatch.flow.importing import enrol_photo
from hallwatch.ports import FaceModel, Images

RATES = (0.003, 0.01, 0.03)
PROBES = 3
"""A person with two or more photos is searched with up to this many."""


@dataclass(frozen=True, slots=True)
class FacesReport:
    """The result of the still-photo evaluation; rates are keyed by the wished FPIR."""

    enrolled: int
    mated: int
    nonmated: int
    failed_to_enrol: int
    failed_to_acquire: int
    rank1: float
    fnir_at_fpir: dict[float, float]
    fnir_ci95: dict[float, tuple[float, float]]


@dataclass(slots=True)
class _Searches:
    mated: list[MatedSearch]
    nonmated: list[float]
    not_acquired: int = 0


def evaluate_faces(
    photos: Mapping[str, Sequence[str]],
    images: Images,
    model: FaceModel,
    luma_of: Callable[[Pixels], Luma],
    *,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> FacesReport:
    """Enrol everybody with two or more photos by the first, search with the next; the rest are strangers.

    ``photos`` gives each person's photo names in order. Probes of a person who could not be enrolled are misses,
    probes without a usable face too; strangers without one count as searches that returned nobody.
    ``progress`` hears (people done, people in all).
    """
    listed = {person: names for person, names in photos.items() if len(names) >= 2}
    gallery = Gallery(model.fingerprint, model.dimensions)
    enrolled: dict[str, Template] = {}
    done, total = 0, len(listed) + len(photos)
    for person, names in listed.items():
        template = _enrolled(names[0], images, model)
        if template is not None:
            enrolled[person] = template
        progress(done := done + 1, total)
    gallery.put({person: template[None] for person, template in enrolled.items()}, model.fingerprint)
    searches = _Searches([], [])
    for person, names in photos.items():
        _search(person, names, gallery.snapshot, images, model, luma_of, searches)
        progress(done := done + 1, total)
    return _report(searches, len(listed), len(enrolled))


def _enrolled(name: str, images: Images, model: FaceModel) -> Template | None:
    try:
        return enrol_photo(images.read(name), model)[0]
    except (EnrolmentError, ImageError):
        return None


def _search(
    person: str,
    names: Sequence[str],
    gallery: Snapshot,
    images: Images,
    model: FaceModel,
    luma_of: Callable[[Pixels], Luma],
    searches: _Searches,
) -> None:
    listed = len(names) >= 2
    for name in names[1 : 1 + PROBES] if listed else names[:1]:
        template = _acquired(name, images, model, luma_of)
        if template is None:
            searches.not_acquired += 1
        scores = None if template is None else gallery.scores(template)
        if not listed:
            searches.nonmated.append(-2.0 if scores is None or not scores.size else float(scores.max()))
        elif scores is None or person not in gallery.people:
            searches.mated.append(MISSED)
        else:
            index = gallery.people.index(person)
            searches.mated.append(MatedSearch(float(scores[index]), int(scores.argmax()) == index))


def _acquired(
    name: str, images: Images, model: FaceModel, luma_of: Callable[[Pixels], Luma]
) -> Template | None:
    """The template of a probe that passes the gates of watching, else None."""
    try:
        photo = images.read(name)
    except ImageError:
        return None
    height, width = photo.shape[:2]
    chosen = dominant([face for face in model.detect_photo(photo) if plausible(face)], width, height)
    if chosen is None or assess(chosen.face, luma_of(photo)).refusal is not None:
        return None
    return model.embed_photo(photo, chosen.face)


def _report(searches: _Searches, listed: int, enrolled: int) -> FacesReport:
    mated = searches.mated
    misses = {rate: misses_at(mated, threshold_at(searches.nonmated, rate)) for rate in RATES}
    count = max(len(mated), 1)
    return FacesReport(
        enrolled=enrolled,
        mated=len(mated),
        nonmated=len(searches.nonmated),
        failed_to_enrol=listed - enrolled,
        failed_to_acquire=searches.not_acquired,
        rank1=float(np.mean([search.first for search in mated])) if mated else 0.0,
        fnir_at_fpir={rate: missed / count for rate, missed in misses.items()},
        fnir_ci95={rate: wilson(missed, len(mated)) for rate, missed in misses.items()},
    )
