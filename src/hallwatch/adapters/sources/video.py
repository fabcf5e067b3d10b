"""A video file, from its first frame to the last that decodes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from hallwatch.adapters.sources import ffmpeg
from hallwatch.adapters.sources.picture import Picture
from hallwatch.errors import SourceError

# asf stays out: CVE-2026-64834 is an endless loop in it.
_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,h264,hevc,m4v,mjpeg,dhav,ogg,ivf"
_OPTIONS = ffmpeg.allow("file", _FORMATS, ffmpeg.VIDEO_DECODERS)
_SHORT_S = 0.5
"""A file whose last frame lies this much before its stated end is called cut short."""
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Recorders without a clock write 1904 or 1970 into their files."""


class VideoFile:
    """Every frame of a file (implements ``ports.FrameSource``).

    ``media_time_s`` counts from the first frame and never runs back; ``at`` is the recording time (the file's
    ``creation_time``, else the time the file was last changed) plus ``media_time_s``. After the last frame
    ``ending`` says in one line what was wrong with the file, if anything was.
    """

    live = False

    def __init__(self, path: Path, alive: Callable[[], None]) -> None:
        self._path = path
        self._alive = alive
        self._undecoded = 0
        self.ending = ""

    def frames(self) -> Iterator[Picture]:
        """Every frame that decodes. Raises SourceError when the file is no video or not one frame decodes."""
        name = self._path.name
        try:
            with ffmpeg.opened(f"file:{self._path}", _OPTIONS) as container:
                stream = ffmpeg.video_stream(container, ffmpeg.VIDEO_DECODERS, name)
                count, end = yield from self._decode(container, stream)
                stated = _stated_duration(container, stream)
        except FFmpegError as error:
            raise SourceError(
                f"{name}: cannot be read as a video ({type(error).__name__}): it is cut short, damaged, "
                "or of a kind that is not supported; use MP4, MKV, AVI or MPEG-TS with H.264 or H.265"
            ) from error
        if not count:
            raise SourceError(f"{name}: holds no picture that can be decoded, export the video again")
        self._judge(end, stated)

    def _decode(
        self, container: InputContainer, stream: VideoStream
    ) -> Generator[Picture, None, tuple[int, float]]:
        """Yields the pictures; returns how many there were and when the last one ended."""
        recorded = _recording_time(container, self._path)
        step = 1.0 / float(stream.average_rate or 25)
        first: float | None = None
        index, last = 0, -step
        for packet in self._packets(container, stream):
            for frame in self._pictures(packet):
                stamp = frame.time if frame.pts is not None else None
                if first is None:
                    first = stamp or 0.0
                media = last + step if stamp is None or stamp - first <= last else stamp - first
                ffmpeg.check_size(frame.width, frame.height, self._path.name)
                yield Picture(frame, index, media, recorded + timedelta(seconds=media))
                index, last = index + 1, media
        return index, last + step

    def _packets(self, container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
        try:
            for packet in container.demux(stream):
                self._alive()
                yield packet
        except FFmpegError as error:
            self.ending = f"cut short: reading stopped before the end ({type(error).__name__})"

    def _pictures(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        try:
            return packet.decode()
        except FFmpegError:
            # What follows the next key frame is good again. Counted, and said at the end.
            self._undecoded += 1
            return []

    def _judge(self, end: float, stated: float | None) -> None:
        if stated is not None and end < stated - _SHORT_S:
            self.ending = f"cut short: ends at {end:.1f} s of {stated:.1f} s"
        if self._undecoded:
            damaged = f"{self._undecoded} damaged parts could not be decoded"
            self.ending = f"{self.ending}; {damaged}" if self.ending else damaged


def _stated_duration(container: InputContainer, stream: VideoStream) -> float | None:
    """Seconds of video that the file says it holds, None where it does not say."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration and len(container.streams) == 1:
        return container.duration / 1_000_000
    return None


def _recording_time(container: InputContainer, path: Path) -> datetime:
    written = container.metadata.get("creation_time", "")
    try:
        stated = datetime.fromisoformat(written)
    except ValueError:
        stated = _EARLIEST
    if stated.tzinfo is not None and stated > _EARLIEST:
        return stated.astimezone(UTC)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
