"""Floor plans: a picture of each floor of a building, where its cameras hang on it, and a person's path across it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from hallwatch.core.kept import Stop, Whereabouts

MOST_NAME = 60
LEVELS = range(-9, 100)
"""Numbers of floors."""


@dataclass(frozen=True, slots=True)
class Floor:
    """One floor of a building: ``width`` and ``height`` are those of its picture in pixels, ``level`` is its number (0:
    the ground), ``north`` where north is on the picture, in degrees clockwise from its top; None: nobody has said."""

    floor_id: str
    school: str
    building: str
    name: str
    level: int
    width: int
    height: int
    north: int | None = None

    @property
    def place(self) -> Whereabouts:
        """Whose floor it is."""
        return Whereabouts(self.building, self.school)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a camera hangs on a floor's picture: ``x`` and ``y`` are per cent of its width from the left and of its
    height from the top."""

    camera: str
    floor_id: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Marker:
    """A camera on a floor's picture; ``numbers`` are the stops of a path that were before it, from 1 on, ``last`` says
    that the path ends there."""

    spot: Spot
    numbers: tuple[int, ...] = ()
    last: bool = False


@dataclass(frozen=True, slots=True)
class FloorMap:
    """A floor with its cameras, and the pieces of a path that lie on it as pairs of spots."""

    floor: Floor
    markers: tuple[Marker, ...]
    legs: tuple[tuple[Spot, Spot], ...] = ()

    @property
    def is_on_path(self) -> bool:
        """Whether a stop of the path is on this floor."""
        return any(marker.numbers for marker in self.markers)


def building_id(place: Whereabouts) -> str:
    """What a building is called in an address: the same at every start, and free of whatever its name holds."""
    return sha256(place.area.encode()).hexdigest()[:12]


def floor_maps(
    floors: Iterable[Floor],
    spots: Iterable[Spot],
    places: Mapping[str, Whereabouts],
    path: Sequence[Stop] = (),
) -> tuple[FloorMap, ...]:
    """Every floor with the cameras that hang in its building by ``places``, and the path across it, lowest first.

    Where two stops that follow each other are on two floors, or one of the cameras is on none, no line joins them.
    """
    own = {spot.camera: spot for spot in spots}
    found = []
    for floor in sorted(floors, key=lambda one: (one.level, one.name, one.floor_id)):
        here = {
            camera: spot
            for camera, spot in own.items()
            if spot.floor_id == floor.floor_id and places.get(camera) == floor.place
        }
        legs = tuple(
            (here[one.camera], here[other.camera])
            for one, other in pairwise(path)
            if one.camera in here and other.camera in here and one.camera != other.camera
        )
        found.append(FloorMap(floor, tuple(_marker(spot, path) for spot in here.values()), legs))
    return tuple(found)


def _marker(spot: Spot, path: Sequence[Stop]) -> Marker:
    numbers = tuple(number for number, stop in enumerate(path, 1) if stop.camera == spot.camera)
    # Two cameras may see the same place: the path ends where the person was seen last, not where he came last.
    return Marker(spot, numbers, bool(path) and max(path, key=lambda stop: stop.last).camera == spot.camera)


def floor_fault(name: str, level: int, north: int | None) -> str | None:
    """Why a floor cannot be called so, in one line; None where it can."""
    if not name.strip() or len(name) > MOST_NAME:
        return f"a floor has a name of 1 to {MOST_NAME} letters, such as Ground floor"
    if level not in LEVELS:
        return f"the number of a floor is between {LEVELS.start} and {LEVELS.stop - 1}; the ground floor is 0"
    if north is not None and not 0 <= north < 360:
        return "north is 0 to 359 degrees clockwise from the picture's top; leave it empty if it is not known"
    return None


def spot_fault(spot: Spot) -> str | None:
    """Why a camera cannot hang there, in one line; None where it can."""
    if 0 <= spot.x <= 100 and 0 <= spot.y <= 100:
        return None
    return f"{spot.camera}: write per cent between 0 and 100, from the left and from the top of the picture"
