"""The one place that says what FFmpeg may open and decode, and how its errors read in plain words.

Everything is an allow-list: protocols, demuxers and decoders by name, and the size of a picture. FFmpeg's own
messages may quote addresses with passwords, so they are never shown; only the words chosen here are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from hallwatch.errors import SourceError, SourceLost

MAX_SIDE = 8192
"""Pixels; a wider or higher picture is refused before memory is taken for it."""

VIDEO_DECODERS = (
    "h264",
    "hevc",
    "mjpeg",
    "mpeg4",
    "mpeg2video",
    "mpeg1video",
    "h263",
    "vp8",
    "vp9",
    "libdav1d",
    "av1",
    "rawvideo",
)
IMAGE_DECODERS = ("mjpeg", "png", "bmp", "webp")

Options = Mapping[str, str]

_PLAIN: tuple[tuple[type[Exception], str], ...] = (
    (av.error.HTTPUnauthorizedError, "refuses the user name or password"),
    (av.error.HTTPForbiddenError, "refuses this user"),
    (av.error.HTTPNotFoundError, "has no stream of this name"),
    (av.error.ConnectionRefusedError, "refuses connections"),
    (av.error.ConnectionResetError, "broke off the connection"),
    (av.error.BrokenPipeError, "broke off the connection"),
    (av.error.TimeoutError, "does not answer in time"),
    (av.error.ExitError, "accepts connections but sends nothing"),
    (av.error.EOFError, "broke off the connection"),
    (av.error.ProtocolNotFoundError, "asks for a network protocol that is not allowed"),
    (av.error.InvalidDataError, "sends something that is not video"),
    (av.error.OSError, "cannot be reached"),
)


def explain(error: FFmpegError) -> str:
    """What happened, as the rest of a sentence that starts with the camera; never quotes an address."""
    for kind, words in _PLAIN:
        if isinstance(error, kind):
            return words
    return f"failed ({type(error).__name__}, {error.errno})"


def denied(error: SourceLost) -> bool:
    """True when the camera refused the login: cameras lock out who tries often, so tries must be rare."""
    return isinstance(error.__cause__, (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError))


def allow(protocols: str, formats: str, decoders: tuple[str, ...]) -> dict[str, str]:
    """Options that hold FFmpeg to these protocols, demuxers and decoders, and to MAX_SIDE x MAX_SIDE."""
    return {
        "protocol_whitelist": protocols,
        "format_whitelist": formats,
        "codec_whitelist": ",".join(decoders),
        "max_pixels": str(MAX_SIDE * MAX_SIDE),
    }


@contextmanager
def opened(
    url: str, options: Options, *, format: str | None = None, timeout: tuple[float, float] | None = None
) -> Iterator[InputContainer]:
    """Open for reading; ``timeout`` is (opening, one packet) in seconds. Raises FFmpegError."""
    container = av.open(
        url, "r", format=format, options=dict(options), timeout=timeout, metadata_errors="ignore"
    )
    try:
        yield container
    finally:
        container.close()


def video_stream(container: InputContainer, decoders: tuple[str, ...], shown: str) -> VideoStream:
    """The first video stream, ready to decode on one thread.

    Raises SourceError where there is none, its codec is not allowed or its picture is too large.
    """
    if not container.streams.video:
        raise SourceError(f"{shown}: holds no video")
    stream = container.streams.video[0]
    context = stream.codec_context
    # PyAV leaves the context out where FFmpeg has no decoder at all, whatever its type says.
    name = "unknown" if context is None else context.codec.name
    if name not in decoders:
        raise SourceError(f"{shown}: the video codec {name!r} is not supported, use H.264 or H.265")
    check_size(stream.width, stream.height, shown)
    # One thread: frame threads would add memory and whole frames of delay to every camera.
    context.thread_count = 1
    context.options = {"max_pixels": str(MAX_SIDE * MAX_SIDE)}
    return stream


def check_size(width: int, height: int, shown: str) -> None:
    """Raises SourceError for a picture wider or higher than MAX_SIDE."""
    if width > MAX_SIDE or height > MAX_SIDE:
        raise SourceError(f"{shown}: {width} x {height} pixels, more than {MAX_SIDE} x {MAX_SIDE} is refused")


class _Listener(logging.Handler):
    """Hears FFmpeg's log lines the moment they are written, and repeats none of them."""

    def __init__(self, on_redirect: Callable[[], None]) -> None:
        super().__init__()
        self._on_redirect = on_redirect

    def emit(self, record: logging.LogRecord) -> None:
        if "Redirecting to" in record.getMessage():
            self._on_redirect()


def on_redirect(act: Callable[[], None]) -> None:
    """Call ``act``, which must not return, before FFmpeg follows an RTSP redirect.

    FFmpeg has no option against redirects and up to 9.0.2 follows them for ever (CVE-2026-107696). It logs
    each before it connects, and the log arrives synchronously: a process that ends there follows none.
    """
    logger = logging.getLogger("libav")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [_Listener(act)]
    av.logging.set_skip_repeated(False)
    av.logging.set_level(av.logging.INFO)
