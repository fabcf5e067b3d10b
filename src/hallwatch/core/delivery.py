"""Deliveries: that somebody is told of an alert through a channel, and what is said.

A delivery is made in the transaction of what it tells, is tried until it has arrived, and keeps one key throughout:
whoever gets it twice knows it again. What is said names nobody: a possible match, a place, a time, a link.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from hallwatch.core.inbound import IncidentKind
from hallwatch.core.incident_sayings import INCIDENT_RULE, INCIDENT_SAYINGS, INCIDENTS
from hallwatch.core.told import What as What


class State(StrEnum):
    """How far a delivery is."""

    DUE = "due"
    SENT = "sent"
    GAVE_UP = "gave up"
    STOPPED = "stopped"


class Result(StrEnum):
    """How one attempt ended; after a hopeless one there is no other."""

    ARRIVED = "arrived"
    FAILED = "failed"
    HOPELESS = "hopeless"


WAITS_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Pauses after the first, second, ... failure; the last one from then on."""
GIVEN_UP_AFTER = timedelta(hours=24)
"""A message so old is not sent any more; the page says that it never arrived."""
LONGEST_OUTCOME = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert on its way through one channel.

    ``delivery_id`` is also the key by which a receiver knows a repetition. ``target`` is whom in the channel (a
    browser that asked for push messages), ``step`` 0 for those told at once and n for the n-th of the chain. ``due``
    is the time of the next attempt and ``wait_s`` the pause that leads to it: whoever waits counts the pause by a clock
    that nobody sets, and uses ``due`` only after a new start. ``reaches`` says whether people are at the other end.
    """

    delivery_id: str
    alert_id: str
    what: What
    channel: str
    target: str
    school: str
    step: int
    reaches: bool
    state: State
    made: datetime
    due: datetime
    wait_s: float
    attempts: int = 0
    outcome: str = ""
    changed: datetime | None = None

    def noted(self, result: Result, outcome: str, now: datetime, chance: float) -> Delivery:
        """The same after one more attempt; ``chance`` (0 to 1) spreads the waits of many."""
        tried = replace(
            self, attempts=self.attempts + 1, outcome=outcome[:LONGEST_OUTCOME], changed=now, wait_s=0.0
        )
        if result is Result.ARRIVED:
            return replace(tried, state=State.SENT)
        if self.state is not State.DUE:
            return tried
        if result is Result.HOPELESS or now - self.made > GIVEN_UP_AFTER:
            return replace(tried, state=State.GAVE_UP)
        wait_s = wait_after(tried.attempts, chance)
        return replace(tried, wait_s=wait_s, due=now + timedelta(seconds=wait_s))


def wait_after(attempts: int, chance: float) -> float:
    """Seconds before the next attempt: growing, and between three and five quarters of what stands in WAITS_S."""
    return WAITS_S[min(attempts, len(WAITS_S)) - 1] * (0.75 + 0.5 * chance)


def remaining_s(delivery: Delivery, now: datetime) -> float:
    """Seconds until the next attempt as they look after a new start: never longer than the pause itself, whatever was
    done to the clock meanwhile."""
    return min(max((delivery.due - now).total_seconds(), 0.0), delivery.wait_s)


def key_of(alert_id: str, what: What, channel: str, target: str = "", step: int = 0, turn: str = "") -> str:
    """The delivery's id: the same for the same, so that nothing is ever told twice by a repetition.

    ``turn`` tells the second answer of one alert from the first.
    """
    text = "\0".join((alert_id, what, channel, target, str(step), turn))
    return "d" + sha256(text.encode()).hexdigest()[:31]


@dataclass(frozen=True, slots=True)
class Work:
    """A delivery that is due, and where and when its alert was."""

    delivery: Delivery
    building: str
    camera: str
    at: datetime
    incident: IncidentKind | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel carries. ``at`` is in the site's zone; ``link`` leads into the console, where one signs in.
    ``incident`` None: a possible match."""

    key: str
    alert_id: str
    what: What
    site: str
    school: str
    building: str
    camera: str
    at: datetime
    link: str
    language: str = "en"
    step: int = 0
    target: str = ""
    incident: IncidentKind | None = None

    @property
    def title(self) -> str:
        """A line for lock screens and subjects."""
        saying = self._saying[0]
        return saying.format(site=self.site, building=self.building, incident=self._incident)

    @property
    def text(self) -> str:
        """The whole message, one or two sentences and the link."""
        parts = [
            self._saying[1].format(
                incident=self._incident,
                school=self.school,
                building=self.building,
                camera=self.camera,
                time=self.at.strftime("%H:%M:%S"),
                day=self.at.strftime("%Y-%m-%d"),
            )
        ]
        if self.step:
            parts.append(UNSEEN[self.language])
        if self.what is not What.RING:
            parts.append((RULE if self.incident is None else INCIDENT_RULE)[self.language])
        return " ".join(parts) + f"\n{self.link}"

    @property
    def _saying(self) -> tuple[str, str]:
        return (SAYINGS if self.incident is None else INCIDENT_SAYINGS)[self.language][self.what]

    @property
    def _incident(self) -> str:
        return "" if self.incident is None else INCIDENTS[self.language][self.incident]


