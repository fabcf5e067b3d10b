"""Duty: the calendar of shifts, who is on, and the ring of one's own phone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.duty_requests import AnswerRing, DropShift, DutyRequest, RingPhone, WriteShift
from hallwatch.core.policy.roles import May
from hallwatch.errors import UserError
from hallwatch.web.admission import Visitor
from hallwatch.web.console import Console
from hallwatch.web.duty_facts import duty_of
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import visitor_of
from hallwatch.web.texts import gettext as _

Text = Annotated[str, Form(max_length=120)]
When = Annotated[str, Form(max_length=20)]


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.get("/duty")
    def duty_page(request: Request) -> HTMLResponse:
        return _page(console, pages, visitor_of(request))

    @app.post("/duty")
    def write(
        request: Request,
        school: Text,
        account: Text,
        day: When,
        begins: When,
        ends: When,
        weekly: bool = Form(default=False),
        last: When = "",
    ) -> Response:
        visitor = visitor_of(request)
        try:
            first, start, end = date.fromisoformat(day), time.fromisoformat(begins), time.fromisoformat(ends)
            until = date.fromisoformat(last) if last else None
        except ValueError:
            return _page(console, pages, visitor, _("Write the day as 2027-01-31 and times as 08:00."))
        shift = WriteShift(visitor.by, school, account, first, start, _minutes(start, end), weekly, until)
        return _done(console, pages, visitor, shift)

    @app.post("/duty/shift/{shift_id}/drop")
    def drop(request: Request, shift_id: str) -> Response:
        visitor = visitor_of(request)
        return _done(console, pages, visitor, DropShift(visitor.by, shift_id))

    @app.post("/duty/ring")
    def ring(request: Request) -> Response:
        visitor = visitor_of(request)
        return _done(console, pages, visitor, RingPhone(visitor.by))

    @app.get("/duty/ring/{ring_id}")
    def rung_page(request: Request, ring_id: str) -> HTMLResponse:
        visitor = visitor_of(request)
        mine = console.staff.rings().get(visitor.account.account_id)
        if mine is None or mine.ring_id != ring_id:
            raise HTTPException(404, "There is no such page.")
        return HTMLResponse(pages.render("duty_ring.html", visitor, ring=mine))

    @app.post("/duty/ring/{ring_id}")
    def answer_ring(request: Request, ring_id: str) -> Response:
        visitor = visitor_of(request)
        try:
            console.ask(AnswerRing(visitor.by, ring_id))
        except UserError as error:
            return _page(console, pages, visitor, str(error))
        return RedirectResponse(f"/duty/ring/{ring_id}", status_code=303)


def _minutes(begins: time, ends: time) -> int:
    """How long a shift is; one that ends before it begins ends on the next day."""
    start, end = (timedelta(hours=one.hour, minutes=one.minute) for one in (begins, ends))
    return int((end - start).total_seconds() // 60) % (24 * 60) or 24 * 60


def _done(console: Console, pages: Pages, visitor: Visitor, request: DutyRequest) -> Response:
    try:
        console.ask(request)
    except UserError as error:
        return _page(console, pages, visitor, str(error))
    return RedirectResponse("/duty", status_code=303)


def _page(console: Console, pages: Pages, visitor: Visitor, fault: str = "") -> HTMLResponse:
    mine, now = visitor.account, datetime.now(UTC)
    manages = mine.may(May.MANAGE_ACCOUNTS)
    everybody = console.who.everybody()
    schools = [school for school in console.facts.schools if mine.sees(school)]
    page = pages.render(
        "duty.html",
        visitor,
        fault=fault,
        duty=duty_of(console, mine, now),
        now=now,
        ring=console.staff.rings().get(mine.account_id),
        devices=len(console.deliveries.subscriptions_of(mine.account_id)),
        manages=manages,
        schools=schools,
        staff=[
            one
            for one in everybody
            if manages and one.may(May.ANSWER_ALERTS) and any(one.sees(school) for school in schools)
        ],
        shifts=sorted(
            (one for one in console.staff.shifts() if manages and mine.sees(one.school)),
            key=lambda one: (one.school, one.day, one.begins),
        ),
        names={one.account_id: one.name for one in everybody},
        today=now.astimezone(console.facts.zone).date(),
    )
    return HTMLResponse(page, status_code=422 if fault else 200)
