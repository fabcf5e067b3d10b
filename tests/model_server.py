"""A real HTTP server on this machine that serves one file and can be told to behave badly."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Served:
    """What is served and how. Each list is used up request by request; an empty one means good behaviour."""

    content: bytes
    cut_after: list[int | None] = field(default_factory=list)
    """Close the connection after so many bytes of the body."""
    stall_after: list[int | None] = field(default_factory=list)
    """Send so many bytes of the body, then nothing for a while."""
    status: list[int] = field(default_factory=list)
    """Answer with this status and no body; 200 behaves well."""
    redirect: str = ""
    ranges: bool = True
    silent_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    """The Range header of every request, empty where there was none."""
    url: str = ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what these tests are about; anything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serving(content: bytes, **behaviour: object) -> Iterator[Served]:
    """Serve ``content`` at ``Served.url`` until the block ends."""
    served = Served(content, **behaviour)  # type: ignore[arg-type]
    server = _Server(("127.0.0.1", 0), _handler(served))
    served.url = f"http://127.0.0.1:{server.server_address[1]}/model.onnx"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(served: Served) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            served.asked.append(wanted)
            time.sleep(served.silent_s)
            status = served.status.pop(0) if served.status else 200
            if served.redirect or status != 200:
                self.send_response(302 if served.redirect else status)
                if served.redirect:
                    self.send_header("Location", served.redirect)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._send(
                int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and served.ranges else 0
            )

        def _send(self, start: int) -> None:
            total = len(served.content)
            if start and start >= total:
                self.send_response(416)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            self.send_header("Content-Length", str(total - start))
            self.end_headers()
            body = served.content[start:]
            cut = served.cut_after.pop(0) if served.cut_after else None
            stall = served.stall_after.pop(0) if served.stall_after else None
            if stall is not None:
                self.wfile.write(body[:stall])
                time.sleep(1.0)
                self.close_connection = True
            elif cut is not None:
                self.wfile.write(body[:cut])
                self.close_connection = True
            else:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the tests look at what arrived."""

    return Handler
