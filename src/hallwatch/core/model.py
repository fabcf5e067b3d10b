"""The nouns of Hallwatch, as frozen types.

Pixels are BGR, 0..255, height x width x 3; coordinates are pixels of the full-size frame with the origin
at the top left; durations are seconds. "Left" and "right" in landmarks mean as seen in the image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hallwatch.core.imports import Entry

Pixels: TypeAlias = NDArray[np.uint8]
"""H x W x 3, BGR, 0..255."""
Luma: TypeAlias = NDArray[np.uint8]
"""H x W, brightness 0..255 (video range: about 16..235)."""
Points: TypeAlias = NDArray[np.float32]
"""5 x 2 (x, y): left eye, right eye, nose tip, left mouth corner, right mouth corner, as seen in the image."""
Template: TypeAlias = NDArray[np.float32]
"""One face as D numbers of unit length (for joined embedders: of the joined vector)."""
Templates: TypeAlias = NDArray[np.float32]
"""N x D, one template a row."""

LISTS = ("threat", "expulsion", "trespass", "registry", "other")
"""The kinds of watchlist a row may name."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels of the full-size frame; right and bottom are exclusive."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One detected face: its box, five landmarks and the detector's score (0..1)."""

    box: Box
    points: Points
    score: float

    @property
    def px(self) -> int:
        """Height of the face in pixels: the figure that users see."""
        return round(self.box.height)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of one camera.

    ``luma`` is a full-size view that is valid until the next frame of the camera is asked for. ``pixels`` makes
    the colour picture when it is called, so that frames without motion never pay for it; the result is owned
    by the caller. ``at`` is UTC; ``media_time_s`` counts from the start of the stream.
    """

    camera: str
    index: int
    at: datetime
    media_time_s: float
    luma: Luma
    pixels: Callable[[], Pixels]


@dataclass(frozen=True, slots=True)
class Listing:
    """One person on one list."""

    list: str
    reason: str
    expires: date
    starts: date | None = None
    authority: str = ""
    notes: str = ""
    schools: frozenset[str] = frozenset()
    until: datetime | None = None

    def active_on(self, day: date) -> bool:
        """Whether the listing holds on ``day``: from its start to its last day, both included."""
        return (self.starts is None or self.starts <= day) and day <= self.expires

    def holds(self, now: datetime, day: date, school: str) -> bool:
        """Whether it holds at this moment (``day`` at the site) before a camera of this school; ``schools`` empty is
        all, and an emergency ends at ``until`` to the second."""
        here = not self.schools or school in self.schools
        return here and self.active_on(day) and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on at least one list; ``photos`` are names that the importer's folder resolves."""

    external_id: str
    first_name: str
    last_name: str
    listings: tuple[Listing, ...]
    photos: tuple[str, ...] = ()
    date_of_birth: date | None = None
    aliases: tuple[str, ...] = field(default=())
    schools: tuple[str, ...] = field(default=())
    role: str = ""
    verdicts: tuple[str, ...] = field(default=())
    """What the photo gate said of each photo, in order (core.recognise.gate); "" where nobody has asked it."""
    taken: Entry | None = None
    """What the roster's file said last, to know the same again."""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def lists_on(self, day: date) -> tuple[str, ...]:
        """The lists that name this person on ``day``, each once, in the order of LISTS."""
        return _in_order(listing.list for listing in self.listings if listing.active_on(day))

    def lists_at(self, now: datetime, day: date, school: str) -> tuple[str, ...]:
        """The same at a moment, before a camera of this school."""
        return _in_order(listing.list for listing in self.listings if listing.holds(now, day, school))

    @property
    def is_roster(self) -> bool:
        """Whether it is a student or staff: such people have no template until one of them is listed."""
        return bool(self.role)


def _in_order(kinds: Iterable[str]) -> tuple[str, ...]:
    """Each list once, the gravest known first, then those that a district has made."""
    named = set(kinds)
    return (*(kind for kind in LISTS if kind in named), *sorted(named - set(LISTS)))
