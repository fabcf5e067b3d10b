"""The console: its pages, its pictures and its live stream, each behind its line of the policy table."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException as AnyHttpException
from starlette.formparsers import MultiPartParser
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from hallwatch.core.policy.roles import May
from hallwatch.errors import HallwatchError
from hallwatch.web import (
    alerts,
    api,
    api_keys,
    appeals,
    cameras,
    delivery,
    devices,
    duty,
    import_answers,
    imports,
    kinds,
    languages,
    lists,
    maps,
    notices,
    office,
    passkeys,
    provider,
    reports,
    roster,
    settings,
    signing_in,
    start,
    training,
)
from hallwatch.web.admission import Elsewhere, admission, redirect
from hallwatch.web.admission import visitor_of as admitted
from hallwatch.web.built import static_folder
from hallwatch.web.callers import Callers
from hallwatch.web.console import Console
from hallwatch.web.guard import MOST_PHOTO, Guard
from hallwatch.web.pages import Pages, first_page
from hallwatch.web.problems import API, fault_of, problem
from hallwatch.web.signing_in import visitor_of
from hallwatch.web.stream import events
from hallwatch.web.texts import gettext as _
from hallwatch.web.texts import said
from hallwatch.web.throttle import Throttle

LongText = Annotated[str, Form(max_length=2000)]


def create_app(console: Console) -> FastAPI:
    """The console of one site. Raises UserError when its scripts and styles have not been built."""
    callers = Callers(console, Throttle())
    app = FastAPI(
        title="Hallwatch",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(admission(console, callers))],
    )
    app.add_middleware(languages.InLanguage)
    # A photo that is being given stays in memory: Starlette would put larger ones into a temporary file.
    MultiPartParser.spool_max_size = MOST_PHOTO
    app.add_middleware(
        Guard,
        secure=console.secure,
        known=lambda scope: _is_known(console, callers, scope),
        imports=lambda scope: _may_import(console, scope),
    )
    app.mount("/static", StaticFiles(directory=static_folder()))
    pages = Pages(console)
    desk = signing_in.Desk(console, Throttle())
    signing_in.add_routes(app, console, pages, desk)
    passkeys.add_routes(app, console, desk)
    provider.add_routes(app, console, pages, desk)
    office.add_routes(app, console, pages, desk)
    cameras.add_routes(app, console, pages)
    api_keys.add_routes(app, console, pages)
    settings.add_routes(app, console, pages)
    notices.add_routes(app, console)
    appeals.add_routes(app, console)
    kinds.add_routes(app, console, pages)
    roster.add_routes(app, console, pages)
    lists.add_routes(app, console, pages)  # after those: one of its doors takes any act with a listing
    api.add_routes(app, console)
    alerts.add_routes(app, console, pages)
    delivery.add_routes(app, console, pages)
    maps.add_routes(app, console, pages)
    reports.add_routes(app, console, pages)
    devices.add_routes(app, console, pages, desk)
    duty.add_routes(app, console, pages)
    training.add_routes(app, console, pages)
    start.add_routes(app, console, pages)
    imports.add_routes(app, console, pages)
    import_answers.add_routes(app, console, pages)

    @app.get("/", response_class=HTMLResponse)
    def page(request: Request) -> Response:
        visitor = visitor_of(request)
        if not visitor.account.may(May.SEE_ALERTS):
            return RedirectResponse(first_page(visitor.account), status_code=303)
        return HTMLResponse(pages.console(visitor))

    @app.get("/events")
    def live(request: Request, after: int = 0, siren: bool = False, list: bool = False) -> StreamingResponse:
        seen = _last_seen(request.headers.get("last-event-id"), after)
        stream = events(console, pages, visitor_of(request), None if siren else seen, lists=list)
        return StreamingResponse(stream, media_type="text/event-stream")

    @app.post("/language")
    def choose_language(language: signing_in.Text, next: LongText = "/") -> Response:
        response = RedirectResponse(signing_in.own_path(next), status_code=303)
        languages.keep(response, language, secure=console.secure)
        return response

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        return JSONResponse({"alive": True})

    @app.exception_handler(Elsewhere)
    def elsewhere(request: Request, error: Exception) -> Response:
        assert isinstance(error, Elsewhere)
        return redirect(error)

    @app.exception_handler(AnyHttpException)
    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, AnyHttpException)
        if request.url.path.startswith(API):
            return problem(error.status_code, str(error.detail), error.headers)
        return _said(pages, request, error.status_code, str(error.detail))

    @app.exception_handler(RequestValidationError)
    def unintelligible(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        if request.url.path.startswith(API):
            return problem(422, fault_of(error.errors()))
        return _said(pages, request, 422, _("A field is missing or too long."))

    @app.exception_handler(HallwatchError)
    def unreadable(request: Request, error: Exception) -> Response:
        # A killed keeper leaves its last change to be undone by the next one, a second later: ask again then.
        again = {"Refresh": "2", "Retry-After": "2"}
        if request.url.path.startswith(API):
            return problem(503, str(error), {"Retry-After": "2"})
        text = f"{said(str(error))}. {_('This page asks again by itself.')}\n"
        return Response(text, status_code=503, headers=again, media_type="text/plain; charset=utf-8")

    return app


def _is_known(console: Console, callers: Callers, scope: Scope) -> bool:
    """Whether somebody is signed in with this request; nobody is while the database cannot be read."""
    try:
        request = Request(scope)
        if request.url.path.startswith(API):
            return callers.known(request)
        return admitted(console, request) is not None
    except HallwatchError:
        return False


def _may_import(console: Console, scope: Scope) -> bool:
    """Whether whoever is signed in with this request may hand over the files of a whole district."""
    try:
        visitor = admitted(console, Request(scope))
    except HallwatchError:
        return False
    return visitor is not None and visitor.account.may(May.IMPORT)


def _said(pages: Pages, request: Request, status: int, line: str) -> Response:
    """One line, as a page for whoever looks at pages."""
    line = said(line)
    if "text/html" not in request.headers.get("accept", ""):
        return Response(f"{line}\n", status_code=status, media_type="text/plain; charset=utf-8")
    visitor = getattr(request.state, "visitor", None)
    return HTMLResponse(pages.render("refused.html", visitor, status=status, line=line), status_code=status)


def _last_seen(header: str | None, after: int) -> int:
    """Where the browser left off: its Last-Event-ID when it reconnects, else what the page was made with."""
    if header is not None and header.isdecimal() and len(header) < 19:
        return int(header)
    return max(after, 0)
