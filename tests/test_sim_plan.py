"""The simulator's plans: who walks when, and whether the ways fit the picture."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from hallwatch.core.model import Pixels
from hallwatch.errors import ImageError, SettingsError, UserError
from hallwatch.sim.cast import choose_listed, enrolled_photo
from hallwatch.sim.conditions import ALL, ENTRANCE, Conditions
from hallwatch.sim.cover import hidden_shares
from hallwatch.sim.path import place, visible
from hallwatch.sim.photo import FaceBox, locate_centre, read_photo
from hallwatch.sim.plan import Plan, plan_walkby

Faces = dict[str, list[Path]]


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Faces:
    """Twelve people; every third has three photos, the others one."""
    folder = tmp_path_factory.mktemp("faces")
    found: Faces = {}
    for number in range(12):
        person = f"somebody-{number:02d}"
        for photo in range(3 if number % 3 == 0 else 1):
            path = folder / f"{person}-{photo}.png"
            cv2.imwrite(str(path), np.full((100, 80, 3), 40 + 10 * number, np.uint8))
            found.setdefault(person, []).append(path)
    return found


def _plan(faces: Faces, seed: int = 7, at_once: int = 3, conditions: Conditions = ENTRANCE) -> Plan:
    listed = choose_listed(faces, 3, seed)
    return plan_walkby(
        faces,
        listed=listed,
        listed_passes=6,
        unlisted_passes=18,
        seed=seed,
        at_once=at_once,
        pause_s=0.5,
        conditions=conditions,
    )


def test_a_seed_makes_one_plan(faces: Faces) -> None:
    assert _plan(faces, seed=3) == _plan(faces, seed=3)
    assert _plan(faces, seed=3) != _plan(faces, seed=4)


def test_the_enrolled_photo_never_walks(faces: Faces) -> None:
    plan = _plan(faces)
    listed = [one for one in plan.passes if one.listed]
    assert len(listed) == 6
    assert all(one.photo != enrolled_photo(faces[one.person]) for one in listed)
    # Two passes each, and each person has two photos besides the enrolled one: both are used.
    assert len({one.photo for one in listed}) == 6


def test_no_stranger_walks_twice_while_others_are_left(faces: Faces) -> None:
    strangers = [one.person for one in _plan(faces).passes if one.listed is None]
    assert len(set(strangers)) == 9
    assert all(strangers.count(person) == 2 for person in set(strangers))


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_no_more_walk_at_once_than_asked(faces: Faces, at_once: int) -> None:
    passes = _plan(faces, at_once=at_once).passes
    busiest = max(sum(a.start_s <= b.start_s < a.end_s for a in passes) for b in passes)
    assert busiest == at_once


def test_nobody_is_there_twice_and_coming_back_takes_a_while(faces: Faces) -> None:
    two = dict(list(faces.items())[:2])
    few = plan_walkby(two, listed_passes=0, unlisted_passes=8, at_once=3, pause_s=0)
    for plan in (few, _plan(faces)):
        for person in {one.person for one in plan.passes}:
            own = [one for one in plan.passes if one.person == person]
            assert all(after.start_s >= before.end_s for before, after in pairwise(own))
    order = [one.person for one in _plan(faces, at_once=1).passes]
    gaps = [
        later - sooner
        for sooner in range(24)
        for later in range(sooner + 1, 24)
        if order[sooner] == order[later]
    ]
    assert min(gaps) >= 6


@pytest.mark.parametrize("conditions", ALL, ids=lambda one: one.name)
def test_everybody_is_seen_growing_from_far_to_the_stated_size(faces: Faces, conditions: Conditions) -> None:
    plan = _plan(faces, conditions=conditions)
    least, most = conditions.largest_px
    for one in plan.passes:
        times = np.arange(0, one.end_s - one.start_s, 0.05)
        places = [place(plan.camera, one.walk, float(t)) for t in times]
        sizes = [at.face_px for at in places]
        assert 18 <= sizes[0] <= 22
        assert all(later >= earlier for earlier, later in pairwise(sizes))
        assert least - 1 <= one.largest_face_px <= most + 1
        assert max(sizes) == pytest.approx(one.largest_face_px, rel=0.05)
        assert 4 <= one.end_s - one.start_s <= 8
        assert all(visible(plan.camera, one.walk, at) for at in places)


def test_faces_are_whole_in_the_picture_until_they_leave(faces: Faces) -> None:
    plan = _plan(faces)
    for one in plan.passes:
        until = one.walk.walk_s if one.walk.leaves else 0.8 * one.walk.walk_s
        for t in np.arange(0, until, 0.1):
            at = place(plan.camera, one.walk, float(t))
            assert at.face_px / 2 < at.y < plan.height - at.face_px / 2
            assert at.face_px / 2 < at.x < plan.width - at.face_px / 2


def test_walking_speed_is_constant_and_human(faces: Faces) -> None:
    plan = _plan(faces)
    for one in plan.passes:
        times = np.linspace(0, one.walk.walk_s, 9)
        depths = [plan.camera.focal_px * 0.2 / place(plan.camera, one.walk, float(t)).face_px for t in times]
        speeds = -np.diff(depths) / np.diff(times)
        assert np.allclose(speeds, speeds[0])
        assert 0.7 < speeds[0] < 2.5


def test_hidden_faces_are_counted(faces: Faces) -> None:
    alone = hidden_shares(_plan(faces, at_once=1))
    crowd = hidden_shares(
        plan_walkby(faces, listed_passes=0, unlisted_passes=24, at_once=12, pause_s=0, seed=1)
    )
    assert set(alone) == {0.0}
    assert 0.02 < sum(crowd) / len(crowd) < 0.6


def test_photos_without_a_face_are_passed_over_and_counted(faces: Faces) -> None:
    def not_the_darkest(photo: Pixels) -> FaceBox | None:
        return None if photo[0, 0, 0] == 40 else locate_centre(photo)

    plan = plan_walkby(faces, listed_passes=0, unlisted_passes=22, locate=not_the_darkest)
    assert plan.skipped == 3
    assert "somebody-00" not in {one.person for one in plan.passes}


def test_no_face_in_any_photo_is_a_plain_error(faces: Faces) -> None:
    with pytest.raises(UserError, match="give more faces"):
        plan_walkby(faces, listed_passes=0, unlisted_passes=1, locate=lambda photo: None)


def test_a_broken_photo_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a picture")
    with pytest.raises(UserError, match=r"broken\.jpg"):
        plan_walkby({"somebody": [broken]}, listed_passes=0, unlisted_passes=1)


@pytest.mark.parametrize("side", [10_000, 30_000])
def test_a_pixel_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, side: int) -> None:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = (
        struct.pack(">I", len(header)) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    )
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + b"\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e")
    with pytest.raises(ImageError, match="40,000,000 pixels"):
        read_photo(bomb)


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"size": (1281, 720)}, "even numbers"),
        ({"fps": 0}, "frames a second"),
        ({"at_once": 0}, "at once"),
        ({"pause_s": -1.0}, "pause"),
        ({"largest_px": (30.0, 400.0)}, "does not fit"),
        ({"far_px": (70.0, 80.0)}, "faces must grow"),
        ({"unlisted_passes": 0, "listed_passes": 0}, "at least one pass"),
        ({"listed_passes": 1}, "somebody on the list"),
    ],
)
def test_impossible_figures_are_refused(faces: Faces, wish: dict[str, object], message: str) -> None:
    asked: dict[str, object] = {"listed_passes": 0, "unlisted_passes": 1} | wish
    with pytest.raises(SettingsError, match=message):
        plan_walkby(faces, **asked)  # type: ignore[arg-type]


def test_too_few_people_with_two_photos(faces: Faces) -> None:
    with pytest.raises(UserError, match="only 4 people"):
        choose_listed(faces, 5, 0)
