"""From settings to the things that do the work: the list enrolled, the threshold found, cameras dealt."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

from hallwatch.adapters.images import FolderImages
from hallwatch.adapters.importers.folder import read_watchlist
from hallwatch.core.decide import Threshold
from hallwatch.core.decide.threshold import for_budget
from hallwatch.core.model import Person
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.core.watchlist import Refusal
from hallwatch.entry.child import Child, Failed
from hallwatch.entry.worker import PackOrder, WorkerOrder
from hallwatch.errors import PackError, UserError
from hallwatch.flow.importing import enrol
from hallwatch.settings.environment import Environment
from hallwatch.settings.site import CameraSection, Site

DATABASE = "hallwatch.db"
NOBODY = "Nobody is being looked for: no row of the list can be used."


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A list made ready to be searched. ``meaning`` is the threshold in plain words.

    ``noted`` are rows that are looked for although something about their photo is to be known.
    """

    gallery: Gallery
    people: dict[str, Person]
    refused: tuple[Refusal, ...]
    noted: tuple[Refusal, ...]
    pack_warnings: tuple[str, ...]
    expired: int
    not_begun: int
    threshold: Threshold
    meaning: str


@dataclass(frozen=True, slots=True)
class ListOrder:
    """Which list to enrol with which pack, for which budget of false alerts."""

    watchlist: Path
    pack: PackOrder
    false_alerts_per_day: float
    passes_per_day: int
    today: date


def prepare(site: Site, environment: Environment) -> Prepared:
    """Enrol the list in a process of its own: the server never holds the models' memory.

    Raises UserError (list unreadable, pack missing or not calibrated) as the child met it.
    """
    order = ListOrder(
        watchlist=Path(site.watchlist.dir),
        pack=pack_order(site, environment),
        false_alerts_per_day=site.site.false_alerts_per_day,
        passes_per_day=site.site.passes_per_day,
        today=today(site.site.time_zone)(),
    )
    child = Child("hw-enrolment", enrol_list, order)
    try:
        answer = child.link.recv()
    except EOFError as error:
        raise UserError(
            f"the list could not be enrolled: its process ended ({child.end(5)}); see the lines above"
        ) from error
    except BaseException:
        child.end(0)  # Ctrl-C: the child takes no notice of it by itself
        raise
    child.end(10)
    if isinstance(answer, Failed):
        raise UserError(answer.reason)
    assert isinstance(answer, Prepared)
    return answer


def enrol_list(order: ListOrder, link: Connection) -> None:
    """In the child: read list and photos, send a Prepared."""
    watchlist = read_watchlist(order.watchlist, order.today)
    pack = order.pack.open()
    if pack.calibration is None:
        raise PackError(
            f"the model pack {order.pack.name} is not calibrated, so no alert can be raised with it; "
            f"run hallwatch calibrate DIR --pack {order.pack.name}, or choose another pack"
        )
    enrolled = enrol(watchlist, FolderImages(order.watchlist), pack)
    threshold = for_budget(
        pack.calibration, order.false_alerts_per_day, enrolled.gallery.size, order.passes_per_day
    )
    link.send(
        Prepared(
            gallery=enrolled.gallery,
            people=enrolled.people,
            refused=enrolled.refused,
            noted=enrolled.warnings,
            pack_warnings=pack.warnings,
            expired=watchlist.expired,
            not_begun=watchlist.not_begun,
            threshold=threshold,
            meaning=threshold.meaning() if enrolled.people else NOBODY,
        )
    )


def worker_orders(site: Site, environment: Environment, prepared: Prepared) -> list[WorkerOrder]:
    """What each worker does: about one worker a core, cameras dealt round robin."""
    count = site.recognition.workers or os.cpu_count() or 1
    hands: list[list[CameraSection]] = [[] for _ in range(min(count, len(site.cameras)))]
    for number, camera in enumerate(site.cameras):
        hands[number % len(hands)].append(camera)
    return [
        WorkerOrder(
            cameras=tuple(hand),
            rate=site.recognition.rate,
            pack=pack_order(site, environment),
            gallery=prepared.gallery,
            people=prepared.people,
            threshold=prepared.threshold,
            watchlist=Path(site.watchlist.dir),
            time_zone=site.site.time_zone,
        )
        for hand in hands
    ]


def pack_order(site: Site, environment: Environment) -> PackOrder:
    """The pack as the site's settings and the environment name it."""
    return PackOrder(
        name=site.recognition.pack,
        precision=site.recognition.precision,
        home=environment.home,
        models_from=environment.models,
        engine=environment.engine,
        device=environment.device,
    )


def listed_photo(site: Site, people: Mapping[str, Person]) -> Callable[[str], bytes | None]:
    """Gives a listed person's first photo as a JPEG without metadata, read when it is looked at."""
    images = FolderImages(Path(site.watchlist.dir))

    def photo(external_id: str) -> bytes | None:
        person = people.get(external_id)
        if person is None or not person.photos:
            return None
        return images.jpeg(images.read(person.photos[0]))

    return photo


def today(time_zone: str | None) -> Callable[[], date]:
    """The day at the site; without a zone, by the machine's own clock."""
    zone = ZoneInfo(time_zone) if time_zone else None
    return lambda: datetime.now(zone).date()
