"""The list while the server runs: what list.csv says, and the listings that come and go."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from hallwatch.core.decide import Threshold
from hallwatch.core.decide.calibration import Calibration
from hallwatch.core.decide.passes import PassesADay
from hallwatch.core.decide.threshold import for_budget, of_longer_list
from hallwatch.core.events import ListChange, OnTheList
from hallwatch.core.model import Person, Templates
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.core.recognise.lookalikes import Lookalikes, look_alikes
from hallwatch.errors import StoreUnreadable

LOG = logging.getLogger(__name__)


class LiveList:
    """Everybody who is looked for; ``gallery`` and ``people`` are changed in place. Owned by one thread."""

    def __init__(
        self,
        gallery: Gallery,
        people: dict[str, Person],
        calibration: Calibration,
        false_alerts_per_day: float,
        passes_per_day: int,
        counted: Callable[[], PassesADay | None] = lambda: None,
    ) -> None:
        """``gallery`` and ``people`` hold what list.csv says; ``counted`` says how many pass a day, once that was
        counted (until then it is ``passes_per_day``), and may raise StoreUnreadable."""
        self.gallery, self.people = gallery, people
        self.version = 0
        self._calibration, self._budget, self._said = calibration, false_alerts_per_day, passes_per_day
        self._day = date.min
        self._counted, self._passes = counted, PassesADay(passes_per_day)
        snapshot = gallery.snapshot
        self._file = {name: (person, snapshot.templates_of(name)) for name, person in people.items()}

    @property
    def threshold(self) -> Threshold:
        """The threshold for a list of this length."""
        return self.would_be()

    def would_be(
        self,
        photos: int = 0,
        *,
        false_alerts_per_day: float | None = None,
        passes_per_day: int | None = None,
    ) -> Threshold:
        """The threshold with so many photos more, or with these settings; passes that were counted stay those."""
        passes = self._passes
        if passes_per_day is not None and not passes.days:
            passes = PassesADay(passes_per_day)
        budget = self._budget if false_alerts_per_day is None else false_alerts_per_day
        size = self.gallery.size + photos
        return for_budget(self._calibration, budget, size, passes.passes, passes.days)

    def expected(self, photos: int) -> str:
        """What the list would mean with so many photos more, in plain words with its sample."""
        return self.would_be(photos).meaning()

    def recount(self, day: date) -> bool:
        """Once a day take up how many pass a day by now; whether the threshold is another one."""
        if day == self._day:
            return False
        before, self._day = self._passes, day
        try:
            self._passes = self._counted() or PassesADay(self._said)
        except StoreUnreadable as error:
            LOG.warning(
                "the passes that were counted cannot be read (%s): the figure of before stands", error
            )
        return self._passes != before

    def look_alikes(
        self, templates: Templates, own: str, cohort: Templates | None, *, photos: int = 0
    ) -> Lookalikes:
        """Whom these templates (K x D) of somebody with the id ``own`` would be taken for, at the threshold of now, or
        of a list with so many photos more."""
        score = self.would_be(photos).score
        share = self._calibration.tail.exceeding(score)
        return look_alikes(templates, self.gallery.snapshot, score, share=share, cohort=cohort, own=own)

    def expected_of_import(self, photos: int) -> str:
        """The same beside what the list means now, and what a true alert costs."""
        size, passes = self.gallery.size, self._passes
        return of_longer_list(self._calibration, self._budget, size, photos, passes.passes, passes.days)

    def load(self, changes: Iterable[ListChange]) -> None:
        """The listings that hold at the start, all at once."""
        found = {}
        for change in changes:
            person, templates = self._joined(change)
            if person is not None:
                self.people[change.external_id] = person
                found[change.external_id] = templates
        if found:
            self.gallery.put(found, self.gallery.fingerprint)

    def change(self, change: ListChange) -> OnTheList | None:
        """Take a change over; what the workers are told of it, None where it is none."""
        return next(iter(self.change_all([change])), None)

    def change_all(self, changes: Iterable[ListChange]) -> list[OnTheList]:
        """Take changes over, all at once; what the workers are told of them."""
        told = {}
        for change in changes:
            person, templates = self._joined(change)
            one = OnTheList(change.external_id, person, templates.tobytes() if person is not None else b"")
            if not self._is_so(one):
                told[one.external_id] = one
        if told:
            enrol(list(told.values()), self.gallery, self.people)
            self.version += 1
        return list(told.values())

    def forget(self, external_id: str) -> OnTheList | None:
        """Somebody was erased: list.csv does not bring them back either."""
        self._file.pop(external_id, None)
        return self.change(ListChange(external_id, None))

    def _is_so(self, told: OnTheList) -> bool:
        if told.person is None:
            return told.external_id not in self.people
        known = self.people.get(told.external_id)
        if known != told.person or told.external_id not in self.gallery.snapshot.places:
            return False
        return self.gallery.snapshot.templates_of(told.external_id).tobytes() == told.templates

    def _joined(self, change: ListChange) -> tuple[Person | None, Templates]:
        """What list.csv and the listings say of a person together; None without a face to look for."""
        width = self.gallery.dimensions
        rows = [
            np.frombuffer(numbers, dtype=np.float32)
            for fingerprint, numbers in change.templates
            if fingerprint == self.gallery.fingerprint and len(numbers) == 4 * width
        ]
        mine = np.array(rows, dtype=np.float32).reshape(-1, width)
        person = change.person
        if change.external_id in self._file:
            written, theirs = self._file[change.external_id]
            mine = np.concatenate([theirs, mine])
            listings = person.listings if person is not None else ()
            person = replace(written, listings=(*written.listings, *listings))
        return (person if len(mine) else None), mine


def enrol(changes: Sequence[OnTheList], gallery: Gallery, people: dict[str, Person]) -> None:
    """Look for these people as told, or let them go."""
    found = {}
    for told in changes:
        if told.person is not None:
            found[told.external_id] = np.frombuffer(told.templates, dtype=np.float32).reshape(
                -1, gallery.dimensions
            )
            people[told.external_id] = told.person
    if found:
        gallery.put(found, gallery.fingerprint)
    gone = [told.external_id for told in changes if told.person is None]
    if gone:
        gallery.remove(gone)
    for external_id in gone:
        people.pop(external_id, None)
