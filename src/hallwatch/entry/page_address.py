"""Under which address browsers find the console."""

from __future__ import annotations

import ipaddress
import socket

from hallwatch.settings.site import Site


def page_address(host: str, port: int, *, https: bool, name: str | None) -> str:
    """Of a server that listens on ``host``; ``name`` is that of its certificate, where it is known."""
    if name is not None:
        host = name
    elif ipaddress.ip_address(host).is_unspecified:
        host = socket.gethostname()
    scheme = "https" if https else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def console_address(site: Site) -> str:
    """As the settings say it; the server itself knows better where they take any free port."""
    if site.alerting.console_address is not None:
        return site.alerting.console_address
    name = None if site.acme is None else site.acme.domain
    return page_address(
        site.console.host, site.console.port, https=site.console.certificate is not None, name=name
    )
