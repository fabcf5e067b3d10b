"""Settings: what they are and mean, and changing those that hallwatch.toml leaves to the console.

A setting that moves the threshold shows what is to be expected before it is asked for, and waits for another's yes.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.policy.roles import May
from hallwatch.core.requests import ChangeSetting
from hallwatch.core.site_requests import AnswerSetting, RevertSetting
from hallwatch.errors import UserError
from hallwatch.web.admission import Visitor
from hallwatch.web.console import Console
from hallwatch.web.pages import Pages
from hallwatch.web.settings_questions import Setting
from hallwatch.web.signing_in import reasoned, visitor_of

Text = Annotated[str, Form(max_length=600)]


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.get("/settings")
    def settings_page(request: Request) -> HTMLResponse:
        visitor = visitor_of(request)
        page = pages.render(
            "settings.html",
            visitor,
            groups=console.settings.groups(),
            may_change=visitor.account.may(May.CHANGE_SETTINGS),
        )
        return HTMLResponse(page)

    @app.get("/settings/{name}")
    def setting_page(request: Request, name: str) -> HTMLResponse:
        return _page(console, pages, visitor_of(request), name)

    @app.post("/settings/{name}")
    def change(
        request: Request, name: str, value: Text = "", reason: Text = "", default: Text = "", look: Text = ""
    ) -> Response:
        visitor, setting = visitor_of(request), _wanted(console, name)
        try:
            text = "" if default else console.settings.kept_as(name, value)
            if look:
                return _page(console, pages, visitor, name, looked=text, reason=reason)
            forecast = console.gate.forecast_with(name, console.settings.meant(name, text))
            projected = "" if forecast is None else forecast.projected
            console.ask(ChangeSetting(reasoned(visitor, reason), name, text, projected))
        except UserError as error:
            return _page(console, pages, visitor, name, fault=str(error))
        if setting.takes_two:
            return RedirectResponse(f"/settings/{name}", status_code=303)
        return RedirectResponse(f"/settings#{name}", status_code=303)

    @app.post("/settings/{name}/answer")
    def answer(request: Request, name: str, digest: Text, yes: Text = "") -> Response:
        visitor = visitor_of(request)
        _wanted(console, name)
        try:
            console.ask(AnswerSetting(visitor.by, name, digest, bool(yes)))
        except UserError as error:
            return _page(console, pages, visitor, name, fault=str(error))
        return RedirectResponse(f"/settings#{name}", status_code=303)

    @app.post("/settings/{name}/revert")
    def revert(request: Request, name: str) -> Response:
        visitor = visitor_of(request)
        _wanted(console, name)
        try:
            console.ask(RevertSetting(visitor.by, name))
        except UserError as error:
            return _page(console, pages, visitor, name, fault=str(error))
        return RedirectResponse(f"/settings#{name}", status_code=303)


def _page(
    console: Console,
    pages: Pages,
    visitor: Visitor,
    name: str,
    *,
    fault: str = "",
    looked: str | None = None,
    reason: str = "",
) -> HTMLResponse:
    """``looked`` is a value (as it is kept) that somebody only wants to know the meaning of."""
    setting, settings = _wanted(console, name), console.settings
    asked = settings.asked(name) if setting.takes_two else None
    text = looked if looked is not None else (asked.text if asked else None)
    page = pages.render(
        "setting.html",
        visitor,
        setting=setting,
        quiet=console.quiet(),
        fault=fault,
        looked=None if looked is None else _shown(settings.meant(name, looked)),
        reason=reason,
        asked=asked if looked is None else None,
        asked_from="" if asked is None else _shown(settings.meant(name, asked.before)),
        asked_to="" if asked is None else _shown(settings.meant(name, asked.text)),
        asker="" if asked is None else _name_of(console, asked.asked_by),
        digest="" if asked is None else asked.digest(name),
        before=settings.before(name) if setting.takes_two else None,
        forecast=None if text is None else console.gate.forecast_with(name, settings.meant(name, text)),
    )
    return HTMLResponse(page, status_code=422 if fault else 200)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not set" if value is None else str(value)


def _name_of(console: Console, account_id: str) -> str:
    return next((one.name for one in console.who.everybody() if one.account_id == account_id), account_id)


def _wanted(console: Console, name: str) -> Setting:
    """The setting, if it can be changed here."""
    setting = console.settings.changeable(name)
    if setting is None:
        raise HTTPException(404, "There is no such setting to change here.")
    return setting
