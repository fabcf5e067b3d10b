"""From a sighting to an alert that people see: committed first, announced second."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from hallwatch.core.decide import Incidents
from hallwatch.core.events import Sighting
from hallwatch.core.kept import KeptAlert, Whereabouts


class AlertBook(Protocol):
    """Where alerts are kept."""

    def keep(
        self, sighting: Sighting, *, place: Whereabouts, meaning: str, now: datetime
    ) -> KeptAlert | None:
        """Commit the sighting as a new alert, or merge it into its alert; repeating it is harmless.

        The alert is another one than the sighting names where nothing joins that one any more. None: the sighting is
        below the person's raised threshold. Returns only when the change is on disk.
        """


class Alerting:
    """One site's alerts. A failed commit reaches the caller: nobody is told of an uncommitted alert.

    Every worker merges what its own cameras see into incidents; here the workers' incidents meet, so that a
    person who walks from a camera of one worker to a camera of another stays one alert.
    """

    def __init__(
        self,
        *,
        book: AlertBook,
        announce: Callable[[KeptAlert], None],
        now: Callable[[], datetime],
        places: Mapping[str, Whereabouts],
        meaning: Callable[[], str],
    ) -> None:
        self._book = book
        self._announce = announce
        self._now = now
        self._places = places
        self._meaning = meaning
        self._incidents = Incidents()
        self._merged: dict[str, str] = {}

    def remember(self, alerts: Iterable[KeptAlert]) -> None:
        """Take up the incidents of earlier alerts, oldest first, after a new start."""
        for alert in alerts:
            if alert.incident is not None:
                continue
            self._incidents.join(
                alert.external_id,
                alert.last_camera,
                Whereabouts(alert.building, alert.school).area,
                alert.last_at,
                alert.score,
                alert.alert_id,
            )
            self._merged[alert.alert_id] = alert.alert_id

    def sighted(self, sighting: Sighting) -> bool:
        """Commit, then announce; False for a sighting that is kept out by a raised threshold."""
        kept = self.keep(sighting, self._places[sighting.camera])
        if kept is not None:
            self._announce(kept)
        return kept is not None

    def keep(self, sighting: Sighting, place: Whereabouts) -> KeptAlert | None:
        """Commit a sighting at that place as an alert, or as one more stop of its person's open one; None for one that
        is kept out. Nobody is told."""
        alert_id = self._merged.get(sighting.alert_id)
        if alert_id is None:
            alert_id, _ = self._incidents.join(
                sighting.external_id,
                sighting.camera,
                place.area,
                sighting.at,
                sighting.score,
                sighting.alert_id,
            )
        else:
            self._incidents.seen(sighting.external_id, alert_id, sighting.at)
        kept = self._book.keep(
            replace(sighting, alert_id=alert_id), place=place, meaning=self._meaning(), now=self._now()
        )
        if kept is None:
            # What comes next of the same passing may be above it, and is then an alert by this very number.
            self._merged[sighting.alert_id] = alert_id
            return None
        if kept.alert_id != alert_id:
            self._incidents.begin(
                sighting.external_id,
                sighting.camera,
                place.area,
                sighting.at,
                sighting.score,
                kept.alert_id,
            )
        self._merged[sighting.alert_id] = kept.alert_id
        return kept
