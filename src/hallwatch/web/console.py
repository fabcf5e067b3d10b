"""What the console needs from the rest of the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from hallwatch.core.device import PIN_AFTER_MIN
from hallwatch.core.escalation import Plan
from hallwatch.core.events import CameraState
from hallwatch.core.kept import Whereabouts
from hallwatch.core.policy.roles import Account
from hallwatch.core.quiet_start import QuietStart
from hallwatch.core.requests import Done, Request
from hallwatch.core.waiting import Waiting
from hallwatch.core.watchlist import Refusal
from hallwatch.web.alert_questions import AlertQuestions
from hallwatch.web.delivery_questions import DeliveryQuestions
from hallwatch.web.floor_questions import AskFloors, GivenPictures
from hallwatch.web.gate import GateQuestions
from hallwatch.web.import_questions import AskWaiting, ImportQuestions
from hallwatch.web.list_questions import ListQuestions
from hallwatch.web.papers import Papers
from hallwatch.web.settings_questions import SettingQuestions
from hallwatch.web.staff_questions import StaffQuestions
from hallwatch.web.who_questions import PasskeyProofs, Proofs, SignInProvider, WhoQuestions


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
