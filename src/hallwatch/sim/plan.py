"""What will happen before the camera: who walks when, along which way, in which light.

Every random number that shapes a pass is drawn here, from (seed, index of the pass), and stands in the plan;
a film is a function of its plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hallwatch.errors import SettingsError
from hallwatch.sim.cast import Role, draw_cast, enrolled_photo, spread
from hallwatch.sim.conditions import ENTRANCE, Conditions
from hallwatch.sim.look import Look, draw_look
from hallwatch.sim.path import Camera, Walk, place, visible
from hallwatch.sim.photo import FaceBox, Locate, locate_centre
from hallwatch.sim.walks import draw_walk, make_camera

_ORDER, _TIMES, _CAMERA = 1 << 40, 1 << 41, 1 << 42
"""Second words of seeds, beside the indices of passes."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One person walking past: ``start_s`` to ``end_s`` of the film, the face's centre being in the picture.

    ``person`` is the caller's key of the person, ``listed`` the external id or None for somebody on no list.
    """

    person: str
    listed: str | None
    start_s: float
    end_s: float
    photo: Path
    face: FaceBox
    largest_face_px: float
    walk: Walk
    look: Look


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole film; pixels and seconds.

    ``people`` is how many there were to choose from, ``skipped`` how many photos had no face, ``largest_px``
    the range that the largest face heights were drawn from.
    """

    passes: tuple[Pass, ...]
    camera: Camera
    width: int
    height: int
    fps: int
    duration_s: float
    seed: int
    people: int
    skipped: int
    largest_px: tuple[float, float]
    conditions: Conditions


def plan_walkby(
    faces: Mapping[str, Sequence[Path]],
    *,
    listed: Mapping[str, str] | None = None,
    listed_passes: int = 50,
    unlisted_passes: int = 200,
    at_once: int = 3,
    pause_s: float = 1.5,
    size: tuple[int, int] = (1280, 720),
    fps: int = 12,
    seed: int = 0,
    far_px: tuple[float, float] = (18.0, 22.0),
    conditions: Conditions = ENTRANCE,
    largest_px: tuple[float, float] | None = None,
    locate: Locate = locate_centre,
) -> Plan:
    """Plan a film of people walking towards a camera.

    ``faces`` gives each person's photos; ``listed`` (person -> external id) who is on the list: their first
    photo by name is in no pass. Nobody walks twice while others have not walked. At most ``at_once`` people
    walk at the same time; ``pause_s`` is the mean pause before a place is taken again. ``far_px`` is the
    range of face heights at the far end; the largest one of a pass is drawn log-uniformly from
    ``largest_px`` (by default the conditions'). Photos in which ``locate`` finds no face are passed over and counted.

    Raises SettingsError for impossible figures, UserError when no photo is left to walk with, ImageError for
    photos that cannot be read.
    """
    listed = listed or {}
    largest_px = largest_px or conditions.largest_px
    _check_picture(size, fps, far_px, largest_px)
    _check_passes(listed_passes, unlisted_passes, at_once, pause_s)
    _check_people(len(listed), listed_passes, len(faces) - len(listed), unlisted_passes)
    camera = make_camera(size, np.random.default_rng([seed, _CAMERA]))
    order = np.random.default_rng([seed, _ORDER])
    known = {who: sorted(set(faces[who]) - {enrolled_photo(faces[who])}) for who in sorted(listed)}
    strangers = {who: sorted(faces[who]) for who in sorted(faces) if who not in listed}
    known_cast, known_skipped = draw_cast(known, listed_passes, locate, order)
    other_cast, other_skipped = draw_cast(strangers, unlisted_passes, locate, order)
    cast = known_cast + other_cast
    shuffled = spread([cast[int(which)] for which in order.permutation(len(cast))], 12 * at_once)
    ways = [_draw(camera, (seed, index), far_px, largest_px, conditions) for index in range(len(shuffled))]
    who_walks = [(role.person, walk) for role, (walk, _) in zip(shuffled, ways, strict=True)]
    starts = _starts(who_walks, at_once, pause_s, np.random.default_rng([seed, _TIMES]))
    passes = [
        _pass(role, listed.get(role.person), start, camera, walk, look)
        for role, start, (walk, look) in zip(shuffled, starts, ways, strict=True)
    ]
    passes.sort(key=lambda one: one.start_s)
    duration = max(one.end_s for one in passes) + 2.0
    return Plan(
        passes=tuple(passes),
        camera=camera,
        width=size[0],
        height=size[1],
        fps=fps,
        duration_s=duration,
        seed=seed,
        people=len(faces),
        skipped=known_skipped + other_skipped,
        largest_px=largest_px,
        conditions=conditions,
    )


