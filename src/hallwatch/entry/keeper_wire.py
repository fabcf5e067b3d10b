"""Requests and replies on a Unix socket: a length and a JSON text, nothing that could become code."""

from __future__ import annotations

import socket
import struct
from typing import TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from hallwatch.core.requests import Reply, Request
from hallwatch.errors import HallwatchError

LARGEST = 64 << 20
"""Bytes of one message: a person with some photos is far below."""
_LENGTH = struct.Struct("!I")
T = TypeVar("T")

_STRICT = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
REQUESTS: TypeAdapter[Request] = TypeAdapter(Request, config=_STRICT)
REPLIES: TypeAdapter[Reply] = TypeAdapter(Reply, config=_STRICT)


class Unintelligible(HallwatchError):
    """What came is no message of ours."""


class Closed(HallwatchError):
    """The other end is gone."""


def send(link: socket.socket, adapter: TypeAdapter[T], message: T) -> None:
    """One message. Raises Closed."""
    body = adapter.dump_json(message)
    if len(body) > LARGEST:
        raise Unintelligible(f"a message of {len(body) >> 20} MB is too large for the keeper")
    try:
        link.sendall(_LENGTH.pack(len(body)) + body)
    except OSError as error:
        raise Closed(f"the keeper's socket is gone: {error.strerror}") from error


def receive(link: socket.socket, adapter: TypeAdapter[T]) -> T:
    """One message. Raises Closed, or Unintelligible for anything else."""
    (length,) = _LENGTH.unpack(_exactly(link, _LENGTH.size))
    if length > LARGEST:
        raise Unintelligible("a message larger than any of ours")
    try:
        return adapter.validate_json(_exactly(link, length))
    except ValidationError as error:
        raise Unintelligible(f"{error.error_count()} fields are not as they should be") from None


def _exactly(link: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        try:
            part = link.recv(min(count - len(parts), 1 << 20))
        except OSError as error:
            raise Closed(f"the keeper's socket is gone: {error.strerror}") from error
        if not part:
            raise Closed("the keeper ended")
        parts += part
    return bytes(parts)
