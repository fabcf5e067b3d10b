"""What a worker and a decoder process say to each other: small JSON datagrams, never pickles.

A decoder reads hostile streams and may be taken over by one, so the worker believes nothing it says without
checking, and nothing that it sends can run code. Pictures travel through sealed shared memory beside these.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from hallwatch.adapters.sources.address import Address, Kind
from hallwatch.core.policy.networks import HOME

REQUEST = b"next"
"""Worker to decoder: one more frame, please."""
DATAGRAM = 16_384
"""Bytes; the longest message."""
SLOTS = 2
_MAX_SIDE = 8192
_DETAIL = 500


class Word(StrEnum):
    """What a decoder reports about itself."""

    STARTING = "starting"
    WATCHING = "watching"
    LOST = "lost"
    DENIED = "denied"
    """Lost, because the camera refused the login."""
    ENDED = "ended"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Order:
    """What a decoder is to do, sent once; through the socket, because arguments of processes are public."""

    address: Address
    at_full_speed: bool
    rate: float
    loop: bool
    wait_s: float
    networks: tuple[str, ...] = HOME

    def encode(self) -> bytes:
        """One datagram."""
        whole = asdict(self) | {"address": [self.address.kind, self.address.target]}
        return json.dumps(whole).encode()

    @classmethod
    def decode(cls, data: bytes) -> Order:
        """The reverse of ``encode``; the worker is trusted."""
        whole = json.loads(data)
        kind, target = whole.pop("address")
        networks = tuple(whole.pop("networks"))
        return cls(Address(Kind(kind), target), **whole, networks=networks)


@dataclass(frozen=True, slots=True)
class Report:
    """How the decoder is doing; ``frames`` counts what this process decoded."""

    word: Word
    detail: str = ""
    frames: int = 0


@dataclass(frozen=True, slots=True)
class Ready:
    """A picture lies in a slot of the shared memory: planar YUV 4:2:0, ``height`` * 3 // 2 rows of ``width``.

    ``full_range`` says that brightness runs over 0..255 and not 16..235.
    """

    slot: int
    index: int
    media_time_s: float
    at: datetime
    width: int
    height: int
    full_range: bool
    frames: int


def encode(message: Report | Ready) -> bytes:
    """One datagram."""
    if isinstance(message, Report):
        detail = " ".join(message.detail.split())[:_DETAIL]
        return json.dumps({"word": message.word, "detail": detail, "frames": message.frames}).encode()
    return json.dumps(asdict(message) | {"at": message.at.isoformat()}).encode()


def decode(data: bytes) -> Report | Ready:
    """A decoder's message, every field checked. Raises ValueError for anything else."""
    try:
        whole = json.loads(data)
        if "word" in whole:
            detail = "".join(c for c in str(whole["detail"])[:_DETAIL] if c.isprintable())
            return Report(Word(whole["word"]), detail, int(whole["frames"]))
        ready = Ready(
            slot=int(whole["slot"]),
            index=int(whole["index"]),
            media_time_s=float(whole["media_time_s"]),
            at=datetime.fromisoformat(whole["at"]),
            width=int(whole["width"]),
            height=int(whole["height"]),
            full_range=bool(whole["full_range"]),
            frames=int(whole["frames"]),
        )
    except (TypeError, KeyError, OverflowError, RecursionError) as error:
        raise ValueError("not a decoder's message") from error
    sides_fit = all(2 <= side <= _MAX_SIDE and side % 2 == 0 for side in (ready.width, ready.height))
    if not sides_fit or ready.slot not in range(SLOTS) or ready.at.tzinfo is None:
        raise ValueError("a decoder's message with impossible numbers")
    return ready


def slot_bytes(width: int, height: int) -> int:
    """Size of one slot in bytes."""
    return width * height * 3 // 2
