"""One alert: its page, its pictures, the answers, its end, and the review of what it led to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.alert import ENDS, OF_INCIDENTS, OF_MATCHES, REASONS, Act, Answer, Life, Outcome
from hallwatch.core.alert_requests import AlertRequest, AnswerAlert, CloseAlert, ReviewPerson, SeeAlert
from hallwatch.core.floor_plan import building_id
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.listing import State, Terms
from hallwatch.core.policy.roles import May
from hallwatch.core.requests import By, Note
from hallwatch.core.restraint import What
from hallwatch.core.training import Voice, may_answer, voice
from hallwatch.errors import UserError
from hallwatch.flow.delivering import sees
from hallwatch.web import alert_words
from hallwatch.web.admission import Visitor
from hallwatch.web.console import Console
from hallwatch.web.devices import is_locked
from hallwatch.web.floors_shown import path_plans, states_of
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import reasoned, visitor_of

DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_SHOWN = 40
Words = Annotated[str, Form(max_length=2000)]
Shown = Annotated[list[str], Form(max_length=MOST_SHOWN)]


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.get("/alerts/{alert_id}")
    def alert_page(request: Request, alert_id: str) -> HTMLResponse:
        visitor = seen_by(console, request, alert_id)[1]
        life = console.alerts.life(alert_id) or Life()
        if visitor.account.may(May.ANSWER_ALERTS) and visitor.account.account_id not in life.seen_by:
            console.ask(SeeAlert(visitor.by, alert_id, visitor.signed.digest))
        return page_of(request, alert_id)

    def page_of(request: Request, alert_id: str, fault: str = "") -> HTMLResponse:
        alert, visitor = seen_by(console, request, alert_id)
        template = "alert.html" if alert.incident is None else "incident.html"
        page = pages.render(template, visitor, fault=fault, **_facts(console, visitor, alert))
        return HTMLResponse(page, status_code=422 if fault else 200)

    def done(
        request: Request, alert_id: str, asked: Callable[[By], AlertRequest], reason: str = ""
    ) -> Response:
        visitor = seen_by(console, request, alert_id)[1]
        try:
            console.ask(asked(reasoned(visitor, reason)))
        except UserError as error:
            return page_of(request, alert_id, str(error))
        return RedirectResponse(f"/alerts/{alert_id}", status_code=303)

    @app.post("/alerts/{alert_id}/answer")
    def give_answer(
        request: Request,
        alert_id: str,
        answer: Annotated[Answer, Form()],
        reason: Words = "",
        words: Words = "",
        shown: Shown = [],  # noqa: B006 - FastAPI makes a fresh one
    ) -> Response:
        digests = tuple(one for one in shown if DIGEST.fullmatch(one))
        session = visitor_of(request).signed.digest
        return done(
            request, alert_id, lambda by: AnswerAlert(by, alert_id, answer, reason, words, digests, session)
        )

    @app.post("/alerts/{alert_id}/close")
    def close(
        request: Request, alert_id: str, outcome: Annotated[Outcome, Form()], words: Words = ""
    ) -> Response:
        session = visitor_of(request).signed.digest
        return done(request, alert_id, lambda by: CloseAlert(by, alert_id, outcome, words, session))

    @app.post("/alerts/{alert_id}/review/{what}")
    def review(request: Request, alert_id: str, what: What, reason: Words = "") -> Response:
        alert = seen_by(console, request, alert_id)[0]
        session = visitor_of(request).signed.digest
        return done(request, alert_id, lambda by: ReviewPerson(by, alert.person_id, what, session), reason)

    @app.get("/alerts/{alert_id}/shot")
    def shot(request: Request, alert_id: str) -> Response:
        alert, visitor = seen_by(console, request, alert_id)
        return _picture(console, visitor, alert, "shot", console.alerts.shot(alert.alert_id))

    @app.get("/alerts/{alert_id}/path/{number}/shot")
    def shot_of(request: Request, alert_id: str, number: int) -> Response:
        alert, visitor = seen_by(console, request, alert_id)
        known = any(stop.number == number for stop in alert.path)
        jpeg = console.alerts.shot(alert.alert_id, number) if known else None
        return _picture(console, visitor, alert, "shot", jpeg)

    @app.get("/alerts/{alert_id}/photo")
    def photo(request: Request, alert_id: str) -> Response:
        alert, visitor = seen_by(console, request, alert_id)
        jpeg = None if alert.erased else console.alerts.photo(alert.external_id)
        return _picture(console, visitor, alert, "photo", jpeg)


def seen_by(console: Console, request: Request, alert_id: str) -> tuple[KeptAlert, Visitor]:
    """The alert, if it is this visitor's business; another school's, or an emergency's, does not exist."""
    visitor, alert = visitor_of(request), console.alerts.one(alert_id)
    if alert is None or not sees(visitor.account, alert):
        raise HTTPException(404, "There is no such alert.")
    return alert, visitor


