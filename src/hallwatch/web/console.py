"""What the console needs from the rest of the server.

Long because it is a list: one question after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Protocol

from hallwatch.core.alert import Life
from hallwatch.core.api_keys import ApiKey
from hallwatch.core.appeal import Appeal
from hallwatch.core.asked_setting import AskedSetting
from hallwatch.core.audit import AuditEntry
from hallwatch.core.device import PIN_AFTER_MIN
from hallwatch.core.dossier import AskedLines, Dossier, Line
from hallwatch.core.escalation import Plan
from hallwatch.core.events import CameraState
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.listing import ListingRecord
from hallwatch.core.model import Person
from hallwatch.core.notice import Particulars
from hallwatch.core.own_list import OwnList
from hallwatch.core.policy.roles import Account, Sight
from hallwatch.core.provider import Identity, ProviderFacts, Started
from hallwatch.core.quiet_start import QuietStart
from hallwatch.core.requests import Done, Request
from hallwatch.core.restraint import Restraint
from hallwatch.core.sessions import Passkey, Secret, SignedIn
from hallwatch.core.waiting import Waiting
from hallwatch.core.watchlist import Refusal
from hallwatch.flow.figuring import Counts
from hallwatch.flow.listing_acts import ListPages
from hallwatch.web.delivery_questions import DeliveryQuestions
from hallwatch.web.floor_questions import AskFloors, GivenPictures
from hallwatch.web.gate import GateQuestions
from hallwatch.web.import_questions import AskWaiting, ImportQuestions
from hallwatch.web.papers import Papers
from hallwatch.web.staff_questions import StaffQuestions


class AlertQuestions(Counts, Protocol):
    """Committed alerts; every method may raise HallwatchError while the database cannot be read."""

    def latest(self, limit: int, sight: Sight | None = None) -> list[KeptAlert]:
        """The newest alerts (that somebody sees; None: all) by their last change, newest first."""

    def since(self, sequence: int, limit: int, sight: Sight | None = None) -> list[KeptAlert]:
        """What changed after ``sequence``, oldest change first."""

    def one(self, alert_id: str) -> KeptAlert | None:
        """The alert of this id."""

    def shot(self, alert_id: str, number: int | None = None) -> bytes | None:
        """The camera shot of a stop on the alert's path, or the best, as a JPEG."""

    def life(self, alert_id: str) -> Life | None:
        """What was done with the alert."""

    def restraints(self, person_ids: Collection[str] | None = None) -> list[Restraint]:
        """What holds alerts back just now, of these people (None: of all), the newest first."""

    def photo(self, external_id: str) -> bytes | None:
        """A listed person's first photo as a JPEG."""

    def figures(self, person_id: str, sight: Sight | None = None) -> list[tuple[str, float, str, int]]:
        """Camera, threshold, answer ("": none) and how many alerts of a person."""


class WhoQuestions(Protocol):
    """Who signs in, by what the database says at this moment; may raise HallwatchError as above."""

    def by_session(self, digest: str, now: datetime) -> tuple[Account, SignedIn] | None:
        """Who is signed in with the token of this digest."""

    def by_login(self, login: str) -> tuple[Account, Secret] | None:
        """The account that signs in by this name, and what proves it."""

    def by_link(self, digest: str, now: datetime) -> Account | None:
        """Whom a one-time link is for."""

    def passkeys(self, account_id: str) -> list[Passkey]:
        """The account's passkeys."""

    def by_passkey(self, credential_id: str) -> tuple[Account, Passkey] | None:
        """Whose passkey this is."""

    def by_key(self, digest: str) -> tuple[Account, ApiKey] | None:
        """The key whose text has this digest, whether it still holds or not, and whose it is."""

    def keys(self, account_id: str) -> list[ApiKey]:
        """The account's keys."""

    def everybody(self) -> list[Account]:
        """All accounts."""

    def trail(self, limit: int, before: int | None) -> list[AuditEntry]:
        """The newest entries of the audit trail, newest first."""

    def deeds(self, actions: Collection[str], limit: int) -> list[AuditEntry]:
        """The newest entries of the audit trail with one of these actions, newest first."""

    def first_deeds(self, actions: Collection[str], limit: int) -> list[AuditEntry]:
        """The oldest entries of the audit trail with one of these actions, oldest first."""

    def history(self, subjects: Collection[str], limit: int) -> list[AuditEntry]:
        """The newest entries of the audit trail about one of these, newest first."""


