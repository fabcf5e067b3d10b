"""The first hour: what a newcomer has done and does next, how much is expected, and everybody of the trial erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.first_hour import (
    MINUTE,
    OVER,
    READ_EXPECTED,
    SEEN_DEMO,
    Progress,
    Step,
    is_marked,
    progress_of,
    trail_of,
)
from hallwatch.core.paper import ReceiptPaper
from hallwatch.core.requests import ErasePerson, Note
from hallwatch.errors import UserError
from hallwatch.web.admission import Visitor
from hallwatch.web.console import Console
from hallwatch.web.hour_left import is_watching
from hallwatch.web.pages import NOBODY_YET, Pages
from hallwatch.web.papers import printed
from hallwatch.web.signing_in import reasoned, visitor_of
from hallwatch.web.texts import N_, gettext, language

TITLES = {
    Step.DEMO: N_("See it work"),
    Step.PLACE: N_("The law of the place"),
    Step.CAMERA: N_("The first camera"),
    Step.SECOND: N_("Add a district administrator"),
    Step.LISTED: N_("A volunteer is listed"),
    Step.TOLD: N_("A phone rings"),
    Step.COURSE: N_("The course"),
    Step.ALERT: N_("The volunteer walks past the camera"),
    Step.WRONG: N_("A wrong person"),
    Step.EXPECTED: N_("What to expect"),
    Step.ERASED: N_("Everything of the trial is erased"),
}
WORDS = {
    Step.DEMO: N_(
        "At the machine: hallwatch demo shows two people in a corridor; one of them is on the list."
    ),
    Step.PLACE: N_(
        "It was chosen at the beginning and holds for good. It says what may be matched, and how long faces are kept."
    ),
    Step.CAMERA: N_("Done when a picture has come. The camera's state stands on the alerts page."),
    Step.SECOND: N_(
        "Nobody is listed by one person alone. Add a colleague as a district administrator, who may say yes for every"
        " school; the link that you get is for that person. This is done when two such people have signed in."
    ),
    Step.LISTED: N_(
        "Somebody who has consented in writing: add the person with a photo and the birth date (of whom the age is not"
        " known, two others have to say yes), then write a listing. List: Trespass. Reason: begins with Test. Who"
        " ordered it: the consent. Last day: today. Propose it; the colleague says yes."
    ),
    Step.TOLD: N_(
        "On your phone, under your name: messages on this device. Or at the machine: hallwatch channels test NAME."
        " Whoever changes hallwatch.toml ends the running hallwatch serve and starts it again."
    ),
    Step.COURSE: N_(
        "Nobody answers an alert without it, and it takes ten minutes. Your colleague takes it, too, to answer."
    ),
    Step.ALERT: N_(
        "The alert appears with sound. Compare the two pictures, and answer. A new site begins quietly: only"
        " administrators see and hear it, here and on their phones; mail goes out after Same person."
    ),
    Step.WRONG: N_(
        "Sooner or later somebody else is taken for a listed person. Practise it: answer one alert with"
        " Different person. That raises the volunteer's threshold, so that less alike sightings are not shown any more;"
        " on the volunteer's page under Lists, Reviewed: back to normal sets it back."
    ),
    Step.EXPECTED: N_("Read the sentence below, and ask whether your staff can look at so many."),
    Step.ERASED: N_("Below: tick the volunteers, and take the receipt."),
}
LINKS = {
    Step.CAMERA: "/",
    Step.SECOND: "/people",
    Step.LISTED: "/lists/new",
    Step.TOLD: "/account",
    Step.COURSE: "/training",
    Step.ALERT: "/",
    Step.WRONG: "/",
    Step.EXPECTED: "#expected",
    Step.ERASED: "#erase",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A step as the page shows it; ``minute`` None: it was before the hour."""

    step: Step
    title: str
    words: str
    minute: int | None
    link: str
    done: datetime | None
    is_next: bool


