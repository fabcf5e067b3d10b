"""What the keeper is asked about people who sign in: accounts, sessions, links, passkeys, a second person's yes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from hallwatch.core.by import By
from hallwatch.core.policy.roles import Role


@dataclass(frozen=True, slots=True)
class AddAccount:
    """Add somebody who signs in; the password is set through a one-time link. ``by`` must be allowed to."""

    by: By
    login: str
    name: str
    role: Role
    schools: frozenset[str] = frozenset()
    kind: Literal["add-account"] = "add-account"


@dataclass(frozen=True, slots=True)
class DisableAccount:
    """Out at once, everywhere."""

    by: By
    account_id: str
    kind: Literal["disable-account"] = "disable-account"


@dataclass(frozen=True, slots=True)
class SetPassword:
    """Another password (its Argon2 hash); every browser of the account is signed out."""

    by: By
    account_id: str
    password_hash: str = field(repr=False)
    kind: Literal["set-password"] = "set-password"


@dataclass(frozen=True, slots=True)
class SetCode:
    """From now on the account signs in with a code of an app, too; "" ends that."""

    by: By
    account_id: str
    secret: str = field(repr=False)
    kind: Literal["set-code"] = "set-code"


@dataclass(frozen=True, slots=True)
class MakeLink:
    """Keep the digest of a one-time link for an account; earlier links of it end."""

    by: By
    account_id: str
    digest: str
    kind: Literal["make-link"] = "make-link"


@dataclass(frozen=True, slots=True)
class UseLink:
    """Use a one-time link up: set the password that was chosen, and sign the browser in.

    ``login`` and ``name`` are for an account that nobody has taken yet.
    """

    by: By
    digest: str
    password_hash: str = field(repr=False)
    session: str
    login: str = ""
    name: str = ""
    kind: Literal["use-link"] = "use-link"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Sign a browser in; ``digest`` is that of its fresh token, ``instead_of`` that of one that ends with it.

    ``passkey`` is the one that was used, if one was, and ``count`` what it counted. ``identity`` is who the district's
    own sign-in says it is: the account's from the first one on. ``proved``: whether it was proved just now.
    """

    by: By
    account_id: str
    digest: str
    instead_of: str = ""
    passkey: str = ""
    count: int = 0
    identity: str = field(default="", repr=False)
    proved: bool = True
    kind: Literal["open-session"] = "open-session"


@dataclass(frozen=True, slots=True)
class AddPasskey:
    """Keep a passkey of one's own."""

    by: By
    account_id: str
    credential_id: str
    public_key: str = field(repr=False)
    count: int
    name: str
    kind: Literal["add-passkey"] = "add-passkey"


@dataclass(frozen=True, slots=True)
class DropPasskey:
    """Give a passkey of one's own up."""

    by: By
    account_id: str
    credential_id: str
    kind: Literal["drop-passkey"] = "drop-passkey"


@dataclass(frozen=True, slots=True)
class TouchSession:
    """The browser is still there; ``proved``: the password was given again."""

    by: By
    digest: str
    proved: bool = False
    kind: Literal["touch-session"] = "touch-session"


@dataclass(frozen=True, slots=True)
class CloseSession:
    """Sign a browser out."""

    by: By
    digest: str
    kind: Literal["close-session"] = "close-session"


@dataclass(frozen=True, slots=True)
class AskSecond:
    """Ask for a second person's yes to exactly what ``digest`` is over."""

    by: By
    what: str
    subject: str
    digest: str
    life_s: int
    kind: Literal["ask-second"] = "ask-second"


@dataclass(frozen=True, slots=True)
class AnswerSecond:
    """Say yes or no to somebody else's request, to what ``digest`` is over."""

    by: By
    request_id: str
    digest: str
    approve: bool
    kind: Literal["answer-second"] = "answer-second"


AccountRequest: TypeAlias = (
    AddAccount
    | DisableAccount
    | SetPassword
    | SetCode
    | MakeLink
    | UseLink
    | AddPasskey
    | DropPasskey
    | OpenSession
    | TouchSession
    | CloseSession
    | AskSecond
    | AnswerSecond
)
