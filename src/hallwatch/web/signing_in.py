"""Signing in and out, one-time links, and giving the password again before a grave act."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.policy.roles import Account
from hallwatch.core.requests import By, CloseSession, OpenSession, TouchSession, UseLink
from hallwatch.core.sessions import Secret, digest_of_token, password_fault
from hallwatch.errors import UserError
from hallwatch.web.admission import Visitor, address_of, drop_cookie, set_cookie
from hallwatch.web.console import Console
from hallwatch.web.pages import Pages
from hallwatch.web.texts import gettext as _
from hallwatch.web.throttle import Throttle

DEVICE = "hallwatch-device"
CAME_BY_PROVIDER = "hallwatch-came-by-provider"
"""Set for whoever came through the district's own sign-in: signing out ends there, too."""
TRIES_AT_ONCE = 2
"""Each try takes 64 MiB for a tenth of a second; more at once would be somebody else's load on us."""

Text = Annotated[str, Form(max_length=300)]
Optional = Annotated[str, Form(max_length=300)]


class Desk:
    """What the sign-in pages share."""

    def __init__(self, console: Console, throttle: Throttle) -> None:
        self.console, self.throttle = console, throttle
        self._trying = threading.Semaphore(TRIES_AT_ONCE)
        self._steps: dict[str, int] = {}
        self._lock = threading.Lock()

    def proved(self, request: Request, login: str, password: str, code: str) -> Account | str:
        """The account whose password (and code) this is, or what to tell who asked: never which of them was wrong."""
        line = _("That did not fit. Check name, password and, if you have set one up, the code of your app.")
        return self._tried(request, login, password, line, lambda mine: self._fits_code(*mine, code))

    def own_password(self, request: Request, account: Account, password: str) -> str | None:
        """Why this is not the password of whoever is signed in; None when it is. Guessing is slowed down here, too."""
        found = self._tried(
            request, account.login, password, _("The old password did not fit."), lambda mine: True
        )
        return found if isinstance(found, str) else None

    def _tried(
        self,
        request: Request,
        login: str,
        password: str,
        line: str,
        also: Callable[[tuple[Account, Secret]], bool],
    ) -> Account | str:
        """Whose password this is, if ``also`` says yes; ``line`` for any other, and a longer wait for the next."""
        address, device = address_of(request), self._device(request, login)
        wait = self.throttle.wait_s(login, address, device)
        if wait > 0:
            return _("Too many tries. Wait {seconds} seconds, then try again.").format(seconds=f"{wait:.0f}")
        with self._trying:
            found = self.console.who.by_login(login)
            # Nobody's password takes as long as somebody's.
            fits = self.console.proofs.fits(found[1].password if found else "", password)
            if found is not None and fits and not found[0].disabled and also(found):
                self.throttle.succeeded(login, address, device)
                return found[0]
        self.throttle.failed(login, address, device)
        return line

    def fits(self, kept: Callable[[], str], given: str) -> bool:
        """Whether this is what the hash is of, which is looked up when its turn has come; not too many at once."""
        with self._trying:
            return self.console.proofs.fits(kept(), given)

    def hashed(self, password: str) -> str:
        """What is kept of a new password; not too many at once."""
        with self._trying:
            return self.console.proofs.hash(password)

    def signed_in(
        self,
        request: Request,
        account: Account,
        path: str,
        *,
        passkey: str = "",
        count: int = 0,
        identity: str = "",
        proved: bool = True,
    ) -> Response:
        """To the page, with a fresh token: whatever token the browser had before is worth nothing.

        Raises UserError when the keeper says no.
        """
        token = secrets.token_urlsafe(32)
        visitor: Visitor | None = request.state.visitor
        self.console.ask(
            OpenSession(
                By(account.account_id, address_of(request)),
                account.account_id,
                digest_of_token(token),
                visitor.signed.digest if visitor else "",
                passkey,
                count,
                identity,
                proved,
            )
        )
        response = self.entered(account, token, path)
        if identity:
            response.set_cookie(
                CAME_BY_PROVIDER, "1", httponly=True, samesite="lax", secure=self.console.secure
            )
        return response

    def entered(self, account: Account, token: str, path: str) -> Response:
        """To the page; the browser is known from now on."""
        response = RedirectResponse(path, status_code=303)
        set_cookie(response, self.console, token)
        mark = f"{account.account_id}.{self._mark(account.account_id)}"
        response.set_cookie(
            DEVICE, mark, max_age=180 * 86_400, httponly=True, samesite="lax", secure=self.console.secure
        )
        return response

    def entered_demo(self, request: Request, account: Account, token: str) -> Response:
        """A demonstration asks for no password: nothing in it is anybody's, and it ends with its command."""
        fresh = secrets.token_urlsafe(32)
        by = By(account.account_id, address_of(request))
        self.console.ask(UseLink(by, digest_of_token(token), "", digest_of_token(fresh)))
        return self.entered(account, fresh, "/")

    def _fits_code(self, account: Account, secret: Secret, code: str) -> bool:
        """A code works once: whoever looked over a shoulder comes too late."""
        if not secret.code:
            return True
        step = self.console.proofs.code_step(secret.code, code)
        with self._lock:
            if step is None or step <= self._steps.get(account.account_id, -1):
                return False
            self._steps[account.account_id] = step
            return True

    def _device(self, request: Request, login: str) -> str | None:
        """The account that this browser signed in with before, if it is this login's."""
        account_id, _dot, mark = request.cookies.get(DEVICE, "").partition(".")
        if not mark or not hmac.compare_digest(mark, self._mark(account_id)):
            return None
        found = self.console.who.by_login(login)
        return account_id if found and found[0].account_id == account_id else None

    def _mark(self, account_id: str) -> str:
        return hmac.new(self.console.device_key, account_id.encode(), sha256).hexdigest()