SAYINGS: dict[str, dict[What, tuple[str, str]]] = {
    "en": {
        What.RAISED: (
            "Possible match: {building}",
            "Possible match at {school}, {building}, camera {camera}, {time} on {day}.",
        ),
        What.CONFIRMED: (
            "A person has looked: {building}",
            "A person has compared the pictures of a possible match and answered: same person."
            " {school}, {building}, camera {camera}, {time} on {day}.",
        ),
        What.RECALLED: (
            "Taken back: {building}",
            "Taken back: the possible match at {school}, {building}, camera {camera}, {time} on {day} was"
            " another person. Please destroy what you were sent about it.",
        ),
        What.TEST: (
            "TEST from {site}",
            "TEST. Nothing has happened; this is how a possible match would be told: {school}, {building},"
            " camera {camera}, {time} on {day}.",
        ),
        What.RING: (
            "Your phone is rung: {site}",
            "Your shift begins. Open this within a minute and press: I am here.",
        ),
    },
    "es": {
        What.RAISED: (
            "Posible coincidencia: {building}",
            "Posible coincidencia en {school}, {building}, cámara {camera}, {time} del {day}.",
        ),
        What.CONFIRMED: (
            "Una persona ha mirado: {building}",
            "Una persona ha comparado las imágenes de una posible coincidencia y ha respondido: misma persona."
            " {school}, {building}, cámara {camera}, {time} del {day}.",
        ),
        What.RECALLED: (
            "Retirado: {building}",
            "Retirado: la posible coincidencia en {school}, {building}, cámara {camera}, {time} del {day} era"
            " otra persona. Destruya lo que haya recibido sobre ella.",
        ),
        What.TEST: (
            "PRUEBA de {site}",
            "PRUEBA. No ha pasado nada; así se avisaría de una posible coincidencia: {school}, {building},"
            " cámara {camera}, {time} del {day}.",
        ),
        What.RING: (
            "Prueba de su teléfono: {site}",
            "Empieza su turno. Abra esto en un minuto y pulse: Estoy aquí.",
        ),
    },
}
"""Title and sentence of each message: the only place where they are worded."""
UNSEEN = {
    "en": "Nobody has looked at it yet.",
    "es": "Nadie la ha mirado todavía.",
}
RULE = {
    "en": "It is a reason to look, not proof: never touch, search or hold anyone on a match alone.",
    "es": "Es un motivo para mirar, no una prueba: nunca toque, registre ni retenga a nadie solo por ella.",
}


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How a channel is doing: counts of its deliveries, when one arrived last, and what went wrong last.

    ``failing`` are those among the waiting that were tried and will be tried again.
    """

    name: str
    arrived: int = 0
    waiting: int = 0
    gave_up: int = 0
    failing: int = 0
    last_arrived: datetime | None = None
    last_fault: str = ""
