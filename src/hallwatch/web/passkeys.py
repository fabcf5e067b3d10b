"""Passkeys: making one, signing in with one, giving one up."""

from __future__ import annotations

import ipaddress
import json
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from hallwatch.core.requests import AddPasskey, DropPasskey
from hallwatch.errors import PasskeyRefused
from hallwatch.web.console import Console
from hallwatch.web.signing_in import Desk, own_path, visitor_of
from hallwatch.web.texts import gettext as _
from hallwatch.web.texts import said
from hallwatch.web.tickets import Tickets

Text = Annotated[str, Form(max_length=300)]
Answer = Annotated[str, Form(max_length=20_000)]


def add_routes(app: FastAPI, console: Console, desk: Desk) -> None:
    """The doors of this file."""
    challenges: Tickets[bytes] = Tickets()
    proofs = console.passkeys

    @app.post("/account/passkey/ask")
    def ask_for_new(request: Request) -> JSONResponse:
        account = visitor_of(request).account
        known = console.who.passkeys(account.account_id)
        host, _origin = _here(request)
        challenge, options = proofs.to_make(host, console.facts.name, account.login, account.name, known)
        return JSONResponse({"ticket": challenges.put(challenge), "options": json.loads(options)})

    @app.post("/account/passkey")
    def keep(request: Request, ticket: Text, answer: Answer, name: Text = "") -> JSONResponse:
        visitor = visitor_of(request)
        host, origin = _here(request)
        made = proofs.made(_asked(challenges, ticket), host, origin, answer)
        console.ask(AddPasskey(visitor.by, visitor.account.account_id, *made, name.strip() or _("A passkey")))
        return JSONResponse({"next": "/account"})

    @app.post("/account/passkey/{credential_id}/drop")
    def drop(request: Request, credential_id: str) -> Response:
        visitor = visitor_of(request)
        if credential_id not in {
            one.credential_id for one in console.who.passkeys(visitor.account.account_id)
        }:
            raise HTTPException(404, "There is no such passkey.")
        console.ask(DropPasskey(visitor.by, visitor.account.account_id, credential_id))
        return RedirectResponse("/account", status_code=303)

    @app.post("/sign-in/passkey/ask")
    def ask_to_sign_in(request: Request) -> JSONResponse:
        challenge, options = proofs.to_ask(_here(request)[0])
        return JSONResponse({"ticket": challenges.put(challenge), "options": json.loads(options)})

    @app.post("/sign-in/passkey")
    def sign_in(request: Request, ticket: Text, answer: Answer, next: Text = "/") -> Response:
        host, origin = _here(request)
        challenge = _asked(challenges, ticket)
        found = console.who.by_passkey(proofs.id_of(answer))
        if found is None or found[0].disabled:
            raise PasskeyRefused("That passkey did not fit.")
        account, passkey = found
        count = proofs.used(challenge, host, origin, answer, passkey)
        signed = desk.signed_in(request, account, own_path(next), passkey=passkey.credential_id, count=count)
        told = JSONResponse({"next": own_path(next)})
        told.raw_headers += [header for header in signed.raw_headers if header[0] == b"set-cookie"]
        return told

    @app.exception_handler(PasskeyRefused)
    def refused(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"fault": said(str(error))}, status_code=403)


def _asked(challenges: Tickets[bytes], ticket: str) -> bytes:
    """What the browser was asked. Raises PasskeyRefused."""
    challenge = challenges.take(ticket)
    if challenge is None:
        raise PasskeyRefused("That took too long; try again.")
    return challenge


def _here(request: Request) -> tuple[str, str]:
    """The console's name and address as this browser sees them. Raises PasskeyRefused where there is only a number."""
    host = request.url.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host, f"{request.url.scheme}://{request.headers['host']}"
    raise PasskeyRefused(
        "Passkeys need a name: open this page as https://NAME, or on this machine as http://localhost."
    )