@dataclass(frozen=True, slots=True)
class OnTrial:
    """Somebody who was listed for the trial."""

    person_id: str
    external_id: str
    name: str


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.get("/start")
    def start(request: Request) -> HTMLResponse:
        return _page(console, pages, visitor_of(request))

    @app.post("/start/read")
    def read(request: Request, what: Annotated[str, Form()] = "") -> Response:
        visitor = visitor_of(request)
        if what == Step.DEMO:
            console.ask(Note(visitor.by, SEEN_DEMO))
        elif not console.looked_for():
            return _page(console, pages, visitor, gettext(NOBODY_YET))
        else:
            console.ask(Note(visitor.by, READ_EXPECTED))
        return RedirectResponse("/start", status_code=303)

    @app.post("/start/erase")
    def erase(request: Request, person: Annotated[list[str] | None, Form()] = None) -> Response:
        visitor = visitor_of(request)
        known = {one.person_id: one for one in _on_trial(console, _progress(console))}
        wanted = [known[one] for one in dict.fromkeys(person or ()) if one in known]
        if not wanted:
            return _page(console, pages, visitor, gettext("Tick whom you want to erase."))
        try:
            for one in wanted:
                console.ask(ErasePerson(reasoned(visitor, OVER), one.external_id))
        except UserError as error:
            return _page(console, pages, visitor, str(error))
        return RedirectResponse("/start#receipt", status_code=303)

    @app.get("/start/receipt")
    def receipt(request: Request) -> Response:
        return _receipt(console, visitor_of(request), "")

    @app.get("/start/receipt.pdf")
    def receipt_pdf(request: Request) -> Response:
        return _receipt(console, visitor_of(request), "receipt.pdf")


def _progress(console: Console) -> Progress:
    return progress_of(trail_of(console.who.first_deeds))


def _page(console: Console, pages: Pages, visitor: Visitor, fault: str = "") -> HTMLResponse:
    found = _progress(console)
    done = dict(found.done)
    if is_watching(console):
        done.setdefault(Step.CAMERA, datetime.now(UTC))
    upcoming = next((step for step in Step if step not in done), None)
    lines = [
        Line(
            step,
            gettext(TITLES[step]),
            gettext(WORDS[step]),
            None if step is Step.DEMO and step in done else MINUTE[step],
            LINKS.get(step, ""),
            done.get(step),
            step is upcoming,
        )
        for step in Step
    ]
    page = pages.render(
        "start.html",
        visitor,
        lines=lines,
        count=len(done),
        minutes=found.minutes(datetime.now(UTC)),
        on_trial=_on_trial(console, found),
        has_receipt=bool(found.erased),
        fault=fault,
    )
    return HTMLResponse(page, status_code=422 if fault else 200)


def _on_trial(console: Console, found: Progress) -> list[OnTrial]:
    """For whom a listing was written in the first day, and who has none but such as are marked as tests, in whatever
    state; who is erased is not among them."""
    people: dict[str, OnTrial] = {}
    for listing_id in found.listings:
        record = console.lists.listing(listing_id)
        dossier = None if record is None else console.lists.dossier(record.person_id)
        if dossier is None or dossier.person.listings:
            continue  # erased, or of list.csv as well
        if all(is_marked(one.record.terms.reason) for one in dossier.listings):
            person = dossier.person
            people[dossier.person_id] = OnTrial(dossier.person_id, person.external_id, person.name)
    return list(people.values())


def _receipt(console: Console, visitor: Visitor, name: str) -> Response:
    """What the trail says of those who were erased; that it was printed is on record."""
    found = _progress(console)
    if not found.erased:
        raise HTTPException(404, "Nobody has been erased yet.")
    accounts = {one.account_id: one.name for one in console.who.everybody()}
    by = dict.fromkeys(accounts.get(one.deed.actor, one.deed.actor) for one in found.erased)
    paper = ReceiptPaper(
        site=console.facts.name,
        day=datetime.now(console.facts.zone).date(),
        erased=found.erased,
        complete=max(date.fromisoformat(str(one.deed.detail["complete_on"])) for one in found.erased),
        by=tuple(by),
        district=console.settings.particulars(),
    )
    console.ask(Note(visitor.by, "first-hour.receipt", detail={"people": len(found.erased)}))
    return printed(console.papers, paper, language(), name)
