"""Lists: those that every site has, and the district's own."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.listing import NOT_A_LIST, Kind
from hallwatch.core.notice_requests import AnswerOwnList, OwnListRequest, RetireOwnList, WriteOwnList
from hallwatch.core.own_list import ListState, OwnList, digest_of
from hallwatch.core.policy.roles import May
from hallwatch.errors import UserError
from hallwatch.web.admission import Visitor
from hallwatch.web.console import Console
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import reasoned, visitor_of
from hallwatch.web.texts import LANGUAGES, texts_in
from hallwatch.web.words import LIST_WORDS

Text = Annotated[str, Form(max_length=2000)]
KNOWN = (ListState.IN_USE, ListState.RETIRED)


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.get("/lists/kinds")
    def kinds_page(request: Request) -> HTMLResponse:
        return _page(console, pages, visitor_of(request))

    @app.post("/lists/kinds")
    def write(
        request: Request,
        slug: Text = "",
        english: Text = "",
        spanish: Text = "",
        resolution: Text = "",
        resolved: Text = "",
        purpose: Text = "",
    ) -> Response:
        visitor = visitor_of(request)
        names = (slug.strip(), english.strip(), spanish.strip(), resolution.strip())
        filled = dict(zip(("slug", "english", "spanish", "resolution"), names, strict=True))
        filled |= {"resolved": resolved, "purpose": purpose}
        try:
            day = date.fromisoformat(resolved)
        except ValueError:
            fault = f"{resolved[:20]} is not a date like 2027-06-30"
            return _page(console, pages, visitor, fault=fault, filled=filled)
        asked = WriteOwnList(visitor.by, *names, day, purpose.strip())
        return _asked(console, pages, visitor, asked, filled)

    @app.post("/lists/kinds/{slug}/{act}")
    def turn(request: Request, slug: str, act: str, digest: Text = "", reason: Text = "") -> Response:
        visitor = visitor_of(request)
        by = reasoned(visitor, reason)
        acts: dict[str, OwnListRequest] = {
            "confirm": AnswerOwnList(by, slug, digest, True),
            "decline": AnswerOwnList(by, slug, digest, False),
            "retire": RetireOwnList(by, slug),
        }
        if act not in acts:
            raise HTTPException(404, "There is no such page.")
        return _asked(console, pages, visitor, acts[act], {})


def kinds_in_use(console: Console) -> list[str]:
    """The lists on which somebody can be listed."""
    return [*Kind, *(own.slug for own in console.lists.own_lists() if own.state is ListState.IN_USE)]


def kinds_known(console: Console) -> list[str]:
    """Those, and the ones on which somebody may still be."""
    return [*Kind, *(own.slug for own in console.lists.own_lists() if own.state in KNOWN)]


def names_of(console: Console, kind: str) -> dict[str, str]:
    """A list's name in every language."""
    if kind in LIST_WORDS:
        return {code: texts_in(code).gettext(LIST_WORDS[kind]) for code in LANGUAGES}
    own = next((one for one in console.lists.own_lists() if one.slug == kind), None)
    return {code: kind if own is None else own.label(code) for code in LANGUAGES}


def _asked(
    console: Console, pages: Pages, visitor: Visitor, request: OwnListRequest, filled: dict[str, str]
) -> Response:
    try:
        console.ask(request)
    except UserError as error:
        return _page(console, pages, visitor, fault=str(error), filled=filled)
    return RedirectResponse("/lists/kinds", status_code=303)


def _page(
    console: Console,
    pages: Pages,
    visitor: Visitor,
    *,
    fault: str = "",
    filled: dict[str, str] | None = None,
) -> HTMLResponse:
    account = visitor.account
    page = pages.render(
        "kinds.html",
        visitor,
        kinds=[kind.value for kind in Kind],
        own=[(own, digest_of(own), _waits_for(visitor, own)) for own in console.lists.own_lists()],
        names={one.account_id: one.name for one in console.who.everybody()},
        not_lists=sorted(set(NOT_A_LIST.values())),
        may_make=account.may(May.MAKE_LISTS),
        fault=fault,
        filled=filled or {},
    )
    return HTMLResponse(page, status_code=422 if fault else 200)


def _waits_for(visitor: Visitor, own: OwnList) -> bool:
    """Whether this visitor's yes or no is asked for."""
    mine = visitor.account
    waiting = own.state is ListState.WAITING
    return waiting and mine.may(May.APPROVE_LISTINGS) and own.written_by != mine.account_id
