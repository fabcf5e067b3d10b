"""The console's certificate: where it comes from, and who minds that it is always a good one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hallwatch.adapters.acme.certificate import AcmeCertificate
from hallwatch.adapters.acme.ordering import Authority
from hallwatch.adapters.keys.certificate import self_signed
from hallwatch.entry.tls import Served, Tls
from hallwatch.errors import SettingsError, UserError
from hallwatch.settings.site import SELF_SIGNED, Site

LOG = logging.getLogger(__name__)

LOOK_S = 10.0
RENEWED_BELOW = 1 / 3
"""Of its life: what is left when it is renewed."""
SAID_BELOW = 1 / 4
"""Of its life: what is left when a renewal that fails is said on the page."""
WAITS = tuple(timedelta(hours=hours) for hours in (1, 2, 4, 8, 12))
"""Between tries of a renewal that fails."""

BROKEN = "The certificate on disk has changed and cannot be used; the one before is served on: {why}."
FAILS = "The console's certificate {ends}, and it could not be renewed: {why}."


def acme_of(site: Site, keys: Path) -> AcmeCertificate | None:
    """The certificate that Hallwatch gets by itself, its files in the folder of the keys; None for any other."""
    acme = site.acme
    if acme is None:
        return None
    trusted = Path(acme.authority) if acme.authority else None
    authority = Authority(acme.directory, acme.contact, trusted, acme.terms_agreed, acme.challenge_port)
    return AcmeCertificate(keys, acme.domain, authority)


def tls_of(site: Site, keys: Path, acme: AcmeCertificate | None) -> Tls | None:
    """The certificate to start with; None for loopback without HTTPS.

    By ACME: the one that is kept, as long as it holds; else a new one, which takes seconds to minutes, or
    CertificateError. Nothing falls back to a self-signed one.
    """
    console = site.console
    if console.certificate is None:
        return None
    now = datetime.now(UTC)
    if acme is not None:
        life = acme.life()
        if life is None or life.ends <= now:
            LOG.info("getting a certificate for the console")
            acme.obtain()
        return Tls(acme.path, acme.path)
    if console.certificate == SELF_SIGNED:
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Tls(*self_signed(keys, console.host, now))
    return Tls(Path(console.certificate), Path(console.private_key or ""))


class Certificates:
    """A thread that renews what is ours to renew and takes up files that have changed.

    ``tell`` is given a part's name and what is wrong with it, or None.
    """

    def __init__(
        self,
        served: Served,
        acme: AcmeCertificate | None,
        tell: Callable[[str, str | None], None],
        *,
        every_s: float = LOOK_S,
    ) -> None:
        self._served, self._acme, self._tell, self._every_s = served, acme, tell, every_s
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="certificates", daemon=True)
        self._failures = 0
        self._why, self._tried = "", datetime.min.replace(tzinfo=UTC)
        self._broken: str | None = None

    def start(self) -> None:
        """Begin to mind."""
        self._thread.start()

    def stop(self) -> None:
        """Mind no more; a talk with an authority that is going on is left to end with the process."""
        self._ending.set()

    def turn(self, now: datetime) -> None:
        """Renew if it is time, then look at the files."""
        if self._acme is not None:
            self._renew(self._acme, now)
        try:
            if self._served.look():
                LOG.info("the console's certificate has changed; new connections are given the new one")
            broken = None
        except SettingsError as error:
            broken = str(error)
            if broken != self._broken:
                LOG.warning("%s; the one before is served on", error)
        self._broken = broken
        self._tell("certificate", broken and BROKEN.format(why=broken))

    def _renew(self, acme: AcmeCertificate, now: datetime) -> None:
        life = acme.life()
        if life is not None and life.left(now) >= RENEWED_BELOW:
            return
        if timedelta() <= now - self._tried < self._wait():
            self._say(acme, now)
            return
        self._tried = now
        try:
            acme.obtain()
        except UserError as error:
            self._failures, self._why = self._failures + 1, str(error)
            LOG.warning("the console's certificate could not be renewed: %s", error)
        except Exception as error:  # without this thread it would end unseen one day
            self._failures, self._why = self._failures + 1, type(error).__name__
            LOG.exception("the console's certificate could not be renewed")
        else:
            self._failures, self._why = 0, ""
        self._say(acme, now)

    def _wait(self) -> timedelta:
        return WAITS[min(self._failures, len(WAITS)) - 1] if self._failures else timedelta()

    def _say(self, acme: AcmeCertificate, now: datetime) -> None:
        life = acme.life()
        if not self._why or (life is not None and life.left(now) >= SAID_BELOW):
            self._tell("renewal", None)
            return
        ends = "is no longer on the disk"
        if life is not None:
            ends = f"{'ends' if life.ends > now else 'ended'} on {life.ends:%Y-%m-%d at %H:%M} UTC"
        self._tell("renewal", FAILS.format(ends=ends, why=self._why))

    def _run(self) -> None:
        while True:
            self.turn(datetime.now(UTC))
            if self._ending.wait(self._every_s):
                return
