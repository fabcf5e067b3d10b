"""One request for a file or the rest of it: https only, redirects followed, an answer in time or none."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from threading import Thread

import httpx2

from hallwatch.errors import PackError

MOST_REDIRECTS = 5
HERE = ("127.0.0.1", "localhost", "::1")


def ask(
    client: httpx2.Client, address: str, have: int, *, within: float, plain_http_here: bool
) -> httpx2.Response:
    """The answer to a request for the bytes from ``have`` on, its body still to be read.

    ``within`` limits each step in seconds, everything up to the head of the answer included. Raises
    PackError for an address or redirect that is not allowed, httpx2.TransportError when nobody answers.
    """
    url = parse(address)
    # Compressed answers could not be continued at a byte.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    for _ in range(MOST_REDIRECTS + 1):
        require_allowed(url, plain_http_here=plain_http_here)
        response = _answer(client, client.build_request("GET", url, headers=headers), within)
        if not response.has_redirect_location:
            return response
        response.close()
        url = parse(response.headers["Location"], url)
    raise PackError(f"{address} sends from address to address without end; tell the pack's publisher")


def _answer(client: httpx2.Client, request: httpx2.Request, within: float) -> httpx2.Response:
    """The head of the answer, within so many seconds in all.

    httpx2 limits each step, but neither the look-up of the name nor the sum over all the host's addresses; a
    thread that may be left behind limits the whole, so that nobody without a network waits for minutes.
    """
    box: SimpleQueue[httpx2.Response | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            box.put(client.send(request, stream=True))
        except Exception as error:  # handed over and raised below
            box.put(error)

    Thread(target=ask, daemon=True, name="hallwatch-download").start()
    try:
        answer = box.get(timeout=within)
    except Empty:
        raise httpx2.ConnectTimeout(f"no answer within {within:g} s", request=request) from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def parse(text: str, seen_from: httpx2.URL | None = None) -> httpx2.URL:
    """``text`` as an address, relative to ``seen_from`` where given. Raises PackError when it is none."""
    try:
        return seen_from.join(text) if seen_from else httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise PackError(f"{text[:100]} is not an address: {error}") from error


def require_allowed(url: httpx2.URL, *, plain_http_here: bool) -> None:
    """Raise PackError for anything but https, or http on this very machine where that is allowed (tests)."""
    if url.scheme == "https" or (plain_http_here and url.scheme == "http" and url.host in HERE):
        return
    raise PackError(f"{url} is not an https address; files are fetched over https only")
