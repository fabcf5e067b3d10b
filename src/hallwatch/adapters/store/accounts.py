"""Accounts, their sessions and one-time links in the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.account_tables import (
    AccountRow,
    DeviceRow,
    LinkRow,
    PasskeyRow,
    SecondRow,
    SessionRow,
)
from hallwatch.adapters.store.api_keys import revoke_all
from hallwatch.adapters.store.sealed import Seals
from hallwatch.core.device import Device
from hallwatch.core.policy.roles import Account, Role
from hallwatch.core.second import SecondRequest
from hallwatch.core.sessions import IDLE, LONGEST, PROOF, Passkey, Secret, SignedIn

_SECRET: TypeAdapter[Secret] = TypeAdapter(Secret)
_PASSKEY: TypeAdapter[Passkey] = TypeAdapter(Passkey)


@dataclass(frozen=True, slots=True)
class _Named:
    login: str
    name: str


_NAMED: TypeAdapter[_Named] = TypeAdapter(_Named)


class AccountQuestions:
    """Who is who, in any session."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def account(self, account_id: str) -> Account | None:
        """The account of this number."""
        row = self._session.get(AccountRow, account_id)
        return None if row is None else self._account(row)

    def by_login(self, login: str) -> tuple[Account, Secret] | None:
        """The account that signs in by this name, and what proves it."""
        row = self._session.scalar(select(AccountRow).where(AccountRow.tag == self._tag(login)))
        return None if row is None else (self._account(row), self.secret(row.account_id))

    def secret(self, account_id: str) -> Secret:
        """What proves that somebody is this account."""
        row = self._session.get_one(AccountRow, account_id)
        return _SECRET.validate_json(self._seals.open_site(f"account-secret/{account_id}", row.secret))

    def by_session(self, digest: str, now: datetime) -> tuple[Account, SignedIn] | None:
        """Who is signed in with this token's digest; None for nobody, a disabled account, or a session that ended."""
        row = self._session.get(SessionRow, digest)
        if row is None:
            return None
        shift = self._session.get(DeviceRow, digest)
        ends = None if shift is None else shift.ends
        signed = SignedIn(row.digest, row.account_id, row.opened, row.seen, row.proved, ends)
        account = self.account(row.account_id)
        return (account, signed) if account and not account.disabled and signed.holds(now) else None

    def device(self, session: str) -> Device | None:
        """The browser of this session, if it is on shift."""
        row = self._session.get(DeviceRow, session)
        if row is None:
            return None
        pin = self._seals.open_site(f"device/{session}", row.sealed).decode()
        return Device(session, pin, row.ends, row.used, timedelta(seconds=row.pause_s), row.wrong)

    def by_link(self, digest: str, now: datetime) -> Account | None:
        """Whom a one-time link is for; None when it was used, has ended or never was."""
        row = self._session.get(LinkRow, digest)
        if row is None or row.used is not None or now >= row.ends:
            return None
        account = self.account(row.account_id)
        return None if account is None or account.disabled else account

    def passkeys(self, account_id: str) -> list[Passkey]:
        """The account's passkeys, by name."""
        rows = self._session.scalars(select(PasskeyRow).where(PasskeyRow.account_id == account_id))
        return sorted((self._passkey(row) for row in rows), key=lambda one: one.name)

    def by_passkey(self, credential_id: str) -> tuple[Account, Passkey] | None:
        """Whose passkey this is."""
        row = self._session.get(PasskeyRow, credential_id)
        account = None if row is None else self.account(row.account_id)
        return None if row is None or account is None else (account, self._passkey(row))

    def everybody(self) -> list[Account]:
        """All accounts, by name."""
        rows = self._session.scalars(select(AccountRow))
        return sorted(
            (self._account(row) for row in rows), key=lambda one: (one.disabled, one.name.casefold())
        )

    def seconds(self, subject: str) -> list[SecondRequest]:
        """Everything that was asked of a second person about this, in the order of asking."""
        rows = self._session.scalars(select(SecondRow).where(SecondRow.subject == subject))
        return sorted((second_of(row) for row in rows), key=lambda one: (one.asked_at, one.request_id))

    def second(self, request_id: str) -> SecondRequest | None:
        """A request for a second person's yes."""
        row = self._session.get(SecondRow, request_id)
        return None if row is None else second_of(row)

    def _passkey(self, row: PasskeyRow) -> Passkey:
        return _PASSKEY.validate_json(self._seals.open_site(f"passkey/{row.credential_id}", row.sealed))

    def _account(self, row: AccountRow) -> Account:
        named = _NAMED.validate_json(self._seals.open_site(f"account/{row.account_id}", row.sealed))
        schools = frozenset(json.loads(row.schools))
        return Account(
            row.account_id, named.login, named.name, Role(row.role), schools, row.disabled is not None
        )

    def _tag(self, login: str) -> bytes:
        return self._seals.vault.tag("login", login.strip().casefold())


