"""Browsers on shift: a PIN is chosen under one's account, and asked for before the browser acts again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.device import Device, pin_fault
from hallwatch.core.device_requests import EnrolDevice, TryPin
from hallwatch.errors import UserError
from hallwatch.web.admission import Visitor, drop_cookie
from hallwatch.web.console import Console
from hallwatch.web.office import own_page
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import Desk, own_path, visitor_of
from hallwatch.web.texts import gettext as _

Pin = Annotated[str, Form(max_length=20)]
Path = Annotated[str, Form(max_length=300)]


def add_routes(app: FastAPI, console: Console, pages: Pages, desk: Desk) -> None:
    """The doors of this file."""

    @app.post("/account/device")
    def enrol(request: Request, pin: Pin, again: Pin, hours: Annotated[int, Form()]) -> Response:
        visitor = visitor_of(request)
        fault = pin_fault(pin)
        if fault is None and pin != again:
            fault = _("The two PINs are not the same.")
        if fault is None:
            asked = EnrolDevice(
                visitor.by, visitor.signed.digest, desk.hashed(pin), hours, console.pin_after_min()
            )
            try:
                console.ask(asked)
            except UserError as error:
                fault = str(error)
        if fault is not None:
            return own_page(console, pages, visitor, fault=fault)
        return RedirectResponse("/account#device", status_code=303)

    @app.get("/pin")
    def pin_page(request: Request, next: str = "/") -> Response:
        visitor = visitor_of(request)
        if not is_locked(console, visitor):
            return RedirectResponse(own_path(next), status_code=303)
        return HTMLResponse(pages.render("pin.html", visitor, next=own_path(next), left=None))

    @app.post("/pin")
    def unlock(request: Request, pin: Pin, next: Path = "/") -> Response:
        visitor = visitor_of(request)
        device = console.staff.device(visitor.signed.digest)
        if device is None:
            return RedirectResponse(own_path(next), status_code=303)
        fits = desk.fits(lambda: _pin_of(console, visitor), pin.strip())
        left = console.ask(TryPin(visitor.by, device.session, fits)).number
        if fits and left:
            return RedirectResponse(own_path(next), status_code=303)
        if not left:
            response = RedirectResponse(f"/sign-in?next={own_path(next)}", status_code=303)
            drop_cookie(response, console)
            return response
        page = pages.render("pin.html", visitor, next=own_path(next), left=left)
        return HTMLResponse(page, status_code=403)


def is_locked(console: Console, visitor: Visitor) -> bool:
    """Whether the browser has to be given its PIN before it acts."""
    device = console.staff.device(visitor.signed.digest)
    return device is not None and device.is_locked(datetime.now(UTC))


def _pin_of(console: Console, visitor: Visitor) -> str:
    """The hash as it is at this moment; "" once the browser was signed out by wrong PINs."""
    device: Device | None = console.staff.device(visitor.signed.digest)
    return "" if device is None else device.pin
