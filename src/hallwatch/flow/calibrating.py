"""Passes whose people are known, watched by the rule as it is, become the distribution of its decision scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hallwatch.core.decide import Calibration, statistics
from hallwatch.core.decide.calibration import fit_tail, resample_tails
from hallwatch.core.decide.rule import RULE
from hallwatch.core.decide.threshold import for_rate
from hallwatch.core.model import Frame, Template, Templates
from hallwatch.core.recognise.centre import centred, mean_of
from hallwatch.core.recognise.gallery import Snapshot
from hallwatch.core.recognise.shots import BestShots, Shot
from hallwatch.flow.watching import Looking

PERCENTS = 101
SIXTEENTHS = 16
COMPARED_AT, COMPARED_WITH = 0.003, 200
"""False alerts a stranger's pass, and enrolled photos, at which two ways of comparing are judged."""

Whose: TypeAlias = Callable[[float, tuple[float, float]], int | None]
"""(media time in seconds, centre of a face in pixels) -> index of the pass that it belongs to."""


@dataclass(frozen=True, slots=True)
class Walked:
    """One pass: who walked (any number that stands for the person), the gallery's key if that is listed, and from
    when to when (media time in seconds)."""

    walker: int
    listed: str | None
    start_s: float
    end_s: float

    def beside(self, other: Walked) -> bool:
        """Whether both walked at one time."""
        return self.start_s <= other.end_s and other.start_s <= self.end_s


@dataclass(slots=True)
class Recorded:
    """A pass as it was watched: the shots of each of its tracks, in the order they came, as the pack makes them.

    ``beside`` are the listed people who walked at the same time, ``others`` the tracks of whoever did: where two cross,
    a track can go from one to the other, and an alert for somebody who is there is no false one.
    """

    walked: Walked
    tracks: list[list[Shot]] = field(default_factory=list)
    beside: frozenset[str] = frozenset()
    others: list[list[Shot]] = field(default_factory=list)

    @property
    def shots(self) -> Iterator[Shot]:
        """All its shots."""
        return chain.from_iterable(self.tracks)


@dataclass(slots=True)
class Scores:
    """Decision scores of passes: of strangers against everybody (rows of P), of the listed against themselves."""

    strangers: list[NDArray[np.float32]] = field(default_factory=list)
    walkers: list[int] = field(default_factory=list)
    mated: list[float] = field(default_factory=list)


def record(
    frames: Iterable[Frame], looking: Looking, whose: Whose, passes: Sequence[Walked]
) -> list[Recorded]:
    """Watch ``frames`` and keep every pass's shots in the order they came.

    A track belongs to the pass that most of its faces belong to.
    """
    votes: dict[int, Counter[int]] = {}
    shots: dict[int, list[Shot]] = {}
    for frame in frames:
        for passing in looking.step(frame):
            number = passing.track.number
            owner = whose(frame.media_time_s, passing.track.face.box.centre)
            if owner is not None:
                votes.setdefault(number, Counter())[owner] += 1
            newest = next(s for s in passing.evidence.shots if s.media_time_s == frame.media_time_s)
            shots.setdefault(number, []).append(replace(newest, around=None))
    recorded = [Recorded(one) for one in passes]
    for number, counted in votes.items():
        recorded[counted.most_common(1)[0][0]].tracks.append(shots[number])
    for one in recorded:
        near = [other for other in recorded if other is not one and other.walked.beside(one.walked)]
        one.beside = frozenset(other.walked.listed for other in near if other.walked.listed)
        one.others = [track for other in near for track in other.tracks]
    return recorded


def centre_of(recorded: Sequence[Recorded]) -> Template:
    """The mean of the strangers' templates. Raises ValueError when there are none."""
    strangers = [shot.template for one in recorded if one.walked.listed is None for shot in one.shots]
    return mean_of(np.array(strangers, dtype=np.float32))


def score(
    recorded: Sequence[Recorded], gallery: Snapshot, centre: Template, parts: Sequence[slice]
) -> Scores:
    """Every pass's largest decision scores, before a ``gallery`` that is already without ``centre``.

    A pass without a decision counts with -1: a stranger who was never usable raised no alert, a listed person who
    never was is a miss. Whoever is listed and walks beside a stranger is not scored there, and may be found by the
    stranger's track, as ``evaluate walkby`` judges it.
    """
    scores = Scores()
    for one in recorded:
        if one.walked.listed is None:
            row = _largest(one.tracks, gallery, centre, parts)
            row[[gallery.places[person] for person in one.beside if person in gallery.places]] = -1.0
            scores.strangers.append(row)
            scores.walkers.append(one.walked.walker)
        elif one.walked.listed in gallery.places:
            row = _largest([*one.tracks, *one.others], gallery, centre, parts)
            scores.mated.append(float(row[gallery.places[one.walked.listed]]))
        else:
            scores.mated.append(-1.0)
    return scores


def _largest(
    tracks: Sequence[Sequence[Shot]], gallery: Snapshot, centre: Template, parts: Sequence[slice]
) -> NDArray[np.float32]:
    """Everybody's largest decision score over these tracks (P,)."""
    row = np.full(len(gallery.people), -1.0, dtype=np.float32)
    for track in tracks:
        evidence = BestShots()
        for shot in track:
            evidence.add(replace(shot, template=centred(shot.template[None], centre, parts)[0]))
            row = np.maximum(row, statistics(evidence, gallery))
    return row


def describe(
    scores: Scores, templates: Templates, *, centre: Template, faces: str, precisions: tuple[str, ...]
) -> Calibration:
    """The calibration that these scores support. Raises ValueError when they are too few.

    ``templates`` (N x D) of many people, without ``centre``, say along how many directions the pack's templates lie.
    ``faces`` says in words on whom this was measured.
    """
    strangers = np.stack(scores.strangers)
    return Calibration(
        rule=RULE,
        precisions=precisions,
        faces=faces,
        strangers=len(set(scores.walkers)),
        passes=len(strangers),
        gallery=strangers.shape[1],
        tail=fit_tail(strangers),
        resampled=resample_tails(strangers, scores.walkers),
        mated_passes=len(scores.mated),
        mated=tuple(np.round(np.percentile(scores.mated, np.linspace(0, 100, PERCENTS)), 4).tolist()),
        energy=_energy(templates),
        centre=tuple(np.round(centre.astype(np.float64), 5).tolist()) if centre.any() else (),
    )


def better(one: Calibration, other: Calibration) -> Calibration:
    """The one with which more listed people are found at as many false alerts (COMPARED_AT, COMPARED_WITH)."""

    def found(calibration: Calibration) -> float:
        return for_rate(calibration, COMPARED_AT, COMPARED_WITH).recognised

    return one if found(one) >= found(other) else other


def _energy(templates: Templates) -> tuple[float, ...]:
    """The share of squared length along the strongest 1/16, 2/16, ... of all directions."""
    strengths = np.linalg.eigvalsh((templates.T @ templates).astype(np.float64))[::-1]
    shares = np.cumsum(strengths) / strengths.sum()
    ends = np.arange(1, SIXTEENTHS + 1) * len(shares) // SIXTEENTHS - 1
    return tuple(np.round(shares[ends], 4).tolist())
