"""What every live source does alike: keep its clock, notice silence, and give up in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from hallwatch.adapters.sources import ffmpeg
from hallwatch.adapters.sources.picture import Picture
from hallwatch.errors import SourceLost

PICTURELESS_S = 20.0
"""A camera may send up to a whole group of pictures (often 1-10 s) before one can be decoded, not more."""
BEHIND_S = 5.0
"""A picture older than this is decoded and counted, but never shown as live."""
_LATE_S = 10.0
"""A stall leaves a backlog that is worked off in moments; one that stays for so long will not go away."""
_JUMP_S = 10.0
_SILENT_S = 3.0
"""FFmpeg reports its own time-out as an ordinary end; an end after so long a silence was no ordinary one."""
_DRIFT = 0.001
"""A camera's clock may be this much slower than ours (0.1 %) without being taken for a backlog."""


class MediaClock:
    """Turns a camera's time stamps into seconds that start at 0, never run back and stay near the real clock.

    ``behind_s`` is how much later than its stamp the newest picture arrived, compared with the promptest one.
    """

    def __init__(self) -> None:
        self._start: float | None = None
        self._base = 0.0
        self._last = 0.0
        self._promptest = float("inf")
        self._seen = 0.0
        self.behind_s = 0.0

    def media_time(self, stamp: float | None, now: float) -> float:
        """Seconds since the first picture; ``stamp`` is the camera's time if any, ``now`` is monotonic."""
        if self._start is None:
            self._start = now
            self._base = stamp or 0.0
        elapsed = now - self._start
        media = elapsed if stamp is None else stamp - self._base
        if media < self._last or abs(media - elapsed) > _JUMP_S:
            # The camera set its clock: go on from the real one.
            media = max(elapsed, self._last)
            self._base = media if stamp is None else stamp - media
            self._promptest = float("inf")
        delay = elapsed - media
        self._promptest = min(self._promptest + _DRIFT * (elapsed - self._seen), delay)
        self.behind_s = delay - self._promptest
        self._last, self._seen = media, elapsed
        return media


def live_pictures(
    container: InputContainer, stream: VideoStream, alive: Callable[[], None]
) -> Iterator[Picture]:
    """Every picture a camera sends; ``alive`` is called for each packet. Always ends in SourceLost."""
    clock = MediaClock()
    index, heard = 0, time.monotonic()
    seen = heard
    late_since: float | None = None
    for packet in _packets(container, stream):
        if not packet.size:
            break  # The end: what the decoder still holds back may be long past.
        alive()
        heard = time.monotonic()
        for frame in _decoded(packet):
            seen = heard
            ffmpeg.check_size(frame.width, frame.height, "the camera")
            media = clock.media_time(frame.time if frame.pts is not None else None, seen)
            late = clock.behind_s > BEHIND_S
            late_since = (late_since or heard) if late else None
            if late_since is not None and heard - late_since > _LATE_S:
                raise SourceLost(
                    f"pictures arrive {clock.behind_s:.0f} s late: this computer or the network cannot "
                    "keep up, use the camera's smaller sub-stream"
                )
            picture = Picture(frame, index, media, datetime.now(UTC) - timedelta(seconds=clock.behind_s))
            picture.stale = late
            yield picture
            index += 1
        if heard - seen > PICTURELESS_S:
            raise SourceLost(f"sends data, but for {PICTURELESS_S:.0f} s no picture in it could be decoded")
    silent = time.monotonic() - heard
    raise SourceLost("ended the stream" if silent < _SILENT_S else f"has sent nothing for {silent:.0f} s")


def _packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    try:
        yield from container.demux(stream)
    except (av.error.TimeoutError, av.error.ExitError) as error:
        raise SourceLost("has stopped sending, though the connection stands") from error
    except FFmpegError as error:
        raise SourceLost(ffmpeg.explain(error)) from error


def _decoded(packet: Packet[VideoStream]) -> list[VideoFrame]:
    try:
        return packet.decode()
    except FFmpegError:
        # A damaged packet: the next key frame mends it, and PICTURELESS_S tells if none ever comes.
        return []
