"""The policy table: every way in, who may use it, and with whose data.

A door that is not in this table does not open, and a test walks the running server, the keeper's requests and the
commands and fails on any that the table does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hallwatch.core.policy.roles import May


class Who(StrEnum):
    """Who may use a door that asks for no particular permission."""

    ANYBODY = "anybody who reaches the address"
    SIGNED_IN = "anybody signed in"
    MACHINE = "whoever has an account on the machine that may read the data_dir"
    OURSELVES = "only processes of Hallwatch itself"


class Whose(StrEnum):
    """Whose data comes through a door."""

    NOBODYS = "nobody's"
    OWN = "the account's own"
    SCHOOLS = "that of the account's schools"
    SITE = "the whole site's"


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: ``GET /path``, the kind of a keeper's request, or a command."""

    name: str
    who: May | Who
    whose: Whose
    grave: bool = False
    """A grave act asks for the password again when it was not given in the last five minutes."""


WEB = (
    Door("GET /", Who.SIGNED_IN, Whose.SCHOOLS),
    Door("GET /events", May.SEE_ALERTS, Whose.SCHOOLS),
    Door("GET /alerts/{alert_id}/shot", May.SEE_ALERTS, Whose.SCHOOLS),
    Door("GET /alerts/{alert_id}/photo", May.SEE_ALERTS, Whose.SCHOOLS),
    Door("GET /alerts/{alert_id}", May.SEE_ALERTS, Whose.SCHOOLS),
    Door("GET /alerts/{alert_id}/path/{number}/shot", May.SEE_ALERTS, Whose.SCHOOLS),
    Door("POST /alerts/{alert_id}/answer", May.ANSWER_ALERTS, Whose.SCHOOLS),
    Door("POST /alerts/{alert_id}/close", May.ANSWER_ALERTS, Whose.SCHOOLS),
    Door("POST /alerts/{alert_id}/review/{what}", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("GET /sign-in", Who.ANYBODY, Whose.NOBODYS),
    Door("POST /sign-in", Who.ANYBODY, Whose.NOBODYS),
    Door("GET /sign-in/provider", Who.ANYBODY, Whose.NOBODYS),
    Door("GET /sign-in/provider/back", Who.ANYBODY, Whose.OWN),
    Door("POST /language", Who.ANYBODY, Whose.NOBODYS),
    Door("POST /sign-out", Who.SIGNED_IN, Whose.OWN),
    Door("GET /signed-out", Who.ANYBODY, Whose.NOBODYS),
    Door("GET /link/{token}", Who.ANYBODY, Whose.OWN),
    Door("POST /link/{token}", Who.ANYBODY, Whose.OWN),
    Door("GET /account", Who.SIGNED_IN, Whose.OWN),
    Door("POST /account/password", Who.SIGNED_IN, Whose.OWN),
    Door("POST /account/code", Who.SIGNED_IN, Whose.OWN, grave=True),
    Door("POST /account/passkey/ask", Who.SIGNED_IN, Whose.OWN, grave=True),
    Door("POST /account/passkey", Who.SIGNED_IN, Whose.OWN, grave=True),
    Door("POST /account/passkey/{credential_id}/drop", Who.SIGNED_IN, Whose.OWN, grave=True),
    Door("POST /sign-in/passkey/ask", Who.ANYBODY, Whose.NOBODYS),
    Door("POST /sign-in/passkey", Who.ANYBODY, Whose.NOBODYS),
    Door("GET /confirm", Who.SIGNED_IN, Whose.OWN),
    Door("POST /confirm", Who.SIGNED_IN, Whose.OWN),
    Door("GET /confirm/provider", Who.SIGNED_IN, Whose.OWN),
    Door("GET /people", May.MANAGE_ACCOUNTS, Whose.SCHOOLS),
    Door("POST /people", May.MANAGE_ACCOUNTS, Whose.SCHOOLS, grave=True),
    Door("POST /people/{account_id}/disable", May.MANAGE_ACCOUNTS, Whose.SCHOOLS, grave=True),
    Door("POST /people/{account_id}/link", May.MANAGE_ACCOUNTS, Whose.SCHOOLS, grave=True),
    Door("GET /lists", May.SEE_LISTINGS, Whose.SCHOOLS),
    Door("POST /lists", May.SEE_LISTINGS, Whose.SCHOOLS),
    Door("GET /lists/new", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("POST /lists/new", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("GET /lists/person/{person_id}", May.SEE_LISTINGS, Whose.SCHOOLS),
    Door("GET /lists/person/{person_id}/photo/{place}", May.SEE_LISTINGS, Whose.SCHOOLS),
    Door("POST /lists/person/{person_id}/photo", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("POST /lists/person/{person_id}/listing", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("POST /lists/person/{person_id}/review/{what}", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("POST /lists/listing/{listing_id}/{act}", May.SEE_LISTINGS, Whose.SCHOOLS, grave=True),
    Door("GET /roster", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("POST /roster", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("GET /audit", May.READ_AUDIT, Whose.SITE),
    Door("GET /health", May.SEE_HEALTH, Whose.SITE),
    Door("GET /settings", May.SEE_SETTINGS, Whose.SITE),
    Door("GET /settings/{name}", May.CHANGE_SETTINGS, Whose.SITE, grave=True),
    Door("POST /settings/{name}", May.CHANGE_SETTINGS, Whose.SITE, grave=True),
    Door("GET /healthz", Who.ANYBODY, Whose.NOBODYS),
    Door("GET /static/{path}", Who.ANYBODY, Whose.NOBODYS),
)

SOCKET = tuple(
    Door(kind, Who.OURSELVES, Whose.SITE)
    for kind in (
        "keep-person",
        "set-list",
        "erase-person",
        "note",
        "rotate-master",
        "bind-jurisdiction",
        "release-held",
        "change-setting",
        "after-restore",
        "add-account",
        "set-password",
        "set-code",
        "disable-account",
        "make-link",
        "use-link",
        "add-passkey",
        "drop-passkey",
        "open-session",
        "touch-session",
        "close-session",
        "ask-second",
        "answer-second",
        "write-listing",
        "propose-listing",
        "answer-listing",
        "emergency-listing",
        "move-listing",
        "take-in",
        "let-go",
        "import-done",
        "see-alert",
        "answer-alert",
        "close-alert",
        "review-person",
    )
)

COMMANDS = tuple(
    Door(name, Who.MACHINE, Whose.SITE)
    for name in (
        "audit export",
        "audit listed",
        "audit verify",
        "backup",
        "bench",
        "calibrate",
        "demo",
        "erase",
        "evaluate faces",
        "evaluate walkby",
        "import check",
        "import roster",
        "jurisdictions",
        "keys rotate",
        "models add",
        "models check",
        "models gate",
        "models list",
        "models pull",
        "release-deletion",
        "restore",
        "serve",
        "sign-in-link",
        "sim walkby",
        "version",
        "watch",
    )
)

DOORS = {door.name: door for door in (*WEB, *SOCKET, *COMMANDS)}
