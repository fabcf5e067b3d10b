"""The list at a start: read and enrolled in a process of its own, everybody on it given to the keeper."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

from hallwatch.adapters.images import FolderImages, at_most
from hallwatch.adapters.importers.folder import read_watchlist
from hallwatch.core.decide import Threshold
from hallwatch.core.decide.calibration import Calibration
from hallwatch.core.decide.threshold import for_budget
from hallwatch.core.model import Person
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.core.requests import By, KeepPerson, PhotoKept, SetList
from hallwatch.core.watchlist import Refusal, Watchlist, people_of
from hallwatch.entry.child import Child, Failed
from hallwatch.entry.keeper_client import RequestRefused, ask
from hallwatch.entry.worker import PackOrder
from hallwatch.errors import ImageError, PackError, UserError
from hallwatch.flow.importing import Enrolled, enrol

LONGEST_KEPT = 1200
"""Pixels: a listed photo is kept no larger, which is more than any face needs."""
NOBODY = "Nobody is being looked for: no row of the list can be used."


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A list made ready to be searched. ``meaning`` is the threshold in plain words.

    Where cameras may not be matched there is neither gallery nor threshold. ``noted`` are rows that are looked for
    although something about their photo is to be known.
    """

    gallery: Gallery | None
    people: dict[str, Person]
    refused: tuple[Refusal, ...]
    noted: tuple[Refusal, ...]
    pack_warnings: tuple[str, ...]
    expired: int
    not_begun: int
    threshold: Threshold | None
    meaning: str
    calibration: Calibration | None = None


@dataclass(frozen=True, slots=True)
class ListOrder:
    """Which list to enrol with which pack, for which budget of false alerts; ``watchlist`` None: nobody's folder.

    ``forbidden`` says why no face may be matched here: then the list is kept, and no template is made.
    """

    watchlist: Path | None
    pack: PackOrder
    false_alerts_per_day: float
    passes_per_day: int
    today: date
    keeper: Path
    forbidden: str | None = None


def prepare(order: ListOrder) -> Prepared:
    """Enrol the list in a process of its own, which gives everybody to the keeper: the server never holds the models'
    memory, nor the photos.

    Raises UserError (list unreadable, pack missing or not calibrated) as the child met it.
    """
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
    """In the child: read list and photos, have everybody kept, send a Prepared."""
    folder = order.watchlist
    watchlist = Watchlist(()) if folder is None else read_watchlist(folder, order.today)
    images = FolderImages(folder or Path())
    if order.forbidden is not None:
        link.send(_kept_only(order, watchlist, images))
        return
    pack = order.pack.open()
    if pack.calibration is None:
        raise PackError(
            f"the model pack {order.pack.name} is not calibrated, so no alert can be raised with it; "
            f"run hallwatch calibrate DIR --pack {order.pack.name}, or choose another pack"
        )
    enrolled = keep_people(order, enrol(watchlist, images, pack), watchlist, images)
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
            calibration=pack.calibration,
        )
    )


def _kept_only(order: ListOrder, watchlist: Watchlist, images: FolderImages) -> Prepared:
    """The list where faces may not be matched: people and photos for the desk, nothing to search with."""
    by = By("system", "list.csv")
    people, refused = {}, list(watchlist.refused)
    for person in people_of(watchlist.rows):
        try:
            photos = tuple(
                PhotoKept(name, images.jpeg(at_most(images.read(name), LONGEST_KEPT)), "", b"")
                for name in person.photos
            )
            ask(order.keeper, KeepPerson(by, person, photos))
            people[person.external_id] = person
        except (ImageError, RequestRefused) as error:
            rows = (row.number for row in watchlist.rows if row.external_id == person.external_id)
            refused += [Refusal(number, str(error)) for number in rows]
    ask(order.keeper, SetList(by, tuple(people)))
    return Prepared(
        gallery=None,
        people=people,
        refused=tuple(sorted(refused, key=lambda one: one.row)),
        noted=(),
        pack_warnings=(),
        expired=watchlist.expired,
        not_begun=watchlist.not_begun,
        threshold=None,
        meaning=f"{order.forbidden} No template of anybody is made here.",
    )


def keep_people(order: ListOrder, enrolled: Enrolled, watchlist: Watchlist, images: FolderImages) -> Enrolled:
    """Give everybody who can be found to the keeper; who was erased before joins the refused."""
    by = By("system", "list.csv")
    people, refused = dict(enrolled.people), list(enrolled.refused)
    snapshot = enrolled.gallery.snapshot
    for external_id, person in enrolled.people.items():
        photos = tuple(
            PhotoKept(
                name,
                images.jpeg(at_most(images.read(name), LONGEST_KEPT)),
                enrolled.gallery.fingerprint,
                row.tobytes(),
            )
            for name, row in zip(
                enrolled.photos[external_id], snapshot.templates_of(external_id), strict=True
            )
        )
        try:
            ask(order.keeper, KeepPerson(by, person, photos))
        except RequestRefused as refusal:
            del people[external_id]
            rows = (row.number for row in watchlist.rows if row.external_id == external_id)
            refused += [Refusal(number, str(refusal)) for number in rows]
    enrolled.gallery.remove(enrolled.people.keys() - people.keys())
    ask(order.keeper, SetList(by, tuple(people)))
    return replace(enrolled, people=people, refused=tuple(sorted(refused, key=lambda one: one.row)))
