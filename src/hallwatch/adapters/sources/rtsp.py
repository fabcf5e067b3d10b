"""A network camera over RTSP, on TCP only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from av.error import FFmpegError, InvalidDataError

from hallwatch.adapters.sources import ffmpeg
from hallwatch.adapters.sources.live import live_pictures
from hallwatch.adapters.sources.picture import Picture
from hallwatch.adapters.sources.resolving import at_checked_address
from hallwatch.core.policy.networks import Network
from hallwatch.errors import SourceLost

OPEN_TIMEOUT_S = 6.0
READ_TIMEOUT_S = 8.0
STALL_S = 4.0
"""For one network operation. A silent camera is noticed after two of them, since FFmpeg tries once more."""


class RtspCamera:
    """Every picture a network camera sends (implements ``ports.FrameSource``).

    Redirects are refused by whoever called ``ffmpeg.on_redirect``. TLS certificates of cameras (rtsps) are
    self-signed as a rule and not verified.
    """

    live = True
    ending = ""

    def __init__(self, url: str, shown: str, alive: Callable[[], None], networks: Sequence[Network]) -> None:
        """``networks`` are those that the camera's address has to be in."""
        self._url, self._networks = url, networks
        self._shown = shown
        self._alive = alive

    def frames(self) -> Iterator[Picture]:
        """Raises SourceLost when the camera cannot be reached, stops or sends nothing, SourceError when its
        codec is not supported."""
        began = time.monotonic()
        url = at_checked_address(self._url, self._networks)
        try:
            with ffmpeg.opened(
                url, _options(url), format="rtsp", timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S)
            ) as container:
                self._alive()
                stream = ffmpeg.video_stream(container, ffmpeg.VIDEO_DECODERS, self._shown)
                yield from live_pictures(container, stream, self._alive)
        except FFmpegError as error:
            # FFmpeg says "invalid data" of a camera that never answered; the clock knows better.
            mute = isinstance(error, InvalidDataError) and time.monotonic() - began > STALL_S - 0.5
            reason = "accepts connections but sends nothing" if mute else ffmpeg.explain(error)
            raise SourceLost(reason) from error


def _options(url: str) -> dict[str, str]:
    secure = url.startswith("rtsps:")
    return {
        **ffmpeg.allow("rtsps,tls,tcp" if secure else "rtsp,tcp", "rtsp", ffmpeg.VIDEO_DECODERS),
        "rtsp_transport": "tcp",
        "allowed_media_types": "video",
        # Microseconds; PyAV's own time-outs stand behind it.
        "timeout": str(int(STALL_S * 1_000_000)),
        # No "nobuffer": it throws away what was read for probing, and with it the first key frame. Probing is
        # kept short instead; the frame rate, which takes longest to find out, is of no interest.
        "fpsprobesize": "0",
        "analyzeduration": "1000000",
    }
