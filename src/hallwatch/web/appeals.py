"""Appeals: what came, that it was said that it came, and the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hallwatch.core.appeal import Appeal, Outcome
from hallwatch.core.dossier import Dossier, Standing
from hallwatch.core.notice_requests import AcknowledgeAppeal, AnswerAppeal, ReceiveAppeal
from hallwatch.core.paper import AnswerPaper
from hallwatch.core.requests import Note
from hallwatch.web.admission import Visitor
from hallwatch.web.console import Console
from hallwatch.web.kinds import names_of
from hallwatch.web.notices import ask, day_of, district_of, first_of, line_of, standing_of
from hallwatch.web.papers import printed
from hallwatch.web.signing_in import visitor_of

Text = Annotated[str, Form(max_length=400)]
Letter = Annotated[str, Form(max_length=10_000)]


def add_routes(app: FastAPI, console: Console) -> None:
    """The doors of this file."""

    @app.post("/lists/listing/{listing_id}/appeal")
    def receive(
        request: Request,
        listing_id: str,
        received: Text = "",
        said_by: Text = "",
        words: Letter = "",
        suspend: Text = "",
    ) -> Response:
        visitor = visitor_of(request)
        dossier, _standing = standing_of(console, visitor, listing_id)
        day = day_of(received)
        by_day = day + timedelta(days=console.settings.particulars().answer_days)
        said = line_of(said_by), line_of(words)
        ask(console, ReceiveAppeal(visitor.by, listing_id, day, by_day, *said, suspend=bool(suspend)))
        return _back(dossier)

    @app.post("/lists/appeal/{appeal_id}/acknowledge")
    def acknowledge(request: Request, appeal_id: str, on: Text = "") -> Response:
        visitor = visitor_of(request)
        dossier, _standing, _appeal = _mine(console, visitor, appeal_id)
        ask(console, AcknowledgeAppeal(visitor.by, appeal_id, day_of(on)))
        return _back(dossier)

    @app.post("/lists/appeal/{appeal_id}/answer")
    def answer(request: Request, appeal_id: str, outcome: Text = "", answer: Letter = "") -> Response:
        visitor = visitor_of(request)
        dossier, _standing, _appeal = _mine(console, visitor, appeal_id)
        if outcome not in list(Outcome):
            raise HTTPException(422, "A field is missing or too long.")
        ask(console, AnswerAppeal(visitor.by, appeal_id, Outcome(outcome), line_of(answer)))
        return _back(dossier)

    @app.get("/lists/appeal/{appeal_id}/answer.pdf")
    def letter_pdf(request: Request, appeal_id: str, language: str = "") -> Response:
        return _letter(console, visitor_of(request), appeal_id, language, "answer.pdf")

    @app.get("/lists/appeal/{appeal_id}/answer")
    def letter_page(request: Request, appeal_id: str, language: str = "") -> Response:
        return _letter(console, visitor_of(request), appeal_id, language, "")


def _mine(console: Console, visitor: Visitor, appeal_id: str) -> tuple[Dossier, Standing, Appeal]:
    """The appeal with its listing, if it is this visitor's business; another school's does not exist."""
    appeal = console.lists.appeal(appeal_id)
    if appeal is None:
        raise HTTPException(404, "There is no such appeal.")
    try:
        return *standing_of(console, visitor, appeal.listing_id), appeal
    except HTTPException:
        raise HTTPException(404, "There is no such appeal.") from None


def _back(dossier: Dossier) -> Response:
    return RedirectResponse(f"/lists/person/{dossier.person_id}", status_code=303)


def _letter(console: Console, visitor: Visitor, appeal_id: str, language: str, name: str) -> Response:
    """The answer as a letter, and that it was looked at."""
    dossier, standing, appeal = _mine(console, visitor, appeal_id)
    if appeal.is_open:
        raise HTTPException(404, "This appeal has no answer yet.")
    district = district_of(console)
    kind = names_of(console, standing.record.terms.kind)
    paper = AnswerPaper(dossier.person.name, kind, appeal, standing.record.terms.ends, district)
    console.ask(Note(visitor.by, "appeal.print", appeal_id, detail={"as": "PDF" if name else "page"}))
    return printed(console.papers, paper, first_of(district, language), name)
