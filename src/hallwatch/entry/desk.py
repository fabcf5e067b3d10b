"""What the keeper does, with or without a process of its own: keys, records and the answers to requests.

Long because everything that the keeper is made of is put together here, once.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hallwatch.adapters.importers.columns import map_from
from hallwatch.adapters.keys.binding import bind_to, bound_to
from hallwatch.adapters.keys.chest import Chest
from hallwatch.adapters.keys.head import keep_head, read_head
from hallwatch.adapters.keys.keystore import KeyStore
from hallwatch.adapters.keys.master import read_master
from hallwatch.adapters.keys.signing import signed_by
from hallwatch.adapters.profiles import read_profile
from hallwatch.adapters.store.place import Place
from hallwatch.adapters.store.records import Records
from hallwatch.adapters.store.sealed import Seals
from hallwatch.core.audit import Checkpoint
from hallwatch.core.escalation import Plan
from hallwatch.core.events import ListChange, Sighting
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.policy.jurisdiction import ListingRules, Profile, Retention
from hallwatch.core.retain import Passed
from hallwatch.entry.settings_desk import SettingRules
from hallwatch.errors import KeysError
from hallwatch.flow import quiet_start
from hallwatch.flow.accounts import AccountKeeping
from hallwatch.flow.alerting import Alerting
from hallwatch.flow.answering import Answering
from hallwatch.flow.api_keys import KeyKeeping
from hallwatch.flow.appeals import AppealKeeping
from hallwatch.flow.column_maps import MapKeeping
from hallwatch.flow.delivering import DeliveryKeeping
from hallwatch.flow.devices import DeviceKeeping
from hallwatch.flow.duty import DutyKeeping
from hallwatch.flow.floors import FloorKeeping
from hallwatch.flow.import_batches import ImportKeeping
from hallwatch.flow.import_turns import Clearing, ImportTurns
from hallwatch.flow.inbound import InboundKeeping
from hallwatch.flow.keeping import Keeping
from hallwatch.flow.listings import ListingKeeping
from hallwatch.flow.own_lists import OwnListKeeping
from hallwatch.flow.passes import add_passes
from hallwatch.flow.raising import Raising
from hallwatch.flow.retaining import Retaining
from hallwatch.flow.roster import RosterKeeping
from hallwatch.flow.setting import PREFIX, SettingKeeping
from hallwatch.flow.staff import StaffKeeping
from hallwatch.flow.training import TrainingKeeping

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """Implements flow.keeping.Keys."""

    chest: Chest
    store: KeyStore

    def journal(self, number: str, external_id: str, at: datetime) -> None:
        self.store.journal.add(number, Seals(self.store).tag(external_id), at)

    def destroy(self, number: str) -> None:
        self.store.destroy(number)

    def complete_on(self, now: datetime) -> date:
        return self.chest.backups.complete_on(now)

    def rotate(self, new_master_file: str) -> int:
        return self.store.rewrap(read_master(Path(new_master_file)))


@dataclass(frozen=True, slots=True)
class OwnBinding:
    """Implements flow.keeping.Binding."""

    store: KeyStore

    def code(self) -> str | None:
        return bound_to(self.store)

    def bind(self, code: str) -> None:
        bind_to(self.store, code)

    def profile(self, code: str) -> Profile:
        return read_profile(code)


def _signed_head(chest: Chest, store: KeyStore) -> Checkpoint | None:
    """The audit trail's head as it was signed last. Raises KeysError for one that this site never signed."""
    head = read_head(chest.head)
    if head is not None and not signed_by(store.signer.public, head.signed_text, head.signature):
        raise KeysError(
            f"{chest.head} is damaged or of another site; move it away and type: hallwatch audit verify"
        )
    return head


