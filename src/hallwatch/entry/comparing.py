"""Whom the cameras may take somebody for: everybody listed just now, and a cohort of strangers if the site has one."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from hallwatch.adapters.models.calibrations import calibration_of
from hallwatch.adapters.models.catalogue import find_pack
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.decide import Threshold
from hallwatch.core.likeness import MOST_NAMED, Likeness
from hallwatch.core.model import Templates
from hallwatch.core.photo_kept import PhotoKept
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.entry.live_list import LiveList
from hallwatch.errors import PackError
from hallwatch.flow.cohort import COHORT
from hallwatch.settings.site import Site
from hallwatch.web.gate import Forecast

BLOCK = 1024
BUDGETS = tuple(10 ** (step / 4) for step in range(-8, 7))
"""False alerts a day, from one in a hundred days to thirty a day."""


class Comparing:
    """Implements web.gate.GateQuestions; safe from any thread."""

    def __init__(self, live: LiveList | None, reader: Reader) -> None:
        """``live`` None: faces are not matched here."""
        self._live, self._reader = live, reader

    def likeness(self, external_id: str, templates: Sequence[tuple[str, bytes]]) -> Likeness | None:
        """Whom the cameras may take the person for. Raises StoreUnreadable."""
        live = self._live
        if live is None:
            return None
        mine = rows(templates, live.gallery.fingerprint, live.gallery.dimensions)
        if not len(mine):
            return None
        found = live.look_alikes(mine, external_id, kept_cohort(self._reader, live.gallery))
        closest = (self._reader.person_of(name) for name, _score in found.listed[:MOST_NAMED])
        return Likeness(
            like=len(found.listed),
            listed=tuple(number for number in closest if number is not None),
            matched=found.matched,
            cohort=found.cohort,
            most=found.most,
        )

    def likeness_of(self, person_id: str) -> Likeness | None:
        """The same by the templates that are kept of a person. Raises StoreUnreadable."""
        external_id, templates = self._reader.templates(person_id)
        return self.likeness(external_id, templates)

    def forecast(self, photos: int) -> Forecast | None:
        """What is to be expected now, and with so many photos more."""
        live = self._live
        return None if live is None else Forecast(live.threshold, live.would_be(photos), _curve(live, photos))

    def forecast_with(self, setting: str, value: object) -> Forecast | None:
        """The same with another value of a setting."""
        live = self._live
        if live is None:
            return None
        if setting == "site.false_alerts_per_day" and isinstance(value, float | int):
            return Forecast(live.threshold, live.would_be(false_alerts_per_day=value), _curve(live))
        if setting == "site.passes_per_day" and isinstance(value, int):
            return Forecast(live.threshold, live.would_be(passes_per_day=value), _curve(live))
        return None


class ComparingImport:
    """Implements entry.import_taking.Comparing: a file's people against everybody listed when it began, those who came
    in before them, and the site's cohort; the threshold is that of the list with all of the file.

    For one thread. What is asked may raise StoreUnreadable.
    """

    def __init__(self, live: LiveList, reader: Reader) -> None:
        """``live`` holds nobody yet."""
        self._live, self._reader = live, reader
        self._began = False
        self._cohort: Templates | None = None
        self._blocks: list[Templates] = []
        """Rows of those who came, BLOCK in each: nothing is copied when there are more."""
        self._whose: list[str] = []

    def likeness(self, external_id: str, photos: Sequence[PhotoKept], of_file: int) -> Likeness | None:
        """Whom cameras may take somebody with these photos for; None where no template is of the pack in use.
        ``of_file`` is how many photos the whole file has."""
        mine = self._rows(photos)
        if not len(mine):
            return None
        self._begin()
        found = self._live.look_alikes(mine, external_id, self._cohort, photos=of_file)
        known = (self._reader.person_of(name) for name, _score in found.listed[:MOST_NAMED])
        near = {
            self._whose[row] for row in np.flatnonzero(self._scores(mine) >= found.threshold).tolist()
        } - {self._reader.person_of(external_id)}
        named = [number for number in known if number is not None]
        return Likeness(
            like=len(found.listed) + len(near),
            listed=tuple(dict.fromkeys([*named, *sorted(near)]))[:MOST_NAMED],
            matched=found.matched,
            cohort=found.cohort,
            most=found.most,
        )

    def came(self, person_id: str, photos: Sequence[PhotoKept]) -> None:
        """Somebody has come into the import, and whoever follows is compared with them, too."""
        for row in self._rows(photos):
            block, place = divmod(len(self._whose), BLOCK)
            if block == len(self._blocks):
                self._blocks.append(np.zeros((BLOCK, len(row)), dtype=np.float32))
            self._blocks[block][place] = row
            self._whose.append(person_id)

    def _scores(self, mine: Templates) -> Templates:
        """The best product of each row that came with one of these."""
        if not self._blocks:
            return np.zeros(0, np.float32)
        best = np.concatenate([(block @ mine.T).max(axis=1) for block in self._blocks])
        return best[: len(self._whose)]

    def _rows(self, photos: Sequence[PhotoKept]) -> Templates:
        gallery = self._live.gallery
        kept = [(photo.fingerprint, photo.template) for photo in photos]
        return rows(kept, gallery.fingerprint, gallery.dimensions)

    def _begin(self) -> None:
        """Everybody listed is read once, when the first is compared."""
        if self._began:
            return
        with self._reader.listings() as listings:
            self._live.load(listings.listed())
        self._cohort = kept_cohort(self._reader, self._live.gallery)
        self._began = True


def kept_cohort(reader: Reader, gallery: Gallery) -> Templates | None:
    """The site's strangers, if their templates are of the gallery's pack."""
    fingerprint, _space, numbers = reader.setting(COHORT).partition(" ")
    if fingerprint != gallery.fingerprint:
        return None
    return rows([(fingerprint, b64decode(numbers))], fingerprint, gallery.dimensions)


def compared_alone(reader: Reader, site: Site, home: Path) -> Callable[[str], Likeness | None]:
    """The same for a command, which has no list at work: everybody with an active listing is read when it is asked.

    What it gives may raise StoreUnreadable, and PackError where the pack is not calibrated.
    """

    def likeness_of(person_id: str) -> Likeness | None:
        _external_id, templates = reader.templates(person_id)
        if not templates:
            return None
        calibration = calibration_of(find_pack(site.recognition.pack, home), home)
        if calibration is None:
            raise PackError(f"the model pack {site.recognition.pack} is not calibrated")
        fingerprint, numbers = templates[-1]
        settings, gallery = site.site, Gallery(fingerprint, len(numbers) // 4)
        live = LiveList(gallery, {}, calibration, settings.false_alerts_per_day, settings.passes_per_day)
        with reader.listings() as listings:
            live.load(listings.listed())
        return Comparing(live, reader).likeness_of(person_id)

    return likeness_of


def _curve(live: LiveList, photos: int = 0) -> tuple[Threshold, ...]:
    return tuple(live.would_be(photos, false_alerts_per_day=budget) for budget in BUDGETS)


def rows(templates: Sequence[tuple[str, bytes]], fingerprint: str, width: int) -> Templates:
    """Those of one pack, one a row (K x width)."""
    mine = b"".join(
        numbers for mark, numbers in templates if mark == fingerprint and len(numbers) % (4 * width) == 0
    )
    return np.frombuffer(mine, dtype=np.float32).reshape(-1, width)
