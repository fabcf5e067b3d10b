"""A folder of images as a source: one image is one frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from av.error import FFmpegError
from av.video.frame import VideoFrame

from hallwatch.adapters.sources import ffmpeg
from hallwatch.adapters.sources.picture import Picture
from hallwatch.errors import SourceError

_DEMUXERS = {
    ".jpg": "jpeg_pipe",
    ".jpeg": "jpeg_pipe",
    ".png": "png_pipe",
    ".bmp": "bmp_pipe",
    ".webp": "webp_pipe",
}


def images_in(folder: Path) -> list[Path]:
    """The images of a folder by name. Raises SourceError when there is none."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _DEMUXERS and path.is_file())
    if not found:
        raise SourceError(f"{folder.name}: holds no image, put in files that end in {' '.join(_DEMUXERS)}")
    return found


class ImageFolder:
    """Every readable image of a folder, sorted by name, ``rate`` a second (implements ``ports.FrameSource``).

    ``at`` counts from the time the first image was last changed. An image that cannot be read is told to
    ``note`` in one line and left out.
    """

    live = False

    def __init__(
        self, folder: Path, rate: float, alive: Callable[[], None], note: Callable[[str], None]
    ) -> None:
        self._folder = folder
        self._rate = rate
        self._alive = alive
        self._note = note
        self.ending = ""

    def frames(self) -> Iterator[Picture]:
        """Raises SourceError when no image of the folder can be read."""
        paths = images_in(self._folder)
        recorded = datetime.fromtimestamp(paths[0].stat().st_mtime, UTC)
        index = 0
        for path in paths:
            self._alive()
            try:
                frame = _read(path)
            except SourceError as error:
                self._note(str(error))
                continue
            media = index / self._rate
            yield Picture(frame, index, media, recorded + timedelta(seconds=media))
            index += 1
        if not index:
            raise SourceError(f"{self._folder.name}: none of its {len(paths)} images can be read")
        if index < len(paths):
            self.ending = f"{len(paths) - index} of {len(paths)} images could not be read"


def _read(path: Path) -> VideoFrame:
    """Raises SourceError, naming the image, when it is no image or too large."""
    demuxer = _DEMUXERS[path.suffix.lower()]
    options = ffmpeg.allow("file", demuxer, ffmpeg.IMAGE_DECODERS)
    try:
        with ffmpeg.opened(f"file:{path}", options, format=demuxer) as container:
            stream = ffmpeg.video_stream(container, ffmpeg.IMAGE_DECODERS, path.name)
            for frame in container.decode(stream):
                ffmpeg.check_size(frame.width, frame.height, path.name)
                return frame
    except FFmpegError as error:
        most = ffmpeg.MAX_SIDE
        raise SourceError(f"{path.name}: not an image, damaged, or larger than {most} x {most}") from error
    raise SourceError(f"{path.name}: holds no picture")
