"""Who acts when the keeper is asked for something: an account, an account by one of its keys, or a terminal."""

from __future__ import annotations

from datetime import datetime

from hallwatch.core.policy.roles import Account, Actor, Terminal
from hallwatch.core.policy.scopes import KEY_REQUESTS, NEEDS
from hallwatch.core.requests import By, Request
from hallwatch.flow.books import WithAccounts

TERMINAL = Terminal()


def acting(books: WithAccounts, by: By) -> Actor | None:
    """Whose rights count; None for nobody's. A key narrows its account to the key's schools."""
    if by.is_terminal:
        return TERMINAL
    account = books.accounts.account(by.actor)
    if account is None or not by.key:
        return account
    key = books.api_keys.key(by.key)
    return None if key is None or key.account_id != account.account_id else key.acts_for(account)


def why_no_key(request: Request, books: WithAccounts, now: datetime) -> str | None:
    """Why the keeper does not do this for a key; None where it does, or where no key asks."""
    by = request.by
    if not by.key:
        return None
    key, account = books.api_keys.key(by.key), books.accounts.account(by.actor)
    if key is None or account is None or key.account_id != account.account_id:
        return "there is no such key"
    if account.disabled or not key.holds(now):
        return "this key does not hold any more; make another"
    allowed = key.scopes & KEY_REQUESTS.get(request.kind, frozenset())
    if not any(account.may(NEEDS[scope]) for scope in allowed):
        return "a key does not do this; sign in to the console"
    return None


def account_of(books: WithAccounts, by: By) -> Account | None:
    """The account that acts, where only somebody who is proven can."""
    actor = acting(books, by)
    return actor if isinstance(actor, Account) else None
