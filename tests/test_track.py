"""One person's passing is one track, also in company."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from hallwatch.core.track import Tracker
from tests.faces import face

STEP_S = 0.2
"""Five pictures a second."""
Way = Callable[[float], tuple[float, float, float] | None]
"""Seconds -> (x, y, face height) in pixels; None while out of sight."""


def follow(
    ways: Mapping[str, Way], seconds: float, *, weak: bool = False, seed: int = 0
) -> dict[str, list[int]]:
    """Walk everybody, the faces of each picture in random order; each person's track numbers in order of time."""
    tracker, chance = Tracker(), random.Random(seed)
    numbers: dict[str, list[int]] = {name: [] for name in ways}
    for step in range(round(seconds / STEP_S) + 1):
        at = step * STEP_S
        seen = {}
        for name, way in ways.items():
            if (place := way(at)) is not None:
                x, y, px = place
                score = 0.6 if weak and step % 3 == 2 else 0.9
                seen[name] = face(x + chance.gauss(0, 0.03 * px), y + chance.gauss(0, 0.03 * px), px, score)
        faces = list(seen.values())
        chance.shuffle(faces)
        of_face = {id(dealt_face): track.number for track, dealt_face in tracker.update(faces, at)[0]}
        for name, one in seen.items():
            if id(one) in of_face:
                numbers[name].append(of_face[id(one)])
    return numbers


def towards(x: float, y: float, px: float, *, growth: float = 0.35, drift: float = 20.0) -> Way:
    """Somebody who comes nearer: the face grows by ``growth`` of its log a second and drifts sideways."""
    return lambda at: (x + drift * at, y, px * 2.718 ** (growth * at))


def across(x: float, y: float, speed: float, px: float = 60) -> Way:
    """Somebody who walks through the picture at ``speed`` pixels a second."""
    return lambda at: (x + speed * at, y, px)


def test_one_person_is_one_track() -> None:
    numbers = follow({"a": towards(300, 200, 25)}, 6)
    assert numbers == {"a": [1] * 31}


def test_somebody_fast_moving_by_the_face_s_width_between_pictures_is_one_track() -> None:
    assert set(follow({"a": across(50, 200, 0.9 * 60 / STEP_S)}, 3)["a"]) == {1}


def test_three_people_side_by_side_stay_apart() -> None:
    ways = {"a": towards(200, 200, 30), "b": towards(280, 210, 28), "c": towards(360, 195, 32)}
    for seed in range(20):
        numbers = follow(ways, 5, seed=seed)
        assert all(len(set(mine)) == 1 and len(mine) == 26 for mine in numbers.values()), seed
        assert len({mine[0] for mine in numbers.values()}) == 3


def test_people_who_cross_at_different_heights_keep_their_tracks() -> None:
    ways = {"a": across(100, 200, 120), "b": across(700, 260, -120)}
    for seed in range(20):
        numbers = follow(ways, 5, seed=seed)
        assert [len(set(mine)) for mine in numbers.values()] == [1, 1], seed
        assert numbers["a"][0] != numbers["b"][0]


def test_people_who_cross_in_one_line_rarely_swap() -> None:
    # One hides the other for a moment: the prediction must carry both through.
    def hidden(at: float) -> tuple[float, float, float] | None:
        return None if abs(at - 2.5) < 0.25 else (700 - 120 * at, 205, 60)

    swaps = 0
    for seed in range(50):
        numbers = follow({"a": across(100, 200, 120), "b": hidden}, 5, seed=seed)
        swaps += len(set(numbers["a"])) > 1 or numbers["b"][0] != numbers["b"][-1]
    assert swaps <= 2


def test_a_short_absence_is_the_same_track_and_a_long_one_is_not() -> None:
    def away(seconds: float) -> Way:
        return lambda at: None if 2.0 < at < 2.0 + seconds else (300 + 10 * at, 200, 60)

    assert set(follow({"a": away(0.9)}, 6)["a"]) == {1}
    assert set(follow({"a": away(2.0)}, 6)["a"]) == {1, 2}


def test_somebody_who_comes_back_elsewhere_is_a_new_track() -> None:
    def back(at: float) -> tuple[float, float, float] | None:
        return (100, 200, 60) if at <= 2 else None if at < 2.6 else (900, 200, 60)

    assert set(follow({"a": back}, 5)["a"]) == {1, 2}


def test_a_far_face_does_not_become_a_near_one() -> None:
    def jump(at: float) -> tuple[float, float, float]:
        return (300, 200, 30 if at < 2 else 120)

    assert set(follow({"a": jump}, 4)["a"]) == {1, 2}


def test_weak_faces_go_on_with_a_track_and_never_begin_one() -> None:
    assert set(follow({"a": towards(300, 200, 30)}, 5, weak=True)["a"]) == {1}
    tracker = Tracker()
    dealt, _ = tracker.update([face(100, 100, 50, score=0.6)], 0.0)
    assert dealt == []
    assert tracker.tracks == []


def test_a_confident_face_is_dealt_before_a_weak_one_that_lies_nearer() -> None:
    tracker = Tracker()
    tracker.update([face(100, 100, 50)], 0.0)
    near, confident = face(101, 100, 50, score=0.6), face(110, 100, 50, score=0.9)
    dealt, _ = tracker.update([near, confident], 0.2)
    assert [one for _, one in dealt] == [confident]


def test_ended_tracks_are_told_once() -> None:
    tracker = Tracker()
    tracker.update([face(100, 100, 50)], 0.0)
    assert tracker.update([], 1.0)[1] == []
    assert [track.number for track in tracker.update([], 1.3)[1]] == [1]
    assert tracker.update([], 5.0) == ([], [])


def test_a_crowd_keeps_its_tracks() -> None:
    ways = {
        str(n): towards(80 + 75 * (n % 8), 120 + 130 * (n // 8), 25, drift=5, growth=0.15) for n in range(16)
    }
    numbers = follow(ways, 4)
    assert all(len(set(mine)) == 1 for mine in numbers.values())
    assert len({mine[0] for mine in numbers.values()}) == 16
