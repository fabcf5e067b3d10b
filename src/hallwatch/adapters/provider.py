"""The district's own sign-in: an OpenID Connect provider such as Google Workspace or Microsoft 365.

The authorization code flow with PKCE, a state and a nonce (OpenID Connect Core 1.0, section 3.1; RFC 9700). What a
provider says is believed only as its signed ID token, checked against the keys that it publishes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.sync_app import BaseApp, OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.httpx_client import OAuth2Client
from joserfc.errors import JoseError

from hallwatch.core.provider import Identity, ProviderFacts, Started
from hallwatch.errors import ProviderFault

T = TypeVar("T")

SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a public key; "none" and shared secrets prove nothing here."""
FRESH = 0
"""Seconds since which somebody has to have signed in at the provider to count as proved: now."""
AWAY_S = 20.0
"""So long a provider that could not be asked about itself is not asked again: each try may take ten seconds."""


class _App(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]  # authlib has no types
    client_cls = OAuth2Client


class Provider:
    """One provider; it is asked about itself at the first use. Every method may raise ProviderFault.

    Safe from any thread: one asks, the others wait for what it hears.
    """

    def __init__(
        self,
        facts: ProviderFacts,
        transport: Callable[[], httpx2.BaseTransport],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``transport`` connects to it, or does not."""
        self.facts = facts
        self._clock, self._lock = clock, threading.Lock()
        self._known = False
        self._away: tuple[str, float] | None = None
        self._app = _App(
            None,
            client_id=facts.client_id,
            client_secret=facts.client_secret or None,
            server_metadata_url=facts.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "timeout": 10.0,
                "follow_redirects": False,
                "transport": _Lazy(transport),
            },
            user_agent="Hallwatch",
        )

    def start(self, back: str, *, again: bool) -> Started:
        """Where the browser goes; ``back`` is where it comes back to. ``again``: sign in anew, whoever is signed in."""
        more = {"prompt": "login", "max_age": str(FRESH)} if again else {}
        asked = self._asked(lambda: self._app.create_authorization_url(back, **more))
        return Started(asked["url"], asked["state"], asked["nonce"], asked["code_verifier"])

    def finish(self, started: Started, back: str, code: str) -> Identity:
        """Who came back with this code."""

        def exchange() -> Any:
            token = self._app.fetch_access_token(
                back, code=code, code_verifier=started.verifier, grant_type="authorization_code"
            )
            claims = self._app.parse_id_token(token, started.nonce)
            return claims if not claims or self.facts.claim in claims else self._with_more(claims, token)

        claims = self._asked(exchange)
        if not claims:
            raise ProviderFault("the sign-in gave no ID token; the scope openid has to be allowed there")
        address = claims.get(self.facts.claim)
        if not isinstance(address, str) or not isinstance(claims.get("sub"), str):
            raise ProviderFault(
                f"the sign-in did not say {self.facts.claim}; allow it there, or choose another claim"
            )
        since = claims.get("auth_time")
        return Identity(
            key=f"{self.facts.issuer} {claims['sub']}",
            address=address,
            verified=self.facts.trusted_addresses
            or (self.facts.claim == "email" and claims.get("email_verified") is True),
            since=datetime.fromtimestamp(since, UTC) if isinstance(since, int | float) else None,
        )

    def end(self, back: str) -> str | None:
        """Where a browser is signed out of the provider, too; None where the provider has no such place."""
        if not self._metadata().get("end_session_endpoint"):
            return None
        ended = self._asked(lambda: self._app.create_logout_url(back, client_id=self.facts.client_id))
        return str(ended["url"])

    def _with_more(self, claims: dict[str, Any], token: Any) -> dict[str, Any]:
        """The claims with what the provider keeps for its UserInfo endpoint, if that speaks of the same person."""
        if not self._metadata().get("userinfo_endpoint"):
            return claims
        more: dict[str, Any] = self._app.userinfo(token=token)
        return {**more, **claims} if more.get("sub") == claims.get("sub") else claims

    def _metadata(self) -> dict[str, Any]:
        """What it says of itself. Raises ProviderFault, for some seconds without asking again."""
        if self._known:
            return _translated(self._ask_metadata)
        with self._lock:
            if self._away is not None and self._clock() < self._away[1]:
                raise ProviderFault(self._away[0])
            try:
                found = _translated(self._ask_metadata)
            except ProviderFault as fault:
                self._away = str(fault), self._clock() + AWAY_S
                raise
            self._known, self._away = True, None
            return found

    def _ask_metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = self._app.load_server_metadata()
        if found.get("issuer") != self.facts.issuer:
            raise ProviderFault(
                f"the provider calls itself {found.get('issuer')}, not {self.facts.issuer}; write its name exactly so"
            )
        signed = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        found["id_token_signing_alg_values_supported"] = [one for one in signed if one in SIGNED]
        return found

    def _asked(self, question: Callable[[], Any]) -> Any:
        self._metadata()
        return _translated(question)


def _translated(question: Callable[[], T]) -> T:
    """The answer. Raises ProviderFault for whatever the provider, or the way to it, does wrong."""
    try:
        return question()
    except httpx2.HTTPStatusError as error:
        raise ProviderFault(f"the sign-in provider answers {error.response.status_code}") from error
    except httpx2.HTTPError as error:
        raise ProviderFault(f"the sign-in provider cannot be reached: {error}") from error
    except (AuthlibBaseError, JoseError) as error:
        raise ProviderFault(f"the sign-in provider's answer does not fit: {error}") from error
    except (ValueError, KeyError, RuntimeError, TypeError) as error:
        raise ProviderFault(f"what the sign-in provider says is not OpenID Connect: {error}") from error


class _Lazy(httpx2.BaseTransport):
    """A connection of its own for each client: authlib opens and closes one for each request."""

    def __init__(self, make: Callable[[], httpx2.BaseTransport]) -> None:
        self._make = make

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        transport = self._make()
        response = transport.handle_request(request)
        response.read()
        transport.close()
        return response
