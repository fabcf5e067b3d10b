"""From a plan to frames, to H.264, and to the truth about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TypedDict

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from hallwatch.core.model import Pixels
from hallwatch.sim.cover import hidden_shares
from hallwatch.sim.draw import draw_person
from hallwatch.sim.figure import FEET, PHASES, body
from hallwatch.sim.path import FACE_M, Place, place, wall_edge_px
from hallwatch.sim.photo import read_photo
from hallwatch.sim.plan import Pass, Plan
from hallwatch.sim.scene import corridor
from hallwatch.sim.sensor import Sensor
from hallwatch.sim.sprite import Sprite, head

VERSION = 2
"""Goes up whenever the same seed makes another film: a new range of light, blur, ways, sizes, compression."""
_SCENE, _SENSOR = 1 << 43, 1 << 44
_KEYFRAME_S = 2

Progress = Callable[[int, int], None]
"""Called with (frames done, frames in all)."""


class TruthPass(TypedDict):
    """One pass as evaluation reads it.

    ``person`` is a number without meaning outside this film, ``hidden`` the share of the pass in which the
    face is behind somebody nearer.
    """

    start: float
    end: float
    listed: str | None
    largest_face_px: int
    person: int
    hidden: float


class Truth(TypedDict):
    """What is true of a film: seconds of the film, pixels of its frames.

    ``simulator`` is VERSION and ``largest_face_px`` the range asked for: figures from films that differ in
    these two must not be compared.
    """

    video: str
    fps: int
    width: int
    height: int
    seconds: float
    simulator: int
    seed: int
    faces: int
    conditions: str
    largest_face_px: list[float]
    passes: list[TruthPass]


class _Walker:
    """One pass being drawn: its sprites, made when it begins."""

    def __init__(self, plan: Plan, one: Pass) -> None:
        self.one = one
        self._camera = plan.camera
        self._head, cloth = head(read_photo(one.photo), one.face, one.look)
        self._bodies: tuple[Sprite, ...] = body(cloth, one.look.trousers)
        floor_m = plan.camera.above_floor_m - one.walk.drop_m
        self._stretch = floor_m / FACE_M / FEET
        half, edge = plan.width // 2, round(wall_edge_px(plan.camera, one.walk.near_px))
        left = half - edge if one.walk.leaves < 0 else 0
        right = half + edge if one.walk.leaves > 0 else plan.width
        self._columns = (max(left, 0), min(right, plan.width))

    def over(self, t: float) -> bool:
        return t > self.one.start_s + self.one.walk.walk_s + self.one.walk.leave_s

    def at(self, t: float) -> Place:
        return place(self._camera, self.one.walk, t - self.one.start_s)

    def draw(self, frame: Pixels, t: float) -> None:
        """Draw into the frame, in place, as at ``t`` seconds of the film."""
        at, half = self.at(t), self.one.look.shutter_s / 2
        before, after = self.at(t - half), self.at(t + half)
        draw_person(
            frame,
            self._head,
            self._bodies[int(at.stride * PHASES) % PHASES],
            at,
            smear=(after.x - before.x, after.y - before.y),
            defocus_px=self.one.look.defocus_px,
            columns=self._columns,
            stretch=self._stretch,
        )


def frame_count(plan: Plan) -> int:
    """How many frames the film has."""
    return int(plan.duration_s * plan.fps)


def frames(plan: Plan) -> Iterator[tuple[float, Pixels]]:
    """Every frame in order: (seconds of the film, H x W x 3 BGR, the caller's own), before any compression.

    Raises ImageError when a photo of the plan cannot be read.
    """
    background = corridor(plan.camera, np.random.default_rng([plan.seed, _SCENE]))
    sensor = Sensor(
        plan.width, plan.height, plan.conditions.noise, np.random.default_rng([plan.seed, _SENSOR])
    )
    coming = list(reversed(plan.passes))
    walking: list[_Walker] = []
    for index in range(frame_count(plan)):
        t = index / plan.fps
        while coming and coming[-1].start_s <= t:
            walking.append(_Walker(plan, coming.pop()))
        walking = [walker for walker in walking if not walker.over(t)]
        frame = background.copy()
        for walker in sorted(walking, key=lambda walker: walker.at(t).face_px):
            walker.draw(frame, t)
        yield t, sensor.expose(frame, t)


def write_film(plan: Plan, out: Path, *, progress: Progress | None = None) -> None:
    """Write the film as H.264 in MP4 (4:2:0, a keyframe every two seconds), with one thread.

    The file appears under its name when it is complete. libx264 comes with PyAV's wheel and is under the GPL.
    """
    total = frame_count(plan)
    part = out.with_name(out.name + ".part")
    try:
        with av.open(str(part), "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=plan.fps)
            stream.width, stream.height, stream.pix_fmt = plan.width, plan.height, "yuv420p"
            # What cv2's conversion gives; players would take an untagged film of this size for BT.709.
            stream.codec_context.colorspace = Colorspace.ITU601
            stream.codec_context.color_range = ColorRange.MPEG
            stream.time_base = Fraction(1, plan.fps)
            stream.options = {
                "preset": "veryfast",
                "crf": str(plan.conditions.crf),
                "g": str(_KEYFRAME_S * plan.fps),
                "threads": "1",
            }
            for index, (_, pixels) in enumerate(frames(plan)):
                planes = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2YUV_I420), np.uint8)
                picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
                picture.pts = index
                container.mux(stream.encode(picture))
                if progress:
                    progress(index + 1, total)
            container.mux(stream.encode(None))
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def truth(plan: Plan, video: str = "walkby.mp4") -> Truth:
    """What happens in the film, in the form that `evaluate walkby` reads; names nobody."""
    numbers = {person: number for number, person in enumerate(sorted({one.person for one in plan.passes}))}
    return Truth(
        video=video,
        fps=plan.fps,
        width=plan.width,
        height=plan.height,
        seconds=round(plan.duration_s, 3),
        simulator=VERSION,
        seed=plan.seed,
        faces=plan.people,
        conditions=plan.conditions.name,
        largest_face_px=list(plan.largest_px),
        passes=[
            TruthPass(
                start=round(one.start_s, 3),
                end=round(one.end_s, 3),
                listed=one.listed,
                largest_face_px=round(one.largest_face_px),
                person=numbers[one.person],
                hidden=round(hidden, 2),
            )
            for one, hidden in zip(plan.passes, hidden_shares(plan), strict=True)
        ],
    )
