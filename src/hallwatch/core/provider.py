"""Who somebody is by the word of the district's own sign-in (OpenID Connect)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """A provider as the settings name it; ``claim`` is what holds a person's sign-in name."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    label: str = "your school account"
    claim: str = "email"
    trusted_addresses: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in that went to the provider: where the browser is sent, and what it must come back with."""

    url: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who came back: ``key`` (issuer and subject) never changes, ``address`` may; ``since`` is when they signed in
    there, where the provider says it."""

    key: str = field(repr=False)
    address: str = field(repr=False)
    verified: bool
    since: datetime | None
