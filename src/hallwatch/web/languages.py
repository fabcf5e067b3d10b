"""Which language a page is in: the one chosen in this browser, else the first of the browser's own that is there."""

from __future__ import annotations

from contextvars import ContextVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hallwatch.core.policy.doors import DOORS
from hallwatch.web.texts import LANGUAGES, SOURCE, speak

COOKIE = "hallwatch-language"
KEPT_S = 365 * 86_400
MOST_WISHES = 20

_ASKED: ContextVar[Request | None] = ContextVar("asked", default=None)


class InLanguage:
    """Answers every request in its language."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            _ASKED.set(request)
            speak(chosen(request.cookies.get(COOKIE, ""), request.headers.get("accept-language", "")))
        await self._app(scope, receive, send)


def chosen(cookie: str, accepted: str) -> str:
    """A code of LANGUAGES, whatever the browser sends."""
    if cookie in LANGUAGES:
        return cookie
    wishes = [_wish(one) for one in accepted[:1000].split(",")[:MOST_WISHES]]
    known = [(weight, code) for weight, code in wishes if weight > 0 and code in LANGUAGES]
    return max(known, key=lambda wish: wish[0], default=(0.0, SOURCE))[1]


def page_asked_for() -> str | None:
    """The path of the page that is being looked at; None where it cannot be asked for again."""
    request = _ASKED.get()
    if request is None:
        return None
    if request.method == "GET":
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    route = getattr(request.scope.get("route"), "path", None)
    return request.url.path if f"GET {route}" in DOORS else None


def keep(response: Response, code: str, *, secure: bool) -> None:
    """Remember this browser's choice, if there is such a language."""
    if code in LANGUAGES:
        response.set_cookie(
            COOKIE, code, max_age=KEPT_S, httponly=True, samesite="lax", secure=secure, path="/"
        )


def _wish(text: str) -> tuple[float, str]:
    """One language of an Accept-Language line, without its region, and how much it is wished for."""
    name, _, parameter = text.strip().partition(";")
    try:
        weight = float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        weight = 0.0
    code = name.strip().lower().partition("-")[0]
    return (weight if 0 <= weight <= 1 else 0.0), code
