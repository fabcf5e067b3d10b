"""Keys for programs in the database: the SHA-256 of each, never its text."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hallwatch.adapters.store.api_key_tables import ApiKeyRow
from hallwatch.adapters.store.sealed import Seals
from hallwatch.core.api_keys import ApiKey
from hallwatch.core.policy.scopes import Scope


class ApiKeyQuestions:
    """Keys, in any session."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def key(self, key_id: str) -> ApiKey | None:
        """The key of this number."""
        row = self._session.get(ApiKeyRow, key_id)
        return None if row is None else self._key(row)

    def by_digest(self, digest: str) -> ApiKey | None:
        """The key whose text has this SHA-256; it may not hold any more."""
        row = self._session.scalar(select(ApiKeyRow).where(ApiKeyRow.digest == digest))
        return None if row is None else self._key(row)

    def keys(self, account_id: str) -> list[ApiKey]:
        """The account's keys, the newest first."""
        mine = select(ApiKeyRow).where(ApiKeyRow.account_id == account_id)
        rows = self._session.scalars(mine.order_by(ApiKeyRow.made.desc(), ApiKeyRow.key_id))
        return [self._key(row) for row in rows]

    def _key(self, row: ApiKeyRow) -> ApiKey:
        known = {scope.value for scope in Scope}
        return ApiKey(
            row.key_id,
            row.account_id,
            self._seals.open_site(f"api-key/{row.key_id}", row.sealed).decode(),
            frozenset(Scope(one) for one in json.loads(row.scopes) if one in known),
            frozenset(json.loads(row.schools)),
            row.made,
            row.ends,
            row.used,
            row.revoked,
        )


class ApiKeyBook(ApiKeyQuestions):
    """Keys within one transaction of the keeper."""

    def keep(self, key: ApiKey, digest: str) -> None:
        """A new key."""
        self._session.add(
            ApiKeyRow(
                key_id=key.key_id,
                digest=digest,
                account_id=key.account_id,
                sealed=self._seals.site(f"api-key/{key.key_id}", key.name.encode()),
                scopes=json.dumps(sorted(key.scopes)),
                schools=json.dumps(sorted(key.schools)),
                made=key.made,
                ends=key.ends,
            )
        )
        self._session.flush()

    def revoke(self, key_id: str, now: datetime) -> None:
        """It opens nothing any more."""
        self._session.get_one(ApiKeyRow, key_id).revoked = now

    def used(self, key_id: str, now: datetime) -> None:
        """It was in use at this moment."""
        self._session.get_one(ApiKeyRow, key_id).used = now


def revoke_all(session: Session, now: datetime, account_id: str | None = None) -> None:
    """Every key (of this account) that is not revoked yet opens nothing any more."""
    holding = update(ApiKeyRow).where(ApiKeyRow.revoked.is_(None))
    if account_id is not None:
        holding = holding.where(ApiKeyRow.account_id == account_id)
    session.execute(holding.values(revoked=now))
