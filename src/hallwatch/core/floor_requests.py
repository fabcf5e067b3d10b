"""What the keeper is asked about floor plans and the cameras on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from hallwatch.core.by import By
from hallwatch.core.floor_plan import Floor, Spot


@dataclass(frozen=True, slots=True)
class KeepFloor:
    """Keep a floor (one without a ``floor_id`` is new) with its picture, a JPEG; without one the picture stays."""

    by: By
    floor: Floor
    jpeg: bytes = field(default=b"", repr=False)
    kind: Literal["keep-floor"] = "keep-floor"


@dataclass(frozen=True, slots=True)
class DropFloor:
    """Destroy a floor's picture, and where cameras hang on it."""

    by: By
    floor_id: str
    kind: Literal["drop-floor"] = "drop-floor"


@dataclass(frozen=True, slots=True)
class PlaceCameras:
    """These cameras of a school hang there from now on; one whose spot has no ``floor_id`` is taken off the map."""

    by: By
    school: str
    spots: tuple[Spot, ...]
    kind: Literal["place-cameras"] = "place-cameras"


FloorRequest: TypeAlias = KeepFloor | DropFloor | PlaceCameras
