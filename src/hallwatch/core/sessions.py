"""Signing in: what is kept of a password, a browser and a one-time link, and how long each holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

IDLE = timedelta(hours=8)
LONGEST = timedelta(hours=12)
"""A browser is signed out after so long without a request, and in any case after a shift."""
PROOF = timedelta(minutes=5)
"""A grave act asks for the password again when it was given longer ago."""
LINK_LIFE = timedelta(hours=24)
LEAST_PASSWORD = 12


@dataclass(frozen=True, slots=True)
class Secret:
    """What proves that somebody is an account: an Argon2 hash, and the secret of a code app (RFC 6238) or "".

    ``provided`` is who it is at the district's own sign-in (core.provider.Identity.key); "" until the first time.
    """

    password: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    provided: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey: its id (base64url) and public key (hexadecimal COSE), and how often it was used by its own count."""

    credential_id: str
    public_key: str = field(repr=False)
    count: int
    name: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser that is signed in; ``proved`` is when the password was last given."""

    digest: str
    account_id: str
    opened: datetime
    seen: datetime
    proved: datetime
    shift_ends: datetime | None = None
    """A browser on shift is signed in until then, whether somebody looks or not (core/device.py)."""

    def holds(self, now: datetime) -> bool:
        """Whether the browser is still signed in."""
        if self.shift_ends is not None:
            return now < min(self.shift_ends, self.opened + LONGEST)
        return now < self.seen + IDLE and now < self.opened + LONGEST

    def is_proved(self, now: datetime) -> bool:
        """Whether a grave act may go on without the password."""
        return now < self.proved + PROOF


def digest_of_token(token: str) -> str:
    """What is kept of a random token: nobody who reads the database can use it."""
    return sha256(token.encode()).hexdigest()


def password_fault(password: str, login: str) -> str | None:
    """Why a new password will not do, in one sentence; None when it will."""
    if len(password) < LEAST_PASSWORD:
        return f"A password needs {LEAST_PASSWORD} characters or more; a sentence is a good one."
    if len(password) > 256:
        return "A password may have 256 characters at most."
    name = login.strip().casefold()
    if (len(name) >= 4 and name in password.casefold()) or len(set(password)) < 5:
        return "That password is too easy to guess; do not use your name or one character again and again."
    return None
