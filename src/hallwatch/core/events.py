"""What crosses a process: names and numbers, and of pictures only the shot of a decision.

Every type is frozen and made of plain values, so that it travels through a pipe today and a bus tomorrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hallwatch.core.decide import Threshold
from hallwatch.core.model import Person


@dataclass(frozen=True, slots=True)
class Sighting:
    """A listed person may be on a camera: what an alert says, when it is raised and when it improves.

    ``score`` and ``threshold`` are decision scores of the pack (see docs/decisions on calibration).
    ``face_px`` is the height of the largest face shot in pixels, ``shots`` how many shots speak for the match.
    ``shot_jpeg`` is the best shot with its surroundings; every other face in it is pixelated. ``source`` is the other
    system that saw it, and ``said`` its score in its own words; ours are nought then, and ``pack`` is empty.
    """

    alert_id: str
    camera: str
    at: datetime
    media_time_s: float
    external_id: str
    name: str
    lists: tuple[str, ...]
    score: float
    threshold: float
    face_px: int
    shots: int
    pack: str
    improves: bool = False
    shot_jpeg: bytes | None = None
    source: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class ListChange:
    """Somebody's listings as they are from now on; ``person`` None: on no list any more, and to be let go.

    ``templates`` are of each photo that has one: the pack's fingerprint and float32 numbers, little-endian.
    """

    external_id: str
    person: Person | None
    templates: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class ListChanges:
    """Several at once, so that the threshold and the gallery follow once."""

    changes: tuple[ListChange, ...]


@dataclass(frozen=True, slots=True)
class OnTheList:
    """One person as a worker has to know them: ``templates`` (K x D float32, as bytes) of the gallery's pack; nothing
    for somebody who is let go."""

    external_id: str
    person: Person | None
    templates: bytes


@dataclass(frozen=True, slots=True)
class Enrol:
    """What a worker has to look for from now on, and the threshold that goes with the longer or shorter list."""

    version: int
    changes: tuple[OnTheList, ...]
    threshold: Threshold


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A worker looks for what it was told up to this version."""

    version: int


@dataclass(frozen=True, slots=True)
class PassesCounted:
    """So many more have passed each camera today: numbers, nothing of anybody."""

    cameras: dict[str, int]


@dataclass(frozen=True, slots=True)
class Forget:
    """A person was erased: whoever holds anything of theirs in memory lets it go."""

    external_id: str


class CameraCondition(StrEnum):
    """How a camera is doing, in the words that the console shows."""

    STARTING = "starting"
    WATCHING = "watching"
    LOST = "lost"
    ENDED = "ended"


GONE = (CameraCondition.LOST, CameraCondition.ENDED)
"""No picture comes, for now or for good."""


@dataclass(frozen=True, slots=True)
class CameraState:
    """A camera's condition; ``detail`` is one line without credentials, ``retry_in_s`` the wait before the next try."""

    camera: str
    condition: CameraCondition
    detail: str = ""
    retry_in_s: float | None = None
    frames: int = 0
    analysed: int = 0
    passes: int = 0
    """Passes that have ended since the camera's worker began."""
