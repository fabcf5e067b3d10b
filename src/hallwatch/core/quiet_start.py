"""A quiet start: alerts of a new site go to reviewers only until the site's claimed rate of false alerts is shown.

The claim is so many false alerts a day on so many passes a day: a rate a pass. After ``n`` passes with ``k`` alerts
that were not right, the rate is at most ``most_expected(k) / n`` with 95 % confidence. What is kept are numbers.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from math import ceil

from hallwatch.core.measure import most_expected

KEPT_AS = "quiet-start"
"""The name of the setting that holds it in the records."""
SETTING = "alerting.quiet_start"
"""The setting by which people end it early, or begin it again."""


@dataclass(frozen=True, slots=True)
class QuietStart:
    """How it stands. ``began`` None: this site was in none. ``passes`` are those since it began; ``wrong`` how many of
    its alerts were answered *different person*, ``open`` how many are not answered for sure: each may be wrong."""

    pack: str
    false_alerts_per_day: float
    passes_per_day: int
    began: datetime | None = None
    ended: datetime | None = None
    passes: int = 0
    wrong: int = 0
    open: int = 0

    @property
    def holds(self) -> bool:
        """Whether new alerts are for reviewers only."""
        return self.began is not None and self.ended is None

    @property
    def needed(self) -> int:
        """How many passes the claim needs with so many alerts that were, or may be, wrong."""
        return self._needed(self.wrong + self.open)

    @property
    def fits(self) -> bool:
        """Whether the claim is shown."""
        return self.passes >= self.needed

    @property
    def is_late(self) -> bool:
        """Whether it would be over if no alert had been wrong."""
        return self.passes >= self._needed(0)

    def _needed(self, events: int) -> int:
        return ceil(most_expected(events) * self.passes_per_day / self.false_alerts_per_day)

    @property
    def kept(self) -> str:
        """As it stands in the records."""
        moments = {name: at and at.isoformat() for name, at in (("began", self.began), ("ended", self.ended))}
        return json.dumps(asdict(self) | moments)

    @classmethod
    def of(cls, kept: str | None) -> QuietStart | None:
        """What was kept so; None for nothing, or an empty text."""
        if not kept:
            return None
        found = json.loads(kept)
        for name in ("began", "ended"):
            found[name] = found[name] and datetime.fromisoformat(found[name])
        return cls(**found)
