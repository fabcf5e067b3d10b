"""From an address to the source that reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from hallwatch.adapters.sources.address import Address, Kind
from hallwatch.adapters.sources.images import ImageFolder
from hallwatch.adapters.sources.picture import Picture
from hallwatch.adapters.sources.rtsp import RtspCamera
from hallwatch.adapters.sources.video import VideoFile
from hallwatch.adapters.sources.webcam import Webcam
from hallwatch.core.policy.networks import Network


class Source(Protocol):
    """A ``ports.FrameSource`` of this room; ``ending`` is said when its frames have come to their end."""

    live: bool
    ending: str

    def frames(self) -> Iterator[Picture]:
        """Every frame in order, once. Raises SourceLost or SourceError."""


def open_source(
    address: Address,
    *,
    rate: float,
    alive: Callable[[], None],
    note: Callable[[str], None],
    networks: Sequence[Network],
) -> Source:
    """The source behind an address; nothing is opened before its frames are asked for.

    ``alive`` is called whenever data arrives, ``note`` with one line about something that was left out; ``networks``
    are those that a network camera's address has to be in.
    """
    match address.kind:
        case Kind.FILE:
            return VideoFile(Path(address.target), alive)
        case Kind.FOLDER:
            return ImageFolder(Path(address.target), rate, alive, note)
        case Kind.WEBCAM:
            return Webcam(int(address.target), alive)
        case Kind.RTSP:
            return RtspCamera(address.target, address.shown, alive, networks)
