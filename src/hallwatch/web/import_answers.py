"""Imports that wait for a second person: everybody in them, and one yes or no to the whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.import_requests import AnswerImport
from hallwatch.core.import_view import PAGE, Imported, Waiting
from hallwatch.core.requests import Note
from hallwatch.errors import KeyGone, UserError
from hallwatch.web.admission import Visitor
from hallwatch.web.console import Console
from hallwatch.web.gate import Resemblance, names_of
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import reasoned, visitor_of

Text = Annotated[str, Form(max_length=300)]
ANSWERS = {"approve": True, "decline": False}
NAMED = 3
"""So many of those who look alike are named beside each person of an import; the rest are counted."""


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.get("/imports/waiting/{import_id}")
    def waiting_page(request: Request, import_id: str, after: int = -1) -> HTMLResponse:
        visitor = visitor_of(request)
        return _page(console, pages, visitor, _mine(console, visitor, import_id), after)

    @app.get("/imports/waiting/{import_id}/photo/{person_id}/{place}")
    def photo_of(request: Request, import_id: str, person_id: str, place: int) -> Response:
        visitor = visitor_of(request)
        _mine(console, visitor, import_id)
        try:
            with console.waiting_imports() as view:
                jpeg = view.photo(import_id, person_id, place)
        except KeyGone:
            jpeg = None
        if jpeg is None:
            raise HTTPException(404, "There is no such picture.")
        console.ask(Note(visitor.by, "picture.photo", person_id))
        return Response(jpeg, media_type="image/jpeg")

    @app.post("/imports/waiting/{import_id}/{answer}")
    def give_answer(
        request: Request, import_id: str, answer: str, digest: Text = "", reason: Text = ""
    ) -> Response:
        visitor = visitor_of(request)
        found = _mine(console, visitor, import_id)
        if answer not in ANSWERS:
            raise HTTPException(404, "There is no such page.")
        try:
            console.ask(AnswerImport(reasoned(visitor, reason), import_id, digest, ANSWERS[answer]))
        except UserError as error:
            return _page(console, pages, visitor, found, -1, fault=str(error))
        return RedirectResponse(f"/imports/waiting/{import_id}", status_code=303)


def _page(
    console: Console, pages: Pages, visitor: Visitor, found: Waiting, after: int, *, fault: str = ""
) -> HTMLResponse:
    number = found.record.import_id
    with console.waiting_imports() as view:
        people = view.people(number, PAGE, max(after, -1))
    page = pages.render(
        "import_waiting.html",
        visitor,
        waiting=found,
        record=found.record,
        people=people,
        more=people[-1].place if len(people) == PAGE else None,
        after=after,
        alike={one.place: _alike(console, visitor, one) for one in people},
        mine=found.waits_for(visitor.account),
        author_is_me=found.record.author == visitor.account.account_id,
        names={one.account_id: one.name for one in console.who.everybody()},
        history=console.who.history({number}, PAGE),
        fault=fault,
    )
    return HTMLResponse(page, status_code=422 if fault else 200)


def _alike(console: Console, visitor: Visitor, one: Imported) -> Resemblance | None:
    """Whom the person may be taken for, by the photos that come with the import."""
    likeness = next((deed.likeness for deed in one.deeds if deed.likeness is not None), None)
    if likeness is None:
        return None
    return Resemblance(likeness, names_of(likeness, console.lists, visitor.account, NAMED))


def _mine(console: Console, visitor: Visitor, import_id: str) -> Waiting:
    """The import, if it is this visitor's business; another school's does not exist."""
    with console.waiting_imports() as view:
        found = view.one(import_id)
    if found is None or not found.is_business_of(visitor.account):
        raise HTTPException(404, "There is no such import.")
    return found
