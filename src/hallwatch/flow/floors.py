"""What the keeper does with floor plans: who may draw them, and that every change is on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, assert_never

from hallwatch.core.audit import Plain
from hallwatch.core.floor_plan import Floor, Spot, floor_fault, spot_fault
from hallwatch.core.floor_requests import DropFloor, FloorRequest, KeepFloor, PlaceCameras
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.requests import Done, Refused, Reply
from hallwatch.flow.books import Books, Transaction

NOT_YOURS = "your role does not include drawing maps"
NO_FLOOR = "there is no such floor any more; look at the page again"
MOST_FLOORS = 40


class Plans(Protocol):
    """Pictures of floors that somebody gives."""

    def plan(self, data: bytes, name: str) -> tuple[bytes, int, int]:
        """The upload as a clean JPEG, with its width and height in pixels. Raises ImageError."""


@dataclass(frozen=True, slots=True)
class FloorKeeping:
    """Answers requests about floor plans; ``number`` makes a new number with a prefix."""

    transaction: Callable[[], Transaction]
    number: Callable[[str], str]

    def answer(self, request: FloorRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        with self.transaction() as books:
            mine = books.accounts.account(request.by.actor)
            if mine is None or not mine.may(May.DRAW_MAPS):
                return Refused(NOT_YOURS)
            match request:
                case KeepFloor():
                    return self._keep(request, books, mine, now)
                case DropFloor():
                    return _drop(request, books, mine, now)
                case PlaceCameras():
                    return _place(request, books, mine, now)
                case _:
                    assert_never(request)

    def _keep(self, request: KeepFloor, books: Books, mine: Account, now: datetime) -> Reply:
        floor = request.floor
        before = _seen(books, mine, floor.floor_id) if floor.floor_id else None
        if floor.floor_id and before is None:
            return Refused(NO_FLOOR)
        if not mine.sees(floor.school) or (before is not None and before.place != floor.place):
            return Refused(NOT_YOURS)
        if (fault := floor_fault(floor.name, floor.level, floor.north)) is not None:
            return Refused(fault)
        if before is None:
            here = [one for one in books.floors.floors() if one.place == floor.place]
            if not request.jpeg:
                return Refused("a new floor needs its picture")
            if len(here) >= MOST_FLOORS:
                return Refused(f"a building has at most {MOST_FLOORS} floors here")
            floor = replace(floor, floor_id=self.number("floor-"))
        elif not request.jpeg:
            floor = replace(floor, width=before.width, height=before.height)
        books.floors.put(floor, request.jpeg, now)
        detail = {"level": floor.level, "picture": bool(request.jpeg)}
        books.audit.add(
            request.by.does("floor.keep", floor.floor_id, school=floor.school, detail=detail), now
        )
        return Done(subject=floor.floor_id)


def _drop(request: DropFloor, books: Books, mine: Account, now: datetime) -> Reply:
    floor = _seen(books, mine, request.floor_id)
    if floor is None:
        return Refused(NO_FLOOR)
    books.floors.drop(floor.floor_id)
    books.audit.add(request.by.does("floor.drop", floor.floor_id, school=floor.school), now)
    return Done(subject=floor.floor_id)


def _place(request: PlaceCameras, books: Books, mine: Account, now: datetime) -> Reply:
    """All or none; what stands there already is no change."""
    if not mine.sees(request.school):
        return Refused(NOT_YOURS)
    before = {spot.camera: spot for spot in books.floors.spots()}
    changed = [spot for spot in request.spots if _is_news(spot, before.get(spot.camera))]
    for spot in changed:
        floor = books.floors.floor(spot.floor_id) if spot.floor_id else None
        if spot.floor_id and (floor is None or floor.school != request.school):
            return Refused(NO_FLOOR)
        if spot.camera in before and _seen(books, mine, before[spot.camera].floor_id) is None:
            return Refused(NOT_YOURS)
        if (fault := spot_fault(spot)) is not None:
            return Refused(fault)
    for spot in changed:
        books.floors.place(spot)
        action = "camera.place" if spot.floor_id else "camera.unplace"
        detail: dict[str, Plain] = {"floor": spot.floor_id, "x": spot.x, "y": spot.y} if spot.floor_id else {}
        books.audit.add(request.by.does(action, spot.camera, school=request.school, detail=detail), now)
    return Done(number=len(changed))


def _is_news(spot: Spot, before: Spot | None) -> bool:
    return before is not None if not spot.floor_id else spot != before


def _seen(books: Books, mine: Account, floor_id: str) -> Floor | None:
    """The floor, if it is of a school of this account's."""
    floor = books.floors.floor(floor_id)
    return floor if floor is not None and mine.sees(floor.school) else None
