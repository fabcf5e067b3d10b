"""What a key for programs may do, in the language of whoever makes one."""

from __future__ import annotations

from hallwatch.core.policy.scopes import Scope
from hallwatch.web.texts import N_, gettext

SCOPE_WORDS = {
    Scope.READ_LISTS: N_("Read lists, listings and people"),
    Scope.WRITE_LISTINGS: N_("Add people; write, propose, suspend and end listings"),
    Scope.READ_ALERTS: N_("Read how alerts stand, without pictures"),
    Scope.WRITE_ALERTS: N_("Report alerts of another face recognition"),
    Scope.WRITE_INCIDENTS: N_("Report incidents: panic buttons and the like"),
}


def scope_words(scope: Scope) -> str:
    """What a key may do, in words."""
    return gettext(SCOPE_WORDS[scope])
