"""What the keeper does about people who sign in: the rules are checked where it is written, not only on the page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from hallwatch.core.policy.roles import UNNAMED, Account
from hallwatch.core.requests import (
    AccountRequest,
    AddAccount,
    AddPasskey,
    AnswerSecond,
    AskSecond,
    By,
    CloseSession,
    DisableAccount,
    Done,
    DropPasskey,
    MakeLink,
    OpenSession,
    Refused,
    Reply,
    SetCode,
    SetPassword,
    TouchSession,
    UseLink,
)
from hallwatch.core.second import SecondRequest
from hallwatch.core.sessions import LINK_LIFE, Passkey
from hallwatch.errors import HallwatchError
from hallwatch.flow.books import Accounts, WithAccounts

NOT_YOURS = "this account is not yours to change"


class RefuseAll(HallwatchError):
    """No, and whatever was written before in this transaction is undone."""


@dataclass(frozen=True, slots=True)
class AccountKeeping:
    """Answers requests about accounts; ``number`` makes a new number with a prefix."""

    transaction: Callable[[], AbstractContextManager[WithAccounts]]
    number: Callable[[str], str]

    def answer(self, request: AccountRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        try:
            with self.transaction() as books:
                return self._answer(request, books, now)
        except RefuseAll as refusal:
            return Refused(str(refusal))

    def _answer(self, request: AccountRequest, books: WithAccounts, now: datetime) -> Reply:
        match request:
            case AddAccount():
                return self._add(request, books, now)
            case DisableAccount():
                return _manage(
                    request.by,
                    request.account_id,
                    "account.disable",
                    books,
                    now,
                    lambda accounts: accounts.disable(request.account_id, now),
                )
            case MakeLink():
                return _manage(
                    request.by,
                    request.account_id,
                    "account.link",
                    books,
                    now,
                    lambda accounts: accounts.make_link(request.digest, request.account_id, now + LINK_LIFE),
                )
            case AddPasskey() | DropPasskey():
                return _passkey(request, books, now)
            case SetPassword() | SetCode():
                return _prove_anew(request, books, now)
            case UseLink():
                return _use_link(request, books, now)
            case OpenSession():
                return _open_session(request, books, now)
            case TouchSession():
                there = books.accounts.touch_session(request.digest, now, proved=request.proved)
                if there and request.proved:
                    books.audit.add(request.by.does("session.prove"), now)
                return Done() if there else Refused("this browser is not signed in any more")
            case CloseSession():
                books.accounts.close_session(request.digest)
                books.audit.add(request.by.does("session.close"), now)
                return Done()
            case AskSecond():
                return self._ask_second(request, books, now)
            case AnswerSecond():
                return _answer_second(request, books, now)
            case _:
                assert_never(request)

    def _add(self, request: AddAccount, books: WithAccounts, now: datetime) -> Reply:
        if not request.login.strip() or not request.name.strip():
            return Refused("an account needs a name to sign in with and a name to be called by")
        if request.login.startswith(UNNAMED) and not _is_machine(request.by):
            return Refused(f"a sign-in name does not begin with {UNNAMED}; choose another")
        if books.accounts.by_login(request.login) is not None:
            return Refused("that sign-in name is taken; choose another")
        if not _is_machine(request.by):
            mine = books.accounts.account(request.by.actor)
            if mine is None or not mine.may_appoint(request.role, request.schools):
                return Refused("you may not add an account of this role for these schools")
        account = Account(self.number("account-"), request.login, request.name, request.role, request.schools)
        books.accounts.add(account, now)
        detail = {"role": request.role.value, "schools": ", ".join(sorted(request.schools))}
        books.audit.add(request.by.does("account.add", account.account_id, detail=detail), now)
        return Done(subject=account.account_id)

    def _ask_second(self, request: AskSecond, books: WithAccounts, now: datetime) -> Reply:
        asked = SecondRequest(
            self.number("second-"),
            request.what,
            request.subject,
            request.digest,
            request.by.actor,
            now,
            now + timedelta(seconds=request.life_s),
        )
        books.accounts.ask_second(asked)
        books.audit.add(request.by.does("second.ask", asked.request_id, detail={"what": request.what}), now)
        return Done(subject=asked.request_id, at=asked.expires)


def _manage(
    by: By,
    account_id: str,
    action: str,
    books: WithAccounts,
    now: datetime,
    change: Callable[[Accounts], None],
) -> Reply:
    """Change somebody else's account, if that is the actor's to do."""
    other = books.accounts.account(account_id)
    mine = None if _is_machine(by) else books.accounts.account(by.actor)
    if other is None or not (_is_machine(by) or (mine is not None and mine.may_manage(other))):
        return Refused(NOT_YOURS)
    change(books.accounts)
    books.audit.add(by.does(action, account_id), now)
    return Done(subject=account_id)


def _prove_anew(request: SetPassword | SetCode, books: WithAccounts, now: datetime) -> Reply:
    """One's own password or code; whoever else was signed in with the old one is out."""
    if request.by.actor != request.account_id or books.accounts.account(request.account_id) is None:
        return Refused(NOT_YOURS)
    secret = books.accounts.secret(request.account_id)
    if isinstance(request, SetPassword):
        books.accounts.set_secret(request.account_id, replace(secret, password=request.password_hash))
        books.accounts.close_sessions(request.account_id)
        books.audit.add(request.by.does("account.password", request.account_id), now)
    else:
        books.accounts.set_secret(request.account_id, replace(secret, code=request.secret))
        action = "account.code" if request.secret else "account.code.end"
        books.audit.add(request.by.does(action, request.account_id), now)
    return Done(subject=request.account_id)


