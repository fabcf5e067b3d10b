"""One decoded picture, and how it becomes planar YUV 4:2:0."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane

from hallwatch.core.model import Luma

_FULL_RANGE = 2
"""AVCOL_RANGE_JPEG: brightness runs over 0..255, not 16..235.
    ``stale``: too old to be shown as live."""


class Picture:
    """A frame as FFmpeg decoded it (implements ``ports.DecodedFrame``); converting waits until it is wanted.

    Sides are even (an odd last row or column is left out, as 4:2:0 wants), and the picture is upright: a
    rotation that the file asks for is applied. ``full_range``: brightness runs over 0..255, not 16..235.
    ``stale``: too old to be shown as live.
    """

    __slots__ = ("_frame", "_turns", "at", "full_range", "height", "index", "media_time_s", "stale", "width")

    def __init__(self, frame: VideoFrame, index: int, media_time_s: float, at: datetime | None) -> None:
        self._frame = frame
        self._turns = round(frame.rotation / 90) % 4
        self.index = index
        self.media_time_s = media_time_s
        self.at = at
        self.stale = False
        across, down = (frame.height, frame.width) if self._turns % 2 else (frame.width, frame.height)
        self.width = across & ~1
        self.height = down & ~1
        self.full_range = frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj")

    def write_i420(self, out: Luma) -> None:
        """Write the picture into ``out`` (height * 3 // 2 rows x width, uint8, contiguous)."""
        frame = self._frame
        if frame.format.name not in ("yuv420p", "yuvj420p"):
            wanted = "yuvj420p" if self.full_range else "yuv420p"
            frame = frame.reformat(format=wanted)
        flat = out.reshape(-1)
        luma, quarter = self.width * self.height, self.width * self.height // 4
        starts = (0, luma, luma + quarter)
        for plane, start, shrink in zip(frame.planes, starts, (1, 2, 2), strict=True):
            rows, columns = self.height // shrink, self.width // shrink
            view = flat[start : start + rows * columns].reshape(rows, columns)
            view[:] = np.rot90(_samples(plane), self._turns)[:rows, :columns]


def _samples(plane: VideoPlane) -> Luma:
    """The plane without the padding at the end of its lines (a view)."""
    samples: Luma = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return samples[:, : plane.width]
