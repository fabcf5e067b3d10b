"""The door of every request: only this machine's own names, and headers that keep the page to itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hallwatch.web.problems import API, problem

MOST_BODY = 65_536
"""Bytes that a form of ours can have; more is refused before anything reads it."""
MOST_PHOTO = 17 << 20
"""The same for a form with a photo; it is held in memory, never in a file."""
MOST_IMPORT = 300 << 20
"""The same for files of people and their photos, which only whoever may take them in can send."""
PHOTOS_AT_ONCE = 4
PHOTO_BEGINS, PHOTO_ENDS = ("/lists/person/", "/map/"), ("/photo", "/floors")
OUTSIDE = "/api/v1/alerts"
"""Other systems' alerts wait behind no photo that somebody else sends, and without a picture behind nothing."""
PHOTO_PATHS = ("/lists/new", "/api/v1/people", OUTSIDE)
PHOTO_S = 60.0
"""A photo that has not come within so long is given up: four at a time are taken."""
STALLED_S = 60.0
"""An upload of which nothing has come for so long is given up: no other can be sent beside it."""
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


SECURE_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}


def host_is_loopback(host: str) -> bool:
    """True for 127.0.0.1, localhost and [::1], with or without a port."""
    name, colon, port = host.rpartition(":")
    if colon and port.isdecimal():
        host = name
    return host.lower() in LOOPBACK_NAMES


class Guard:
    """Refuses foreign Host names (a web page elsewhere could point its own name at 127.0.0.1: DNS rebinding),

    requests that a foreign page started, and sets HEADERS on every answer.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        secure: bool = False,
        known: Callable[[Scope], bool] = lambda scope: False,
        imports: Callable[[Scope], bool] = lambda scope: False,
    ) -> None:
        """``secure``: served by HTTPS, under names of the site's own. ``known`` says who may send a photo, ``imports``
        who a file of people: forms are read before any page is asked, and a stranger's megabytes are not for our
        memory."""
        self._app, self._secure, self._known, self._imports = app, secure, known, imports
        self._photos = asyncio.Semaphore(PHOTOS_AT_ONCE)
        self._outside = asyncio.Semaphore(PHOTOS_AT_ONCE)
        self._import = asyncio.Semaphore(1)
        self._headers = HEADERS | (SECURE_HEADERS if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        headers = Headers(scope=scope)
        if not self._secure and not host_is_loopback(headers.get("host", "")):
            refusal = _refusal(scope, 421, "Open this page as http://127.0.0.1 on this machine.")
            await refusal(scope, receive, send_guarded)
        elif headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not _is_page(headers):
            refusal = _refusal(scope, 403, "Asked for by another site.")
            await refusal(scope, receive, send_guarded)
        elif _too_large(headers.get("content-length", "0"), most := await self._most(scope)):
            refusal = _refusal(scope, 413, _too_much(most))
            await refusal(scope, receive, send_guarded)
        elif most == MOST_IMPORT and self._import.locked():
            refusal = _refusal(scope, 409, "Another file is being sent just now; try again.")
            await refusal(scope, receive, send_guarded)
        elif most == MOST_IMPORT:
            async with self._import:
                await self._app(scope, _counted(_not_stalled(receive), most), send_guarded)
        elif most > MOST_BODY and not _is_small(headers):
            async with self._outside if scope["path"] == OUTSIDE else self._photos:
                await self._app(scope, _counted(_within(receive, PHOTO_S), most), send_guarded)
        else:
            await self._app(scope, _counted(receive, min(most, MOST_BODY)), send_guarded)

    async def _most(self, scope: Scope) -> int:
        """How large this request may be."""
        path = scope["path"]
        if scope["method"] == "POST" and path == "/imports":
            return MOST_IMPORT if await asyncio.to_thread(self._imports, scope) else MOST_BODY
        photo = path in PHOTO_PATHS or (path.startswith(PHOTO_BEGINS) and path.endswith(PHOTO_ENDS))
        if not photo or scope["method"] != "POST":
            return MOST_BODY
        return MOST_PHOTO if await asyncio.to_thread(self._known, scope) else MOST_BODY


def _refusal(scope: Scope, status: int, line: str) -> Response:
    """One line, in the form that the path's callers read."""
    if scope["path"].startswith(API):
        return problem(status, line)
    return PlainTextResponse(f"{line}\n", status)


def _too_large(length: str, most: int) -> bool:
    return not length.isdecimal() or len(length) > 9 or int(length) > most


def _too_much(most: int) -> str:
    if most == MOST_IMPORT:
        return f"Files of more than {most >> 20} MB are too large; hand them over in parts."
    return "Too large for any form here."


def _is_small(headers: Headers) -> bool:
    """Whether the body says that it is no larger than any form: it has to wait for no photo."""
    length = headers.get("content-length", "")
    return length.isdecimal() and int(length) <= MOST_BODY


def _within(receive: Receive, seconds: float) -> Receive:
    """What comes until so many seconds are over, all together."""
    until = asyncio.get_running_loop().time() + seconds

    async def receive_in_time() -> Message:
        try:
            async with asyncio.timeout_at(until):
                return await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}

    return receive_in_time


def _not_stalled(receive: Receive) -> Receive:
    """What comes, as long as something does."""

    async def receive_soon() -> Message:
        try:
            return await asyncio.wait_for(receive(), STALLED_S)
        except TimeoutError:
            return {"type": "http.disconnect"}

    return receive_soon


def _counted(receive: Receive, most: int) -> Receive:
    """What comes, as long as it is not too much: a body without a length is counted as it arrives."""
    total = 0

    async def receive_counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        return {"type": "http.disconnect"} if total > most else message

    return receive_counted


def _is_page(headers: Headers) -> bool:
    """A person followed a link here: fine, the page shows nothing to the site that linked."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
