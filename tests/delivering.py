"""A keeper and a deliverer at work, as `hallwatch serve` runs them, without cameras and pages."""

from __future__ import annotations

import base64
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from hallwatch.adapters.keys.keystore import KeyStore
from hallwatch.adapters.store.place import Place, SqliteFile
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.delivery import Delivery, State
from hallwatch.core.escalation import Plan
from hallwatch.core.events import Sighting
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.requests import BindJurisdiction, By
from hallwatch.entry.channels import plan_of
from hallwatch.entry.child import Child
from hallwatch.entry.deliverer import DelivererOrder, DelivererReady, DelivererState, Wake, deliver
from hallwatch.entry.keeper import KeeperOrder, KeeperReady, keep
from hallwatch.entry.keeper_client import ask
from hallwatch.entry.wiring import deliverer_order
from hallwatch.settings.site import Site
from tests.records import SIGHTING, chest_in

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
PLACES = {"Corridor A": Whereabouts("Main", "North")}


def site_of(folder: Path, channels: Sequence[Mapping[str, Any]], **more: Any) -> Site:
    """Settings with these channels."""
    return Site.model_validate(
        {
            "site": {"jurisdiction": "US-MO", "name": "Test School", "time_zone": "America/Chicago"}
            | {"data_dir": str(folder)},
            "watchlist": {"dir": "people"},
            "cameras": [{"name": "Corridor A", "address": "rtsp://192.0.2.1/a", "school": "North"}],
            "network": {"services": ["127.0.0.0/8"]},
            "alerting": {"console_address": "https://console.example", **more.pop("alerting", {})},
            "channel": list(channels),
            **more,
        }
    )


def mail_to(port: int, **more: Any) -> dict[str, Any]:
    """A mail channel to a server here."""
    its = {"kind": "mail", "name": "mail", "host": "localhost", "port": port, "security": "none"}
    whom = {"sender": "hallwatch@school.example", "to": ["security@school.example"], "before_answer": True}
    return {**its, **whom, **more}


def hook_to(url: str, **more: Any) -> dict[str, Any]:
    """A webhook channel."""
    its = {"kind": "webhook", "name": "hook", "url": url, "secret": SECRET, "before_answer": True}
    return {**its, **more}


def mqtt_to(port: int, **more: Any) -> dict[str, Any]:
    """An MQTT channel to a broker here."""
    its = {"kind": "mqtt", "name": "mqtt", "host": "localhost", "port": port, "encrypted": False}
    return {**its, "before_answer": True, **more}


@dataclass
class Post:
    """Both processes, and whoever reads what they write."""

    site: Site
    folder: Path
    place: Place
    store: KeyStore
    reader: Reader
    keeper: Child[KeeperOrder]
    deliverer: Child[DelivererOrder] | None = None
    states: list[DelivererState] = field(default_factory=list)

    @property
    def socket(self) -> Path:
        """Where the keeper listens."""
        return self.folder / "keeper.sock"

    def raise_alert(self, alert_id: str = "a1", **more: Any) -> KeptAlert:
        """A sighting of somebody new, committed."""
        sighting: Sighting = replace(SIGHTING, alert_id=alert_id, external_id=f"P-{alert_id}", **more)
        self.keeper.link.send(sighting)
        kept = self.keeper.link.recv()
        assert isinstance(kept, KeptAlert), kept
        if self.deliverer is not None:
            self.deliverer.link.send(Wake())
        return kept

    def deliveries(self, alert_id: str = "a1") -> dict[str, Delivery]:
        """The alert's deliveries by channel and step."""
        with self.reader.deliveries() as found:
            return {f"{one.channel}{one.step or ''}": one for one in found.of_alert(alert_id)}

    def is_sent(self, alert_id: str, channel: str) -> bool:
        """Whether it is noted so."""
        return self.deliveries(alert_id)[channel].state is State.SENT

    def hire(self, *, clock_step_s: float = 0.0) -> None:
        """Start a deliverer, by whose clock it is so much later."""
        target = partial(deliver_by_another_clock, clock_step_s) if clock_step_s else deliver
        self.deliverer = Child("hw-deliverer", target, self.order)
        assert self.deliverer.link.poll(60)
        assert isinstance(self.deliverer.link.recv(), DelivererReady)

    @property
    def order(self) -> DelivererOrder:
        """What a deliverer is given."""
        return deliverer_order(self.site, self.store, self.socket, "http://127.0.0.1:1/")

    def state(self) -> DelivererState:
        """What the deliverer says of itself next."""
        assert self.deliverer is not None
        while True:
            assert self.deliverer.link.poll(30)
            said = self.deliverer.link.recv()
            if not self.deliverer.link.poll(0):
                break
        assert isinstance(said, DelivererState)
        return said

    def kill(self, child: Child[Any]) -> None:
        """As the kernel would."""
        os.kill(child.pid or 0, signal.SIGKILL)
        child.end(5)

    def fire(self) -> None:
        """End the deliverer."""
        if self.deliverer is not None:
            self.deliverer.end(10)
            self.deliverer = None

    def reopen(self) -> None:
        """A new keeper after the old one was killed."""
        self.keeper = _keeper(self.place, self.folder, plan_of(self.site))


def _keeper(place: Place, folder: Path, plan: Plan) -> Child[KeeperOrder]:
    order = KeeperOrder(place, chest_in(folder), folder / "keeper.sock", PLACES, "rare", plan=plan)
    child = Child("hw-keeper", keep, order)
    assert child.link.poll(60)
    ready = child.link.recv()
    assert isinstance(ready, KeeperReady), ready
    ask(order.socket, BindJurisdiction(By("system"), "US-MO"))
    return child


def deliver_by_another_clock(step_s: float, order: DelivererOrder, link: Connection) -> None:
    """What a deliverer does while the machine's clock is wrong: every question for the time is answered so."""
    from hallwatch.entry import deliverer

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=step_s)

    vars(deliverer)["datetime"] = Stepped
    deliver(order, link)


@contextmanager
def post(
    folder: Path,
    channels: Sequence[Mapping[str, Any]],
    *,
    place: Place | None = None,
    hired: bool = True,
    **more: Any,
) -> Iterator[Post]:
    """A keeper and, unless it is ``hired`` later, a deliverer."""
    folder.mkdir(exist_ok=True)
    site = site_of(folder, channels, **more)
    place = place or SqliteFile(folder / "hallwatch.db")
    keeper = _keeper(place, folder, plan_of(site))
    store = chest_in(folder).open()
    it = Post(site, folder, place, store, Reader(place, store), keeper)
    try:
        if hired:
            it.hire()
        yield it
    finally:
        it.fire()
        it.keeper.end(10)
        it.reader.close()
