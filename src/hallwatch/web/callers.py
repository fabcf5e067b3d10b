"""Programs that come with a key: who they act for, how many wrong keys are borne, and how often they may ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import HTTPException, Request

from hallwatch.core.api_key_requests import UseKey
from hallwatch.core.api_keys import NOTED_EVERY, ApiKey, digest_of_key, is_token
from hallwatch.core.policy.roles import Account
from hallwatch.core.policy.scopes import Scope
from hallwatch.core.requests import By, Note
from hallwatch.web.console import Console
from hallwatch.web.throttle import Throttle

AT_ONCE, A_SECOND = 120, 4.0
"""Requests of one key: so many at once, then so many a second."""
WRONG = "api-key"
"""In the place of a sign-in name, for whoever comes with wrong keys."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A program. ``account`` is the one that it acts for, narrowed to the key's schools."""

    account: Account
    key: ApiKey
    origin: str

    @property
    def by(self) -> By:
        """Who does what this request asks for."""
        return By(self.account.account_id, self.origin, key=self.key.key_id)


class Callers:
    """Safe from any thread. Keys are looked up at every request: one that is revoked is out at once."""

    def __init__(
        self, console: Console, throttle: Throttle, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console, self._throttle, self._clock = console, throttle, clock
        self._left: dict[str, tuple[float, float]] = {}
        self._told: dict[str, float] = {}
        self._lock = threading.Lock()

    def known(self, request: Request) -> bool:
        """Whether the request comes with a key that holds; nothing is counted or written down."""
        found = self._found(request)
        return found is not None and _holds(*found)

    def admitted(self, request: Request, scope: Scope | None) -> Caller:
        """Who asks. Raises HTTPException: 401 without a key that holds, 403 without the scope (None: any will do), 429
        for too much. Somebody else's wrong keys never keep one that holds out.
        """
        found = self._found(request)
        if found is None or not _holds(*found):
            raise self._refusal(request, found)
        account, key = found
        self._in_time(key.key_id)
        caller = Caller(key.acts_for(account), key, _address_of(request))
        if scope is not None and (why := key.why_not(scope, account)) is not None:
            line = f"{why[:1].upper()}{why[1:]}."
            raise HTTPException(403, line)
        if key.used is None or datetime.now(UTC) - key.used >= NOTED_EVERY:
            self._console.ask(UseKey(caller.by))
        return caller

    def _found(self, request: Request) -> tuple[Account, ApiKey] | None:
        kind, _blank, token = request.headers.get("authorization", "").partition(" ")
        if kind.casefold() != "bearer" or not is_token(token):
            return None
        return self._console.who.by_key(digest_of_key(token))

    def _refusal(self, request: Request, found: tuple[Account, ApiKey] | None) -> HTTPException:
        address = _address_of(request)
        wait = self._throttle.wait_s(WRONG, address, address)
        if wait > 0:
            line = "Too many requests without a key that holds. Wait, then ask with the right one."
            return HTTPException(429, line, {"Retry-After": f"{wait + 0.5:.0f}"})
        if "authorization" in request.headers:
            self._throttle.failed(WRONG, address, address)
        if found is not None:
            self._tell(*found, address)
        line = (
            "Ask with a key that holds: Authorization: Bearer hw_..., made in the console under Your account."
        )
        return HTTPException(401, line, {"WWW-Authenticate": "Bearer"})

    def _tell(self, account: Account, key: ApiKey, address: str) -> None:
        """Somebody still has a key that was given up: on record, once an hour."""
        now = self._clock()
        with self._lock:
            if now - self._told.get(key.key_id, -NOTED_EVERY.total_seconds()) < NOTED_EVERY.total_seconds():
                return
            self._told[key.key_id] = now
        by = By(account.account_id, address, key=key.key_id)
        self._console.ask(Note(By(account.account_id, address), "key.refused", detail={"key": by.key}))

    def _in_time(self, key_id: str) -> None:
        """Raises HTTPException for a program that asks too often."""
        now = self._clock()
        with self._lock:
            left, since = self._left.get(key_id, (float(AT_ONCE), now))
            left = min(float(AT_ONCE), left + (now - since) * A_SECOND)
            enough = left >= 1
            self._left[key_id] = (left - 1 if enough else left, now)
        if not enough:
            line = f"Too many requests: {AT_ONCE} at once and {A_SECOND:.0f} a second are answered."
            raise HTTPException(429, line, {"Retry-After": "1"})


def caller_of(request: Request) -> Caller:
    """Who asks, once admitted."""
    caller: Caller = request.state.caller
    return caller


def _holds(account: Account, key: ApiKey) -> bool:
    return not account.disabled and key.holds(datetime.now(UTC))


def _address_of(request: Request) -> str:
    return request.client.host if request.client else ""
