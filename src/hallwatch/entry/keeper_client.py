"""Asking the keeper: through its socket when a server runs, else as the keeper itself, alone on the data folder."""

from __future__ import annotations

import fcntl
import getpass
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hallwatch.adapters.keys.chest import Chest
from hallwatch.adapters.store.place import Place
from hallwatch.core.requests import By, Done, Refused, Request
from hallwatch.entry.desk import Desk
from hallwatch.entry.keeper_socket import reachable
from hallwatch.entry.keeper_wire import REPLIES, REQUESTS, Closed, receive, send
from hallwatch.errors import SettingsError, TryAgain, UserError

PATIENCE_S = 60.0
LOCK = "serve.lock"
SOCKET = "keeper.sock"

Ask = Callable[[Request], Done]


class KeeperAway(TryAgain):
    """The keeper does not answer; whether the last request was committed is not known."""


class RequestRefused(UserError):
    """The keeper said no; nothing happened."""


def ask(path: Path, request: Request) -> Done:
    """One request through the socket at ``path``. Raises RequestRefused, KeeperAway."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(PATIENCE_S)
        try:
            with reachable(path) as name:
                link.connect(name)
            send(link, REQUESTS, request)
            return settled(receive(link, REPLIES))
        except (OSError, Closed) as error:
            raise KeeperAway(f"the keeper does not answer just now ({error}); try again") from error


def settled(reply: Done | Refused) -> Done:
    """The reply if it is done. Raises RequestRefused."""
    if isinstance(reply, Refused):
        raise RequestRefused(reply.reason)
    return reply


@contextmanager
def keeper_of(
    data: Path,
    place: Place,
    chest: Chest,
    time_zone: str | None = None,
    schools: frozenset[str] = frozenset(),
) -> Iterator[Ask]:
    """Whoever writes the database in the folder ``data``: the running keeper, or this process itself, for which day it
    is and which schools there are comes from the site's settings."""
    lock = alone_in(data)
    if lock is None:
        yield lambda request: ask(data / SOCKET, request)
        return
    try:
        desk = Desk(place, chest, time_zone, schools)
        try:
            yield lambda request: settled(desk.keeping.answer(request))
        finally:
            desk.close()
    finally:
        os.close(lock)


def alone_in(folder: Path) -> int | None:
    """The lock on a data folder (a descriptor; closing it gives the lock back), or None when another has it.

    Raises SettingsError when the folder is not there or is not ours.
    """
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SettingsError(f"the data_dir {folder} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def at_terminal(reason: str = "") -> By:
    """Whoever typed the command, by the account of this machine."""
    return By(f"machine:{getpass.getuser()}", "terminal", reason)
