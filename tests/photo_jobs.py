"""Run as a program: the photo decoder with a job that misbehaves, as its first argument says."""

from __future__ import annotations

import os
import socket
import sys
import time

import numpy as np

from hallwatch.core.model import Pixels
from hallwatch.entry import photo_decoder, photo_guard

WHITE = np.full((4, 4, 3), 255, np.uint8)
BLACK = np.zeros((4, 4, 3), np.uint8)


def answer(refused: bool) -> Pixels:
    """White: the system did not let it happen."""
    return WHITE if refused else BLACK


def open_socket(_data: bytes, _name: str) -> Pixels:
    """Every kind of socket, also after giving up a descriptor that it has."""
    os.close(2)
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
        try:
            socket.socket(family, socket.SOCK_DGRAM)
        except OSError:
            continue
        return answer(False)
    return answer(True)


def open_file(_data: bytes, _name: str) -> Pixels:
    """Read, write, a pipe, another process."""
    for attempt in (
        lambda: os.open("/etc/passwd", os.O_RDONLY),
        lambda: os.open("photo", os.O_WRONLY | os.O_CREAT),
        os.pipe,
        lambda: os.memfd_create("x"),
    ):
        try:
            attempt()
        except OSError:
            continue
        return answer(False)
    return answer(True)


def raise_limits(_data: bytes, _name: str) -> Pixels:
    """Take back what was given up."""
    import resource

    for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RLIMIT_FSIZE):
        try:
            resource.setrlimit(limit, (1024, resource.RLIM_INFINITY))
        except (OSError, ValueError):
            continue
        return answer(False)
    return answer(True)


def inherited(_data: bytes, _name: str) -> Pixels:
    """Descriptors beyond the three standard ones."""
    for descriptor in range(3, 256):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        return answer(False)
    return answer(not os.environ.get("HALLWATCH_SECRET"))


def eat(data: bytes, _name: str) -> Pixels:
    """All the memory that it gets, for one photo."""
    return np.ones((photo_guard.MEMORY_BYTES, 3), np.uint8) if data == b"bad" else WHITE


def spin(data: bytes, _name: str) -> Pixels:
    """Calculate without end, for one photo."""
    if data == b"bad":
        photo_guard.allow(0)
        while True:
            pass
    return WHITE


def sleep(data: bytes, _name: str) -> Pixels:
    """Wait without end, for one photo."""
    if data == b"bad":
        time.sleep(600)
    return WHITE


def die(data: bytes, _name: str) -> Pixels:
    """As a decoder dies of what it decodes."""
    if data == b"bad":
        os.abort()
    return WHITE


def lie(data: bytes, _name: str) -> Pixels:
    """Say things that no decoder says, as one would that was taken over."""
    if data == b"bad":
        return np.ones((1, 9000, 3), np.uint8)
    if data.startswith(b"say "):
        sys.stdout.buffer.write(data[4:])
        sys.stdout.buffer.flush()
        time.sleep(600)
    return WHITE


if __name__ == "__main__":
    photo_decoder.serve(globals()[sys.argv[1]])
