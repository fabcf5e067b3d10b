"""The web server itself: a socket that is ours before anything starts, and a stop that ends open streams."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from hallwatch.entry.page_address import page_address
from hallwatch.entry.tls import Served
from hallwatch.errors import SettingsError

GRACE_S = 5


def listening_socket(host: str, port: int, served: Served | None = None) -> socket.socket:
    """A listening socket; beyond this machine only with HTTPS. Raises SettingsError when the port is taken."""
    if served is None and not ipaddress.ip_address(host).is_loopback:
        raise SettingsError(f"without a certificate the console may listen on loopback only, not on {host}")
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        why = (
            "is used by another program"
            if error.errno == errno.EADDRINUSE
            else f"cannot be used: {error.strerror}"
        )
        raise SettingsError(f"port {port} {why}; choose another as [console] port") from error
    return listening


class _Server(uvicorn.Server):
    """Leaves signals to the caller, and ends the endless streams before it waits for open connections."""

    def __init__(self, config: uvicorn.Config, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending = ending

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpServer:
    """uvicorn on a socket of ours; ``ending`` is called when it begins to stop."""

    def __init__(
        self,
        app: FastAPI,
        listening: socket.socket,
        *,
        served: Served | None = None,
        name: str | None = None,
        ending: Callable[[], None] = lambda: None,
    ) -> None:
        """``served`` makes it HTTPS; ``name`` is that of the certificate, where it is known."""
        self._socket, self._https, self._name = listening, served is not None, name
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE_S,
                http="h11",
                ws="none",
                lifespan="off",
                ssl_context_factory=None if served is None else lambda config, default: served.context,
            ),
            ending,
        )

    @property
    def url(self) -> str:
        """Where a browser finds the page."""
        host, port = self._socket.getsockname()[:2]
        return page_address(host, port, https=self._https, name=self._name)

    def run_until_told(self) -> None:
        """Serve until ``stop``; the socket is closed afterwards."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()

    def stop(self) -> None:
        """End soon; safe from any thread and from a signal handler."""
        self._server.should_exit = True