def add_routes(app: FastAPI, console: Console, pages: Pages, desk: Desk) -> None:
    """The pages of this file."""

    @app.get("/sign-in")
    def sign_in_page(request: Request, next: str = "/") -> Response:
        if request.state.visitor is not None:
            return RedirectResponse(own_path(next), status_code=303)
        return HTMLResponse(pages.render("sign_in.html", None, next=own_path(next), fault=""))

    @app.post("/sign-in")
    def sign_in(
        request: Request, login: Text, password: Text, code: Optional = "", next: Optional = "/"
    ) -> Response:
        account = desk.proved(request, login, password, code)
        if isinstance(account, str):
            page = pages.render("sign_in.html", None, next=own_path(next), fault=account)
            return HTMLResponse(page, status_code=403)
        return desk.signed_in(request, account, own_path(next))

    @app.post("/sign-out")
    def sign_out(request: Request) -> Response:
        visitor: Visitor = request.state.visitor
        console.ask(CloseSession(visitor.by, visitor.signed.digest))
        response = RedirectResponse("/signed-out", status_code=303)
        drop_cookie(response, console)
        return response

    @app.get("/link/{token}")
    def link_page(request: Request, token: str) -> Response:
        account = console.who.by_link(digest_of_token(token), datetime.now(UTC))
        if account is not None and console.demo:
            return desk.entered_demo(request, account, token)
        page = pages.render("link.html", None, account=account, fault="")
        return HTMLResponse(page, status_code=200 if account else 404)

    @app.post("/link/{token}")
    def use_link(
        request: Request, token: str, password: Text, again: Text, login: Optional = "", name: Optional = ""
    ) -> Response:
        account = console.who.by_link(digest_of_token(token), datetime.now(UTC))
        if account is None:
            return HTMLResponse(pages.render("link.html", None, account=None, fault=""), status_code=404)
        fault = password_fault(password, login or account.login)
        if fault is None and password != again:
            fault = _("The two passwords are not the same.")
        if fault is None and account.is_unnamed and not (login.strip() and name.strip()):
            fault = _("Choose a name to sign in with, and write your own name.")
        if fault is not None:
            return HTMLResponse(
                pages.render("link.html", None, account=account, fault=fault), status_code=422
            )
        fresh = secrets.token_urlsafe(32)
        try:
            console.ask(
                UseLink(
                    By(account.account_id, address_of(request)),
                    digest_of_token(token),
                    desk.hashed(password),
                    digest_of_token(fresh),
                    login.strip(),
                    name.strip(),
                )
            )
        except UserError as error:
            page = pages.render("link.html", None, account=account, fault=str(error))
            return HTMLResponse(page, status_code=422)
        return desk.entered(account, fresh, "/")

    @app.get("/confirm")
    def confirm_page(request: Request, next: str = "/") -> HTMLResponse:
        return HTMLResponse(
            pages.render("confirm.html", request.state.visitor, next=own_path(next), fault="")
        )

    @app.post("/confirm")
    def confirm(request: Request, password: Text, code: Optional = "", next: Optional = "/") -> Response:
        visitor: Visitor = request.state.visitor
        account = desk.proved(request, visitor.account.login, password, code)
        if isinstance(account, str):
            page = pages.render("confirm.html", visitor, next=own_path(next), fault=account)
            return HTMLResponse(page, status_code=403)
        console.ask(TouchSession(visitor.by, visitor.signed.digest, proved=True))
        return RedirectResponse(own_path(next), status_code=303)


def own_path(path: str) -> str:
    """``path`` if it is a page of this console, else the first page: nobody is sent elsewhere after signing in."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if plain else "/"


def visitor_of(request: Request) -> Visitor:
    """Who is signed in. Raises HTTPException where nobody can be."""
    visitor: Visitor | None = request.state.visitor
    if visitor is None:
        raise HTTPException(401, "Sign in first.")
    return visitor


def reasoned(visitor: Visitor, reason: str) -> By:
    """Who does it, and why."""
    words = "".join(one for one in reason if one.isprintable())
    return replace(visitor.by, reason=words.strip()[:500])
