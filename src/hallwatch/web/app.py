"""The console: one page, its pictures and its live stream."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.staticfiles import StaticFiles

from hallwatch.core.kept import KeptAlert
from hallwatch.errors import HallwatchError
from hallwatch.web.console import Console
from hallwatch.web.guard import Guard
from hallwatch.web.pages import Pages
from hallwatch.web.stream import events

HERE = Path(__file__).parent


def create_app(console: Console) -> FastAPI:
    """The console of one site. It only reads: nothing a browser sends changes anything."""
    app = FastAPI(title="Hallwatch", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard)
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    pages = Pages(console)

    @app.get("/", response_class=HTMLResponse)
    def page() -> HTMLResponse:
        return HTMLResponse(pages.console())

    @app.get("/events")
    def live(request: Request, after: int = 0) -> StreamingResponse:
        seen = _last_seen(request.headers.get("last-event-id"), after)
        return StreamingResponse(events(console, pages, seen), media_type="text/event-stream")

    @app.get("/alerts/{alert_id}/shot")
    def shot(alert_id: str) -> Response:
        return _picture(console.alerts.shot(_existing(console, alert_id).alert_id))

    @app.get("/alerts/{alert_id}/photo")
    def photo(alert_id: str) -> Response:
        return _picture(console.photo(_existing(console, alert_id).external_id))

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        return JSONResponse({"alive": True})

    @app.exception_handler(HallwatchError)
    def unreadable(request: Request, error: HallwatchError) -> Response:
        # A killed keeper leaves its last change to be undone by the next one, a second later: ask again then.
        again = {"Refresh": "2", "Retry-After": "2"}
        text = f"{error}. This page asks again by itself.\n"
        return Response(text, status_code=503, headers=again, media_type="text/plain; charset=utf-8")

    return app


def _existing(console: Console, alert_id: str) -> KeptAlert:
    alert = console.alerts.one(alert_id)
    if alert is None:
        raise HTTPException(404, "no such alert")
    return alert


def _picture(jpeg: bytes | None) -> Response:
    if jpeg is None:
        raise HTTPException(404, "no such picture")
    return Response(jpeg, media_type="image/jpeg")


def _last_seen(header: str | None, after: int) -> int:
    """Where the browser left off: its Last-Event-ID when it reconnects, else what the page was made with."""
    if header is not None and header.isdecimal() and len(header) < 19:
        return int(header)
    return max(after, 0)
