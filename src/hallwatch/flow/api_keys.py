"""What the keeper does about keys for programs: made by whoever is signed in, for less than he may do himself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from hallwatch.core.api_key_requests import DropKey, KeyRequest, MakeKey, UseKey
from hallwatch.core.api_keys import MOST_DAYS, MOST_KEYS, MOST_NAME, NOTED_EVERY, ApiKey
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.policy.scopes import NEEDS
from hallwatch.core.requests import Done, Refused, Reply
from hallwatch.flow.books import WithAccounts


@dataclass(frozen=True, slots=True)
class KeyKeeping:
    """Answers requests about keys; ``number`` makes a new number with a prefix."""

    transaction: Callable[[], AbstractContextManager[WithAccounts]]
    number: Callable[[str], str]

    def answer(self, request: KeyRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        with self.transaction() as books:
            match request:
                case MakeKey():
                    return self._make(request, books, now)
                case DropKey():
                    return _drop(request, books, now)
                case UseKey():
                    return _use(request, books, now)
                case _:
                    assert_never(request)

    def _make(self, request: MakeKey, books: WithAccounts, now: datetime) -> Reply:
        mine = books.accounts.account(request.by.actor)
        if mine is None or not mine.may(May.MAKE_KEYS):
            return Refused("your role does not include making keys")
        name = request.name.strip()
        if not name or len(name) > MOST_NAME or not name.isprintable():
            return Refused(f"a key needs a name of at most {MOST_NAME} characters")
        if not request.scopes:
            return Refused("choose what the key may do")
        if not all(mine.may(NEEDS[scope]) for scope in request.scopes):
            return Refused("a key may do nothing that your role does not include")
        if not 1 <= request.days <= MOST_DAYS:
            return Refused(f"a key holds for 1 to {MOST_DAYS} days")
        if mine.scope is not None and not request.schools <= mine.scope:
            return Refused("a key is for schools of your own only")
        holding = [one for one in books.api_keys.keys(mine.account_id) if one.holds(now)]
        if len(holding) >= MOST_KEYS:
            return Refused(f"{MOST_KEYS} of your keys hold already; revoke one first")
        made = ApiKey(
            self.number("key-"),
            mine.account_id,
            name,
            request.scopes,
            request.schools or (mine.scope or frozenset()),
            now,
            now + timedelta(days=request.days),
        )
        books.api_keys.keep(made, request.digest)
        detail = {
            "key": made.key_id,
            "scopes": ", ".join(sorted(made.scopes)),
            "schools": ", ".join(sorted(made.schools)),
            "ends": made.ends.date().isoformat(),
        }
        books.audit.add(request.by.does("key.make", mine.account_id, detail=detail), now)
        return Done(subject=made.key_id, at=made.ends)


def _drop(request: DropKey, books: WithAccounts, now: datetime) -> Reply:
    key = books.api_keys.key(request.key_id)
    if key is None or not _is_whose(key, books.accounts.account(request.by.actor)):
        return Refused("there is no such key")
    if key.revoked is None:
        books.api_keys.revoke(key.key_id, now)
        books.audit.add(request.by.does("key.drop", key.account_id, detail={"key": key.key_id}), now)
    return Done(subject=key.key_id)


def _use(request: UseKey, books: WithAccounts, now: datetime) -> Reply:
    """That the key holds was found out before."""
    key = books.api_keys.key(request.by.key)
    if key is None:
        return Refused("there is no such key")
    if key.used is None or now - key.used >= NOTED_EVERY:
        books.api_keys.used(key.key_id, now)
        books.audit.add(request.by.does("key.use", key.account_id), now)
    return Done(subject=key.key_id)


def _is_whose(key: ApiKey, account: Account | None) -> bool:
    return account is not None and key.account_id == account.account_id
