"""Signing in, proving it again and signing out through the district's own sign-in (OpenID Connect).

Whoever comes back needs an account here already; the first person to come for an account is whom it belongs to. The
browser that comes back must be the one that left: a cookie names what it left with.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.provider import Identity, Started
from hallwatch.core.requests import TouchSession
from hallwatch.core.sessions import PROOF
from hallwatch.errors import ProviderFault, UserError
from hallwatch.web.admission import Visitor, address_of
from hallwatch.web.console import Console
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import CAME_BY_PROVIDER, Desk, own_path, visitor_of
from hallwatch.web.texts import N_
from hallwatch.web.texts import gettext as _
from hallwatch.web.throttle import Rate
from hallwatch.web.tickets import Tickets
from hallwatch.web.who_questions import SignInProvider

LEFT = "hallwatch-left"
AWAY_S = 600.0
BACK = "/sign-in/provider/back"
NOBODY = N_(
    "Nobody here signs in with that address. Ask an administrator to add you with exactly this address."
)


@dataclass(frozen=True, slots=True)
class Away:
    """A browser that went to the provider: with what, where it goes on, and whether only to prove it again."""

    started: Started
    next: str
    again: bool


def add_routes(app: FastAPI, console: Console, pages: Pages, desk: Desk) -> None:
    """The doors of this file."""
    left: Tickets[Away] = Tickets(AWAY_S)
    rate = Rate()

    def leave(request: Request, next: str, *, again: bool) -> Response:
        if (wait := rate.wait_s(address_of(request))) > 0:
            line = _("Too many tries. Wait {seconds} seconds, then try again.").format(seconds=f"{wait:.0f}")
            return _refused(pages, request, line, again=again, next=next, status=429)
        try:
            started = _provider(console).start(_address(request, BACK), again=again)
        except ProviderFault as fault:
            return _refused(pages, request, str(fault), again=again, next=next)
        response = RedirectResponse(started.url, status_code=303)
        ticket = left.put(Away(started, own_path(next), again))
        response.set_cookie(
            LEFT, ticket, max_age=int(AWAY_S), httponly=True, samesite="lax", secure=console.secure, path=BACK
        )
        return response

    @app.get("/sign-in/provider")
    def sign_in(request: Request, next: str = "/") -> Response:
        return leave(request, next, again=False)

    @app.get("/confirm/provider")
    def confirm(request: Request, next: str = "/") -> Response:
        return leave(request, next, again=True)

    @app.get(BACK)
    def back(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
        away = left.take(request.cookies.get(LEFT, ""))
        if away is None or not hmac.compare_digest(away.started.state.encode(), state.encode()):
            return _refused(
                pages, request, _("That took too long, or was begun in another browser; try again.")
            )
        try:
            if error or not code:
                raise ProviderFault("Nobody was signed in there; try again.")
            identity = _provider(console).finish(away.started, _address(request, BACK), code)
            found = console.who.by_login(identity.address)
            if found is None or found[0].disabled or not identity.verified:
                raise ProviderFault(NOBODY)
            if away.again:
                return _proved(console, visitor_of(request), identity, found[1].provided, away.next)
            return desk.signed_in(
                request, found[0], away.next, identity=identity.key, proved=_fresh(identity)
            )
        except UserError as fault:
            return _refused(pages, request, str(fault), again=away.again, next=away.next)

    @app.get("/signed-out")
    def signed_out(request: Request) -> Response:
        provider, end = console.provider(), None
        if provider is not None and CAME_BY_PROVIDER in request.cookies:
            try:
                end = provider.end(_address(request, "/sign-in"))
            except ProviderFault:
                end = ""  # it cannot be asked: the page says that it may still know this browser
        label = provider.facts.label if provider is not None and CAME_BY_PROVIDER in request.cookies else ""
        response = HTMLResponse(pages.render("signed_out.html", None, label=label, end=end))
        if end:
            # Not a redirect of the form: the content policy lets our forms go nowhere but here.
            response.headers["Refresh"] = f"1; url={end}"
        response.delete_cookie(CAME_BY_PROVIDER, path="/", secure=console.secure)
        return response


def _proved(console: Console, visitor: Visitor, identity: Identity, provided: str, next: str) -> Response:
    """The same person, just now: five minutes for grave acts. Raises ProviderFault."""
    mine = console.who.by_login(visitor.account.login)
    if provided != identity.key or mine is None or mine[1].provided != identity.key:
        raise ProviderFault("Somebody else signed in there; sign in as yourself.")
    if not _fresh(identity):
        raise ProviderFault(
            "The school's sign-in does not say that you signed in just now; use your password here."
        )
    console.ask(TouchSession(visitor.by, visitor.signed.digest, proved=True))
    return RedirectResponse(next, status_code=303)


def _fresh(identity: Identity) -> bool:
    """Whether somebody signed in there just now; a provider that does not say so has not proved it."""
    return identity.since is not None and datetime.now(UTC) - identity.since < PROOF


def _provider(console: Console) -> SignInProvider:
    found = console.provider()
    if found is None:
        raise HTTPException(404, "The school's own sign-in is not set up here.")
    return found


def _address(request: Request, path: str) -> str:
    """Where the browser finds this console itself."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}{path}"


def _refused(
    pages: Pages, request: Request, line: str, *, again: bool = False, next: str = "/", status: int = 403
) -> HTMLResponse:
    visitor: Visitor | None = request.state.visitor
    page = "confirm.html" if again and visitor is not None else "sign_in.html"
    shown = visitor if page == "confirm.html" else None
    return HTMLResponse(pages.render(page, shown, next=own_path(next), fault=line), status_code=status)
