"""The API for programs: lists, listings and people under the names of the pages, by a key and by nothing else."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.openapi.utils import get_openapi

from hallwatch.core.dossier import Dossier
from hallwatch.core.listing import OPEN, Kind, State
from hallwatch.core.listing_facts import (
    ListFacts,
    ListingFacts,
    PersonFacts,
    person_facts,
)
from hallwatch.core.listing_requests import MoveListing, WriteListing
from hallwatch.core.requests import Note
from hallwatch.flow.listing_acts import MOVES, add_person, propose
from hallwatch.web import inbound
from hallwatch.web.api_answers import PREFIX, SAME, Mark, done, once
from hallwatch.web.callers import Caller, caller_of
from hallwatch.web.console import Console
from hallwatch.web.listing_bodies import (
    ListingBody,
    NewPersonBody,
    ReasonBody,
    SearchBody,
)
from hallwatch.web.listing_forms import MOST_NAME
from hallwatch.web.repeats import Repeats

MOST_FOUND = 50
MOST_PAGE, PAGE = 200, 100
ABOUT = (
    "Lists, listings and people, alerts, and what other systems report. A key is made in the console, under Your"
    " account. What a key proposes waits for other people's yes, which they give in the console: no key can."
)
Act = Literal["propose", "suspend", "resume", "end"]


@dataclass(frozen=True, slots=True)
class Lists:
    """Every list."""

    lists: tuple[ListFacts, ...]


@dataclass(frozen=True, slots=True)
class ListingsPage:
    """Listings, oldest first; with ``after`` the next page is asked for, null: there is none."""

    listings: tuple[ListingFacts, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody whose name or id holds the words."""

    person_id: str
    external_id: str
    name: str
    role: str
    schools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Whom a search found; there may be more where ``most`` were found."""

    people: tuple[Found, ...]
    most: int = MOST_FOUND


def add_routes(app: FastAPI, console: Console) -> None:
    """The doors of this file, and their description."""
    _reading(app, console)
    repeats = Repeats()
    _writing(app, console, repeats)
    inbound.add_routes(app, console, repeats)
    routes = [route for route in app.routes if getattr(route, "path", "").startswith(PREFIX)]

    @app.get(f"{PREFIX}/openapi.json")
    def openapi() -> dict[str, Any]:
        return get_openapi(title="Hallwatch", version="1", description=ABOUT, routes=routes)


def _reading(app: FastAPI, console: Console) -> None:
    @app.get(f"{PREFIX}/lists", **SAME)
    def lists(request: Request) -> Lists:
        """Every list, and how many listings on it stand how."""
        with console.lists.list_pages() as pages:
            return Lists(pages.counts(caller_of(request).account.scope))

    @app.get(f"{PREFIX}/listings", **SAME)
    def listings(
        request: Request,
        kind: Annotated[str, Query(alias="list", max_length=MOST_NAME)] = "",
        state: State | None = None,
        after: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_PAGE)] = PAGE,
    ) -> ListingsPage:
        """Listings of one's own schools; without a state those that are not over."""
        scope, cursor = caller_of(request).account.scope, _cursor(after)
        with console.lists.list_pages() as pages:
            if kind not in ("", *Kind) and kind not in {one.list for one in pages.counts(None)}:
                raise HTTPException(404, "There is no such list.")
            found = pages.some(scope, kind, OPEN if state is None else (state,), cursor, limit)
        last = found[-1] if len(found) == limit else None
        return ListingsPage(tuple(found), None if last is None else _mark_of(last))

    @app.get(f"{PREFIX}/listings/{{listing_id}}", **SAME)
    def listing(request: Request, listing_id: str) -> ListingFacts:
        """One listing."""
        return _listing(console, caller_of(request), listing_id)

    @app.get(f"{PREFIX}/people/{{person_id}}", **SAME)
    def person(request: Request, person_id: str) -> PersonFacts:
        """One person, with the listings that are one's business. Photos are seen in the console only."""
        return _person(console, caller_of(request), person_id)

    @app.post(f"{PREFIX}/roster/search", **SAME)
    def search(request: Request, body: SearchBody) -> FoundPage:
        """People whose name or id holds these words: a name that is looked for stands in no address."""
        caller = caller_of(request)
        found = console.lists.people_named(body.q, MOST_FOUND, caller.account.scope)
        done(lambda: console.ask(Note(caller.by, "roster.search", detail={"found": len(found)})))
        people = (
            Found(number, one.external_id, one.name, one.role, tuple(sorted(one.schools)))
            for number, one in found
        )
        return FoundPage(tuple(people))


