"""What the pages of maps need from the rest of the server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from hallwatch.core.floor_plan import Floor, Spot
from hallwatch.flow.floors import Plans
from hallwatch.flow.listing_acts import Photos


class GivenPictures(Photos, Plans, Protocol):
    """Photos and floor plans that somebody gives."""


class FloorQuestions(Protocol):
    """Floor plans as they stand at one moment."""

    def floors(self) -> list[Floor]:
        """All floors of all buildings."""

    def floor(self, floor_id: str) -> Floor | None:
        """The floor of this number."""

    def spots(self) -> list[Spot]:
        """Where every camera hangs that was put on a floor."""

    def picture(self, floor_id: str) -> bytes | None:
        """A floor's picture as a JPEG. Raises SealBroken."""


AskFloors: TypeAlias = Callable[[], AbstractContextManager[FloorQuestions]]
