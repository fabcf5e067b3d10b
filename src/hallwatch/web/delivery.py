"""Deliveries: who is told of alerts, how each channel is doing; and the page that makes noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.delivery import ChannelState
from hallwatch.core.delivery_requests import DropSubscription, KeepSubscription
from hallwatch.core.escalation import BUILT_IN, Told
from hallwatch.web.console import Console
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import visitor_of

Address = Annotated[str, Form(max_length=1000)]
Key = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class Line:
    """A channel on the page; one that is in the settings no more is ``gone``."""

    told: Told
    state: ChannelState
    gone: bool = False


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.get("/delivery")
    def delivery_page(request: Request) -> HTMLResponse:
        visitor = visitor_of(request)
        status = pages.status_for(visitor.account, console.board.status())
        lines = _lines(console)
        return HTMLResponse(pages.render("delivery.html", visitor, status=status, lines=lines))

    _add_push(app, console)

    @app.get("/siren")
    def siren_page(request: Request) -> HTMLResponse:
        visitor = visitor_of(request)
        count = len(console.deliveries.ringing(visitor.account.scope))
        return HTMLResponse(pages.render("siren.html", visitor, count=count))


def _add_push(app: FastAPI, console: Console) -> None:
    @app.post("/account/push")
    def subscribe(request: Request, endpoint: Address, public_key: Key, auth: Key) -> Response:
        parts = urlsplit(endpoint)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
            raise HTTPException(422, "That is no address of a push service.")
        console.ask(KeepSubscription(visitor_of(request).by, endpoint, public_key, auth))
        return Response(status_code=204)

    @app.post("/account/push/{subscription_id}/drop")
    def unsubscribe(request: Request, subscription_id: str) -> Response:
        console.ask(DropSubscription(visitor_of(request).by, subscription_id))
        return RedirectResponse("/account", status_code=303)


def _lines(console: Console) -> list[Line]:
    states = {state.name: state for state in console.deliveries.channels()}
    known = {told.name: told for told in (*BUILT_IN, *console.facts.plan.channels)}
    return [
        *(Line(told, states.get(name, ChannelState(name))) for name, told in known.items()),
        *(Line(Told(name), state, gone=True) for name, state in states.items() if name not in known),
    ]
