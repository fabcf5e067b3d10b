"""Keys for programs, on the page of one's own account: made, shown once, revoked."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hallwatch.core.api_key_requests import DropKey, MakeKey
from hallwatch.core.api_keys import RANDOM_BYTES, digest_of_key, token_of
from hallwatch.core.policy.scopes import Scope
from hallwatch.errors import TryAgain, UserError
from hallwatch.web.console import Console
from hallwatch.web.office import Text, own_page
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import visitor_of

Ticked = Annotated[list[str] | None, Form()]


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.post("/account/keys")
    def make(
        request: Request, name: Text, days: Text, scope: Ticked = None, school: Ticked = None
    ) -> Response:
        visitor = visitor_of(request)
        token = token_of(secrets.token_bytes(RANDOM_BYTES))
        try:
            if not (days.isascii() and days.isdecimal() and len(days) < 6):
                raise UserError("write the days as a number")
            wanted = frozenset(one for one in Scope if one.value in (scope or ()))
            schools = frozenset(school or ())
            if not schools <= set(console.facts.schools):
                raise UserError("there is no such school; choose one that a camera names")
            console.ask(MakeKey(visitor.by, digest_of_key(token), name, wanted, schools, int(days)))
        except UserError as error:
            return own_page(console, pages, visitor, fault=str(error))
        return own_page(console, pages, visitor, new_key=token, new_key_name=name.strip())

    @app.post("/account/keys/{key_id}/drop")
    def drop(request: Request, key_id: str) -> Response:
        visitor = visitor_of(request)
        try:
            console.ask(DropKey(visitor.by, key_id))
        except TryAgain:
            raise
        except UserError:
            raise HTTPException(404, "There is no such key.") from None
        return RedirectResponse("/account", status_code=303)
