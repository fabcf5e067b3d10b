"""Passes that were counted: a number a camera and day, nothing of whoever passed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime

from hallwatch.flow.books import Facts

PASSES = "passes/"
"""Before the day in the name of a setting that holds its counts."""
KEPT_DAYS = 60


def add_passes(settings: Facts, day: date, cameras: Mapping[str, int], now: datetime) -> None:
    """So many more passed each camera on this day; days that are long over are dropped."""
    name = PASSES + day.isoformat()
    text = settings.get(name)
    total: dict[str, int] = json.loads(text) if text else {}
    for camera, count in cameras.items():
        total[camera] = total.get(camera, 0) + count
    settings.put(name, json.dumps(total), now)
    if text is None:
        for other in sorted(settings.names(PASSES))[:-KEPT_DAYS]:
            settings.drop(other)


def days_of(stored: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """What settings of this kind say, by their day."""
    return {day: json.loads(text) for day, text in stored.items()}
