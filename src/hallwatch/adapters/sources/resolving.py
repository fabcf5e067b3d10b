"""From a camera's name to the one address that is connected to, checked before the connection is made.

The address stands in the URL from then on: a name that leads elsewhere a moment later (DNS rebinding) leads nowhere.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit, urlunsplit

from hallwatch.core.policy.networks import Network, refusal
from hallwatch.errors import SourceError, SourceLost

PORTS = {"rtsp": 554, "rtsps": 322}

Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, in the system's order. Raises OSError."""
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def at_checked_address(url: str, networks: Sequence[Network], resolving: Resolve = resolve) -> str:
    """The URL with its host as the address that may be connected to.

    Raises SourceLost when the name is not known just now, SourceError when none of its addresses is allowed.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        addresses = resolving(host, parts.port or PORTS[parts.scheme])
    except OSError as error:
        raise SourceLost("its name is not known just now") from error
    refusals = [refusal(address, networks) for address in addresses]
    for address, why in zip(addresses, refusals, strict=True):
        if why is None:
            return urlunsplit(parts._replace(netloc=_netloc(parts.netloc, address, parts.port)))
    raise SourceError(
        f"the camera may not be connected to: {refusals[0] if refusals else 'its name has no address'}; add its network"
        " to [network] cameras in hallwatch.toml if it belongs to the school"
    )


def _netloc(before: str, address: str, port: int | None) -> str:
    login, at, _ = before.rpartition("@")
    host = f"[{address}]" if ":" in address else address
    return f"{login}{at}{host}" + (f":{port}" if port else "")
