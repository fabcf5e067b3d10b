"""The master key: the one secret that opens the key store. It never lies in a database or a backup."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from pathlib import Path

from hallwatch.adapters.keys.sealing import KEY_BYTES, new_key
from hallwatch.errors import KeysError


def parse_master(text: str, where: str) -> bytes:
    """The key from its text: 32 bytes as base64. Raises KeysError naming ``where``, never the text."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeysError(f"{where} holds no master key: 32 bytes as base64 were expected") from error
    if len(key) != KEY_BYTES:
        raise KeysError(f"{where} holds {len(key)} bytes; a master key has {KEY_BYTES}")
    return key


def read_master(path: Path) -> bytes:
    """The key in a file that only its owner can read. Raises KeysError."""
    try:
        with path.open("r", encoding="ascii") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeysError(f"others can read the master key {path}; type: chmod 600 {path}")
            return parse_master(file.read(200), str(path))
    except FileNotFoundError as error:
        raise KeysError(
            f"the master key {path} is missing; put it back from where you keep it, nothing opens without it"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise KeysError(f"the master key {path} cannot be read: {type(error).__name__}") from error


def write_master(path: Path, key: bytes) -> None:
    """Keep a key in a new file of mode 0600, on disk when this returns. Raises KeysError when there is one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeysError(f"{path} is there already; a master key is never overwritten") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(key) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def make_master(path: Path) -> bytes:
    """A new master key, kept in ``path``."""
    key = new_key()
    write_master(path, key)
    return key


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
