"""Keys for programs: what is kept of one, how its text is made, and how long it holds."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from hallwatch.core.policy.roles import Account
from hallwatch.core.policy.scopes import NEEDS, Scope

DEFAULT_DAYS, MOST_DAYS = 90, 365
MOST_KEYS = 20
"""So many keys of one account may hold at the same time."""
MOST_NAME = 80
NOTED_EVERY = timedelta(hours=1)
"""That a key is used is written down so often at most."""
RANDOM_BYTES = 31
_FORM = re.compile(r"hw_[a-z2-7]{56}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of an account. ``schools`` empty: whatever the account has; ``used`` is when its use was written down
    last."""

    key_id: str
    account_id: str
    name: str
    scopes: frozenset[Scope]
    schools: frozenset[str]
    made: datetime
    ends: datetime
    used: datetime | None = None
    revoked: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether the key still opens anything."""
        return self.revoked is None and now < self.ends

    def acts_for(self, account: Account) -> Account:
        """The account as this key may use it: no school beyond the key's own."""
        return replace(account, only=self.schools) if self.schools else account

    def why_not(self, scope: Scope, account: Account) -> str | None:
        """Why this key does not open what the scope is for."""
        if scope not in self.scopes:
            return f"this key does not have the scope {scope.value}"
        if not account.may(NEEDS[scope]):
            return "the role of the account that made this key does not include this any more"
        return None


def token_of(random: bytes) -> str:
    """The text of a key out of RANDOM_BYTES random bytes: a prefix that searches for leaked secrets know it by, and a
    checksum (CRC-32) by which a misspelt one is told without asking anybody."""
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"a key is made of {RANDOM_BYTES} bytes")
    summed = random + zlib.crc32(random).to_bytes(4, "big")
    return "hw_" + base64.b32encode(summed).decode().lower()


def is_token(text: str) -> bool:
    """Whether the text can be a key: prefix, letters and checksum."""
    if _FORM.fullmatch(text) is None:
        return False
    whole = base64.b32decode(text[3:].upper())
    return zlib.crc32(whole[:RANDOM_BYTES]).to_bytes(4, "big") == whole[RANDOM_BYTES:]


def digest_of_key(token: str) -> str:
    """What is kept of a key: nobody who reads the database can use it. A plain SHA-256 is enough for 248 random
    bits."""
    return sha256(token.encode()).hexdigest()
