"""What the console page needs from the rest of the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from hallwatch.core.events import CameraState
from hallwatch.core.kept import KeptAlert
from hallwatch.core.watchlist import Refusal


class AlertQuestions(Protocol):
    """Committed alerts; every method may raise HallwatchError while the database cannot be read."""

    def latest(self, limit: int) -> list[KeptAlert]:
        """The newest alerts by their last change, newest first."""

    def since(self, sequence: int, limit: int) -> list[KeptAlert]:
        """What changed after ``sequence``, oldest change first."""

    def one(self, alert_id: str) -> KeptAlert | None:
        """The alert of this id."""

    def shot(self, alert_id: str) -> bytes | None:
        """The alert's best camera shot as a JPEG."""


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What does not change while the server runs.

    ``run`` is another text at every start; ``people`` counts those who can be found, ``expired`` and
    ``not_begun`` the rows left out by their dates, ``noted`` are rows of which something is to be known;
    ``meaning`` explains the score in one or two sentences; ``zone`` None is the machine's own; ``notice`` is a
    line for the top of the page (the demo says there what it is).
    """

    run: str
    name: str
    zone: tzinfo | None
    people: int
    expired: int
    not_begun: int
    refused: tuple[Refusal, ...]
    noted: tuple[Refusal, ...]
    meaning: str
    pack: str
    pack_warnings: tuple[str, ...] = ()
    notice: str = ""


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
    """Everything the page is made of.

    ``photo`` gives the listed photo of a person (by external_id) as a JPEG, or None where nobody of that id
    is listed any more; it may raise HallwatchError when the file cannot be opened.
    """

    facts: SiteFacts
    alerts: AlertQuestions
    board: Board
    photo: Callable[[str], bytes | None]
