"""The keeper's Unix socket: only processes of the same account are heard, one request at a time."""

from __future__ import annotations

import logging
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from hallwatch.core.requests import Reply, Request
from hallwatch.entry.keeper_wire import REPLIES, REQUESTS, Closed, Unintelligible, receive, send

LOG = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""A client that stops in the middle of a message may hold the keeper up for so long."""
CLIENTS = 64


class Door:
    """Listens at ``path``; ``answer`` is called for every request."""

    def __init__(self, path: Path, answer: Callable[[Request], Reply]) -> None:
        self._path, self._answer = path, answer
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._clients: list[socket.socket] = []

    def __enter__(self) -> Door:
        self._path.unlink(missing_ok=True)
        with reachable(self._path) as name:
            self._listening.bind(name)
        os.chmod(self._path, 0o600)
        self._listening.listen(CLIENTS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in (self._listening, *self._clients):
            one.close()
        self._path.unlink(missing_ok=True)

    @property
    def sockets(self) -> list[socket.socket]:
        """What to wait for."""
        return [self._listening, *self._clients]

    def serve(self, ready: socket.socket) -> None:
        """Let a client in, or answer its request."""
        if ready is self._listening:
            self._let_in()
            return
        try:
            request = receive(ready, REQUESTS)
        except (Closed, Unintelligible) as error:
            if isinstance(error, Unintelligible):
                LOG.warning("a request was refused: %s", error)
            self._let_go(ready)
            return
        reply = self._answer(request)
        try:
            send(ready, REPLIES, reply)
        except Closed:
            self._let_go(ready)

    def _let_in(self) -> None:
        try:
            client, _ = self._listening.accept()
        except OSError as error:  # whoever knocked is gone again, or there are no descriptors left
            LOG.warning("nobody could be let in: %s", error.strerror)
            return
        _, user, _ = struct.unpack(
            "3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        )
        if user != os.geteuid() or len(self._clients) >= CLIENTS:
            client.close()
            return
        client.settimeout(PATIENCE_S)
        self._clients.append(client)

    def _let_go(self, client: socket.socket) -> None:
        self._clients.remove(client)
        client.close()


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """A name of at most 108 bytes for a socket in however long a path."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
