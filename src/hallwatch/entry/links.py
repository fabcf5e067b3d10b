"""One-time links, made at the machine: for the first administrator, and for whoever cannot get in any more."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from hallwatch.core.policy.roles import UNNAMED, Account, Role
from hallwatch.core.requests import AddAccount, Done, MakeLink, Request
from hallwatch.core.sessions import digest_of_token
from hallwatch.entry.keeper_client import at_terminal


def new_link(
    ask: Callable[[Request], Done],
    everybody: Sequence[Account],
    role: Role,
    schools: frozenset[str] = frozenset(),
) -> str:
    """The path of a link for an account that nobody has taken yet; one that waits is used again."""
    waiting = (
        one
        for one in everybody
        if one.is_unnamed and not one.disabled and (one.role, one.schools) == (role, schools)
    )
    account_id = next((one.account_id for one in waiting), None)
    if account_id is None:
        login = UNNAMED + secrets.token_hex(8)
        account_id = ask(AddAccount(at_terminal(), login, "Not taken yet", role, schools)).subject
    return link_for(ask, account_id)


def link_for(ask: Callable[[Request], Done], account_id: str) -> str:
    """The path of a link for this account; only its digest is kept."""
    token = secrets.token_urlsafe(32)
    ask(MakeLink(at_terminal(), account_id, digest_of_token(token)))
    return f"/link/{token}"
