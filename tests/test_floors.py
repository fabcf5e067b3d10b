"""Floor plans at the keeper: who draws them, that they are sealed, and how a path lies on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hallwatch.core.floor_plan import Floor, Spot, building_id, floor_maps
from hallwatch.core.floor_requests import DropFloor, FloorRequest, KeepFloor, PlaceCameras
from hallwatch.core.kept import Stop, Whereabouts
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By, Done, Refused
from tests.records import NOW, Office

NORTH, SOUTH = Whereabouts("Main", "North"), Whereabouts("Main", "South")
JPEG = b"a floor as a JPEG " * 40


def drawn(**more: object) -> Floor:
    floor = Floor("", "North", "Main", "Ground floor", 0, 1200, 700, 20)
    return replace(floor, **more)  # type: ignore[arg-type]


def somebody(office: Office, role: Role, school: str = "North") -> By:
    login = f"{role.value}-{school}".lower()
    office.enter(role, (school,), login)
    account = office.reader.by_login(login)
    assert account is not None
    return By(account[0].account_id)


def refused(office: Office, request: FloorRequest) -> str:
    reply = office.desk.keeping.answer(request)
    assert isinstance(reply, Refused), reply
    return reply.reason


def floors(office: Office) -> list[Floor]:
    with office.reader.floors() as asked:
        return asked.floors()


def spots(office: Office) -> list[Spot]:
    with office.reader.floors() as asked:
        return asked.spots()


def actions(office: Office) -> list[str]:
    return [
        one.deed.action
        for one in office.reader.trail(30, None)
        if "floor" in one.deed.action or "camera" in one.deed.action
    ]


def test_a_floor_is_drawn_changed_and_destroyed_and_all_of_it_is_on_record(office: Office) -> None:
    by = somebody(office, Role.TECHNICIAN)
    kept = office.done(KeepFloor(by, drawn(), JPEG)).subject
    assert floors(office) == [drawn(floor_id=kept)]
    with office.reader.floors() as asked:
        assert asked.picture(kept) == JPEG
        assert asked.picture("floor-none") is None
    office.done(PlaceCameras(by, "North", (Spot("Gym", kept, 10, 20.5), Spot("Hall", kept, 0, 100))))
    assert office.done(PlaceCameras(by, "North", (Spot("Gym", kept, 10, 20.5),))).number == 0  # no news
    office.done(PlaceCameras(by, "North", (Spot("Gym", kept, 11, 20.5), Spot("Hall", "", 0, 0))))
    assert spots(office) == [Spot("Gym", kept, 11, 20.5)]
    office.done(KeepFloor(by, drawn(floor_id=kept, name="Cellar", level=-1, width=0, height=0)))
    assert floors(office) == [drawn(floor_id=kept, name="Cellar", level=-1)]
    with office.reader.floors() as asked:
        assert asked.picture(kept) == JPEG  # no other was given
    office.done(DropFloor(by, kept))
    assert (floors(office), spots(office)) == ([], [])
    assert actions(office) == [
        "floor.drop",
        "floor.keep",
        "camera.unplace",
        "camera.place",
        "camera.place",
        "camera.place",
        "floor.keep",
    ]


def test_a_plan_is_sealed(lite: Office) -> None:
    lite.done(KeepFloor(somebody(lite, Role.TECHNICIAN), drawn(), JPEG))
    held = lite.file.read_bytes()
    assert b"Ground floor" in held  # what is searched for in the clear is found
    assert JPEG[:18] not in held


@pytest.mark.parametrize("role", [Role.SECURITY, Role.AUDITOR, Role.FRONT_DESK])
def test_others_do_not_draw(lite: Office, role: Role) -> None:
    assert "does not include drawing" in refused(lite, KeepFloor(somebody(lite, role), drawn(), JPEG))
    assert "does not include drawing" in refused(lite, KeepFloor(By("nobody"), drawn(), JPEG))
    assert floors(lite) == []


def test_another_schools_map_is_not_ones_own(lite: Office) -> None:
    kept = lite.done(KeepFloor(somebody(lite, Role.TECHNICIAN), drawn(), JPEG)).subject
    lite.done(PlaceCameras(somebody(lite, Role.SCHOOL_ADMINISTRATOR), "North", (Spot("Gym", kept, 1, 2),)))
    south = somebody(lite, Role.SCHOOL_ADMINISTRATOR, "South")
    own = lite.done(KeepFloor(south, drawn(school="South"), JPEG)).subject
    for request in (
        KeepFloor(south, drawn(), JPEG),
        KeepFloor(south, drawn(floor_id=kept, school="South")),
        KeepFloor(south, drawn(floor_id=own)),  # to another school
        DropFloor(south, kept),
        PlaceCameras(south, "North", (Spot("Hall", kept, 1, 2),)),
        PlaceCameras(south, "South", (Spot("Hall", kept, 1, 2),)),
        PlaceCameras(south, "South", (Spot("Gym", own, 1, 2),)),  # away from its own map
    ):
        assert refused(lite, request)
    assert spots(lite) == [Spot("Gym", kept, 1, 2)]


def test_what_cannot_be_is_refused_and_nothing_is_half_done(lite: Office) -> None:
    by = somebody(lite, Role.TECHNICIAN)
    kept = lite.done(KeepFloor(by, drawn(), JPEG)).subject
    for request, why in (
        (KeepFloor(by, drawn()), "needs its picture"),
        (KeepFloor(by, drawn(name=" "), JPEG), "has a name"),
        (KeepFloor(by, drawn(level=100), JPEG), "number of a floor"),
        (KeepFloor(by, drawn(north=360), JPEG), "north is"),
        (KeepFloor(by, drawn(floor_id="floor-gone")), "no such floor"),
        (DropFloor(by, "floor-gone"), "no such floor"),
        (PlaceCameras(by, "North", (Spot("Hall", kept, 1, 2), Spot("Gym", kept, 101, 2))), "per cent"),
        (PlaceCameras(by, "North", (Spot("Gym", kept, float("nan"), 2),)), "per cent"),
        (PlaceCameras(by, "North", (Spot("Gym", "floor-gone", 1, 2),)), "no such floor"),
    ):
        assert why in refused(lite, request)
    assert (len(floors(lite)), spots(lite)) == (1, [])


def test_floors_outlive_a_keeper_and_an_older_version(office: Office) -> None:
    from tests.test_migrations import downgraded

    by = somebody(office, Role.TECHNICIAN)
    kept = office.done(KeepFloor(by, drawn(), JPEG)).subject
    office.done(PlaceCameras(by, "North", (Spot("Gym", kept, 1, 2),)))
    downgraded(office, "0009")
    office.reopen()
    assert floors(office) == [drawn(floor_id=kept)]
    assert spots(office) == [Spot("Gym", kept, 1, 2)]
    assert isinstance(office.desk.keeping.answer(DropFloor(by, kept)), Done)


def stop(number: int, camera: str) -> Stop:
    at = NOW + timedelta(minutes=number)
    return Stop(number, camera, at, at, 0.5, 60, 3, True)


def test_a_path_lies_on_the_floors_of_its_cameras() -> None:
    ground, upstairs = drawn(floor_id="g"), drawn(floor_id="u", level=1, name="Upstairs")
    hung = {name: Spot(name, "g", x, 10) for x, name in enumerate(("Hall", "Gym", "Door"))}
    hung["Room"] = Spot("Room", "u", 5, 5)
    places = {name: NORTH for name in (*hung, "Yard")} | {"Moved": SOUTH}
    hung["Moved"] = Spot("Moved", "g", 9, 9)  # the settings say another school by now
    path = [stop(n, name) for n, name in enumerate(("Hall", "Gym", "Hall", "Hall", "Room", "Yard", "Gym"))]
    below, above = floor_maps([upstairs, ground], hung.values(), places, path)
    assert [(one.floor.floor_id, one.is_on_path) for one in (below, above)] == [("g", True), ("u", True)]
    assert {mark.spot.camera: (mark.numbers, mark.last) for mark in below.markers} == {
        "Hall": ((1, 3, 4), False),
        "Gym": ((2, 7), True),
        "Door": ((), False),
    }
    assert [(one.camera, other.camera) for one, other in below.legs] == [("Hall", "Gym"), ("Gym", "Hall")]
    assert above.legs == ()
    assert [mark.numbers for mark in above.markers] == [(5,)]


def test_a_path_ends_where_the_person_was_seen_last() -> None:
    """Two cameras that see one place: the stop that began last need not be the one that lasted."""
    hall, gym = stop(0, "Hall"), stop(1, "Gym")
    path = [replace(hall, last=gym.last + timedelta(minutes=1)), gym]
    spots = [Spot("Hall", "g", 1, 1), Spot("Gym", "g", 2, 2)]
    (one,) = floor_maps([drawn(floor_id="g")], spots, dict.fromkeys(("Hall", "Gym"), NORTH), path)
    assert [mark.spot.camera for mark in one.markers if mark.last] == ["Hall"]


def test_two_schools_may_call_their_buildings_alike() -> None:
    assert building_id(NORTH) != building_id(SOUTH)
    assert building_id(NORTH) == building_id(Whereabouts("Main", "North"))