def _draw(
    camera: Camera,
    seed: tuple[int, int],
    far_px: tuple[float, float],
    largest_px: tuple[float, float],
    conditions: Conditions,
) -> tuple[Walk, Look]:
    rng = np.random.default_rng(seed)
    return draw_walk(camera, rng, far_px, largest_px), draw_look(rng, conditions)


def _starts(
    who_walks: Sequence[tuple[str, Walk]], at_once: int, pause_s: float, rng: np.random.Generator
) -> list[float]:
    """When each walk begins: as soon as one of ``at_once`` places is free, and a random pause later.

    Nobody is in the picture twice at a time, however few people there are.
    """
    free = [float(rng.uniform(0.2, 3.0)) for _ in range(at_once)]
    back: dict[str, float] = {}
    starts: list[float] = []
    for index, (person, walk) in enumerate(who_walks):
        lane = int(np.argmin(free))
        pause = 0.3 + float(rng.exponential(pause_s)) if index >= at_once else 0.0
        starts.append(max(free[lane] + pause, back.get(person, 0.0)))
        free[lane] = starts[-1] + walk.walk_s + walk.leave_s
        back[person] = free[lane] + 1.0
    return starts


def _pass(role: Role, listed: str | None, start: float, camera: Camera, walk: Walk, look: Look) -> Pass:
    seconds, largest = _seen(camera, walk)
    return Pass(role.person, listed, start, start + seconds, role.photo, role.face, largest, walk, look)


def _seen(camera: Camera, walk: Walk) -> tuple[float, float]:
    """Seconds until the face's centre is last seen, and the largest face height (pixels) until then."""
    times = np.arange(0.0, walk.walk_s + walk.leave_s, 0.02)
    places = [place(camera, walk, float(t)) for t in times]
    seen = [(float(t), at.face_px) for t, at in zip(times, places, strict=True) if visible(camera, walk, at)]
    return max(t for t, _ in seen), max(px for _, px in seen)


def _check_picture(
    size: tuple[int, int], fps: int, far_px: tuple[float, float], largest_px: tuple[float, float]
) -> None:
    width, height = size
    if width % 2 or height % 2 or not (160 <= width <= 7680 and 120 <= height <= 4320):
        raise SettingsError("the size must be even numbers from 160x120 to 7680x4320, for example 1280x720")
    if not 1 <= fps <= 60:
        raise SettingsError("the frames a second must be from 1 to 60")
    if not 4 <= far_px[0] <= far_px[1] < largest_px[0] <= largest_px[1]:
        raise SettingsError("faces must grow: the shortest (at least 4 pixels) must be below the largest")
    if largest_px[1] > height / 4:
        raise SettingsError(
            f"a face of {largest_px[1]:.0f} pixels does not fit a walk in a picture {height} high: "
            f"ask for at most {height // 4}"
        )


def _check_passes(listed_passes: int, unlisted_passes: int, at_once: int, pause_s: float) -> None:
    if min(listed_passes, unlisted_passes) < 0 or listed_passes + unlisted_passes < 1:
        raise SettingsError("there must be at least one pass")
    if not 1 <= at_once <= 20 or not 0 <= pause_s <= 3600:
        raise SettingsError("the people at once must be from 1 to 20, the pause from 0 to 3600 seconds")


def _check_people(listed: int, listed_passes: int, strangers: int, unlisted_passes: int) -> None:
    if listed_passes and not listed:
        raise SettingsError(
            "passes of listed people need somebody on the list: list people, or ask for 0 of them"
        )
    if unlisted_passes and not strangers:
        raise SettingsError(
            "everybody is on the list: list fewer people, or ask for 0 passes of unlisted people"
        )
