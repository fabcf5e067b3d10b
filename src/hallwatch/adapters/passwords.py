"""Passwords (Argon2id) and codes of an app (RFC 6238), by the libraries that everybody uses."""

from __future__ import annotations

import hmac
import time

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
"""RFC 9106's second recommendation, with one lane: about 0.1 s and 64 MiB a try."""
_NOBODY = _HASHER.hash("nobody has this password")


class Passwords:
    """Implements web.console.Proofs. Safe from any thread."""

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        return _HASHER.hash(password)

    def fits(self, kept: str, password: str) -> bool:
        """Whether this is the password; takes as long for somebody who has none, or does not exist."""
        try:
            return _HASHER.verify(kept or _NOBODY, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False

    def new_code_secret(self) -> str:
        """A secret for a code app, as people type it."""
        return pyotp.random_base32()

    def code_step(self, secret: str, code: str) -> int | None:
        """The half minute that this code is of, the one before and after allowed; None for a wrong code."""
        if not code.isascii():
            return None
        totp, now = pyotp.TOTP(secret), int(time.time()) // 30
        for step in (now, now - 1, now + 1):
            if hmac.compare_digest(totp.generate_otp(step), code.replace(" ", "")):
                return step
        return None

    def code_picture(self, secret: str, login: str, site: str) -> str:
        """The secret as a picture for the app's camera: SVG, in line."""
        uri = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=f"Hallwatch {site}")
        return str(segno.make(uri, error="m").svg_inline(scale=4, border=2, dark="#000", light="#fff"))
