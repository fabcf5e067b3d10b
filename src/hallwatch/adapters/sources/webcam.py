"""A webcam of this computer, through Video4Linux."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from av.error import FFmpegError

from hallwatch.adapters.sources import ffmpeg
from hallwatch.adapters.sources.address import device
from hallwatch.adapters.sources.live import live_pictures
from hallwatch.adapters.sources.picture import Picture
from hallwatch.errors import SourceError, SourceLost

_TIMEOUT_S = (6.0, 8.0)


class Webcam:
    """Every picture of a webcam (implements ``ports.FrameSource``)."""

    live = True
    ending = ""

    def __init__(self, number: int, alive: Callable[[], None]) -> None:
        self._number = number
        self._alive = alive

    def frames(self) -> Iterator[Picture]:
        """Raises SourceLost when the webcam is unplugged, busy or stops."""
        try:
            path = device(self._number)
        except SourceError as error:
            raise SourceLost("the webcam is not plugged in") from error
        options = ffmpeg.allow("file", "video4linux2,v4l2", ffmpeg.VIDEO_DECODERS)
        try:
            with ffmpeg.opened(str(path), options, format="v4l2", timeout=_TIMEOUT_S) as container:
                self._alive()
                stream = ffmpeg.video_stream(container, ffmpeg.VIDEO_DECODERS, f"webcam:{self._number}")
                yield from live_pictures(container, stream, self._alive)
        except PermissionError as error:
            raise SourceLost(f"this user may not read {path} (add it to the group 'video')") from error
        except FFmpegError as error:
            reason = f"the webcam failed ({type(error).__name__}); another program may use it"
            raise SourceLost(reason) from error
