"""Finding somebody in the roster, to list that one person."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse

from hallwatch.core.requests import Note
from hallwatch.web.console import Console
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import visitor_of

MOST_FOUND = 50
Text = Annotated[str, Form(max_length=2000)]


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.get("/roster")
    def roster_page(request: Request) -> HTMLResponse:
        page = pages.render("roster.html", visitor_of(request), q="", found=[], most=MOST_FOUND)
        return HTMLResponse(page)

    @app.post("/roster")
    def search(request: Request, q: Text = "") -> HTMLResponse:
        visitor = visitor_of(request)
        found = console.lists.people_named(q[:200], MOST_FOUND, visitor.account.scope)
        console.ask(Note(visitor.by, "roster.search", detail={"found": len(found)}))
        return HTMLResponse(pages.render("roster.html", visitor, q=q, found=found, most=MOST_FOUND))