class PasskeyProofs(Protocol):
    """Passkeys; every method that judges an answer may raise PasskeyRefused."""

    def to_make(self, host: str, site: str, login: str, name: str, known: list[Passkey]) -> tuple[bytes, str]:
        """A challenge, and what the browser is asked for, to make a passkey."""

    def made(self, challenge: bytes, host: str, origin: str, answer: str) -> tuple[str, str, int]:
        """The new passkey's id, public key and count."""

    def to_ask(self, host: str) -> tuple[bytes, str]:
        """A challenge, and what the browser is asked for, to sign in."""

    def id_of(self, answer: str) -> str:
        """Which passkey an answer claims to be of."""

    def used(self, challenge: bytes, host: str, origin: str, answer: str, passkey: Passkey) -> int:
        """The passkey's new count."""


class Proofs(Protocol):
    """Passwords and codes."""

    def hash(self, password: str) -> str:
        """What is kept of a password."""

    def fits(self, kept: str, password: str) -> bool:
        """Whether this is the password."""

    def new_code_secret(self) -> str:
        """A secret for a code app."""

    def code_step(self, secret: str, code: str) -> int | None:
        """The half minute that this code is of; None for a wrong code."""

    def code_picture(self, secret: str, login: str, site: str) -> str:
        """The secret as an SVG for the app's camera."""


class OverviewQuestions(Protocol):
    """Listings of an account's schools as lines, the newest change first."""

    def page(self, account: Account, asked: AskedLines, number: int, size: int) -> tuple[list[Line], bool]:
        """The page of this number, from 1 on, and whether another one follows."""

    def waiting(self, account: Account, most: int) -> list[Line]:
        """Those that wait for a yes or no of this account."""

    def overdue(self, account: Account, now: datetime) -> int:
        """Of how many somebody should have been told by now."""

    def any(self) -> bool:
        """Whether anybody is listed at all."""


class ListQuestions(Protocol):
    """People and their listings, as they stand now; may raise HallwatchError as above."""

    def dossier(self, person_id: str) -> Dossier | None:
        """Everything that is kept of a person."""

    def overview(self) -> AbstractContextManager[OverviewQuestions]:
        """Questions of the lists page, all answered from one moment."""

    def listing(self, listing_id: str) -> ListingRecord | None:
        """The listing of this number."""

    def people_named(
        self, words: str, limit: int, schools: Collection[str] | None = None
    ) -> list[tuple[str, Person]]:
        """People (of these schools; None: of all) whose name or id holds these words, with their numbers."""

    def person_of(self, external_id: str) -> str | None:
        """The number of the person with this external id."""

    def appeal(self, appeal_id: str) -> Appeal | None:
        """The appeal of this number."""

    def open_appeals(self) -> list[Appeal]:
        """Those that wait for an answer, the most urgent first."""

    def own_lists(self) -> list[OwnList]:
        """The lists of the district's own, whatever became of them."""

    def conditions(self, external_id: str, school: str, today: date) -> list[str]:
        """The conditions under which somebody listed for this school may come on this day all the same."""

    def list_pages(self) -> AbstractContextManager[ListPages]:
        """Lists as a whole, all answered from one moment."""


class SignInProvider(Protocol):
    """The district's own sign-in; every method may raise ProviderFault."""

    @property
    def facts(self) -> ProviderFacts:
        """What the settings say about it."""

    def start(self, back: str, *, again: bool) -> Started:
        """Where the browser goes, and what it must come back with; ``again`` asks for a fresh proof."""

    def finish(self, started: Started, back: str, code: str) -> Identity:
        """Who came back."""

    def end(self, back: str) -> str | None:
        """Where the browser is signed out there, too."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as people see it: its name, its value without secrets, and what it means.

    ``source`` says where the value comes from: "file", "console" or "" (its default); ``waiting`` is what it will be
    from the next start on; ``choices`` are the words that it may be, if it is not written freely. A ``secret`` is never
    shown. A change of one that ``takes_two`` waits for another person's yes.
    """

    name: str
    value: str
    help: str
    source: str = ""
    waiting: str | None = None
    changeable: bool = False
    at_once: bool = False
    secret: bool = False
    takes_two: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """One table of hallwatch.toml."""

    title: str
    settings: tuple[Setting, ...]


