"""The district's own sign-in, as the settings name it at this moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

from hallwatch.adapters.outgoing import CheckedTransport
from hallwatch.adapters.provider import Provider
from hallwatch.core.policy.networks import networks_of
from hallwatch.core.provider import ProviderFacts
from hallwatch.settings.sign_in import SignInSection
from hallwatch.settings.site import Site


class OwnSignIn:
    """Calling it gives the provider, or None where none is set up; it is asked about itself once for each setting."""

    def __init__(self, now: Callable[[], Site]) -> None:
        self._now = now
        self._known: tuple[SignInSection, Provider] | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Provider | None:
        """The provider. Raises StoreUnreadable while the settings cannot be read."""
        site = self._now()
        its = site.sign_in
        if its.issuer is None or not its.client_id:
            return None
        with self._lock:
            if self._known is None or self._known[0] != its:
                networks = networks_of(site.network.services)
                self._known = its, Provider(_facts(its, its.issuer), lambda: CheckedTransport(networks))
            return self._known[1]


def _facts(its: SignInSection, issuer: str) -> ProviderFacts:
    return ProviderFacts(
        issuer=issuer,
        client_id=its.client_id,
        client_secret=its.client_secret,
        label=its.label,
        claim=its.claim,
        trusted_addresses=its.trusted_addresses,
    )
