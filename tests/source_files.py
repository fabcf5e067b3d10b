"""Small videos made on the spot, and how the source tests read a camera to its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np

from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.model import Frame
from hallwatch.entry.camera import Camera


def brightness(index: int) -> int:
    """The grey of frame ``index`` of a film."""
    return 40 + index % 180


def film(
    path: Path,
    frames: int,
    *,
    rate: int = 25,
    size: tuple[int, int] = (160, 120),
    options: dict[str, str] | None = None,
) -> Path:
    """Write a film of even greys, one brighter than the last, in H.264 without B-frames."""
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(
            "libx264", rate=rate, options={"preset": "ultrafast", "bf": "0", "g": "10"}
        )
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for index in range(frames):
            grey = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
            grey[: size[1]] = brightness(index)
            frame = av.VideoFrame.from_ndarray(grey, format="yuv420p")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@dataclass
class Seen:
    """What a camera gave."""

    frames: list[tuple[int, float, str, int]] = field(default_factory=list)
    """(index, media_time_s, at, brightness in the middle)"""
    states: list[CameraState] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    """Monotonic seconds."""

    @property
    def conditions(self) -> list[CameraCondition]:
        """The conditions in their order."""
        return [state.condition for state in self.states]


def read(
    camera: Camera, until: Callable[[Seen], bool], *, seconds: float = 30.0, pause_s: float = 0.0
) -> Seen:
    """Ask for frames one after the other until ``until`` says so; fails after ``seconds``."""
    seen, deadline = Seen(), time.monotonic() + seconds
    camera.request()
    while not until(seen):
        assert time.monotonic() < deadline, f"still waiting after {seconds} s: {seen.states}"
        message = camera.receive(0.5)
        if isinstance(message, Frame):
            middle = int(message.luma[message.luma.shape[0] // 2, message.luma.shape[1] // 2])
            at = message.at.isoformat()
            seen.frames.append((message.index, round(message.media_time_s, 4), at, middle))
            seen.arrived.append(time.monotonic())
            time.sleep(pause_s)
            camera.request()
        elif message is not None:
            seen.states.append(message)
    return seen


def ended(seen: Seen) -> bool:
    """True when the source came to its end."""
    return CameraCondition.ENDED in seen.conditions


def read_all(path: Path, *, rate: float = 5.0, pause_s: float = 0.0) -> tuple[Seen, CameraState]:
    """A stored source at full speed to its end, and its last state."""
    with Camera.start("test", str(path), speed="max", rate=rate) as camera:
        seen = read(camera, ended, pause_s=pause_s)
    return seen, seen.states[-1]
