"""Several cameras served by one thread: whoever is ready, or for stored video whoever is furthest behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait

from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.model import Frame
from hallwatch.entry.camera import Camera
from hallwatch.errors import SourceError

PATIENCE_S = 1.0


def in_media_order(cameras: Sequence[Camera]) -> Iterator[tuple[Camera, Frame | CameraState]]:
    """Frames of stored sources by their media time, so that two runs meet them in the same order.

    A frame's pictures are valid until the next step. Raises SourceError when the only source is of no use; one of
    several ends with the reason.
    """
    waiting: dict[Camera, Frame] = {}
    running = list(cameras)
    while running:
        for camera in list(running):
            while camera in running and camera not in waiting:
                camera.request()
                news = _receive(camera, PATIENCE_S, alone=len(cameras) == 1)
                if isinstance(news, Frame):
                    waiting[camera] = news
                elif news is not None:
                    yield camera, news
                    if news.condition is CameraCondition.ENDED:
                        running.remove(camera)
        if waiting:
            order = {camera: number for number, camera in enumerate(cameras)}
            first = min(waiting, key=lambda one: (waiting[one].media_time_s, order[one]))
            yield first, waiting.pop(first)


def as_they_come(cameras: Sequence[Camera]) -> Iterator[tuple[Camera, Frame | CameraState]]:
    """Frames and states of live sources, each as soon as it is there. Raises SourceError as above."""
    running = list(cameras)
    for camera in running:
        camera.request()
    while running:
        for camera in _ready(running):
            news = _receive(camera, 0.0, alone=len(cameras) == 1)
            if news is None:
                continue
            yield camera, news
            if isinstance(news, CameraState) and news.condition is CameraCondition.ENDED:
                running.remove(camera)
            else:
                camera.request()


def _receive(camera: Camera, timeout_s: float, *, alone: bool) -> Frame | CameraState | None:
    try:
        return camera.receive(timeout_s)
    except SourceError as error:
        if alone:
            raise
        return CameraState(camera.name, CameraCondition.ENDED, f"cannot be used: {error}")


def _ready(cameras: Sequence[Camera]) -> list[Camera]:
    """The cameras with news; all of them when nothing came, so that each can notice its own silence."""
    numbers = {camera.fileno(): camera for camera in cameras}
    ready = wait(list(numbers), timeout=PATIENCE_S)
    return [numbers[number] for number in ready if isinstance(number, int)] or list(cameras)
