"""Notices: the paper that a listed person is given, and that it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hallwatch.core.appeal import Appeal
from hallwatch.core.dossier import Dossier, Standing
from hallwatch.core.listing import State
from hallwatch.core.notice import Particulars, Way, is_for_parent
from hallwatch.core.notice_requests import AppealRequest, GiveNotice
from hallwatch.core.paper import NoticePaper
from hallwatch.core.requests import Note
from hallwatch.errors import UserError
from hallwatch.web.admission import Visitor
from hallwatch.web.console import Console
from hallwatch.web.kinds import names_of
from hallwatch.web.papers import printed
from hallwatch.web.signing_in import visitor_of
from hallwatch.web.texts import LANGUAGES

Text = Annotated[str, Form(max_length=400)]
DUE = "notice-due"
"""Stands among the states of a listing where lists are filtered."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An appeal that waits for its answer, on the page of all lists."""

    dossier: Dossier
    standing: Standing
    appeal: Appeal
    overdue: bool


def add_routes(app: FastAPI, console: Console) -> None:
    """The doors of this file."""

    @app.get("/lists/listing/{listing_id}/notice.pdf")
    def notice_pdf(request: Request, listing_id: str, language: str = "") -> Response:
        return _notice(console, visitor_of(request), listing_id, language, "notice.pdf")

    @app.get("/lists/listing/{listing_id}/notice")
    def notice_page(request: Request, listing_id: str, language: str = "") -> Response:
        return _notice(console, visitor_of(request), listing_id, language, "")

    @app.post("/lists/listing/{listing_id}/notice")
    def give(
        request: Request, listing_id: str, given: Text = "", way: Text = "", to_whom: Text = ""
    ) -> Response:
        visitor = visitor_of(request)
        dossier, _standing = standing_of(console, visitor, listing_id)
        if way not in list(Way):
            raise HTTPException(422, "A field is missing or too long.")
        ask(console, GiveNotice(visitor.by, listing_id, day_of(given), Way(way), line_of(to_whom)))
        return RedirectResponse(f"/lists/person/{dossier.person_id}", status_code=303)


def standing_of(console: Console, visitor: Visitor, listing_id: str) -> tuple[Dossier, Standing]:
    """The listing with its person, if it is this visitor's business; another school's does not exist."""
    record = console.lists.listing(listing_id)
    dossier = None if record is None else console.lists.dossier(record.person_id)
    if dossier is None or not dossier.is_business_of(visitor.account):
        raise HTTPException(404, "There is no such listing.")
    return dossier, next(one for one in dossier.listings if one.record.listing_id == listing_id)


def district_of(console: Console) -> Particulars:
    """What papers say of the district; without an office for appeals there is no paper."""
    district = console.settings.particulars()
    if not district.appeals_to:
        raise HTTPException(422, "Set [notice] appeals_to first: the paper has to say where appeals go to.")
    return district


def ask(console: Console, request: AppealRequest) -> None:
    """The keeper's yes, or its reason as a page."""
    try:
        console.ask(request)
    except UserError as error:
        raise HTTPException(422, str(error)) from None


def day_of(words: str) -> date:
    """A day of a form."""
    try:
        return date.fromisoformat(words.strip())
    except ValueError:
        raise HTTPException(422, "A day is written like 2027-06-30.") from None


def line_of(words: str) -> str:
    """What was written, without what cannot be printed."""
    return "".join(one for one in words.replace("\r\n", "\n") if one.isprintable() or one == "\n").strip()


def first_of(district: Particulars, language: str) -> str:
    """Which language a paper begins with: the one asked for, else the site's."""
    return language if language in LANGUAGES else district.language


def today_at(console: Console) -> date:
    """The day at the site."""
    return datetime.now(console.facts.zone).date()


def waiting_appeals(console: Console, visitor: Visitor) -> list[Waiting]:
    """Appeals that wait for an answer, of this visitor's schools, the most urgent first."""
    found = []
    today = today_at(console)
    for appeal in console.lists.open_appeals():
        dossier = console.lists.dossier(appeal.person_id)
        if dossier is None or not dossier.is_business_of(visitor.account):
            continue
        theirs = (one for one in dossier.listings if one.record.listing_id == appeal.listing_id)
        found += [Waiting(dossier, one, appeal, appeal.is_overdue(today)) for one in theirs]
    return found


def _notice(console: Console, visitor: Visitor, listing_id: str, language: str, name: str) -> Response:
    """The paper as it is now, and that it was looked at."""
    dossier, standing = standing_of(console, visitor, listing_id)
    record, notice = standing.record, standing.notice
    if notice is None or record.terms.untold or record.state not in (State.ACTIVE, State.SUSPENDED):
        raise HTTPException(404, "There is no notice of this listing.")
    district, today = district_of(console), today_at(console)
    day = notice.given or today
    paper = NoticePaper(
        name=dossier.person.name,
        for_parent=is_for_parent(dossier.person.date_of_birth, today),
        kind=names_of(console, record.terms.kind),
        terms=record.terms,
        day=day,
        appeal_until=day + timedelta(days=district.days_to_appeal),
        district=district,
    )
    console.ask(Note(visitor.by, "notice.print", listing_id, detail={"as": "PDF" if name else "page"}))
    return printed(console.papers, paper, first_of(district, language), name)
