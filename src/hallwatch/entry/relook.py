"""Listings whose photos have no template of the pack in use (another pack, or another precision): made anew."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from hallwatch.adapters.store.reader import Reader
from hallwatch.core.events import ListChange
from hallwatch.core.requests import By, Done, KeepPerson, PhotoKept, Request
from hallwatch.entry.photo_desk import PhotoDesk
from hallwatch.errors import UserError

LOG = logging.getLogger(__name__)


def without_template(listed: Iterable[ListChange], fingerprint: str) -> list[ListChange]:
    """Those who are listed and have no template of this pack."""
    return [
        change
        for change in listed
        if change.person is not None and all(mark != fingerprint for mark, _ in change.templates)
    ]


def relook(
    stale: Iterable[ListChange], reader: Reader, photos: PhotoDesk, ask: Callable[[Request], Done]
) -> int:
    """Look again at the photos of these people and have the templates kept; how many still cannot be found."""
    without = 0
    for change in stale:
        number = reader.person_of(change.external_id)
        dossier = None if number is None else reader.dossier(number)
        if dossier is None:
            continue
        try:
            kept = []
            for place, jpeg in enumerate(dossier.photos):
                mark, numbers, _verdict = photos.looked_at(jpeg)
                kept.append(PhotoKept(str(place), jpeg, mark, numbers))
            ask(KeepPerson(By("system", "start"), dossier.person, tuple(kept)))
        except UserError:
            without += 1
    if without:
        LOG.error("%d listed people have no photo that this pack can use: they are not looked for", without)
    return without
