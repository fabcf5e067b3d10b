"""What a key for a program may do: less than the account that made it, and never what two people are asked for."""

from __future__ import annotations

from enum import StrEnum

from hallwatch.core.policy.roles import May


class Scope(StrEnum):
    """One thing that a key may be allowed to do."""

    READ_LISTS = "lists:read"
    WRITE_LISTINGS = "listings:write"
    READ_ALERTS = "alerts:read"
    WRITE_ALERTS = "alerts:write"
    WRITE_INCIDENTS = "incidents:write"


NEEDS: dict[Scope, May] = {
    Scope.READ_LISTS: May.SEE_LISTINGS,
    Scope.WRITE_LISTINGS: May.WRITE_LISTINGS,
    Scope.READ_ALERTS: May.SEE_ALERTS,
    Scope.WRITE_ALERTS: May.SEE_ALERTS,
    Scope.WRITE_INCIDENTS: May.SEE_ALERTS,
}
"""What the account has to be allowed for its key to have the scope: when it is made, and at every use."""

ANY = frozenset(Scope)
KEY_REQUESTS: dict[str, frozenset[Scope]] = {
    "note": ANY,
    "use-key": ANY,
    "keep-person": frozenset({Scope.WRITE_LISTINGS}),
    "write-listing": frozenset({Scope.WRITE_LISTINGS}),
    "propose-listing": frozenset({Scope.WRITE_LISTINGS}),
    "move-listing": frozenset({Scope.WRITE_LISTINGS}),
    "raise-alert": frozenset({Scope.WRITE_ALERTS}),
    "raise-incident": frozenset({Scope.WRITE_INCIDENTS}),
}
"""What the keeper does for a key, and with which scope (one of them is enough). Everything else is for people who are
signed in: a yes or no, an emergency, an erasure, accounts, settings, keys."""
