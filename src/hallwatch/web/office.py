"""People and roles, one's own account, the audit trail, health."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.api_keys import DEFAULT_DAYS, MOST_DAYS, MOST_NAME
from hallwatch.core.policy.roles import DISTRICT_WIDE, MAY_APPOINT, Account, May, Role
from hallwatch.core.policy.scopes import NEEDS
from hallwatch.core.requests import (
    AddAccount,
    By,
    DisableAccount,
    MakeLink,
    OpenSession,
    SetCode,
    SetPassword,
)
from hallwatch.core.retain import RULES
from hallwatch.core.sessions import digest_of_token, password_fault
from hallwatch.errors import UserError
from hallwatch.web.admission import Elsewhere, Visitor, set_cookie
from hallwatch.web.console import Console
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import Desk, reasoned, visitor_of
from hallwatch.web.texts import gettext as _

Text = Annotated[str, Form(max_length=300)]
TRAIL = 100


def add_routes(app: FastAPI, console: Console, pages: Pages, desk: Desk) -> None:
    """The pages of this file."""

    @app.get("/account")
    def account_page(request: Request) -> HTMLResponse:
        return own_page(console, pages, visitor_of(request))

    @app.post("/account/password")
    def set_password(request: Request, old: Text, password: Text, again: Text) -> Response:
        visitor = visitor_of(request)
        fault = password_fault(password, visitor.account.login)
        if fault is None and password != again:
            fault = _("The two new passwords are not the same.")
        fault = desk.own_password(request, visitor.account, old) or fault
        if fault is not None:
            return own_page(console, pages, visitor, fault=fault)
        kept = desk.hashed(password)
        console.ask(SetPassword(visitor.by, visitor.account.account_id, kept))
        # This browser's token, too: somebody may have a copy of it.
        token = secrets.token_urlsafe(32)
        console.ask(OpenSession(visitor.by, visitor.account.account_id, digest_of_token(token)))
        found = console.who.by_session(digest_of_token(token), datetime.now(UTC))
        if found is None:
            raise Elsewhere("/sign-in")
        renewed = Visitor(*found, token, visitor.origin)
        said = _("The password is changed; other browsers are signed out.")
        response = own_page(console, pages, renewed, said=said)
        set_cookie(response, console, token)
        return response

    @app.post("/account/code")
    def set_code(request: Request, secret: Text = "", code: Text = "") -> Response:
        visitor = visitor_of(request)
        if secret and console.proofs.code_step(secret, code) is None:
            return own_page(console, pages, visitor, fault=_("That code did not fit; scan the new picture."))
        console.ask(SetCode(visitor.by, visitor.account.account_id, secret))
        said = (
            _("From now on a code of your app is asked for, too.")
            if secret
            else _("No code is asked for any more.")
        )
        return own_page(console, pages, visitor, said=said)

    @app.get("/people")
    def people_page(request: Request) -> HTMLResponse:
        return _people_page(console, pages, visitor_of(request))

    @app.post("/people")
    def add(
        request: Request,
        login: Text,
        name: Text,
        role: Text,
        school: Annotated[list[str] | None, Form()] = None,
        reason: Text = "",
    ) -> Response:
        visitor = visitor_of(request)
        try:
            wanted = Role(role)
        except ValueError:
            raise HTTPException(422, "There is no such role.") from None
        schools = frozenset() if wanted in DISTRICT_WIDE else frozenset(school or ())
        try:
            done = console.ask(AddAccount(reasoned(visitor, reason), login, name, wanted, schools))
            link = _fresh_link(console, visitor.by, done.subject)
        except UserError as error:
            return _people_page(console, pages, visitor, fault=str(error))
        return _people_page(console, pages, visitor, link=link, link_for=name)

    @app.post("/people/{account_id}/disable")
    def disable(request: Request, account_id: str, reason: Text = "") -> Response:
        visitor = visitor_of(request)
        _mine_to_manage(console, visitor, account_id)
        try:
            console.ask(DisableAccount(reasoned(visitor, reason), account_id))
        except UserError as error:
            return _people_page(console, pages, visitor, fault=str(error))
        return RedirectResponse("/people", status_code=303)

    @app.post("/people/{account_id}/link")
    def link(request: Request, account_id: str) -> Response:
        visitor = visitor_of(request)
        other = _mine_to_manage(console, visitor, account_id)
        return _people_page(
            console, pages, visitor, link=_fresh_link(console, visitor.by, account_id), link_for=other.name
        )

    @app.get("/audit")
    def audit_page(request: Request, before: int | None = None) -> HTMLResponse:
        entries = console.who.trail(TRAIL, before)
        names = {account.account_id: account.name for account in console.who.everybody()}
        older = entries[-1].sequence if len(entries) == TRAIL and entries[-1].sequence > 1 else None
        page = pages.render("audit.html", visitor_of(request), entries=entries, names=names, older=older)
        return HTMLResponse(page)

    @app.get("/health")
    def health_page(request: Request) -> HTMLResponse:
        visitor = visitor_of(request)
        status = pages.status_for(visitor.account, console.board.status())
        page = pages.render("health.html", visitor, status=status, rules=RULES, quiet=console.quiet())
        return HTMLResponse(page)


def _fresh_link(console: Console, by: By, account_id: str) -> str:
    """The path of a new one-time link; only its digest is kept, so it is shown this once."""
    token = secrets.token_urlsafe(32)
    console.ask(MakeLink(by, account_id, digest_of_token(token)))
    return f"/link/{token}"


def _mine_to_manage(console: Console, visitor: Visitor, account_id: str) -> Account:
    """An account of another school does not exist for this visitor."""
    other = next((one for one in console.who.everybody() if one.account_id == account_id), None)
    if other is None or not visitor.account.may_manage(other):
        raise HTTPException(404, "There is no such account.")
    return other


def own_page(
    console: Console,
    pages: Pages,
    visitor: Visitor,
    *,
    fault: str = "",
    said: str = "",
    new_key: str = "",
    new_key_name: str = "",
) -> HTMLResponse:
    """One's own account; ``new_key`` is a key for programs that was made just now."""
    found = console.who.by_login(visitor.account.login)
    has_code = found is not None and bool(found[1].code)
    secret = "" if has_code else console.proofs.new_code_secret()
    picture = console.proofs.code_picture(secret, visitor.account.login, console.facts.name) if secret else ""
    page = pages.render(
        "account.html",
        visitor,
        fault=fault,
        said=said,
        has_code=has_code,
        secret=secret,
        picture=picture,
        passkeys=console.who.passkeys(visitor.account.account_id),
        keys=console.who.keys(visitor.account.account_id),
        new_key=new_key,
        new_key_name=new_key_name,
        may_answer=visitor.account.may(May.ANSWER_ALERTS),
        may_make_keys=visitor.account.may(May.MAKE_KEYS),
        scopes=[scope for scope, needs in NEEDS.items() if visitor.account.may(needs)],
        key_schools=[school for school in console.facts.schools if visitor.account.sees(school)],
        key_days=DEFAULT_DAYS,
        most_key_days=MOST_DAYS,
        most_key_name=MOST_NAME,
        now=datetime.now(UTC),
        push_key=console.push_key if visitor.account.may(May.SEE_ALERTS) else "",
        device=console.staff.device(visitor.signed.digest),
        pause_min=console.pin_after_min(),
        training=console.staff.training().get(visitor.account.account_id),
        browsers=console.deliveries.subscriptions_of(visitor.account.account_id),
    )
    return HTMLResponse(page, status_code=422 if fault else 200)


def _people_page(
    console: Console, pages: Pages, visitor: Visitor, *, fault: str = "", link: str = "", link_for: str = ""
) -> HTMLResponse:
    mine = visitor.account
    everybody = [one for one in console.who.everybody() if one == mine or mine.may_manage(one)]
    schools = [school for school in console.facts.schools if mine.sees(school)]
    page = pages.render(
        "people.html",
        visitor,
        everybody=everybody,
        training=console.staff.training(),
        answering=[one.account_id for one in everybody if one.may(May.ANSWER_ALERTS)],
        now=datetime.now(UTC),
        roles=[role for role in Role if role in MAY_APPOINT.get(mine.role, ())],
        district_wide=DISTRICT_WIDE,
        schools=schools,
        fault=fault,
        link=link,
        link_for=link_for,
    )
    return HTMLResponse(page, status_code=422 if fault else 200)
