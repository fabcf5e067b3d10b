"""HTTP requests to addresses that a user gave: judged on the address that is connected to, at every connection.

A name is turned into an address once, that address is checked and connected to: a name that leads elsewhere a moment
later (DNS rebinding) leads nowhere. Redirects are never followed.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Sequence

import httpx2

from hallwatch.core.policy.networks import Network, networks_of, refusal

LARGEST = 1 << 20
"""Bytes of one answer: what we ask for is a few kilobytes."""
TIMEOUT = httpx2.Timeout(10.0)

Resolve = Callable[[str, int], Sequence[str]]


class Refused(httpx2.ConnectError):
    """Nobody is connected to there, and why."""


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, in the system's order. Raises OSError."""
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class CheckedTransport(httpx2.BaseTransport):
    """https to the public internet and to ``networks``; plain http to this machine alone, where it is among them."""

    def __init__(
        self,
        networks: Sequence[Network],
        *,
        trust: ssl.SSLContext | None = None,
        resolving: Resolve = resolve,
    ) -> None:
        """``trust``: which certificates are believed; None for the system's authorities."""
        self._networks, self._resolve = networks, resolving
        self._inner = httpx2.HTTPTransport(verify=trust or True, trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One answer. Raises httpx2.TransportError, Refused among them."""
        host = request.url.host
        address = self._checked(request, host)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        response = self._inner.handle_request(request)
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Bounded(response.stream)
        return response

    def close(self) -> None:
        """Let go of all connections."""
        self._inner.close()

    def _checked(self, request: httpx2.Request, host: str) -> str:
        scheme = request.url.scheme
        if scheme not in ("https", "http"):
            raise Refused(f"{scheme}:// is never connected to", request=request)
        try:
            addresses = self._resolve(host, request.url.port or (443 if scheme == "https" else 80))
        except OSError as error:
            raise httpx2.ConnectError(f"{host} is not known", request=request) from error
        why = f"{host} has no address"
        for address in addresses:
            found = _refusal(address, self._networks)
            if found is None and scheme == "http" and not ipaddress.ip_address(address).is_loopback:
                found = "plain http is for this machine only; use https"
            if found is None:
                return address
            why = found
        raise Refused(why, request=request)


def connected(
    host: str, port: int, networks: Sequence[Network], *, timeout_s: float, resolving: Resolve = resolve
) -> socket.socket:
    """A connection to ``host``, judged as CheckedTransport does. Raises AddressRefused, OSError."""
    why = f"{host} has no address"
    for address in resolving(host, port):
        found = _refusal(address, networks)
        if found is None:
            return socket.create_connection((address, port), timeout=timeout_s)
        why = found
    raise AddressRefused(why)


def _refusal(address: str, networks: Sequence[Network]) -> str | None:
    """Why not, with the line of hallwatch.toml that lets it, where one does; None where it is let already."""
    why = refusal(address, networks, public=True)
    own = own_network(address)
    if why is None or own is None or refusal(address, networks_of((own,)), public=True) is not None:
        return why
    return f'{why}: name it in hallwatch.toml under [network]: services = ["{own}"]'


def own_network(address: str) -> str | None:
    """The network of this one address as [network] services names it; None where it needs no naming: it is in the
    public internet, or no address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return None if ip.is_global else str(ipaddress.ip_network(ip))


class AddressRefused(OSError):
    """Nobody is connected to there, and why."""


_STARTS = frozenset(
    {
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "os.forkpty",
        "pty.spawn",
    }
)


def confine(networks: Sequence[Network]) -> None:
    """From now on, and for good, this process connects only where ``refusal`` lets it, and starts no program.

    For libraries that connect by themselves. The calling thread is left out: it is ours, and talks with the database.
    Judged is the address of each connection (``sys.audit``), after names are resolved and redirects followed. It holds
    back what is written in Python; code in C that opens sockets of its own does not ask.
    """
    ours = threading.get_ident()

    def judge(event: str, arguments: tuple[object, ...]) -> None:
        if threading.get_ident() == ours:
            return
        if event in _STARTS:
            raise PermissionError("no program is started here")
        if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            return
        place = arguments[1]
        if isinstance(place, tuple) and (why := _refusal(str(place[0]), networks)):
            raise AddressRefused(why)

    sys.addaudithook(judge)


class _Bounded(httpx2.SyncByteStream):
    """An answer of at most LARGEST bytes."""

    def __init__(self, inner: httpx2.SyncByteStream) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        total = 0
        for part in self._inner:
            total += len(part)
            if total > LARGEST:
                raise httpx2.ReadError(f"an answer of more than {LARGEST >> 20} MB")
            yield part

    def close(self) -> None:
        self._inner.close()
