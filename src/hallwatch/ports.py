"""What the use-cases need from the outside, as Protocols of one to three methods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from hallwatch.core.delivery import Message
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


class Vault(Protocol):
    """Keys by number, and what is sealed with them."""

    def create(self, key_ids: Iterable[str], now: datetime) -> None:
        """Make the keys that are not there yet; on disk when this returns."""

    def seal(self, key_id: str, plain: bytes, about: str) -> bytes:
        """``plain`` for the place ``about``. Raises KeyGone when the key was destroyed."""

    def unseal(self, key_id: str, sealed: bytes, about: str) -> bytes:
        """What was sealed. Raises KeyGone or SealBroken."""

    def tag(self, kind: str, text: str) -> bytes:
        """32 bytes by which a text is found again without being kept."""

    def is_erased(self, tag: bytes) -> bool:
        """Whether somebody with this tag was erased."""


class Signer(Protocol):
    """Signs the audit trail's checkpoints."""

    def sign(self, text: bytes) -> bytes:
        """An Ed25519 signature (64 bytes)."""


class Channel(Protocol):
    """A way to tell somebody outside. It is one thread's; a repeated message carries the same key."""

    def send(self, message: Message) -> str:
        """Returns when the other end has taken the message over: what it said, in a few words without secrets.

        Raises NotDelivered, or Undeliverable where trying again is useless; both within a minute.
        """

    def close(self) -> None:
        """Let go of connections."""
