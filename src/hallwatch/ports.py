"""What the use-cases need from the outside, as Protocols of one to three methods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from hallwatch.core.model import Face, Luma, Pixels, Template, Templates


class DecodedFrame(Protocol):
    """One decoded picture, still in the decoder's own format; converting it is the expensive part."""

    index: int
    media_time_s: float
    at: datetime | None
    """When it was recorded (UTC), for stored video; None for a live source: now."""
    width: int
    height: int

    def write_i420(self, out: Luma) -> None:
        """Write the picture as planar YUV 4:2:0 into ``out`` (height * 3 // 2 rows x width, uint8)."""


class FrameSource(Protocol):
    """A camera or file, opened and decoded inside a decoder process."""

    live: bool
    """True when it runs by its own clock (a camera); False when it waits for the reader (a file)."""

    def frames(self) -> Iterator[DecodedFrame]:
        """Every frame in order, once.

        Raises SourceLost when a live source stops or sends nothing, SourceError when trying again is useless.
        """


class FaceModel(Protocol):
    """A model pack at work."""

    fingerprint: str
    dimensions: int

    def detect(self, image: Pixels) -> list[Face]:
        """Every face in the picture, best score first, in the picture's own coordinates."""

    def detect_photo(self, photo: Pixels) -> list[Face]:
        """The same for a still photo of a person, of any size and however tightly cut."""

    def embed(self, image: Pixels, faces: Sequence[Face]) -> Templates:
        """One unit template a face, cut from the full-size picture (len(faces) x dimensions, float32)."""

    def embed_photo(self, photo: Pixels, face: Face) -> Template:
        """The unit template (dimensions,) of the person of a still photo, with more care than a shot is given."""


class Images(Protocol):
    """Photos in and evidence out."""

    def read(self, name: str) -> Pixels:
        """The picture upright. Raises ImageError when it is missing, unreadable or too large."""

    def jpeg(self, image: Pixels) -> bytes:
        """The picture as a JPEG without metadata."""
