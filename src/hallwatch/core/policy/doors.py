"""The policy table: every way in, who may use it, and with whose data.

A door that is not in this table does not open, and a test walks the running server, the keeper's requests and the
commands and fails on any that the table does not know.

Long because it is a table: a line a door.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hallwatch.core.policy.roles import May
from hallwatch.core.policy.scopes import Scope


class Who(StrEnum):
    """Who may use a door that asks for no particular permission."""

    ANYBODY = "anybody who reaches the address"
    SIGNED_IN = "anybody signed in"
    ANY_KEY = "anybody signed in, and any key"
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
    """One way in: ``GET /path``, the kind of a keeper's request, or a command.

    A door with a scope is for keys; the account behind the key has to be allowed it, too.
    """

    name: str
    who: May | Who | Scope
    whose: Whose
    grave: bool = False
    """A grave act asks for the password again when it was not given in the last five minutes."""
    by_itself: bool = False
    """An open page asks by itself, with nobody before it: that keeps nobody signed in."""


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
    Door("GET /cameras", May.SEE_CAMERAS, Whose.SCHOOLS),
    Door("GET /map", May.SEE_CAMERAS, Whose.SCHOOLS),
    Door("GET /map/{building}", May.SEE_CAMERAS, Whose.SCHOOLS),
    Door("GET /map/{building}/state", May.SEE_CAMERAS, Whose.SCHOOLS, by_itself=True),
    Door("GET /map/{building}/floors/{floor_id}/picture", May.SEE_CAMERAS, Whose.SCHOOLS),
    Door("GET /map/{building}/draw", May.DRAW_MAPS, Whose.SCHOOLS),
    Door("POST /map/{building}/floors", May.DRAW_MAPS, Whose.SCHOOLS),
    Door("POST /map/{building}/floors/{floor_id}/drop", May.DRAW_MAPS, Whose.SCHOOLS),
    Door("POST /map/{building}/cameras", May.DRAW_MAPS, Whose.SCHOOLS),
    Door("GET /reports", May.SEE_FIGURES, Whose.SCHOOLS),
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
    Door("POST /account/push", May.SEE_ALERTS, Whose.OWN),
    Door("POST /account/push/{subscription_id}/drop", Who.SIGNED_IN, Whose.OWN),
    Door("POST /sign-in/passkey/ask", Who.ANYBODY, Whose.NOBODYS),
    Door("POST /sign-in/passkey", Who.ANYBODY, Whose.NOBODYS),
    Door("POST /account/keys", May.MAKE_KEYS, Whose.OWN, grave=True),
    Door("POST /account/keys/{key_id}/drop", Who.SIGNED_IN, Whose.OWN),
    Door("POST /account/device", May.ANSWER_ALERTS, Whose.OWN, grave=True),
    Door("GET /pin", Who.SIGNED_IN, Whose.OWN),
    Door("POST /pin", Who.SIGNED_IN, Whose.OWN),
    Door("GET /duty", May.SEE_ALERTS, Whose.SCHOOLS),
    Door("POST /duty", May.MANAGE_ACCOUNTS, Whose.SCHOOLS),
    Door("POST /duty/shift/{shift_id}/drop", May.MANAGE_ACCOUNTS, Whose.SCHOOLS),
    Door("POST /duty/ring", May.SEE_ALERTS, Whose.OWN),
    Door("GET /duty/ring/{ring_id}", May.SEE_ALERTS, Whose.OWN),
    Door("POST /duty/ring/{ring_id}", May.SEE_ALERTS, Whose.OWN),
    Door("GET /training", May.ANSWER_ALERTS, Whose.OWN),
    Door("GET /training/practice", May.ANSWER_ALERTS, Whose.OWN),
    Door("POST /training/practice", May.ANSWER_ALERTS, Whose.OWN),
    Door("GET /training/quiz", May.ANSWER_ALERTS, Whose.OWN),
    Door("POST /training/quiz", May.ANSWER_ALERTS, Whose.OWN),
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
    Door("GET /lists/listing/{listing_id}/notice.pdf", May.SEE_LISTINGS, Whose.SCHOOLS),
    Door("GET /lists/listing/{listing_id}/notice", May.SEE_LISTINGS, Whose.SCHOOLS),
    Door("POST /lists/listing/{listing_id}/notice", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("POST /lists/listing/{listing_id}/appeal", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("POST /lists/appeal/{appeal_id}/acknowledge", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("POST /lists/appeal/{appeal_id}/answer", May.APPROVE_LISTINGS, Whose.SCHOOLS, grave=True),
    Door("GET /lists/appeal/{appeal_id}/answer.pdf", May.SEE_LISTINGS, Whose.SCHOOLS),
    Door("GET /lists/appeal/{appeal_id}/answer", May.SEE_LISTINGS, Whose.SCHOOLS),
    Door("GET /lists/kinds", May.SEE_LISTINGS, Whose.SITE),
    Door("POST /lists/kinds", May.MAKE_LISTS, Whose.SITE, grave=True),
    Door("POST /lists/kinds/{slug}/{act}", May.APPROVE_LISTINGS, Whose.SITE, grave=True),
    Door("GET /roster", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("POST /roster", May.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("GET /imports", May.IMPORT, Whose.SITE),
    Door("POST /imports", May.IMPORT, Whose.SITE),
    Door("GET /imports/waiting/{import_id}", May.APPROVE_LISTINGS, Whose.SCHOOLS),
    Door("GET /imports/waiting/{import_id}/photo/{person_id}/{place}", May.APPROVE_LISTINGS, Whose.SCHOOLS),
    Door("POST /imports/waiting/{import_id}/{answer}", May.APPROVE_LISTINGS, Whose.SCHOOLS, grave=True),
    Door("GET /imports/{number}", May.IMPORT, Whose.SITE),
    Door("GET /imports/{number}/state", May.IMPORT, Whose.SITE),
    Door("GET /imports/{number}/refused.csv", May.IMPORT, Whose.SITE),
    Door("POST /imports/{number}/take", May.IMPORT, Whose.SITE, grave=True),
    Door("POST /imports/{number}/put-away", May.IMPORT, Whose.SITE),
    Door("GET /audit", May.READ_AUDIT, Whose.SITE),
    Door("GET /delivery", May.SEE_HEALTH, Whose.SITE),
    Door("GET /siren", May.SEE_ALERTS, Whose.SCHOOLS),
    Door("GET /start", May.CHANGE_SETTINGS, Whose.SITE),
    Door("POST /start/read", May.CHANGE_SETTINGS, Whose.SITE),
    Door("POST /start/erase", May.CHANGE_SETTINGS, Whose.SITE, grave=True),
    Door("GET /start/receipt", May.CHANGE_SETTINGS, Whose.SITE),
    Door("GET /start/receipt.pdf", May.CHANGE_SETTINGS, Whose.SITE),
    Door("GET /health", May.SEE_HEALTH, Whose.SITE),
    Door("GET /settings", May.SEE_SETTINGS, Whose.SITE),
    Door("GET /settings/{name}", May.CHANGE_SETTINGS, Whose.SITE, grave=True),
    Door("POST /settings/{name}", May.CHANGE_SETTINGS, Whose.SITE, grave=True),
    Door("POST /settings/{name}/answer", May.CHANGE_SETTINGS, Whose.SITE, grave=True),
    Door("POST /settings/{name}/revert", May.CHANGE_SETTINGS, Whose.SITE, grave=True),
    Door("GET /healthz", Who.ANYBODY, Whose.NOBODYS),
    Door("GET /static/{path}", Who.ANYBODY, Whose.NOBODYS),
)

API = (
    Door("GET /api/v1/openapi.json", Who.ANY_KEY, Whose.NOBODYS),
    Door("GET /api/v1/lists", Scope.READ_LISTS, Whose.SCHOOLS),
    Door("GET /api/v1/listings", Scope.READ_LISTS, Whose.SCHOOLS),
    Door("GET /api/v1/listings/{listing_id}", Scope.READ_LISTS, Whose.SCHOOLS),
    Door("GET /api/v1/people/{person_id}", Scope.READ_LISTS, Whose.SCHOOLS),
    Door("POST /api/v1/people", Scope.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("POST /api/v1/people/{person_id}/listings", Scope.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("PUT /api/v1/listings/{listing_id}", Scope.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("POST /api/v1/listings/{listing_id}/{act}", Scope.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("POST /api/v1/roster/search", Scope.WRITE_LISTINGS, Whose.SCHOOLS),
    Door("GET /api/v1/alerts", Scope.READ_ALERTS, Whose.SCHOOLS),
    Door("GET /api/v1/alerts/{alert_id}", Scope.READ_ALERTS, Whose.SCHOOLS),
    Door("POST /api/v1/alerts", Scope.WRITE_ALERTS, Whose.SCHOOLS),
    Door("POST /api/v1/incidents", Scope.WRITE_INCIDENTS, Whose.SCHOOLS),
)
"""What programs come through, by a key."""

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
        "give-notice",
        "receive-appeal",
        "acknowledge-appeal",
        "answer-appeal",
        "write-own-list",
        "answer-own-list",
        "retire-own-list",
        "take-in",
        "let-go",
        "import-done",
        "keep-cohort",
        "answer-setting",
        "revert-setting",
        "start-quietly",
        "keep-map",
        "keep-floor",
        "drop-floor",
        "place-cameras",
        "open-import",
        "import-entry",
        "import-end",
        "import-same",
        "close-import",
        "answer-import",
        "make-key",
        "drop-key",
        "use-key",
        "see-alert",
        "answer-alert",
        "close-alert",
        "review-person",
        "note-delivery",
        "show-alerts",
        "keep-subscription",
        "drop-subscription",
        "pass-course",
        "demonstrate-course",
        "enrol-device",
        "try-pin",
        "write-shift",
        "drop-shift",
        "ring-phone",
        "note-ring",
        "answer-ring",
        "raise-alert",
        "raise-incident",
    )
)

COMMANDS = tuple(
    Door(name, Who.MACHINE, Whose.SITE)
    for name in (
        "alerts figures",
        "audit export",
        "audit listed",
        "audit verify",
        "backup",
        "bench",
        "calibrate",
        "channels list",
        "channels test",
        "demo",
        "erase",
        "evaluate faces",
        "evaluate walkby",
        "import check",
        "import list",
        "import registry",
        "import roster",
        "import waiting",
        "init",
        "jurisdictions",
        "keys rotate",
        "listing add",
        "listing end",
        "listing propose",
        "listing resume",
        "listing show",
        "listing suspend",
        "lists",
        "lists show",
        "models add",
        "models check",
        "models cohort",
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

DOORS = {door.name: door for door in (*WEB, *API, *SOCKET, *COMMANDS)}
