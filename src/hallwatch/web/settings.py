"""Settings: what they are and mean, and changing those that hallwatch.toml leaves to the console."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.policy.roles import May
from hallwatch.core.requests import ChangeSetting
from hallwatch.errors import UserError
from hallwatch.web.console import Console, Setting
from hallwatch.web.pages import Pages
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
        page = pages.render("setting.html", visitor_of(request), setting=_wanted(console, name), fault="")
        return HTMLResponse(page)

    @app.post("/settings/{name}")
    def change(
        request: Request, name: str, value: Text = "", reason: Text = "", default: Text = ""
    ) -> Response:
        visitor, setting = visitor_of(request), _wanted(console, name)
        try:
            text = "" if default else console.settings.kept_as(name, value)
            console.ask(ChangeSetting(reasoned(visitor, reason), name, text))
        except UserError as error:
            page = pages.render("setting.html", visitor, setting=setting, fault=str(error))
            return HTMLResponse(page, status_code=422)
        return RedirectResponse(f"/settings#{name}", status_code=303)


def _wanted(console: Console, name: str) -> Setting:
    """The setting, if it can be changed here."""
    setting = console.settings.changeable(name)
    if setting is None:
        raise HTTPException(404, "There is no such setting to change here.")
    return setting
