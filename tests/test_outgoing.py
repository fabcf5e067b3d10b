"""Requests to addresses that a user gave (SSRF), against a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from hallwatch.adapters.outgoing import LARGEST, CheckedTransport
from hallwatch.core.policy.networks import networks_of

HERE = networks_of(["127.0.0.0/8"])


class Handler(BaseHTTPRequestHandler):
    """Answers, sends elsewhere, or never stops."""

    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.end_headers()
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                return
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.headers["Host"].encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []
    it = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Handler,), {"asked": asked}))
    thread = threading.Thread(target=it.serve_forever)
    thread.start()
    yield it.server_address[1], asked
    it.shutdown()
    it.server_close()
    thread.join()


def client(networks: tuple[str, ...] = ("127.0.0.0/8",), **more: object) -> httpx2.Client:
    return httpx2.Client(transport=CheckedTransport(networks_of(networks), **more))  # type: ignore[arg-type]


def test_an_allowed_address_is_asked_under_its_name(server: tuple[int, list[str]]) -> None:
    with client() as browser:
        assert browser.get(f"http://localhost:{server[0]}/").text == f"localhost:{server[0]}"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{}/",
        "http://localhost:{}/",
        "http://[::ffff:127.0.0.1]:{}/",
        "http://2130706433:{}/",
    ],
)
def test_this_machine_is_not_asked_unless_it_is_named(url: str, server: tuple[int, list[str]]) -> None:
    with client(()) as browser, pytest.raises(httpx2.TransportError):
        browser.get(url.format(server[0]))
    assert server[1] == []


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "http://[fe80::1]/", "http://224.0.0.1/", "http://0.0.0.0/"]
)
def test_link_local_and_its_like_are_never_asked(url: str) -> None:
    with (
        client(("0.0.0.0/0", "::/0")) as browser,
        pytest.raises(httpx2.ConnectError, match="never connected to"),
    ):
        browser.get(url)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "unix:/run/x"]
)
def test_other_schemes_are_refused(url: str) -> None:
    with (
        client() as browser,
        pytest.raises((httpx2.ConnectError, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)),
    ):
        browser.get(url)


def test_plain_http_goes_to_this_machine_only() -> None:
    with client(("10.0.0.0/8",)) as browser, pytest.raises(httpx2.ConnectError, match="use https"):
        browser.get("http://10.0.0.1/")


def test_a_redirect_is_not_followed(server: tuple[int, list[str]]) -> None:
    with client() as browser:
        assert browser.get(f"http://127.0.0.1:{server[0]}/elsewhere").status_code == 302
    assert server[1] == ["/elsewhere"]


def test_a_name_that_changes_its_mind_leads_nowhere(server: tuple[int, list[str]]) -> None:
    """DNS rebinding: what was checked is what is connected to, and every connection is checked."""
    answers = iter([["203.0.113.7"], ["127.0.0.1"]])
    asked: list[str] = []

    def resolving(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with client((), resolving=resolving) as browser:
        for _ in range(2):
            with pytest.raises(httpx2.ConnectError, match="in none of the networks") as refused:
                browser.get(f"http://rebinding.example:{server[0]}/")
    assert asked == ["rebinding.example"] * 2
    assert str(refused.value).endswith('under [network]: services = ["127.0.0.1/32"]')  # what lets it
    assert server[1] == []


def test_an_endless_answer_ends(server: tuple[int, list[str]]) -> None:
    with client() as browser, pytest.raises(httpx2.ReadError, match="more than 1 MB"):
        browser.get(f"http://127.0.0.1:{server[0]}/endless")
    assert LARGEST == 1 << 20


def test_an_unknown_name_is_one_line() -> None:
    with client() as browser, pytest.raises(httpx2.ConnectError, match=r"nowhere\.invalid is not known"):
        browser.get("https://nowhere.invalid/")
