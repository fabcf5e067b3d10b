"""What the keeper is asked to do, and what it answers: plain frozen values that travel through a socket as JSON.

Requests about people who sign in stand in ``core/account_requests.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

from hallwatch.core.account_requests import AccountRequest as AccountRequest
from hallwatch.core.account_requests import AddAccount as AddAccount
from hallwatch.core.account_requests import AddPasskey as AddPasskey
from hallwatch.core.account_requests import AnswerSecond as AnswerSecond
from hallwatch.core.account_requests import AskSecond as AskSecond
from hallwatch.core.account_requests import CloseSession as CloseSession
from hallwatch.core.account_requests import DisableAccount as DisableAccount
from hallwatch.core.account_requests import DropPasskey as DropPasskey
from hallwatch.core.account_requests import MakeLink as MakeLink
from hallwatch.core.account_requests import OpenSession as OpenSession
from hallwatch.core.account_requests import SetCode as SetCode
from hallwatch.core.account_requests import SetPassword as SetPassword
from hallwatch.core.account_requests import TouchSession as TouchSession
from hallwatch.core.account_requests import UseLink as UseLink
from hallwatch.core.alert_requests import AlertRequest as AlertRequest
from hallwatch.core.api_key_requests import KeyRequest as KeyRequest
from hallwatch.core.audit import Plain
from hallwatch.core.by import By as By
from hallwatch.core.delivery_requests import DeliveryRequest as DeliveryRequest
from hallwatch.core.device_requests import DeviceRequest as DeviceRequest
from hallwatch.core.duty_requests import DutyRequest as DutyRequest
from hallwatch.core.floor_requests import FloorRequest as FloorRequest
from hallwatch.core.import_requests import ImportRequest as ImportRequest
from hallwatch.core.inbound_requests import InboundRequest as InboundRequest
from hallwatch.core.listing_requests import ListingRequest as ListingRequest
from hallwatch.core.map_requests import KeepMap as KeepMap
from hallwatch.core.model import Person
from hallwatch.core.notice_requests import AppealRequest as AppealRequest
from hallwatch.core.notice_requests import OwnListRequest as OwnListRequest
from hallwatch.core.photo_kept import PhotoKept as PhotoKept
from hallwatch.core.roster_requests import RosterRequest as RosterRequest
from hallwatch.core.site_requests import SiteRequest as SiteRequest
from hallwatch.core.training_requests import TrainingRequest as TrainingRequest


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
class AfterRestore:
    """A backup was put in the place of the database: nobody stays signed in by it, and the trail says so.

    ``disabled`` are the accounts that were disabled when it was: they stay so.
    """

    by: By
    detail: Mapping[str, Plain]
    disabled: tuple[str, ...] = ()
    kind: Literal["after-restore"] = "after-restore"


@dataclass(frozen=True, slots=True)
class ReleaseDeletion:
    """Somebody has looked at why deletion was held back: go on."""

    by: By
    kind: Literal["release-held"] = "release-held"


@dataclass(frozen=True, slots=True)
class ChangeSetting:
    """Set a setting of the console to what the JSON ``text`` says; "" goes back to its default.

    One that moves the threshold waits for a second person's yes; ``projected`` says what is to be expected of it.
    """

    by: By
    name: str
    text: str = field(repr=False)
    projected: str = ""
    kind: Literal["change-setting"] = "change-setting"


RecordRequest: TypeAlias = (
    KeepPerson
    | SetList
    | ErasePerson
    | Note
    | RotateMaster
    | BindJurisdiction
    | ReleaseDeletion
    | AfterRestore
    | ChangeSetting
)
Request: TypeAlias = (
    RecordRequest
    | AccountRequest
    | ListingRequest
    | RosterRequest
    | ImportRequest
    | AppealRequest
    | OwnListRequest
    | KeyRequest
    | AlertRequest
    | SiteRequest
    | DeliveryRequest
    | FloorRequest
    | TrainingRequest
    | DeviceRequest
    | DutyRequest
    | InboundRequest
    | KeepMap
)


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
