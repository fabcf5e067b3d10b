"""The curve of false alerts a day and of listed people found, as numbers for an SVG."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

from hallwatch.core.decide import Threshold
from hallwatch.web.gate import Forecast

WIDTH, HEIGHT = 320, 160
LEFT, BOTTOM, MARGIN = 34, 28, 8
TICKS = (0.01, 0.1, 1.0, 10.0)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Coordinates in a box of WIDTH x HEIGHT: the curve, the dots of now and then, and the marks of both axes."""

    line: str
    now: tuple[float, float]
    then: tuple[float, float]
    across: tuple[tuple[float, float], ...]
    up: tuple[tuple[float, float], ...]


def drawn(forecast: Forecast) -> Drawn | None:
    """The curve of a forecast; None without one."""
    if not forecast.curve:
        return None
    return Drawn(
        line=" ".join(f"{x:.1f},{y:.1f}" for x, y in map(_place, forecast.curve)),
        now=_place(forecast.now),
        then=_place(forecast.then),
        across=tuple((tick, _x(tick)) for tick in TICKS),
        up=tuple((share, _y(share)) for share in (0.0, 0.5, 1.0)),
    )


def _place(threshold: Threshold) -> tuple[float, float]:
    return _x(threshold.false_a_day), _y(threshold.recognised)


def _x(false_a_day: float) -> float:
    low, high = log10(TICKS[0]), log10(30.0)
    share = (log10(min(max(false_a_day, TICKS[0]), 30.0)) - low) / (high - low)
    return round(LEFT + share * (WIDTH - LEFT - MARGIN), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - MARGIN), 1)
