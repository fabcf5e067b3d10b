"""The threshold follows from what false alarms cost, not from taste."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hallwatch.core.decide.calibration import Calibration, Tail
from hallwatch.core.decide.rule import RULE
from hallwatch.errors import PackError

PASSES_A_DAY = 20_000
"""1,000 people seen 20 times a day; until a site has counted its own."""
SEEN_ENOUGH = 10
"""A rate is called measured when the sample held at least this many such events, else extrapolated."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A decision score and what it means: ``fpir`` false alerts a stranger's pass, likely within ``interval``.

    ``people`` are the chances to be wrong: enrolled photos. ``faces`` says on whom the rate was measured.
    """

    score: float
    fpir: float
    interval: tuple[float, float]
    people: int
    recognised: float
    passes: int
    faces: str
    extrapolated: bool
    passes_a_day: int | None = None
    counted_days: int = 0
    """On how many days the site itself has counted ``passes_a_day``; 0: it is the setting's."""

    @property
    def false_a_day(self) -> float:
        """False alerts a day; 0 where no passes a day are known."""
        return self.fpir * (self.passes_a_day or 0)

    @property
    def likely_a_day(self) -> tuple[float, float]:
        """Between which numbers that likely lies."""
        return self.interval[0] * (self.passes_a_day or 0), self.interval[1] * (self.passes_a_day or 0)

    def false_for_each_true(self, visits_a_day: float) -> float | None:
        """False alerts for each true one where listed people pass a camera so often; None where none is found."""
        found = self.recognised * visits_a_day
        return self.false_a_day / found if found > 0 else None

    def meaning(self) -> str:
        """What the threshold means, in plain words with its sample."""
        low, high = self.interval
        if self.passes_a_day:
            count = _figure(self.fpir * self.passes_a_day)
            alerts = "false alert" if count == "1" else "false alerts"
            counted = f", counted here on {self.counted_days} days" if self.counted_days else ""
            often = (
                f"expect about {count} {alerts} a day with {_photos(self.people)} enrolled and"
                f" {self.passes_a_day:,} passes a day{counted} (likely {_figure(low * self.passes_a_day)} to"
                f" {_figure(high * self.passes_a_day)}"
            )
        else:
            often = (
                f"about {_figure(self.fpir * 1000)} of 1,000 strangers' passes raise a false alert with"
                f" {_photos(self.people)} enrolled (likely {_figure(low * 1000)} to {_figure(high * 1000)}"
            )
        kind = "extrapolated from" if self.extrapolated else "measured on"
        return (
            f"At threshold {self.score:.3f} {often}; {kind} {self.passes:,} passes: {self.faces});"
            f" {self.recognised:.0%} of listed people's simulated passes reach it."
        )

    def cost(self) -> str:
        """What a true alert costs at this threshold, for two guesses of how often a listed person comes."""
        if not self.passes_a_day or not self.recognised:
            return ""
        each = self.fpir * self.passes_a_day / self.recognised
        return (
            f"Were one listed person to pass once a day, {_figure(each)} false alerts would come for each true one;"
            f" once a month, {_figure(each * 30)}."
        )


def for_rate(
    calibration: Calibration, fpir: float, people: int, passes_a_day: int | None = None
) -> Threshold:
    """The threshold at which a stranger's pass raises an alert with probability ``fpir``.

    With P people a pass is P chances: fpir = 1 - (1 - share) ** P, solved for the share of the pack's tail.
    Raises PackError when the calibration was made for another rule.
    """
    if calibration.rule != RULE:
        raise PackError(
            f"the pack is calibrated for the rule {calibration.rule}, this version decides by {RULE};"
            " run hallwatch calibrate"
        )
    people = max(people, 1)
    share = 1.0 - (1.0 - fpir) ** (1.0 / people)
    score = calibration.tail.score_for(share)
    rates = sorted(_pass_rate(tail, score, people) for tail in calibration.resampled)
    return Threshold(
        score=score,
        fpir=_pass_rate(calibration.tail, score, people),
        interval=(float(np.quantile(rates, 0.025)), float(np.quantile(rates, 0.975))),
        people=people,
        recognised=calibration.recognised(score),
        passes=calibration.passes,
        faces=calibration.faces,
        extrapolated=share * calibration.pairs < SEEN_ENOUGH,
        passes_a_day=passes_a_day,
    )


def for_budget(
    calibration: Calibration,
    false_alerts_per_day: float,
    people: int,
    passes_a_day: int = PASSES_A_DAY,
    counted_days: int = 0,
) -> Threshold:
    """The threshold that allows a site ``false_alerts_per_day`` at ``passes_a_day``."""
    rate = min(false_alerts_per_day / passes_a_day, 0.5)
    return replace(for_rate(calibration, rate, people, passes_a_day), counted_days=counted_days)


def of_longer_list(
    calibration: Calibration,
    false_alerts_per_day: float,
    photos: int,
    more: int,
    passes_a_day: int,
    counted_days: int = 0,
) -> str:
    """What a list of ``photos`` would mean with so many more, beside what it means now, in plain words."""
    now = for_budget(calibration, false_alerts_per_day, photos, passes_a_day, counted_days)
    then = for_budget(calibration, false_alerts_per_day, photos + more, passes_a_day, counted_days)
    before = f" Now, with {_photos(photos)}, {now.recognised:.0%} reach it." if photos else ""
    return f"{then.meaning()}{before} {then.cost()}"


def _pass_rate(tail: Tail, score: float, people: int) -> float:
    return float(-np.expm1(people * np.log1p(-min(tail.exceeding(score), 0.5))))


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count:,} photos"


def _figure(number: float) -> str:
    return f"{number:.2g}"
