"""Which face belongs to which passing: one person walking past one camera is one track.

Two-stage association in the manner of ByteTrack (Zhang et al. 2022): confident faces are dealt to the tracks
first, weak ones only to tracks that are still without. At five pictures a second a walking face may move by its
own width between two of them, so the price is the distance from the predicted place in units of the face's
height, not the overlap of boxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from hallwatch.core.model import Face

CONFIDENT = 0.7
"""Detector score from which a face may start a track."""
REACH = 1.0
"""A face may lie this many face heights from where its track is expected, plus REACH_PER_S a second unseen."""
REACH_PER_S = 1.5
GROWTH_PER_S = 1.2
"""Log of how much larger or smaller a face may be after a second (on top of 0.35)."""
FORGET_S = 1.2
"""A track unseen for so long has left."""
MEMORY = 0.5
"""How much of the old velocity is kept at each step."""


@dataclass(slots=True)
class Track:
    """One passing. ``velocity`` is pixels a second."""

    number: int
    face: Face
    since_s: float
    seen_s: float
    velocity: NDArray[np.float64]
    faces: int = 1

    def expected(self, at_s: float) -> NDArray[np.float64]:
        """Where the centre of the face should be at ``at_s``."""
        return np.asarray(self.face.box.centre) + self.velocity * (at_s - self.seen_s)

    def follow(self, face: Face, at_s: float) -> None:
        """Take ``face`` as the newest sight of this track."""
        elapsed = max(at_s - self.seen_s, 1e-3)
        moved = (np.asarray(face.box.centre) - np.asarray(self.face.box.centre)) / elapsed
        keep = MEMORY if self.faces > 1 else 0.0
        self.velocity = keep * self.velocity + (1 - keep) * moved
        self.face, self.seen_s = face, at_s
        self.faces += 1


class Tracker:
    """Deals the faces of one camera to tracks, in order of time."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self.started = 0

    def update(self, faces: Sequence[Face], at_s: float) -> tuple[list[tuple[Track, Face]], list[Track]]:
        """The faces of one picture taken at ``at_s`` (seconds, rising).

        Returns the dealt pairs (a weak face without a track is in none) and the tracks that have ended.
        """
        ended = [track for track in self.tracks if at_s - track.seen_s > FORGET_S]
        self.tracks = [track for track in self.tracks if at_s - track.seen_s <= FORGET_S]
        strong = [face for face in faces if face.score >= CONFIDENT]
        weak = [face for face in faces if face.score < CONFIDENT]
        dealt = _deal(self.tracks, strong, at_s)
        taken = {id(track) for track, _ in dealt}
        dealt += _deal([track for track in self.tracks if id(track) not in taken], weak, at_s)
        for track, face in dealt:
            track.follow(face, at_s)
        placed = {id(face) for _, face in dealt}
        for face in strong:
            if id(face) not in placed:
                dealt.append((self._start(face, at_s), face))
        return dealt, ended

    def _start(self, face: Face, at_s: float) -> Track:
        self.started += 1
        track = Track(self.started, face, at_s, at_s, np.zeros(2))
        self.tracks.append(track)
        return track


def _deal(tracks: Sequence[Track], faces: Sequence[Face], at_s: float) -> list[tuple[Track, Face]]:
    """The cheapest pairs within reach (Hungarian assignment)."""
    if not tracks or not faces:
        return []
    price = np.array([[_price(track, face, at_s) for face in faces] for track in tracks])
    rows, columns = linear_sum_assignment(np.minimum(price, 1e6))
    return [(tracks[r], faces[c]) for r, c in zip(rows, columns, strict=True) if np.isfinite(price[r, c])]


def _price(track: Track, face: Face, at_s: float) -> float:
    """Distance in face heights plus the change of size; infinite when out of reach."""
    unseen = at_s - track.seen_s
    height = max((track.face.box.height + face.box.height) / 2, 1.0)
    distance = float(np.hypot(*(np.asarray(face.box.centre) - track.expected(at_s)))) / height
    growth = abs(float(np.log(max(face.box.height, 1.0) / max(track.face.box.height, 1.0))))
    if distance > REACH + REACH_PER_S * unseen or growth > 0.35 + GROWTH_PER_S * unseen:
        return float("inf")
    return distance + growth
