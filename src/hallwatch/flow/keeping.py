"""What the keeper does with a request: one transaction in which the change and its audit entry stand together.

Long because each kind of request has its line here, and the imports that go with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from hallwatch.core.alert_requests import AnswerAlert, CloseAlert, ReviewPerson, SeeAlert
from hallwatch.core.api_key_requests import DropKey, MakeKey, UseKey
from hallwatch.core.audit import Deed
from hallwatch.core.delivery_requests import DropSubscription, KeepSubscription, NoteDelivery, ShowAlerts
from hallwatch.core.device_requests import EnrolDevice, TryPin
from hallwatch.core.duty_requests import AnswerRing, DropShift, NoteRing, RingPhone, WriteShift
from hallwatch.core.floor_requests import DropFloor, KeepFloor, PlaceCameras
from hallwatch.core.import_requests import (
    AnswerImport,
    CloseImport,
    ImportEnd,
    ImportEntry,
    ImportSame,
    OpenImport,
)
from hallwatch.core.inbound_requests import RaiseAlert, RaiseIncident
from hallwatch.core.listing import State
from hallwatch.core.listing_requests import (
    AnswerListing,
    EmergencyListing,
    MoveListing,
    ProposeListing,
    WriteListing,
)
from hallwatch.core.map_requests import KeepMap
from hallwatch.core.notice_requests import (
    AcknowledgeAppeal,
    AnswerAppeal,
    AnswerOwnList,
    GiveNotice,
    ReceiveAppeal,
    RetireOwnList,
    WriteOwnList,
)
from hallwatch.core.policy.jurisdiction import Profile
from hallwatch.core.policy.roles import Account
from hallwatch.core.requests import (
    AfterRestore,
    BindJurisdiction,
    ChangeSetting,
    Done,
    ErasePerson,
    KeepPerson,
    Note,
    Refused,
    ReleaseDeletion,
    Reply,
    Request,
    RotateMaster,
    SetList,
)
from hallwatch.core.restraint import What
from hallwatch.core.roster_requests import ImportDone, LetGo, TakeIn
from hallwatch.core.site_requests import AnswerSetting, KeepCohort, RevertSetting, StartQuietly
from hallwatch.core.training_requests import DemonstrateCourse, PassCourse
from hallwatch.errors import KeyGone, KeysError, SealBroken, SettingsError, Unkeepable, UserError
from hallwatch.flow.accounts import AccountKeeping
from hallwatch.flow.acting import why_no_key
from hallwatch.flow.answering import Answering
from hallwatch.flow.api_keys import KeyKeeping
from hallwatch.flow.appeals import AppealKeeping
from hallwatch.flow.books import Transaction
from hallwatch.flow.cohort import keep_cohort
from hallwatch.flow.column_maps import MapKeeping
from hallwatch.flow.delivering import DeliveryKeeping
from hallwatch.flow.floors import FloorKeeping
from hallwatch.flow.import_batches import ImportKeeping
from hallwatch.flow.inbound import InboundKeeping
from hallwatch.flow.listings import ListingKeeping
from hallwatch.flow.own_lists import OwnListKeeping
from hallwatch.flow.persons import why_not_kept
from hallwatch.flow.retaining import Retaining
from hallwatch.flow.roster import RosterKeeping
from hallwatch.flow.setting import SettingKeeping
from hallwatch.flow.staff import StaffKeeping


class Keys(Protocol):
    """What the keeper itself does with keys."""

    def journal(self, number: str, external_id: str, at: datetime) -> None: ...
    def destroy(self, number: str) -> None: ...
    def complete_on(self, now: datetime) -> date: ...
    def rotate(self, new_master_file: str) -> int: ...


class Binding(Protocol):
    """The law that the installation is under, as it is kept beside the keys."""

    def code(self) -> str | None: ...
    def bind(self, code: str) -> None: ...
    def profile(self, code: str) -> Profile: ...


JURISDICTION = "jurisdiction"


@dataclass(frozen=True, slots=True)
class Keeping:
    """Answers requests, one after the other. ``transaction`` opens one; ``now`` is the time (UTC)."""

    transaction: Callable[[], Transaction]
    keys: Keys
    binding: Binding
    accounts: AccountKeeping
    retaining: Retaining
    settings: SettingKeeping
    listings: ListingKeeping
    roster: RosterKeeping
    imports: ImportKeeping
    appeals: AppealKeeping
    own_lists: OwnListKeeping
    api_keys: KeyKeeping
    answering: Answering
    deliveries: DeliveryKeeping
    inbound: InboundKeeping
    maps: MapKeeping
    floors: FloorKeeping
    staff: StaffKeeping
    now: Callable[[], datetime]

    def matching_forbidden(self) -> str | None:
        """Why no face may be matched here, in one sentence; None where it may.

        The code stands beside the keys and in the database; where the two differ somebody has tried to change it.
        Raises KeysError, SealBroken for an altered one.
        """
        with self.transaction() as books:
            here = books.settings.get(JURISDICTION)
        code = self.binding.code()
        if code is None and here is None:
            return "no jurisdiction is set: without the law of its place no camera is matched"
        if code is None or here != code:
            return (
                f"the jurisdiction was altered: {here} in the database, {code} beside the keys; restore both from the"
                " same day"
            )
        return self.binding.profile(code).forbids(live=False)

    def answer(self, request: Request) -> Reply:
        """Done when it is committed, Refused when nothing happened. Raises StoreUnwritable and lets it be seen."""
        try:
            return self._answer(request)
        except (SettingsError, KeysError, SealBroken, Unkeepable, ValueError, OverflowError) as error:
            return Refused(str(error))
        except KeyGone:
            return Refused(
                "this person was erased; list the person under a new external_id if there is a new reason"
            )

    def _answer(self, request: Request) -> Reply:
        now = self.now()
        if request.by.key:
            with self.transaction() as books:
                why = why_no_key(request, books, now)
            if why is not None:
                return self._refused(request.by.does("key.refused", detail={"asked": request.kind}), why, now)
        match request:
            case KeepPerson():
                if any(photo.template for photo in request.photos) and (why := self.matching_forbidden()):
                    return self._refused(request.by.does("templates.refused"), why, now)
                with self.transaction() as books:
                    if (why := why_not_kept(request, books)) is not None:
                        return Refused(why)
                    number, changed = books.people.keep(request.person, request.photos, now)
                    if changed:
                        if books.listings.listings((State.ACTIVE,), number):
                            self.listings.touched(number)
                        detail = {"photos": len(request.photos), "listings": len(request.person.listings)}
                        books.audit.add(request.by.does("person.keep", number, detail=detail), now)
                return Done(subject=number, number=int(changed))
            case SetList():
                with self.transaction() as books:
                    version = self.listings.set_base(books, request.external_ids, request.by, now)
                return Done(number=version.number, at=version.at)
            case ErasePerson():
                return self._erase(request, now)
            case AfterRestore():
                with self.transaction() as books:
                    books.accounts.close_everything(now)
                    books.audit.add(request.by.does("backup.restore", detail=request.detail), now)
                    undone = [one for one in request.disabled if _is_open(books.accounts.account(one))]
                    for account_id in undone:
                        books.accounts.disable(account_id, now)
                        books.audit.add(request.by.does("account.disable", account_id), now)
                return Done(number=len(undone))
            case ReleaseDeletion():
                held = self.retaining.held
                self.retaining.release(request.by)
                return Done(subject=held or "")
            case BindJurisdiction():
                return self._bind(request, now)
            case Note():
                with self.transaction() as books:
                    entry = books.audit.add(
                        request.by.does(
                            request.action, request.subject, school=request.school, detail=request.detail
                        ),
                        now,
                    )
                return Done(number=entry.sequence, at=now)
            case ChangeSetting() | AnswerSetting() | RevertSetting() | StartQuietly():
                return self.settings.answer(request, now)
            case RotateMaster():
                try:
                    count = self.keys.rotate(request.new_master_file)
                except UserError as error:
                    return Refused(str(error))
                with self.transaction() as books:
                    books.audit.add(request.by.does("keys.rotate", detail={"keys": count}), now)
                return Done(number=count)
            case WriteListing() | ProposeListing() | AnswerListing() | EmergencyListing() | MoveListing():
                return self.listings.answer(request, now)
            case KeepCohort():
                if request.templates and (why := self.matching_forbidden()):
                    return self._refused(request.by.does("templates.refused"), why, now)
                with self.transaction() as books:
                    return keep_cohort(request, books, now)
            case GiveNotice() | ReceiveAppeal() | AcknowledgeAppeal() | AnswerAppeal():
                return self.appeals.answer(request, now)
            case WriteOwnList() | AnswerOwnList() | RetireOwnList():
                return self.own_lists.answer(request, now)
            case KeepMap():
                return self.maps.answer(request, now)
            case KeepFloor() | DropFloor() | PlaceCameras():
                return self.floors.answer(request, now)
            case TakeIn() | LetGo() | ImportDone():
                return self.roster.answer(request, now)
            case OpenImport() | ImportEntry() | ImportEnd() | ImportSame() | CloseImport() | AnswerImport():
                return self.imports.answer(request, now)
            case MakeKey() | DropKey() | UseKey():
                return self.api_keys.answer(request, now)
            case SeeAlert() | AnswerAlert() | CloseAlert() | ReviewPerson():
                return self.answering.answer(request, now)
            case RaiseIncident() | RaiseAlert():
                return self.inbound.answer(request, now, self.matching_forbidden())
            case NoteDelivery() | ShowAlerts() | KeepSubscription() | DropSubscription():
                return self.deliveries.answer(request, now)
            case PassCourse() | DemonstrateCourse() | EnrolDevice() | TryPin():
                return self.staff.answer(request, now)
            case WriteShift() | DropShift() | RingPhone() | NoteRing() | AnswerRing():
                return self.staff.answer(request, now)
            case _:
                return self.accounts.answer(request, now)

    def _bind(self, request: BindJurisdiction, now: datetime) -> Reply:
        """Once, and beside the keys first: a crash in between leaves a difference, which matches nothing."""
        self.binding.profile(request.code)
        with self.transaction() as books:
            here = books.settings.get(JURISDICTION)
        code = self.binding.code()
        if code is None and here in (None, request.code):
            # The first time; or a key store that came back without it: the database's is sealed with the site's key.
            self.binding.bind(request.code)
            code = request.code
        if code == request.code and here is None:
            with self.transaction() as books:
                books.settings.put(JURISDICTION, request.code, now)
                books.audit.add(request.by.does("jurisdiction.bind", request.code), now)
            return Done(subject=request.code)
        if code != request.code or here != request.code:
            why = (
                f"this installation is bound to {code or here} and cannot be moved to {request.code}; another place is"
                " another installation with a data_dir of its own"
            )
            return self._refused(request.by.does("jurisdiction.refused", request.code), why, now)
        return Done(subject=request.code)

    def _refused(self, deed: Deed, why: str, now: datetime) -> Refused:
        """Nothing happens but that the attempt is on record."""
        with self.transaction() as books:
            books.audit.add(deed, now)
        return Refused(why)

    def _erase(self, request: ErasePerson, now: datetime) -> Reply:
        """First the journal: whatever is cut off after it, the next start finishes both halves."""
        with self.transaction() as books:
            number = books.people.find(request.external_id)
        if number is None:
            return Refused("nobody with this external_id is known here; look at the spelling")
        self.keys.journal(number, request.external_id, now)
        with self.transaction() as books:
            books.people.erase(number)
            books.listings.expunge(number, now)
            books.imports.erase(number)
            books.alerts.erase(number, now)
            for what in What:  # nobody is held back who is not there any more
                books.restraints.lift(number, what, now)
            self.listings.forget(books, request.external_id, request.by, now)
            complete = self.keys.complete_on(now)
            detail = {"complete_on": complete.isoformat()}
            books.audit.add(request.by.does("person.erase", number, detail=detail), now)
        self.keys.destroy(number)
        return Done(subject=number, day=complete)


def _is_open(account: Account | None) -> bool:
    return account is not None and not account.disabled
