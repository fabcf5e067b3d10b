"""The database as everybody but the keeper sees it: questions over read-only connections.

Long because it is every question of pages and commands, a line or two each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hallwatch.adapters.store import engine
from hallwatch.adapters.store.accounts import AccountQuestions
from hallwatch.adapters.store.alerts import AlertQuestions
from hallwatch.adapters.store.api_keys import ApiKeyQuestions
from hallwatch.adapters.store.appeals import AppealQuestions
from hallwatch.adapters.store.audit_log import AuditQuestions
from hallwatch.adapters.store.counting import counted
from hallwatch.adapters.store.deliveries import DeliveryQuestions
from hallwatch.adapters.store.floors import FloorQuestions
from hallwatch.adapters.store.import_batches import ImportQuestions
from hallwatch.adapters.store.import_known import known_of
from hallwatch.adapters.store.import_view import ImportView
from hallwatch.adapters.store.list_overview import Overview
from hallwatch.adapters.store.list_pages import ListPages
from hallwatch.adapters.store.listings import ListingQuestions
from hallwatch.adapters.store.own_lists import OwnListQuestions
from hallwatch.adapters.store.people import PeopleQuestions
from hallwatch.adapters.store.place import Place
from hallwatch.adapters.store.restraints import RestraintQuestions
from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.site_settings import SettingsQuestions
from hallwatch.adapters.store.waiting import WaitingQuestions
from hallwatch.core.alert import Life
from hallwatch.core.api_keys import ApiKey
from hallwatch.core.appeal import Appeal
from hallwatch.core.audit import AuditEntry
from hallwatch.core.dossier import Dossier, Standing
from hallwatch.core.figures import Counted
from hallwatch.core.import_batch import Known
from hallwatch.core.imports import Entry
from hallwatch.core.kept import KeptAlert
from hallwatch.core.listing import ListingRecord, State, digest_of
from hallwatch.core.model import Person
from hallwatch.core.own_list import OwnList
from hallwatch.core.policy.roles import Account, Sight
from hallwatch.core.quiet_start import KEPT_AS, QuietStart
from hallwatch.core.restraint import Restraint
from hallwatch.core.sessions import Passkey, Secret, SignedIn
from hallwatch.core.waiting import Waiting
from hallwatch.errors import SealBroken, StoreUnreadable
from hallwatch.ports import Vault


class Reader:
    """Questions to the database over read-only connections; safe from any thread.

    Every method may raise StoreUnreadable.
    """

    def __init__(self, place: Place, vault: Vault) -> None:
        self._engine = engine.reader(place)
        self._seals = Seals(vault)

    def latest(self, limit: int, sight: Sight | None = None) -> list[KeptAlert]:
        """The newest alerts (that somebody sees; None: all), by their last change, newest first."""
        with self.alerts() as alerts:
            return alerts.latest(limit, sight)

    def since(self, sequence: int, limit: int, sight: Sight | None = None) -> list[KeptAlert]:
        """What changed after ``sequence``, oldest change first."""
        with self.alerts() as alerts:
            return alerts.since(sequence, limit, sight)

    def one(self, alert_id: str) -> KeptAlert | None:
        """The alert of this id."""
        with self.alerts() as alerts:
            return alerts.one(alert_id)

    def shot(self, alert_id: str, number: int | None = None) -> bytes | None:
        """The camera shot of a stop on the alert's path, or the best, as a JPEG."""
        with self.alerts() as alerts:
            return alerts.shot(alert_id, number)

    def life(self, alert_id: str) -> Life | None:
        """What was done with the alert."""
        with self.alerts() as alerts:
            return alerts.life(alert_id)

    def figures(self, person_id: str, sight: Sight | None = None) -> list[tuple[str, float, str, int]]:
        """Camera, threshold, answer ("": none) and how many alerts of a person."""
        with self.alerts() as alerts:
            return alerts.figures(person_id, sight)

    def waiting(self, account: Account) -> Waiting:
        """What waits for somebody."""
        with self.session() as session:
            return WaitingQuestions(session).of(account)

    def restraints(self, person_ids: Collection[str] | None = None) -> list[Restraint]:
        """What holds alerts back just now, of these people (None: of all), the newest first."""
        with self.session() as session:
            return RestraintQuestions(session).of(person_ids)

    def photo(self, external_id: str) -> bytes | None:
        """A listed person's first photo as a JPEG."""
        with self.people() as people:
            return people.photo(external_id)

    def by_session(self, digest: str, now: datetime) -> tuple[Account, SignedIn] | None:
        """Who is signed in with the token of this digest."""
        with self.accounts() as accounts:
            return accounts.by_session(digest, now)

    def by_login(self, login: str) -> tuple[Account, Secret] | None:
        """The account that signs in by this name, and what proves it."""
        with self.accounts() as accounts:
            return accounts.by_login(login)

    def by_link(self, digest: str, now: datetime) -> Account | None:
        """Whom a one-time link is for."""
        with self.accounts() as accounts:
            return accounts.by_link(digest, now)

    def passkeys(self, account_id: str) -> list[Passkey]:
        """The account's passkeys."""
        with self.accounts() as accounts:
            return accounts.passkeys(account_id)

    def by_passkey(self, credential_id: str) -> tuple[Account, Passkey] | None:
        """Whose passkey this is."""
        with self.accounts() as accounts:
            return accounts.by_passkey(credential_id)

    def by_key(self, digest: str) -> tuple[Account, ApiKey] | None:
        """The key whose text has this digest, whether it still holds or not, and whose it is."""
        with self.session() as session:
            key = ApiKeyQuestions(session, self._seals).by_digest(digest)
            account = None if key is None else AccountQuestions(session, self._seals).account(key.account_id)
            return None if key is None or account is None else (account, key)

    def keys(self, account_id: str) -> list[ApiKey]:
        """The account's keys."""
        with self.session() as session:
            return ApiKeyQuestions(session, self._seals).keys(account_id)

    def everybody(self) -> list[Account]:
        """All accounts."""
        with self.accounts() as accounts:
            return accounts.everybody()

    def trail(self, limit: int, before: int | None) -> list[AuditEntry]:
        """The newest entries of the audit trail, newest first."""
        with self.audit() as audit:
            return audit.latest(limit, before)

    def deeds(self, actions: Collection[str], limit: int) -> list[AuditEntry]:
        """The newest entries of the audit trail with one of these actions, newest first."""
        with self.audit() as trail:
            return trail.acts(actions, limit)

    def first_deeds(self, actions: Collection[str], limit: int) -> list[AuditEntry]:
        """The oldest entries of the audit trail with one of these actions, oldest first."""
        with self.audit() as trail:
            return trail.first_acts(actions, limit)

    def history(self, subjects: Collection[str], limit: int) -> list[AuditEntry]:
        """The newest entries of the audit trail about one of these, newest first."""
        with self.audit() as audit:
            return audit.about(subjects, limit)

    def counted(self, since: datetime, until: datetime, sight: Sight | None = None) -> Iterator[Counted]:
        """Alerts (that somebody sees; None: all) first seen in this time, for figures; no commit waits for it."""
        return counted(self.session, self._seals, since, until, sight)

    def began(self) -> datetime | None:
        """When the first entry of the audit trail was made."""
        with self.audit() as audit:
            return audit.began()

    @contextmanager
    def floors(self) -> Iterator[FloorQuestions]:
        """Questions about floor plans, all answered from one moment."""
        with self.session() as session:
            yield FloorQuestions(session, self._seals)

    @contextmanager
    def alerts(self) -> Iterator[AlertQuestions]:
        """Questions about alerts, all answered from one moment."""
        with self.session() as session:
            yield AlertQuestions(session, self._seals)

    @contextmanager
    def people(self) -> Iterator[PeopleQuestions]:
        """Questions about people."""
        with self.session() as session:
            yield PeopleQuestions(session, self._seals)

    @contextmanager
    def accounts(self) -> Iterator[AccountQuestions]:
        """Who signs in."""
        with self.session() as session:
            yield AccountQuestions(session, self._seals)

    @contextmanager
    def audit(self) -> Iterator[AuditQuestions]:
        """The audit trail."""
        with self.session() as session:
            yield AuditQuestions(session)

    @contextmanager
    def listings(self) -> Iterator[ListingQuestions]:
        """Questions about listings."""
        with self.session() as session:
            yield ListingQuestions(session, self._seals)

    @contextmanager
    def list_pages(self) -> Iterator[ListPages]:
        """Lists as a whole, all answered from one moment."""
        with self.session() as session:
            yield ListPages(session, self._seals)

    @contextmanager
    def deliveries(self) -> Iterator[DeliveryQuestions]:
        """Questions about deliveries."""
        with self.session() as session:
            yield DeliveryQuestions(session, self._seals)

    def dossier(self, person_id: str) -> Dossier | None:
        """Everything that is kept of a person, from one moment; None for whoever is not known."""
        with self.session() as session:
            people, listings = PeopleQuestions(session, self._seals), ListingQuestions(session, self._seals)
            told = AppealQuestions(session, self._seals)
            person = people.person(person_id)
            if person is None:
                return None
            jpegs = tuple(people.photos(person_id))
            digests = tuple(sha256(jpeg).digest() for jpeg in jpegs)
            standing = tuple(
                Standing(
                    record,
                    digest_of(person_id, record.terms, digests, record.likeness),
                    tuple(listings.asked(record)),
                    told.notice(record.listing_id),
                    tuple(told.appeals(record.listing_id)),
                )
                for record in listings.listings(person_id=person_id)
            )
            return Dossier(person_id, person, jpegs, standing)

    @contextmanager
    def overview(self) -> Iterator[Overview]:
        """Questions of the lists page, all answered from one moment."""
        with self.session() as session:
            yield Overview(session, self._seals)

    def listing(self, listing_id: str) -> ListingRecord | None:
        """The listing of this number."""
        with self.listings() as listings:
            return listings.listing(listing_id)

    def appeal(self, appeal_id: str) -> Appeal | None:
        """The appeal of this number."""
        with self.session() as session:
            return AppealQuestions(session, self._seals).appeal(appeal_id)

    def open_appeals(self) -> list[Appeal]:
        """Those that wait for an answer, the most urgent first."""
        with self.session() as session:
            return AppealQuestions(session, self._seals).open_appeals()

    def own_lists(self) -> list[OwnList]:
        """The lists of the district's own, whatever became of them."""
        with self.session() as session:
            return OwnListQuestions(session, self._seals).own_lists()

    def conditions(self, external_id: str, school: str, today: date) -> list[str]:
        """The conditions under which somebody listed for this school may come on this day all the same."""
        with self.people() as people:
            person_id = people.number_of(external_id)
        with self.listings() as listings:
            theirs = listings.listings((State.ACTIVE,), person_id) if person_id else []
        here = (one.terms for one in theirs if not one.terms.schools or school in one.terms.schools)
        return [said for terms in here if (said := terms.conditions_on(today))]

    def people_named(
        self, words: str, limit: int, schools: Collection[str] | None = None
    ) -> list[tuple[str, Person]]:
        """People (of these schools; None: of all) whose name or id holds all of these words, by name."""
        wanted = words.casefold().split()
        if not wanted:
            return []
        with self.people() as people:
            found = [
                (person_id, person)
                for person_id, person in people.everybody()
                if (schools is None or set(person.schools) & set(schools))
                and all(word in f"{person.name} {person.external_id}".casefold() for word in wanted)
            ]
        return sorted(found, key=lambda one: one[1].name.casefold())[:limit]

    def roster(self) -> dict[str, Entry]:
        """What the roster's file said last of everybody in it, by external id."""
        with self.people() as people:
            return {
                person.external_id: person.taken
                for _, person in people.everybody()
                if person.taken and person.is_roster
            }

    @contextmanager
    def imports(self) -> Iterator[ImportQuestions]:
        """Questions about imports."""
        with self.session() as session:
            yield ImportQuestions(session, self._seals)

    @contextmanager
    def waiting_imports(self) -> Iterator[ImportView]:
        """Questions about imports for those who are asked for their yes."""
        with self.session() as session:
            yield ImportView(session, self._seals)

    def imported(self, key: str) -> dict[str, Known]:
        """Everybody whom imports of a source have named, by the id that its files give them."""
        with self.session() as session:
            return known_of(session, self._seals, key)

    def photos_listed(self, fingerprint: str) -> int:
        """How many photos a camera is compared with just now, with a template of this pack."""
        with self.people() as people:
            return people.photos_listed(fingerprint)

    def person_of(self, external_id: str) -> str | None:
        """The number of the person with this external id."""
        with self.people() as people:
            return people.number_of(external_id)

    def templates(self, person_id: str) -> tuple[str, tuple[tuple[str, bytes], ...]]:
        """A person's external id, and each template with its pack's fingerprint; nothing of whoever is not known."""
        with self.session() as session:
            person = PeopleQuestions(session, self._seals).person(person_id)
            if person is None:
                return "", ()
            return person.external_id, ListingQuestions(session, self._seals).templates(person_id)

    def setting(self, name: str) -> str:
        """One setting in the database; "" where there is none."""
        with self.session() as session:
            return SettingsQuestions(session, self._seals).get(name) or ""

    def quiet_start(self) -> QuietStart | None:
        """How the quiet start stands; None before the server's first start, and where its record was altered (the
        keeper's log says so, and nobody is silenced)."""
        try:
            return QuietStart.of(self.setting(KEPT_AS))
        except SealBroken:
            return None

    def settings(self, prefix: str) -> dict[str, str]:
        """Every setting in the database whose name begins so, under the rest of its name."""
        with self.session() as session:
            return SettingsQuestions(session, self._seals).all(prefix)

    def version(self) -> str:
        """The version of the database's tables."""
        with self.session() as session:
            return str(session.execute(text("SELECT version_num FROM alembic_version")).scalar())

    def close(self) -> None:
        """Forget the database."""
        self._engine.dispose()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session for one question or several from one moment."""
        try:
            with Session(self._engine) as session:
                yield session
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or type(error).__name__
            raise StoreUnreadable(f"the database cannot be read: {cause}") from error
