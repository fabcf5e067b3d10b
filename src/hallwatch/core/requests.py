"""What the keeper is asked to do, and what it answers: plain frozen values that travel through a socket as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

from hallwatch.core.audit import Deed, Plain
from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Role


@dataclass(frozen=True, slots=True)
class By:
    """Who asks: ``actor`` is a user's number, ``machine:NAME`` or ``system``; ``origin`` from where; ``reason`` why."""

    actor: str
    origin: str = ""
    reason: str = ""

    def does(
        self, action: str, subject: str = "", *, school: str = "", detail: Mapping[str, Plain] | None = None
    ) -> Deed:
        """The deed as the audit trail keeps it."""
        return Deed(self.actor, action, subject, school, self.reason, self.origin, detail or {})


@dataclass(frozen=True, slots=True)
class PhotoKept:
    """A listed photo: its name in the list's folder, the picture as a JPEG without metadata, and its template
    (float32, little-endian) of the pack with this fingerprint; empty where faces are not matched."""

    name: str
    jpeg: bytes
    fingerprint: str
    template: bytes


@dataclass(frozen=True, slots=True)
class KeepPerson:
    """Keep a person and the photos, replacing what was kept of them; an erased person is refused."""

    by: By
    person: Person
    photos: tuple[PhotoKept, ...]
    kind: Literal["keep-person"] = "keep-person"


@dataclass(frozen=True, slots=True)
class SetList:
    """From now on these people, and no others, are looked for."""

    by: By
    external_ids: tuple[str, ...]
    kind: Literal["set-list"] = "set-list"


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Destroy the person's key: nothing of them opens any more, here or in any backup."""

    by: By
    external_id: str
    kind: Literal["erase-person"] = "erase-person"


@dataclass(frozen=True, slots=True)
class Note:
    """Write a deed that changes nothing else (a look, an export, a refusal) into the audit trail."""

    by: By
    action: str
    subject: str = ""
    school: str = ""
    detail: Mapping[str, Plain] = field(default_factory=dict)
    kind: Literal["note"] = "note"


@dataclass(frozen=True, slots=True)
class RotateMaster:
    """Wrap all keys with the master key in this file, which the keeper reads itself."""

    by: By
    new_master_file: str
    kind: Literal["rotate-master"] = "rotate-master"


@dataclass(frozen=True, slots=True)
class BindJurisdiction:
    """Put the installation under the law of a place. The first time it is bound; from then on another is refused."""

    by: By
    code: str
    kind: Literal["bind-jurisdiction"] = "bind-jurisdiction"


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
    """Another password (its Argon2 hash); every other browser of the account is signed out."""

    by: By
    account_id: str
    password_hash: str = field(repr=False)
    keep_session: str = ""
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

    ``passkey`` is the one that was used, if one was, and ``count`` what it counted.
    """

    by: By
    account_id: str
    digest: str
    instead_of: str = ""
    passkey: str = ""
    count: int = 0
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


@dataclass(frozen=True, slots=True)
class ReleaseDeletion:
    """Somebody has looked at why deletion was held back: go on."""

    by: By
    kind: Literal["release-held"] = "release-held"


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
RecordRequest: TypeAlias = (
    KeepPerson | SetList | ErasePerson | Note | RotateMaster | BindJurisdiction | ReleaseDeletion
)
Request: TypeAlias = RecordRequest | AccountRequest


@dataclass(frozen=True, slots=True)
class Done:
    """It is committed. ``number`` is what the request makes (a version, a count), ``subject`` whom it concerned."""

    subject: str = ""
    number: int = 0
    day: date | None = None
    at: datetime | None = None
    kind: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not happen; ``reason`` is one line that says what to do."""

    reason: str
    kind: Literal["refused"] = "refused"


Reply: TypeAlias = Done | Refused