class Desk:
    """The keeper's work, with or without a process of its own; owned by one thread. ``announce`` hears of each alert
    that a camera of ours raised or improved; ``meaning`` explains its score."""

    def __init__(
        self,
        place: Place,
        chest: Chest,
        time_zone: str | None = None,
        schools: frozenset[str] = frozenset(),
        plan: Plan = Plan(),  # noqa: B008, it is frozen
        places: Mapping[str, Whereabouts] = MappingProxyType({}),
    ) -> None:
        """Open keys and database. Without a ``time_zone`` days are those that the console has set, or the machine's;
        ``schools`` are those that cameras name; ``plan`` says who is told, ``places`` where
        cameras hang. Raises SettingsError, KeysError."""
        self.chest, self.store = chest, chest.open(writable=True)
        self.records = Records(
            place,
            self.store,
            self.store.signer,
            headed=lambda mark: keep_head(chest.head, mark),
            head=_signed_head(chest, self.store),
        )
        self._zone = self._zone_of(time_zone)
        self.plan = replace(self._timed(plan), zone=self._zone)
        self._touched: list[str] = []
        self.meaning = ""
        self.announce: Callable[[KeptAlert], None] = lambda kept: None
        self.busy = True
        self.raising = Raising(self.records.transaction, self._today, self.plan)
        self.alerting = Alerting(
            book=self,
            announce=lambda kept: self.announce(kept),
            now=lambda: datetime.now(UTC),
            places=places,
            meaning=lambda: self.meaning,
        )
        self.retaining = Retaining(
            self.records.transaction,
            self._retention,
            lambda: Passed(datetime.now(UTC), time.monotonic()),
        )
        self.listings = ListingKeeping(
            self.records.transaction,
            self._listing_rules,
            self._today,
            _new_number,
            schools,
            self._touched.append,
        )
        clearing = Clearing(self._depart, self.store.destroy)
        self.import_turns = ImportTurns(self.records.transaction, self.listings, clearing, time.monotonic)
        self.imports = ImportKeeping(
            self.records.transaction,
            self._profile,
            self.listings.today,
            _new_number,
            self.listings,
            clearing,
        )
        self.keeping = Keeping(
            self.records.transaction,
            OwnKeys(chest, self.store),
            OwnBinding(self.store),
            AccountKeeping(self.records.transaction, _new_number),
            self.retaining,
            SettingKeeping(self.records.transaction, SettingRules(), _new_number),
            self.listings,
            RosterKeeping(self.records.transaction, self._depart, self.store.destroy),
            self.imports,
            AppealKeeping(self.listings, self.listings.number),
            OwnListKeeping(self.records.transaction, self.listings.today, self.listings.number),
            KeyKeeping(self.records.transaction, _new_number),
            Answering(self.records.transaction, self.plan),
            DeliveryKeeping(self.records.transaction),
            InboundKeeping(
                self.records.transaction,
                self.alerting.keep,
                self._today,
                _new_number,
                self.plan,
                places,
                schools,
            ),
            MapKeeping(self.records.transaction, lambda text: map_from("the map", text).source),
            FloorKeeping(self.records.transaction, _new_number),
            StaffKeeping(
                TrainingKeeping(self.records.transaction),
                DeviceKeeping(self.records.transaction),
                DutyKeeping(self.records.transaction, _new_number),
            ),
            lambda: datetime.now(UTC),
        )
        try:
            self._replay_deletions()
            with self.records.transaction() as books:
                mark = books.audit.checkpoint()
            self.retaining.started(None if mark is None else mark.at)
        except BaseException:
            self.close()
            raise

    def keep(
        self, sighting: Sighting, *, place: Whereabouts, meaning: str, now: datetime
    ) -> KeptAlert | None:
        """Implements flow.alerting.AlertBook."""
        return self.raising.keep(sighting, place=place, meaning=meaning, now=now)

    def list_changes(self) -> list[ListChange]:
        """Whose listings changed since this was asked last, as they are now."""
        touched, self._touched[:] = set(self._touched), []
        if not touched:
            return []
        with self.records.transaction() as books:
            found = [books.listings.change_of(person_id) for person_id in sorted(touched)]
        return [change for change in found if change is not None]

    def count(self, cameras: Mapping[str, int]) -> None:
        """So many more have passed each camera today."""
        now = datetime.now(UTC)
        with self.records.transaction() as books:
            add_passes(books.settings, now.astimezone(self._zone).date(), cameras, now)
            quiet_start.count(books, sum(cameras.values()), now)

    def turn(self) -> None:
        """A little of what takes long, between requests; ``busy`` says whether there is more of it."""
        if self.busy:
            self.busy = self.import_turns.turn(datetime.now(UTC))

    def tidy(self) -> None:
        """Delete what is due: faces, and copies of keys; the day that an erasure was promised for is kept to."""
        self.retaining.turn()
        with self.records.transaction() as books:
            altered = quiet_start.why_unreadable(books.settings)
            quiet_start.turn(books, self._today(), datetime.now(UTC))
        if altered:
            LOG.error("how the quiet start stands cannot be read, alerts go to everybody: %s", altered)
        self.busy = True
        self.listings.sweep(datetime.now(UTC), emergencies=self.retaining.held is not None)
        if self.retaining.held is None:
            self.imports.lapse(datetime.now(UTC))
            self.chest.backups.prune(datetime.now(UTC))

    def close(self) -> None:
        """Sign the trail's end and give the database back."""
        self.records.close()

    def _today(self) -> date:
        return datetime.now(self._zone).date()

    def is_listed(self, external_id: str) -> bool:
        """Whether the list as it is now names this person; also while no list was ever set."""
        with self.records.transaction() as books:
            version = books.people.newest_list()
            return version is None or version.names(books.people.tag_of(external_id))

    def all_listed(self) -> list[ListChange]:
        """Everybody who has or had a listing, as the cameras have to know them now."""
        with self.records.transaction() as books:
            numbers = dict.fromkeys(record.person_id for record in books.listings.listings())
            found = [books.listings.change_of(number) for number in numbers]
        return [change for change in found if change is not None]

    def _timed(self, plan: Plan) -> Plan:
        """The plan with the console's own pace, where hallwatch.toml says none."""
        with self.records.transaction() as books:
            kept = books.settings.get(f"{PREFIX}alerting.seen_within_s")
        return plan if plan.seen_within_s or not kept else replace(plan, seen_within_s=json.loads(kept))

    def _zone_of(self, said: str | None) -> ZoneInfo | None:
        """hallwatch.toml's zone, or the console's."""
        with self.records.transaction() as books:
            kept = books.settings.get(f"{PREFIX}site.time_zone")
        name = said or (json.loads(kept) if kept else None)
        return ZoneInfo(name) if name else None

    def _listing_rules(self) -> ListingRules | None:
        profile = self._profile()
        return None if profile is None else profile.listing

    def _retention(self) -> Retention | None:
        profile = self._profile()
        return None if profile is None else profile.retention

    def _profile(self) -> Profile | None:
        """The rules of the place that this installation is bound to."""
        code = bound_to(self.store)
        return None if code is None else read_profile(code)

    def _depart(self, number: str, at: datetime) -> None:
        """In the journal, without a tag: whoever has left the roster may come back under the same id."""
        self.store.journal.add(number, b"", at)

    def _replay_deletions(self) -> None:
        """A restored database may hold people who were erased since: they go before anything is matched."""
        erased = self.store.journal.erased()
        with self.records.transaction() as books:
            for number in books.people.numbers() & erased.keys():
                if not erased[number].tag:
                    books.people.let_go(number)
                    continue
                books.people.erase(number)
                books.listings.expunge(number, datetime.now(UTC))
                books.imports.erase(number)
                books.alerts.erase(number, datetime.now(UTC))


def _new_number(prefix: str) -> str:
    return prefix + uuid.uuid4().hex
