"""Who comes through which door: every request is held against the policy table before it reaches its page."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote, urlsplit

from fastapi import HTTPException, Request
from starlette.responses import RedirectResponse, Response

from hallwatch.core.policy.doors import DOORS, Door, Who
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.policy.scopes import Scope
from hallwatch.core.requests import By, TouchSession
from hallwatch.core.sessions import SignedIn, digest_of_token
from hallwatch.web.callers import Callers
from hallwatch.web.console import Console

TOUCHED_EVERY = timedelta(minutes=1)
SAFE = ("GET", "HEAD")
COOKIE, SECURE_COOKIE = "hallwatch", "__Host-hallwatch"
"""On loopback without HTTPS browsers refuse the prefix, which asks for it."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody signed in, and the token of the browser."""

    account: Account
    signed: SignedIn
    token: str
    origin: str

    @property
    def by(self) -> By:
        """Who does what this request asks for."""
        return By(self.account.account_id, self.origin)

    @property
    def csrf(self) -> str:
        """What forms of this browser carry: nobody else can know it."""
        return hmac.new(self.token.encode(), b"forms", sha256).hexdigest()


class Elsewhere(Exception):
    """The browser has to go to another page first."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def admission(console: Console, callers: Callers) -> Callable[[Request], Awaitable[None]]:
    """The guard of every route: sets ``request.state.visitor`` (for a key ``request.state.caller``), or raises."""

    async def admit(request: Request) -> None:
        door = _door(request)
        if isinstance(door.who, Scope):  # no cookie counts: no page elsewhere can make a browser send a key
            request.state.visitor = None
            request.state.caller = await asyncio.to_thread(callers.admitted, request, door.who)
            return
        visitor = await asyncio.to_thread(visitor_of, console, request)
        request.state.visitor = visitor
        if door.who is Who.ANY_KEY and visitor is None:
            request.state.caller = await asyncio.to_thread(callers.admitted, request, None)
            return
        if request.method not in SAFE:
            _own_page(request)
        if door.who is Who.ANYBODY:
            return
        if visitor is None:
            if request.method in SAFE and "text/html" in request.headers.get("accept", ""):
                raise Elsewhere(f"/sign-in?next={quote(request.url.path)}")
            raise HTTPException(401, "Sign in first.")
        if isinstance(door.who, May) and not visitor.account.may(door.who):
            raise HTTPException(403, "Your role does not include this.")
        if request.method not in SAFE:
            await _own_form(request, visitor)
        if door.grave and not visitor.signed.is_proved(_now()):
            form = _came_from(request) or _page_of(door, request.url.path)
            first = request.url.path if request.method in SAFE else form
            raise Elsewhere(f"/confirm?next={quote(first)}")
        if not door.by_itself:
            await asyncio.to_thread(_touch, console, visitor)

    return admit


def visitor_of(console: Console, request: Request) -> Visitor | None:
    """Who is signed in with this request's cookie, by what the database says now."""
    token = request.cookies.get(SECURE_COOKIE if console.secure else COOKIE)
    if not token or len(token) > 200:
        return None
    found = console.who.by_session(digest_of_token(token), _now())
    return None if found is None else Visitor(found[0], found[1], token, address_of(request))


def address_of(request: Request) -> str:
    """From where the request comes."""
    return request.client.host if request.client else ""


def set_cookie(response: Response, console: Console, token: str) -> None:
    """Sign the browser in, until it is closed or the session ends."""
    name = SECURE_COOKIE if console.secure else COOKIE
    response.set_cookie(name, token, httponly=True, samesite="lax", secure=console.secure, path="/")


def drop_cookie(response: Response, console: Console) -> None:
    """Sign the browser out."""
    response.delete_cookie(SECURE_COOKIE if console.secure else COOKIE, path="/", secure=console.secure)


def redirect(error: Elsewhere) -> Response:
    """To the page that has to come first."""
    return RedirectResponse(error.path, status_code=303)


def _door(request: Request) -> Door:
    """The table's line for this route; what is not in the table does not exist."""
    path = getattr(request.scope.get("route"), "path", None)
    door = DOORS.get(f"{request.method} {path}")
    if door is None:
        raise HTTPException(404, "There is no such page.")
    return door


def _own_page(request: Request) -> None:
    """A change comes from one of our own pages: browsers say so, and nothing else is believed."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if (site is None and origin is None) or site not in (None, "same-origin") or origin not in (None, own):
        raise HTTPException(403, "That did not come from a page of this console.")


async def _own_form(request: Request, visitor: Visitor) -> None:
    form = await request.form()
    given = form.get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given, visitor.csrf):
        raise HTTPException(403, "That form was not made for this sign-in; go back and try again.")


def _touch(console: Console, visitor: Visitor) -> None:
    if _now() - visitor.signed.seen > TOUCHED_EVERY:
        console.ask(TouchSession(visitor.by, visitor.signed.digest))


def _page_of(door: Door, path: str) -> str:
    """The page whose form a grave act at this path comes from: the nearest above it that can be opened."""
    named, parts = door.name.split(" /", 1)[1].split("/"), path.lstrip("/").split("/")
    for count in range(len(named), 0, -1):
        if f"GET /{'/'.join(named[:count])}" in DOORS:
            return "/" + "/".join(parts[:count])
    return "/"


def _came_from(request: Request) -> str | None:
    """The page of ours whose form was sent, as the browser says; None where it does not."""
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc != request.headers.get("host") or not came.path.startswith("/"):
        return None
    return came.path


def _now() -> datetime:
    return datetime.now(UTC)