class AccountBook(AccountQuestions):
    """Accounts within one transaction of the keeper."""

    def add(self, account: Account, now: datetime) -> None:
        """A new account without a password."""
        named = _NAMED.dump_json(_Named(account.login.strip(), account.name.strip()))
        self._session.add(
            AccountRow(
                account_id=account.account_id,
                tag=self._tag(account.login),
                sealed=self._seals.site(f"account/{account.account_id}", named),
                secret=self._sealed_secret(account.account_id, Secret()),
                role=account.role.value,
                schools=json.dumps(sorted(account.schools)),
                created=now,
            )
        )
        self._session.flush()

    def rename(self, account_id: str, login: str, name: str) -> None:
        """Other names."""
        row = self._session.get_one(AccountRow, account_id)
        row.tag = self._tag(login)
        named = _NAMED.dump_json(_Named(login.strip(), name.strip()))
        row.sealed = self._seals.site(f"account/{account_id}", named)

    def set_secret(self, account_id: str, secret: Secret) -> None:
        """Another password or code."""
        self._session.get_one(AccountRow, account_id).secret = self._sealed_secret(account_id, secret)

    def keep_passkey(self, account_id: str, passkey: Passkey) -> None:
        """A new passkey, or a known one's new count."""
        sealed = self._seals.site(f"passkey/{passkey.credential_id}", _PASSKEY.dump_json(passkey))
        row = self._session.get(PasskeyRow, passkey.credential_id)
        if row is None:
            row = PasskeyRow(credential_id=passkey.credential_id, account_id=account_id)
            self._session.add(row)
        row.sealed = sealed
        self._session.flush()

    def drop_passkey(self, account_id: str, credential_id: str) -> None:
        """The passkey opens nothing any more."""
        mine = (PasskeyRow.credential_id == credential_id) & (PasskeyRow.account_id == account_id)
        self._session.execute(delete(PasskeyRow).where(mine))

    def disable(self, account_id: str, now: datetime) -> None:
        """Out, at once, everywhere, and no link or key of this account works any more."""
        self._session.get_one(AccountRow, account_id).disabled = now
        self.close_sessions(account_id)
        self._session.execute(delete(LinkRow).where(LinkRow.account_id == account_id))
        revoke_all(self._session, now, account_id)

    def open_session(self, digest: str, account_id: str, now: datetime, *, proved: bool = True) -> None:
        """A browser is signed in, perhaps without a proof of just now; sessions that have ended are cleared away."""
        self._session.execute(
            delete(SessionRow).where(
                ((SessionRow.seen < now - IDLE) & SessionRow.digest.not_in(select(DeviceRow.session)))
                | (SessionRow.opened < now - LONGEST)
            )
        )
        proof = now if proved else now - PROOF
        self._session.add(
            SessionRow(digest=digest, account_id=account_id, opened=now, seen=now, proved=proof)
        )
        self._session.flush()

    def touch_session(self, digest: str, now: datetime, *, proved: bool) -> bool:
        """The browser is still there, and perhaps has given the password again; False for one that is not signed in."""
        row = self._session.get(SessionRow, digest)
        if row is None:
            return False
        row.seen = now
        if proved:
            row.proved = now
        return True

    def put_device(self, device: Device) -> None:
        """The browser is on shift, as it stands now."""
        row = self._session.get(DeviceRow, device.session)
        if row is None:
            row = DeviceRow(session=device.session)
            self._session.add(row)
        row.sealed = self._seals.site(f"device/{device.session}", device.pin.encode())
        row.ends, row.used, row.wrong = device.ends, device.used, device.wrong
        row.pause_s = round(device.pause.total_seconds())
        self._session.flush()

    def close_session(self, digest: str) -> None:
        """Signed out."""
        self._session.execute(delete(SessionRow).where(SessionRow.digest == digest))

    def close_sessions(self, account_id: str, *, but: str = "") -> None:
        """Signed out everywhere, but perhaps here."""
        mine = (SessionRow.account_id == account_id) & (SessionRow.digest != but)
        self._session.execute(delete(SessionRow).where(mine))

    def close_everything(self, now: datetime) -> None:
        """Nobody is signed in any more, and no link or key works: what they rest on is of another day."""
        self._session.execute(delete(SessionRow))
        self._session.execute(delete(LinkRow))
        revoke_all(self._session, now)

    def make_link(self, digest: str, account_id: str, ends: datetime) -> None:
        """A one-time link; earlier ones of the account end."""
        self._session.execute(delete(LinkRow).where(LinkRow.account_id == account_id))
        self._session.add(LinkRow(digest=digest, account_id=account_id, ends=ends))
        self._session.flush()

    def use_link(self, digest: str, now: datetime) -> Account | None:
        """Whom the link is for; it works no second time."""
        account = self.by_link(digest, now)
        if account is not None:
            self._session.get_one(LinkRow, digest).used = now
        return account

    def ask_second(self, request: SecondRequest) -> None:
        """Keep a request for a second person's yes."""
        self._session.add(
            SecondRow(
                request_id=request.request_id,
                what=request.what,
                subject=request.subject,
                digest=request.digest,
                asked_by=request.asked_by,
                asked_at=request.asked_at,
                expires=request.expires,
            )
        )
        self._session.flush()

    def answer_second(self, request_id: str, answered_by: str, now: datetime, *, approved: bool) -> None:
        """Keep the answer."""
        row = self._session.get_one(SecondRow, request_id)
        row.answered_by, row.answered_at, row.approved = answered_by, now, approved

    def _sealed_secret(self, account_id: str, secret: Secret) -> bytes:
        return self._seals.site(f"account-secret/{account_id}", _SECRET.dump_json(secret))


def second_of(row: SecondRow) -> SecondRequest:
    """A row of the table as the type of the core."""
    return SecondRequest(
        row.request_id,
        row.what,
        row.subject,
        row.digest,
        row.asked_by,
        row.asked_at,
        row.expires,
        row.answered_by,
        row.answered_at,
        row.approved,
    )
