"""AES-256-GCM (NIST SP 800-38D) over small records, bound to the place that they belong to."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hallwatch.errors import SealBroken

KEY_BYTES = 32
NONCE_BYTES = 12
_VERSION = b"\x01"


def new_key() -> bytes:
    """32 random bytes from the system."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plain: bytes, about: str) -> bytes:
    """``plain`` sealed with ``key`` (32 bytes): version, random 96-bit nonce, ciphertext and tag.

    ``about`` names table, row and column; what was sealed for one place opens at no other.
    """
    nonce = os.urandom(NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


def unseal(key: bytes, sealed: bytes, about: str) -> bytes:
    """What was sealed. Raises SealBroken when key, place or a single bit is another."""
    if sealed[:1] != _VERSION:
        raise SealBroken(f"{about} is not sealed in a way that this version knows")
    nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, rest, about.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"{about} was altered, moved, or sealed with another key") from error