def _passkey(request: AddPasskey | DropPasskey, books: WithAccounts, now: datetime) -> Reply:
    """One's own passkeys, and no passkey twice."""
    if request.by.actor != request.account_id or books.accounts.account(request.account_id) is None:
        return Refused(NOT_YOURS)
    if isinstance(request, DropPasskey):
        books.accounts.drop_passkey(request.account_id, request.credential_id)
        books.audit.add(request.by.does("account.passkey.drop", request.account_id), now)
        return Done(subject=request.account_id)
    if books.accounts.by_passkey(request.credential_id) is not None:
        return Refused("this passkey is known already")
    passkey = Passkey(request.credential_id, request.public_key, request.count, request.name)
    books.accounts.keep_passkey(request.account_id, passkey)
    books.audit.add(request.by.does("account.passkey", request.account_id), now)
    return Done(subject=request.account_id)


def _use_link(request: UseLink, books: WithAccounts, now: datetime) -> Reply:
    account = books.accounts.use_link(request.digest, now)
    if account is None:
        return Refused("this link was used already or has ended; ask for another")
    if account.is_unnamed:
        if not request.login or request.login.startswith(UNNAMED) or books.accounts.by_login(request.login):
            raise RefuseAll("that sign-in name is taken or cannot be used; choose another")
        books.accounts.rename(account.account_id, request.login, request.name)
    secret = books.accounts.secret(account.account_id)
    if request.password_hash:
        books.accounts.set_secret(
            account.account_id, replace(secret, password=request.password_hash, provided="")
        )
        books.accounts.close_sessions(account.account_id)
    books.accounts.open_session(request.session, account.account_id, now)
    by = replace(request.by, actor=account.account_id)
    books.audit.add(by.does("account.link.use", account.account_id), now)
    return Done(subject=account.account_id)


def _open_session(request: OpenSession, books: WithAccounts, now: datetime) -> Reply:
    """Sign in; the first person of the district's own sign-in to come for an account is who it belongs to."""
    account = books.accounts.account(request.account_id)
    if account is None or account.disabled:
        return Refused("this account does not sign in")
    way = "password"
    if request.passkey:
        found = books.accounts.by_passkey(request.passkey)
        if found is None or found[0] != account:
            return Refused("this passkey is not this account's")
        books.accounts.keep_passkey(account.account_id, replace(found[1], count=request.count))
        way = "passkey"
    if request.identity:
        secret = books.accounts.secret(account.account_id)
        if secret.provided not in ("", request.identity):
            books.audit.add(request.by.does("session.refused", account.account_id), now)
            return Refused(
                "at the school's sign-in this address was somebody else's before; ask for a one-time link"
            )
        if not secret.provided:
            books.accounts.set_secret(account.account_id, replace(secret, provided=request.identity))
            books.audit.add(request.by.does("account.provided", account.account_id), now)
        way = "provider"
    books.accounts.close_session(request.instead_of)
    books.accounts.open_session(request.digest, request.account_id, now, proved=request.proved)
    books.audit.add(request.by.does("session.open", request.account_id, detail={"way": way}), now)
    return Done(subject=request.account_id)


def _answer_second(request: AnswerSecond, books: WithAccounts, now: datetime) -> Reply:
    asked = books.accounts.second(request.request_id)
    if asked is None:
        return Refused("there is no such request")
    why = asked.refusal(request.by.actor, request.digest, now)
    if why is not None:
        books.audit.add(request.by.does("second.refused", request.request_id), now)
        return Refused(why)
    books.accounts.answer_second(request.request_id, request.by.actor, now, approved=request.approve)
    action = "second.approve" if request.approve else "second.decline"
    books.audit.add(request.by.does(action, request.request_id, detail={"what": asked.what}), now)
    return Done(subject=request.request_id)


def _is_machine(by: By) -> bool:
    """Whoever sits at the machine with the right to its data can do anything with it already."""
    return by.actor.startswith("machine:")
