"""What pages ask the records about alerts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from hallwatch.core.alert import Life
from hallwatch.core.kept import KeptAlert
from hallwatch.core.policy.roles import Sight
from hallwatch.core.restraint import Restraint
from hallwatch.flow.figuring import Counts


class AlertQuestions(Counts, Protocol):
    """Committed alerts; every method may raise HallwatchError while the database cannot be read."""

    def latest(self, limit: int, sight: Sight | None = None) -> list[KeptAlert]:
        """The newest alerts (that somebody sees; None: all) by their last change, newest first."""

    def since(self, sequence: int, limit: int, sight: Sight | None = None) -> list[KeptAlert]:
        """What changed after ``sequence``, oldest change first."""

    def one(self, alert_id: str) -> KeptAlert | None:
        """The alert of this id."""

    def shot(self, alert_id: str, number: int | None = None) -> bytes | None:
        """The camera shot of a stop on the alert's path, or the best, as a JPEG."""

    def life(self, alert_id: str) -> Life | None:
        """What was done with the alert."""

    def restraints(self, person_ids: Collection[str] | None = None) -> list[Restraint]:
        """What holds alerts back just now, of these people (None: of all), the newest first."""

    def photo(self, external_id: str) -> bytes | None:
        """A listed person's first photo as a JPEG."""

    def figures(self, person_id: str, sight: Sight | None = None) -> list[tuple[str, float, str, int]]:
        """Camera, threshold, answer ("": none) and how many alerts of a person."""
