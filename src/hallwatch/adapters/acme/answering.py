"""Gives the answer to an HTTP-01 challenge (RFC 8555, 8.3) while an order is open, and nothing else."""

from __future__ import annotations

import errno
import socket
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any

from hallwatch.errors import CertificateError

PATIENCE_S = 5.0
"""A visitor that says nothing for so long is sent away."""
NO_IPV6 = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


class Answering:
    """A listener on all addresses, for a ``with``: it knows the paths that ``give`` names, all else is 404."""

    def __init__(self, port: int) -> None:
        """Raises CertificateError when the port cannot be had."""
        try:
            self._server = _Server(port)
        except OSError as error:
            raise CertificateError(_no_port(port, error)) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="acme-answer", daemon=True
        )

    def give(self, path: str, answer: str) -> None:
        """From now on this is the answer at that path."""
        self._server.answers[path] = answer.encode("ascii")

    def __enter__(self) -> Answering:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    timeout = PATIENCE_S
    server: _Server

    def do_GET(self) -> None:
        """The only request that has an answer."""
        self._say(self.server.answers.get(self.path))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no GET, and what is no request at all."""
        self._say(None)

    def _say(self, answer: bytes | None) -> None:
        self.close_connection = True
        self.send_response_only(HTTPStatus.NOT_FOUND if answer is None else HTTPStatus.OK)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(answer or b"")))
        self.end_headers()
        self.wfile.write(answer or b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Strangers look in here: none of it is worth a line."""


class _Server(ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, port: int) -> None:
        self.answers: dict[str, bytes] = {}
        super().__init__(("", port), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = _listening(port)

    def handle_error(self, request: object, client_address: object) -> None:
        """A visitor that went away in the middle."""


def _listening(port: int) -> socket.socket:
    """On IPv4 and, where there is IPv6, on both."""
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        except OSError as error:
            if error.errno not in NO_IPV6:
                raise
    return socket.create_server(("", port))


def _no_port(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        why = "is used by another program; stop that one"
    elif error.errno == errno.EACCES:
        why = "is not for this account (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE); allow it"
    else:
        why = f"cannot be used ({error.strerror}); free it"
    return (
        f"port {port}, where the certificate's authority looks, {why}, or have port 80 led to another port and"
        " name that one as challenge_port under [acme]"
    )
