"""The certificate that the page is served with, and how another takes its place while it is served."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from hallwatch.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files of the certificate with its chain, and of its private key; they may be one file."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 and newer with these files. Raises SettingsError when they cannot be used together."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self.certificate, self.key, password="")  # never asks at the terminal
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                f"the certificate {self.certificate} and the key {self.key} cannot be used together: {error}"
            ) from error
        return context

    def stamp(self) -> tuple[tuple[int, ...], ...]:
        """Differs as soon as one of the files is another one."""
        return _stamp(self.certificate), _stamp(self.key)


class Served:
    """What handshakes are given: always one whole pair, the newest that could be used.

    A context that is in use is never changed; each handshake is handed the newest one as it begins.
    """

    def __init__(self, tls: Tls) -> None:
        """Raises SettingsError when certificate and key cannot be used."""
        self._tls = tls
        self._stamp = tls.stamp()
        self._broken = False
        self.context = self._newest = tls.context()
        self.context.sni_callback = self._hand_over

    def look(self) -> bool:
        """Take up files that have changed; True when it did so, and when it could after a time when it could not.

        Raises SettingsError while what lies there cannot be used; the pair before is served on.
        """
        stamp = self._tls.stamp()
        if stamp == self._stamp and not self._broken:
            return False
        self._stamp, self._broken = stamp, True
        self._newest = self._tls.context()
        self._broken = False
        return True

    def _hand_over(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        connection.context = self._newest


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
