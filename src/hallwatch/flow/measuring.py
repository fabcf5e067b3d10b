"""How well a pack watches: videos whose passes are known, judged alert by alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hallwatch.core.events import Sighting
from hallwatch.core.measure import median, percentile, wilson

SIZES = (0, 30, 40, 50, 60, 80, 100, 10_000)
"""Classes of a pass's largest face, in pixels of height: from, below."""
GRACE_S = 0.3
"""A track may outlive a pass by an analysed picture; times of a truth are rounded."""


@dataclass(frozen=True, slots=True)
class TruePass:
    """What really happened: somebody, listed or not, was in the picture from ``start`` to ``end`` (seconds)."""

    start: float
    end: float
    listed: str | None
    largest_face_px: int

    def away_s(self, at_s: float) -> float:
        """How many seconds ``at_s`` lies before or after this pass; 0 within it."""
        return max(self.start - at_s, at_s - self.end, 0.0)


@dataclass(frozen=True, slots=True)
class BySize:
    """The listed passes whose largest face lies from ``least_px`` to below ``below_px``."""

    least_px: int
    below_px: int
    listed: int
    found: int
    tpir_ci95: tuple[float, float]


@dataclass(frozen=True, slots=True)
class WalkbyReport:
    """Counts and rates of one or more watched videos."""

    passes: int
    listed: int
    unlisted: int
    found: int
    wrong_person: int
    false_alerts: int
    seconds_to_alert: tuple[float, ...]
    face_px_at_alert: tuple[int, ...]
    by_size: tuple[BySize, ...]

    @property
    def tpir(self) -> float:
        return self.found / self.listed if self.listed else 0.0

    @property
    def false_per_pass(self) -> float:
        return self.false_alerts / self.unlisted if self.unlisted else 0.0

    def as_json(self) -> dict[str, object]:
        """The figures in the words of the contract."""
        return {
            "passes": self.passes,
            "listed": self.listed,
            "unlisted": self.unlisted,
            "tpir": self.tpir,
            "tpir_ci95": wilson(self.found, self.listed),
            "wrong_person": self.wrong_person,
            "false_alerts": self.false_alerts,
            "false_alerts_per_unlisted_pass": self.false_per_pass,
            "false_alerts_per_unlisted_pass_ci95": wilson(
                min(self.false_alerts, self.unlisted), self.unlisted
            ),
            "seconds_to_alert": {
                "median": median(self.seconds_to_alert),
                "p95": percentile(self.seconds_to_alert, 95),
            },
            "face_px_at_alert": {"median": median(self.face_px_at_alert)},
            "by_size": [
                {
                    "largest_face_px": [size.least_px, size.below_px if size.below_px < 10_000 else None],
                    "listed": size.listed,
                    "found": size.found,
                    "tpir": size.found / size.listed,
                    "tpir_ci95": size.tpir_ci95,
                }
                for size in self.by_size
            ],
        }


def judge_alerts(alerts: Sequence[Sighting], passes: Sequence[TruePass]) -> WalkbyReport:
    """Compare alerts (first tellings, not improvements) with the truth of one video.

    An alert is true only if its person is the listed one of a pass that overlaps it in time. Otherwise it is the
    wrong person where only passes of listed people overlap it, and else a false alert.
    """
    first: dict[int, Sighting] = {}
    wrong = false = 0
    for alert in alerts:
        away = {index: one.away_s(alert.media_time_s) for index, one in enumerate(passes)}
        around = [index for index in away if away[index] <= GRACE_S]
        true = [index for index in around if passes[index].listed == alert.external_id]
        if true:
            # One alert finds one pass, also when the same person's next one begins within the grace.
            first.setdefault(min(true, key=lambda index: (away[index], index in first)), alert)
        elif around and all(passes[index].listed for index in around):
            wrong += 1
        else:
            false += 1
    listed = [index for index, one in enumerate(passes) if one.listed]
    return WalkbyReport(
        passes=len(passes),
        listed=len(listed),
        unlisted=len(passes) - len(listed),
        found=len(first),
        wrong_person=wrong,
        false_alerts=false,
        seconds_to_alert=tuple(max(alert.media_time_s - passes[i].start, 0.0) for i, alert in first.items()),
        face_px_at_alert=tuple(alert.face_px for alert in first.values()),
        by_size=_by_size([(passes[i].largest_face_px, i in first) for i in listed]),
    )


def together(reports: Sequence[WalkbyReport]) -> WalkbyReport:
    """Several videos as one."""
    sizes = [size for report in reports for size in report.by_size]
    return WalkbyReport(
        passes=sum(report.passes for report in reports),
        listed=sum(report.listed for report in reports),
        unlisted=sum(report.unlisted for report in reports),
        found=sum(report.found for report in reports),
        wrong_person=sum(report.wrong_person for report in reports),
        false_alerts=sum(report.false_alerts for report in reports),
        seconds_to_alert=tuple(value for report in reports for value in report.seconds_to_alert),
        face_px_at_alert=tuple(value for report in reports for value in report.face_px_at_alert),
        by_size=_by_size(
            [
                (size.least_px, found)
                for size in sizes
                for found in [True] * size.found + [False] * (size.listed - size.found)
            ]
        ),
    )


def _by_size(passes: Sequence[tuple[int, bool]]) -> tuple[BySize, ...]:
    rows = []
    for least, below in pairwise(SIZES):
        inside = [found for px, found in passes if least <= px < below]
        if inside:
            rows.append(BySize(least, below, len(inside), sum(inside), wilson(sum(inside), len(inside))))
    return tuple(rows)
