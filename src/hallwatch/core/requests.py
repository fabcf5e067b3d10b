"""What the keeper is asked to do, and what it answers: plain frozen values that travel through a socket as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

from hallwatch.core.audit import Deed, Plain
from hallwatch.core.model import Person


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


Request: TypeAlias = KeepPerson | SetList | ErasePerson | Note | RotateMaster | BindJurisdiction


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
