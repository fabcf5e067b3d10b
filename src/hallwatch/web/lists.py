"""The lists: who is on them, what waits for a yes, and one person's page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import FastAPI, Form, HTTPException, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.alert_requests import ReviewPerson
from hallwatch.core.dossier import Dossier
from hallwatch.core.likeness import Likeness
from hallwatch.core.listing import OPEN, State
from hallwatch.core.listing_requests import (
    AnswerListing,
    ListingRequest,
    MoveListing,
    ProposeListing,
    WriteListing,
)
from hallwatch.core.listing_requests import EmergencyListing as Emergency
from hallwatch.core.policy.roles import May
from hallwatch.core.requests import Note
from hallwatch.core.restraint import What
from hallwatch.errors import UserError
from hallwatch.flow.listing_acts import MOST_PHOTO_MB, kept_anew
from hallwatch.flow.listing_acts import add_person as add_new
from hallwatch.web.admission import Visitor
from hallwatch.web.alert_words import figures_of
from hallwatch.web.console import Console
from hallwatch.web.gate import resemblances
from hallwatch.web.kinds import kinds_in_use
from hallwatch.web.listing_forms import Filled, new_external_id, person_of, terms_of
from hallwatch.web.overview import overview_page
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import reasoned, visitor_of
from hallwatch.web.texts import gettext as _

MOST_FOUND = 50
Text = Annotated[str, Form(max_length=2000)]


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.get("/lists")
    def everybody(request: Request) -> HTMLResponse:
        return overview_page(console, pages, visitor_of(request))

    @app.post("/lists")
    def some(
        request: Request, kind: Text = "", state: Text = "", q: Text = "", number: Annotated[int, Form()] = 1
    ) -> HTMLResponse:
        # A name that is looked for stands in no address: those are kept by browsers and proxies.
        return overview_page(console, pages, visitor_of(request), kind, state, q, number)

    @app.get("/lists/new")
    def new_page(request: Request) -> HTMLResponse:
        return HTMLResponse(pages.render("list_new.html", visitor_of(request), fault="", filled={}))

    @app.post("/lists/new")
    def add_person(
        request: Request,
        photo: UploadFile,
        first_name: Text = "",
        last_name: Text = "",
        born: Text = "",
        external_id: Text = "",
    ) -> Response:
        visitor = visitor_of(request)
        filled = Filled(
            {"first_name": first_name, "last_name": last_name, "born": born, "external_id": external_id}
        )
        try:
            person = person_of(filled, visitor.account, new_external_id())
            number = add_new(
                person,
                _uploaded(photo),
                _("the photo"),
                by=visitor.by,
                photos=console.photos,
                is_known=console.lists.person_of(person.external_id) is not None,
                ask=console.ask,
            )
        except UserError as error:
            page = pages.render("list_new.html", visitor, fault=str(error), filled=filled.cells)
            return HTMLResponse(page, status_code=422)
        return RedirectResponse(f"/lists/person/{number}", status_code=303)

    @app.get("/lists/person/{person_id}")
    def person_page(request: Request, person_id: str) -> HTMLResponse:
        visitor = visitor_of(request)
        return _person_page(console, pages, visitor, _mine(console, visitor, person_id))

    @app.get("/lists/person/{person_id}/photo/{place}")
    def photo_of(request: Request, person_id: str, place: int) -> Response:
        visitor = visitor_of(request)
        dossier = _mine(console, visitor, person_id)
        if not 0 <= place < len(dossier.photos):
            raise HTTPException(404, "There is no such picture.")
        console.ask(Note(visitor.by, "picture.photo", person_id))
        return Response(dossier.photos[place], media_type="image/jpeg")

    @app.post("/lists/person/{person_id}/photo")
    def add_photo(request: Request, person_id: str, photo: UploadFile) -> Response:
        visitor = visitor_of(request)
        dossier = _mine(console, visitor, person_id)
        try:
            jpeg = console.photos.taken(_uploaded(photo), _("the photo"))
            console.photos.looked_at(jpeg)
            open_ = any(one.record.state in OPEN for one in dossier.listings)
            console.ask(
                kept_anew(console.photos, visitor.by, dossier, (*dossier.photos, jpeg), templates=open_)
            )
        except UserError as error:
            return _person_page(console, pages, visitor, dossier, fault=str(error))
        return RedirectResponse(f"/lists/person/{person_id}", status_code=303)

    @app.post("/lists/person/{person_id}/listing")
    async def write(request: Request, person_id: str) -> Response:
        visitor = visitor_of(request)
        form = await request.form()
        return await asyncio.to_thread(lambda: _write(console, pages, visitor, person_id, Filled.of(form)))

    @app.post("/lists/person/{person_id}/review/{what}")
    def review(request: Request, person_id: str, what: What, reason: Text = "") -> Response:
        visitor = visitor_of(request)
        dossier = _mine(console, visitor, person_id)
        try:
            console.ask(ReviewPerson(reasoned(visitor, reason), person_id, what, visitor.signed.digest))
        except UserError as error:
            return _person_page(console, pages, visitor, dossier, fault=str(error))
        return RedirectResponse(f"/lists/person/{person_id}", status_code=303)

    @app.post("/lists/listing/{listing_id}/{act}")
    def turn(
        request: Request, listing_id: str, act: str, reason: Text = "", digest: Text = "", despite: Text = ""
    ) -> Response:
        visitor = visitor_of(request)
        record = console.lists.listing(listing_id)
        dossier = None if record is None else _mine(console, visitor, record.person_id)
        if record is None or dossier is None:
            raise HTTPException(404, "There is no such listing.")
        by = reasoned(visitor, reason)
        all_the_same = bool(despite)
        acts: dict[str, Callable[[Likeness | None], ListingRequest]] = {
            "propose": lambda like: ProposeListing(by, listing_id, like),
            "emergency": lambda like: Emergency(by, listing_id, like, all_the_same),
            "approve": lambda like: AnswerListing(by, listing_id, digest, True, like, all_the_same),
            "decline": lambda _like: AnswerListing(by, listing_id, digest, False),
            "suspend": lambda _like: MoveListing(by, listing_id, State.SUSPENDED),
            "resume": lambda _like: MoveListing(by, listing_id, State.ACTIVE),
            "end": lambda _like: MoveListing(by, listing_id, State.ENDED),
        }
        if act not in acts:
            raise HTTPException(404, "There is no such page.")
        try:
            if act in ("propose", "emergency"):
                console.ask(kept_anew(console.photos, by, dossier, dossier.photos, templates=True))
            compared = act in ("propose", "emergency", "approve")
            console.ask(acts[act](console.gate.likeness_of(record.person_id) if compared else None))
        except UserError as error:
            return _person_page(console, pages, visitor, dossier, fault=str(error))
        return RedirectResponse(f"/lists/person/{record.person_id}", status_code=303)


def _write(console: Console, pages: Pages, visitor: Visitor, person_id: str, filled: Filled) -> Response:
    dossier = _mine(console, visitor, person_id)
    try:
        terms = terms_of(filled)
        listing_id = filled.cells.get("listing_id", "")
        console.ask(WriteListing(visitor.by, dossier.person.external_id, terms, listing_id))
    except UserError as error:
        return _person_page(console, pages, visitor, dossier, fault=str(error), filled=filled)
    return RedirectResponse(f"/lists/person/{person_id}", status_code=303)


def _person_page(
    console: Console,
    pages: Pages,
    visitor: Visitor,
    dossier: Dossier,
    *,
    fault: str = "",
    filled: Filled | None = None,
) -> HTMLResponse:
    account = visitor.account
    numbers = {one.record.listing_id for one in dossier.listings}
    page = pages.render(
        "list_person.html",
        visitor,
        dossier=dossier,
        person=dossier.person,
        history=console.who.history({*numbers, dossier.person_id}, MOST_FOUND),
        names={one.account_id: one.name for one in console.who.everybody()},
        today=datetime.now(console.facts.zone).date(),
        now=datetime.now(UTC),
        schools=[school for school in console.facts.schools if account.sees(school)],
        kinds=kinds_in_use(console),
        district=console.settings.particulars(),
        expected=console.expected(len(dossier.photos)),
        forecast=console.gate.forecast(len(dossier.photos)),
        alike=resemblances(dossier, console.gate, console.lists, account),
        may_write=account.may(May.WRITE_LISTINGS),
        waits={one.record.listing_id for one in dossier.listings if one.waits_for(account)},
        fault=fault,
        filled=filled.cells if filled else {},
        all_schools=account.scope is None,
        restraints=console.alerts.restraints([dossier.person_id]),
        figures=figures_of(console.alerts.figures(dossier.person_id, account.sight)),
        base=f"/lists/person/{quote(dossier.person_id)}",
        may_review=account.may(May.WRITE_LISTINGS),
    )
    return HTMLResponse(page, status_code=422 if fault else 200)


def _mine(console: Console, visitor: Visitor, person_id: str) -> Dossier:
    """The person, if it is this visitor's business; another school's does not exist."""
    dossier = console.lists.dossier(person_id)
    if dossier is None or not dossier.is_business_of(visitor.account):
        raise HTTPException(404, "There is no such person.")
    return dossier


def _uploaded(photo: UploadFile) -> bytes:
    data = photo.file.read((MOST_PHOTO_MB << 20) + 1)
    if not data:
        raise UserError("no photo was chosen")
    if len(data) > MOST_PHOTO_MB << 20:
        raise UserError(f"the photo is larger than {MOST_PHOTO_MB} MB; save a smaller copy")
    return data
