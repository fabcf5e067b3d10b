"""A building's floors as somebody may see them: with its cameras, and with an alert's path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.floor_plan import FloorMap, building_id, floor_maps
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.policy.roles import Account
from hallwatch.web.console import Console


@dataclass(frozen=True, slots=True)
class Building:
    """A building of the settings, and what it is called in an address."""

    number: str
    place: Whereabouts
    cameras: tuple[str, ...]


def buildings(console: Console, account: Account) -> list[Building]:
    """The buildings of the account's schools, by school and name."""
    found: dict[Whereabouts, list[str]] = {}
    for camera, place in console.facts.places.items():
        if account.sees(place.school):
            found.setdefault(place, []).append(camera)
    ordered = sorted(found, key=lambda place: (place.school, place.building))
    return [Building(building_id(place), place, tuple(found[place])) for place in ordered]


def plans(console: Console, place: Whereabouts, alert: KeptAlert | None = None) -> tuple[FloorMap, ...]:
    """A building's floors with their cameras, lowest first; those of an alert's path before the others."""
    with console.floors() as asked:
        floors = [floor for floor in asked.floors() if floor.place == place]
        spots = asked.spots() if floors else []
    found = floor_maps(floors, spots, console.facts.places, () if alert is None else alert.path)
    return tuple(sorted(found, key=lambda one: alert is not None and not one.is_on_path))


def path_plans(console: Console, alert: KeptAlert) -> tuple[FloorMap, ...]:
    """Those floors of an alert's building that its path leads across."""
    place = Whereabouts(alert.building, alert.school)
    return tuple(one for one in plans(console, place, alert) if one.is_on_path)


def states_of(console: Console) -> Mapping[str, CameraState]:
    """How every camera of the settings is doing; one of which nothing is known does not see."""
    told = {state.camera: state for state in console.board.status().cameras}
    return {name: told.get(name, CameraState(name, CameraCondition.LOST)) for name in console.facts.places}
