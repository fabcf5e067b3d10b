"""Sightings on their way to the keeper: none is forgotten before it is committed."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from hallwatch.core.events import Sighting

CROWDED = 100
"""From so many waiting sightings on, two of one alert become one: memory must not grow without end."""


class Outbox:
    """First in, first out, one at a time; what was handed out stays until it is answered."""

    def __init__(self) -> None:
        self._waiting: deque[Sighting] = deque()
        self._out: Sighting | None = None

    def __len__(self) -> int:
        """Sightings not committed yet."""
        return len(self._waiting) + (self._out is not None)

    def put(self, sighting: Sighting) -> None:
        """Keep a sighting until it is answered."""
        if len(self._waiting) >= CROWDED:
            for place, earlier in enumerate(self._waiting):
                if earlier.alert_id == sighting.alert_id:
                    self._waiting[place] = _joined(earlier, sighting)
                    return
        self._waiting.append(sighting)

    def next(self) -> Sighting | None:
        """The sighting to send now; None while one is out or nothing waits."""
        if self._out is not None or not self._waiting:
            return None
        self._out = self._waiting.popleft()
        return self._out

    def answered(self) -> None:
        """The sighting that was out is committed."""
        self._out = None

    def unanswered(self) -> None:
        """The keeper died: what was out has to go out again, first."""
        if self._out is not None:
            self._waiting.appendleft(self._out)
            self._out = None


def _joined(earlier: Sighting, later: Sighting) -> Sighting:
    """The better of two, at the later place and time."""
    better = max(earlier, later, key=lambda sighting: (sighting.score, sighting.face_px))
    return replace(
        better,
        camera=later.camera,
        at=later.at,
        media_time_s=later.media_time_s,
        improves=earlier.improves and later.improves,
    )
