"""Which addresses Hallwatch may connect to for a user: schemes and networks, judged on the address itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

NAT64 = IPv6Network("64:ff9b::/96")
HOME = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")
"""Private networks (RFC 1918, RFC 4193) and this machine: where a school's cameras are unless it says otherwise."""


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """The networks that these texts name. Raises ValueError naming the one that is none."""
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text))
        except ValueError as error:
            raise ValueError(f"{text!r} is no network; write for example 10.0.0.0/8") from error
    return tuple(found)


def refusal(address: str, networks: Sequence[Network], *, public: bool = False) -> str | None:
    """Why nobody may be connected to at this address; None where it is allowed: in one of the networks, or, where
    ``public`` says so, anywhere in the public internet.

    Link-local addresses (metadata services of clouds among them), multicast and the unspecified one never are.
    """
    try:
        ip: IPv4Address | IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "it is no address"
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if isinstance(ip, IPv6Address):
        ip = _inner(ip)
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return f"{ip} is never connected to (link-local, multicast or unspecified)"
    if (public and ip.is_global) or any(ip.version == net.version and ip in net for net in networks):
        return None
    return f"{ip} is in none of the networks that may be connected to"


def _inner(ip: IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that a translated one leads to (NAT64, RFC 6052; 6to4, RFC 3056; Teredo, RFC 4380)."""
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.sixtofour is not None:
        return ip.sixtofour
    return ip.teredo[1] if ip.teredo is not None else ip