def _writing(app: FastAPI, console: Console, repeats: Repeats) -> None:
    @app.post(f"{PREFIX}/people", status_code=201, **SAME)
    def add(request: Request, response: Response, body: NewPersonBody, mark: Mark = None) -> PersonFacts:
        """Somebody new, with one photo. Nobody looks for a person without a listing."""
        caller = caller_of(request)
        if not (body.first_name or body.last_name):
            raise HTTPException(422, "Write at least one name.")
        made = body.person(caller.account.scope)

        def make() -> str:
            return add_person(
                made,
                body.photo,
                "the photo",
                by=caller.by,
                photos=console.photos,
                is_known=console.lists.person_of(made.external_id) is not None,
                ask=console.ask,
            )

        number = once(repeats, request, mark, body.model_dump_json(), make)
        response.headers["Location"] = f"{PREFIX}/people/{number}"
        return _person(console, caller, number)

    @app.post(f"{PREFIX}/people/{{person_id}}/listings", status_code=201, **SAME)
    def write(
        request: Request, response: Response, person_id: str, body: ListingBody, mark: Mark = None
    ) -> ListingFacts:
        """A draft of a listing: nobody is looked for by it."""
        caller = caller_of(request)
        person = _dossier(console, caller, person_id).person

        def make() -> str:
            return console.ask(WriteListing(caller.by, person.external_id, body.terms())).subject

        number = once(repeats, request, mark, body.model_dump_json(), make)
        response.headers["Location"] = f"{PREFIX}/listings/{number}"
        return _listing(console, caller, number)

    @app.put(f"{PREFIX}/listings/{{listing_id}}", **SAME)
    def rewrite(request: Request, listing_id: str, body: ListingBody) -> ListingFacts:
        """Write a draft anew; whatever yes a waiting one had is void."""
        caller = caller_of(request)
        before = _listing(console, caller, listing_id)
        again = WriteListing(caller.by, before.external_id, body.terms(), listing_id)
        done(lambda: console.ask(again))
        return _listing(console, caller, listing_id)

    @app.post(f"{PREFIX}/listings/{{listing_id}}/{{act}}", **SAME)
    def turn(request: Request, listing_id: str, act: Act, body: ReasonBody) -> ListingFacts:
        """Ask the others for their yes, or suspend, resume or end; all but proposing need a reason."""
        caller = caller_of(request)
        before = _listing(console, caller, listing_id)
        by = replace(caller.by, reason=" ".join(body.reason.split()))
        if act == "propose":
            dossier = _dossier(console, caller, before.person_id)
            done(
                lambda: propose(
                    listing_id,
                    dossier,
                    by=by,
                    photos=console.photos,
                    ask=console.ask,
                    likeness=console.gate.likeness_of,
                )
            )
        else:
            done(lambda: console.ask(MoveListing(by, listing_id, MOVES[act])))
        return _listing(console, caller, listing_id)


def _listing(console: Console, caller: Caller, listing_id: str) -> ListingFacts:
    """The listing, if it is this caller's business; another school's does not exist."""
    with console.lists.list_pages() as pages:
        found = pages.one(listing_id, caller.account.scope)
    if found is None:
        raise HTTPException(404, "There is no such listing.")
    return found


def _dossier(console: Console, caller: Caller, person_id: str) -> Dossier:
    dossier = console.lists.dossier(person_id)
    if dossier is None or not dossier.is_business_of(caller.account):
        raise HTTPException(404, "There is no such person.")
    return dossier


def _person(console: Console, caller: Caller, person_id: str) -> PersonFacts:
    return person_facts(_dossier(console, caller, person_id), caller.account.scope)


def _mark_of(last: ListingFacts) -> str:
    return base64.urlsafe_b64encode(f"{last.written.isoformat()} {last.listing_id}".encode()).decode()


def _cursor(after: str) -> tuple[datetime, str] | None:
    """Where the page before ended. Raises HTTPException for anything that no page of ours gave."""
    if not after:
        return None
    try:
        words = base64.b64decode(after, altchars=b"-_", validate=True).decode("ascii")
        moment, _blank, number = words.partition(" ")
        written = datetime.fromisoformat(moment)
        if not number or written.tzinfo is None:
            raise ValueError
        return written.astimezone(UTC), number
    except (binascii.Error, UnicodeError, ValueError, OverflowError):
        raise HTTPException(422, "after: take it from the page before, as it stood there.") from None