class SettingQuestions(Protocol):
    """Settings as they stand now."""

    def groups(self) -> tuple[SettingGroup, ...]:
        """Every table of hallwatch.toml, also those that stand at their defaults."""

    def changeable(self, name: str) -> Setting | None:
        """The setting of this name, if it can be changed in the console just now."""

    def kept_as(self, name: str, words: str) -> str:
        """How what somebody wrote is kept. Raises SettingsError, in one line, for what the setting cannot be."""

    def meant(self, name: str, text: str) -> str | float | int | bool | None:
        """The value that what is kept stands for; "" is the default."""

    def asked(self, name: str) -> AskedSetting | None:
        """The change that waits for another's yes."""

    def before(self, name: str) -> str | None:
        """What it was before the last change that took two people; None where nobody can go back."""

    def claimed(self) -> float:
        """How many wrong alerts a day the whole site is to bear, by which this run's threshold was chosen."""

    def particulars(self) -> Particulars:
        """What notices say of the district just now."""


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What does not change while the server runs.

    ``run`` is another text at every start; ``expired`` and
    ``not_begun`` the rows left out by their dates, ``noted`` are rows of which something is to be known;
    ``meaning`` explains the score in one or two sentences; ``zone`` None is the machine's own; ``notice`` is a
    line for the top of the page (the demo says there what it is); ``places`` says where each camera hangs; ``plan`` who
    is told of alerts.
    """

    run: str
    name: str
    zone: tzinfo | None
    expired: int
    not_begun: int
    refused: tuple[Refusal, ...]
    noted: tuple[Refusal, ...]
    meaning: str
    pack: str
    pack_warnings: tuple[str, ...] = ()
    notice: str = ""
    jurisdiction: str = ""
    places: Mapping[str, Whereabouts] = field(default_factory=dict)
    plan: Plan = Plan()  # noqa: RUF009, it is frozen

    @property
    def schools(self) -> tuple[str, ...]:
        """The schools that cameras belong to."""
        return tuple(sorted({place.school for place in self.places.values()}))


@dataclass(frozen=True, slots=True)
class Status:
    """What changes: the cameras, what is wrong just now, and whether the server is ending.

    ``version`` grows with every change, the commit of an alert included.
    """

    version: int
    cameras: tuple[CameraState, ...]
    troubles: tuple[str, ...]
    ending: bool = False


class Board(Protocol):
    """The live state of the server, told to every open page."""

    def status(self) -> Status:
        """The state now; safe from any thread, never blocks."""

    async def changed(self, version: int, timeout_s: float) -> Status:
        """The state as soon as it is newer than ``version``, or after ``timeout_s``."""


@dataclass(frozen=True, slots=True)
class Console:
    """Everything the pages are made of.

    ``ask`` gives the keeper a request and raises UserError when it is refused or not answered. ``secure`` says that
    the page is served by HTTPS. ``device_key`` marks browsers that signed in before. In a ``demo`` a one-time link
    enters without a password. ``provider`` is the district's own sign-in, as the settings name it at this moment.
    ``expected`` says in words what so many more photos on the list would mean; ``looked_for`` counts those who can be
    found just now; ``waiting`` what waits for an account; ``quiet`` how the quiet start stands;
    ``push_key`` is the public key that push messages are signed with; ``pin_after_min`` is the setting of this name.
    """

    facts: SiteFacts
    alerts: AlertQuestions
    deliveries: DeliveryQuestions
    who: WhoQuestions
    staff: StaffQuestions
    proofs: Proofs
    passkeys: PasskeyProofs
    ask: Callable[[Request], Done]
    board: Board
    settings: SettingQuestions
    provider: Callable[[], SignInProvider | None]
    lists: ListQuestions
    photos: GivenPictures
    papers: Papers
    gate: GateQuestions
    imports: ImportQuestions
    waiting_imports: AskWaiting
    floors: AskFloors
    expected: Callable[[int], str]
    looked_for: Callable[[], int]
    waiting: Callable[[Account], Waiting]
    device_key: bytes = field(repr=False)
    quiet: Callable[[], QuietStart | None] = lambda: None
    push_key: str = ""
    pin_after_min: Callable[[], int] = lambda: PIN_AFTER_MIN
    secure: bool = False
    demo: bool = False