def _facts(console: Console, visitor: Visitor, alert: KeptAlert) -> dict[str, object]:
    """What the page shows of an alert."""
    life = console.alerts.life(alert.alert_id) or Life()
    names = {one.account_id: one.name for one in console.who.everybody()}
    shots = {
        stop.number: jpeg
        for stop in alert.path
        if (jpeg := console.alerts.shot(alert.alert_id, stop.number)) is not None
    }
    listed = None if alert.erased or alert.incident else console.alerts.photo(alert.external_id)
    given, may_say = life.answer, _voice(console, visitor, alert)
    mine = life.voices.get(visitor.account.account_id)
    if mine is not None and mine.act is Act.UNTRAINED and may_say is Voice.FULL:
        mine = None  # whoever has taken the course since looks anew
    possible = OF_MATCHES if alert.incident is None else OF_INCIDENTS
    offered = {Voice.FULL: list(possible), Voice.UNSURE: [Answer.UNSURE], Voice.NONE: []}[may_say]
    ends = {one for answer in possible if life.dissents or answer is given for one in ENDS[answer]}
    return {
        "alert": alert,
        "life": life,
        "names": names,
        "mine": mine,
        "voice": may_say,
        "locked": is_locked(console, visitor),
        "next": f"/alerts/{alert.alert_id}",
        "may_answer": visitor.account.may(May.ANSWER_ALERTS),
        "dispute": alert_words.dispute_line(life, names),
        "photo": listed is not None,
        "shown": [sha256(jpeg).hexdigest() for jpeg in (listed, *shots.values()) if jpeg is not None],
        "answers": []
        if life.closed or alert.erased
        else [one for one in offered if mine is None or one is not mine.answer],
        "reasons": REASONS,
        "outcomes": [] if given is None or alert.erased else [one for one in Outcome if one in ends],
        "restraints": console.alerts.restraints([alert.person_id]),
        "conditions": _conditions(console, alert),
        "plans": path_plans(console, alert),
        "building_number": building_id(Whereabouts(alert.building, alert.school)),
        "states": states_of(console),
        "may_review": visitor.account.may(May.WRITE_LISTINGS),
    }


def _voice(console: Console, visitor: Visitor, alert: KeptAlert) -> Voice:
    """What the visitor may say of the alert, as the keeper will see it."""
    if alert.incident is not None:
        return Voice.FULL
    now, training = datetime.now(UTC), console.staff.training()
    trained = {one for one, last in training.items() if last.holds(now)}
    mine = visitor.account.account_id
    if mine in trained:
        return Voice.FULL
    staff = [one.account_id for one in console.who.everybody() if may_answer(one, alert)]
    return voice(mine, staff, trained)


def _conditions(console: Console, alert: KeptAlert) -> list[str]:
    """On what conditions the person may be in this school today."""
    dossier = None if alert.erased or alert.incident else console.lists.dossier(alert.person_id)
    today = datetime.now(console.facts.zone).date()

    def here(terms: Terms) -> bool:
        return terms.holds_on(today) and (not terms.schools or alert.school in terms.schools)

    records = [one.record for one in dossier.listings] if dossier else []
    active = [one.terms for one in records if one.state is State.ACTIVE and here(one.terms)]
    return [words for terms in active if (words := terms.conditions_on(today))]


def _picture(console: Console, visitor: Visitor, alert: KeptAlert, kind: str, jpeg: bytes | None) -> Response:
    """The picture, and that it was looked at; where that cannot be written, nobody looks."""
    if jpeg is None:
        raise HTTPException(404, "There is no such picture.")
    console.ask(Note(visitor.by, f"picture.{kind}", alert.alert_id, alert.school))
    return Response(jpeg, media_type="image/jpeg")
