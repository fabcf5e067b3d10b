"""What pages ask about accounts, and how somebody proves to be one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from hallwatch.core.api_keys import ApiKey
from hallwatch.core.audit import AuditEntry
from hallwatch.core.policy.roles import Account
from hallwatch.core.provider import Identity, ProviderFacts, Started
from hallwatch.core.sessions import Passkey, Secret, SignedIn


class WhoQuestions(Protocol):
    """Who signs in, by what the database says at this moment; may raise HallwatchError as above."""

    def by_session(self, digest: str, now: datetime) -> tuple[Account, SignedIn] | None:
        """Who is signed in with the token of this digest."""

    def by_login(self, login: str) -> tuple[Account, Secret] | None:
        """The account that signs in by this name, and what proves it."""

    def by_link(self, digest: str, now: datetime) -> Account | None:
        """Whom a one-time link is for."""

    def passkeys(self, account_id: str) -> list[Passkey]:
        """The account's passkeys."""

    def by_passkey(self, credential_id: str) -> tuple[Account, Passkey] | None:
        """Whose passkey this is."""

    def by_key(self, digest: str) -> tuple[Account, ApiKey] | None:
        """The key whose text has this digest, whether it still holds or not, and whose it is."""

    def keys(self, account_id: str) -> list[ApiKey]:
        """The account's keys."""

    def everybody(self) -> list[Account]:
        """All accounts."""

    def trail(self, limit: int, before: int | None) -> list[AuditEntry]:
        """The newest entries of the audit trail, newest first."""

    def deeds(self, actions: Collection[str], limit: int) -> list[AuditEntry]:
        """The newest entries of the audit trail with one of these actions, newest first."""

    def first_deeds(self, actions: Collection[str], limit: int) -> list[AuditEntry]:
        """The oldest entries of the audit trail with one of these actions, oldest first."""

    def history(self, subjects: Collection[str], limit: int) -> list[AuditEntry]:
        """The newest entries of the audit trail about one of these, newest first."""


class PasskeyProofs(Protocol):
    """Passkeys; every method that judges an answer may raise PasskeyRefused."""

    def to_make(self, host: str, site: str, login: str, name: str, known: list[Passkey]) -> tuple[bytes, str]:
        """A challenge, and what the browser is asked for, to make a passkey."""

    def made(self, challenge: bytes, host: str, origin: str, answer: str) -> tuple[str, str, int]:
        """The new passkey's id, public key and count."""

    def to_ask(self, host: str) -> tuple[bytes, str]:
        """A challenge, and what the browser is asked for, to sign in."""

    def id_of(self, answer: str) -> str:
        """Which passkey an answer claims to be of."""

    def used(self, challenge: bytes, host: str, origin: str, answer: str, passkey: Passkey) -> int:
        """The passkey's new count."""


class Proofs(Protocol):
    """Passwords and codes."""

    def hash(self, password: str) -> str:
        """What is kept of a password."""

    def fits(self, kept: str, password: str) -> bool:
        """Whether this is the password."""

    def new_code_secret(self) -> str:
        """A secret for a code app."""

    def code_step(self, secret: str, code: str) -> int | None:
        """The half minute that this code is of; None for a wrong code."""

    def code_picture(self, secret: str, login: str, site: str) -> str:
        """The secret as an SVG for the app's camera."""


class SignInProvider(Protocol):
    """The district's own sign-in; every method may raise ProviderFault."""

    @property
    def facts(self) -> ProviderFacts:
        """What the settings say about it."""

    def start(self, back: str, *, again: bool) -> Started:
        """Where the browser goes, and what it must come back with; ``again`` asks for a fresh proof."""

    def finish(self, started: Started, back: str, code: str) -> Identity:
        """Who came back."""

    def end(self, back: str) -> str | None:
        """Where the browser is signed out there, too."""
