"""The photo gate: what is wrong with a listed photo, by name and number, and what may be expected of it.

What is good and what is weak follows from what was measured for the pack (core.recognise.gate_table): a photo is
good in one thing while the chance of recognising from it is within five points of that of photos as they come, and
refused below half of that. What needs no measurement: no face, two faces, a face of fewer than LEAST_PX pixels, and
the limits of watching, where no photo beyond them was measured. The age of a photo is a convention: the photos that
were measured have no dates.

The chance is the lowest of the chances along each thing, since they were measured one at a time: a photo that is weak
in two things at once may do worse still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import ceil, floor
from types import MappingProxyType

from hallwatch.core.model import Face, Luma
from hallwatch.core.recognise.enrol import dominant
from hallwatch.core.recognise.gate_table import Chance, Curve, GateTable
from hallwatch.core.recognise.quality import (
    BRIGHT,
    DARK,
    LEAST_PX,
    LEAST_SCORE,
    MOST_YAW_DEG,
    Quality,
    assess_photo,
    plausible,
)

OLD_YEARS = 5
"""An older photo is called weak: as long as a listing may last at most. Not measured."""

TEXTS = MappingProxyType(
    {
        "no face": "no face found; use a photo that shows one face from the front",
        "two faces": "two faces are about as large and central; cut the photo to the one person",
        "small": "face {number} pixels high, needs {needs}",
        "blurred": "blurred: sharpness {number} of 100, needs {needs}",
        "turned": "turned {number} degrees to the side, at most {needs}",
        "dark": "dark: brightness {number} of 255, needs {needs}",
        "bright": "too bright: brightness {number} of 255, at most {needs}",
        "unsure": "only {number} % sure that this is a face, needs {needs}",
        "old": "photo is {number} years old, at most {needs} is better",
        "good": "good photo",
    }
)
"""What a finding says, by its name; the holes are whole numbers."""
EXPECTED = "about {tenths} of 10 passes at an entrance, measured on {pairs} pairs of photos: {faces}"
HARDLY = "fewer than 1 of 10 passes at an entrance, measured on {pairs} pairs of photos: {faces}"
NOT_MEASURED = "the chance of recognising was not measured"


class Level(StrEnum):
    """What a photo is good for: to be used, to be used and replaced when there is a better one, not to be used."""

    GOOD = "good"
    WEAK = "weak"
    REFUSED = "refused"


WORST_FIRST = (Level.REFUSED, Level.WEAK, Level.GOOD)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing against a photo: its ``name`` in TEXTS, what was measured and what a good photo has (whole numbers).

    Sharpness is in hundredths, certainty in per cent. ``chance`` is what was measured at this value, 0..1.
    """

    name: str
    level: Level
    number: int | None = None
    needs: int | None = None
    chance: float | None = None

    @property
    def text(self) -> str:
        """The finding in one English line."""
        return TEXTS[self.name].format(number=self.number, needs=self.needs)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of one photo: everything against it, the worst first, and the expected chance.

    ``chance`` is None where nothing was measured for the pack, or of such photos, or there is no one face. ``px`` is
    the face's height in pixels, ``faces`` on whom the chance was measured.
    """

    findings: tuple[Finding, ...]
    chance: Chance | None
    px: int | None = None
    faces: str = ""

    @property
    def level(self) -> Level:
        """That of the worst finding; good without one."""
        return self.findings[0].level if self.findings else Level.GOOD

    @property
    def name(self) -> str:
        """The worst finding's name, else ``good``."""
        return self.findings[0].name if self.findings else "good"

    @property
    def text(self) -> str:
        """The worst finding in one line, else that the photo is good."""
        return self.findings[0].text if self.findings else TEXTS["good"]

    @property
    def expected(self) -> str:
        """The expected chance in one line, with what it was measured on."""
        if self.chance is None:
            return NOT_MEASURED
        tenths = round(10 * self.chance.share)
        return (EXPECTED if tenths else HARDLY).format(
            tenths=tenths, pairs=self.chance.pairs, faces=self.faces
        )


@dataclass(frozen=True, slots=True)
class Together:
    """Several photos of one person: places (0, 1, ...) of those that are used, and among them the weak ones.

    ``chance`` is that of the best photo: that more photos find more is likely and was not measured.
    """

    level: Level
    used: tuple[int, ...]
    weak: tuple[int, ...]
    refused: tuple[int, ...]
    chance: Chance | None


def judge_photo(
    faces: Sequence[Face],
    luma: Luma,
    table: GateTable | None,
    *,
    taken: date | None = None,
    today: date | None = None,
) -> Verdict:
    """The verdict on a photo of brightness ``luma`` (H x W, 0..255) in which ``faces`` were detected.

    ``table`` is what was measured for the pack, None where nothing was. ``taken`` is the photo's day, if known.
    """
    height, width = luma.shape
    chosen = dominant([face for face in faces if plausible(face)], width, height)
    if chosen is None:
        return Verdict((Finding("no face", Level.REFUSED),), None)
    if chosen.rival is not None:
        return Verdict((Finding("two faces", Level.REFUSED),), None)
    return judge_quality(assess_photo(chosen.face, luma), table, years=_years(taken, today))


def judge_quality(quality: Quality, table: GateTable | None, *, years: int | None = None) -> Verdict:
    """The verdict on a face of this quality in a photo that is ``years`` old (None: not known)."""
    measured = [] if table is None else _measured(quality, table)
    named = {one.name for one in measured}
    beyond = [one for one in _limits(quality) if one.name not in named]
    chance = None
    if table is not None and not beyond:
        chances = [curve.chance(value) for _, curve, value, _ in _curves(quality, table)]
        chance = min(chances, key=lambda one: one.share, default=None)
    findings = _sorted([*measured, *beyond, *_always(quality, years)])
    return Verdict(findings, chance, quality.px, "" if table is None else table.faces)


def of_person(verdicts: Sequence[Verdict]) -> Together:
    """All photos of one person together: every photo that is not refused is used, the weak ones are named."""
    used = tuple(i for i, one in enumerate(verdicts) if one.level is not Level.REFUSED)
    chances = [chance for i in used if (chance := verdicts[i].chance) is not None]
    levels = {verdicts[i].level for i in used}
    return Together(
        level=next((one for one in reversed(WORST_FIRST) if one in levels), Level.REFUSED),
        used=used,
        weak=tuple(i for i in used if verdicts[i].level is Level.WEAK),
        refused=tuple(i for i, one in enumerate(verdicts) if one.level is Level.REFUSED),
        chance=max(chances, key=lambda one: one.share, default=None),
    )


def _measured(quality: Quality, table: GateTable) -> list[Finding]:
    """What the table says against a face."""
    found = [_along(name, table, curve, value, unit) for name, curve, value, unit in _curves(quality, table)]
    return [one for one in found if one is not None]


def _curves(quality: Quality, table: GateTable) -> list[tuple[str, Curve, float, float]]:
    """Name of the finding, curve, the face's value, and how many of the shown unit are one of the measured."""
    curves = [
        ("small", table.size, quality.px, 1.0),
        ("blurred", table.sharpness, quality.sharpness, 100.0),
        ("turned", table.turned, quality.yaw_deg, 1.0),
        ("dark", table.dark, quality.brightness, 1.0),
        ("bright", table.bright, quality.brightness, 1.0),
    ]
    return [one for one in curves if one[1].bins]


def _along(name: str, table: GateTable, curve: Curve, value: float, unit: float) -> Finding | None:
    """What there is to say against ``value``, or None."""
    good, usable = table.good(curve), table.usable(curve)
    if good is None or not _worse(value, good, curve):
        return None
    refused = (usable is not None and _worse(value, usable, curve)) or (name == "small" and value < LEAST_PX)
    number, needs = _shown(value * unit, good * unit, curve.more_is_better)
    return Finding(
        name, Level.REFUSED if refused else Level.WEAK, number, needs, round(curve.chance(value).share, 4)
    )


def _always(quality: Quality, years: int | None) -> list[Finding]:
    """What needs no measurement."""
    found = []
    if quality.score < LEAST_SCORE:
        number, needs = _shown(100 * quality.score, 100 * LEAST_SCORE, True)
        found.append(Finding("unsure", Level.WEAK, number, needs))
    if years is not None and years > OLD_YEARS:
        found.append(Finding("old", Level.WEAK, years, OLD_YEARS))
    return found


def _limits(quality: Quality) -> list[Finding]:
    """The limits of watching, for what was not measured."""
    found = []
    if quality.px < LEAST_PX:
        found.append(Finding("small", Level.REFUSED, quality.px, LEAST_PX))
    if quality.yaw_deg > MOST_YAW_DEG:
        found.append(Finding("turned", Level.WEAK, *_shown(quality.yaw_deg, MOST_YAW_DEG, False)))
    if quality.brightness <= DARK:
        found.append(Finding("dark", Level.WEAK, *_shown(quality.brightness, DARK, True)))
    if quality.brightness >= BRIGHT:
        found.append(Finding("bright", Level.WEAK, *_shown(quality.brightness, BRIGHT, False)))
    return found


def _worse(value: float, than: float, curve: Curve) -> bool:
    return value < than if curve.more_is_better else value > than


def _shown(value: float, needs: float, more_is_better: bool) -> tuple[int, int]:
    """Both as whole numbers, rounded away from each other: what is not enough never looks like enough."""
    return (floor(value), ceil(needs)) if more_is_better else (ceil(value), floor(needs))


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The worst first: by level, then by chance; what was not measured comes last of its level."""

    def badness(one: Finding) -> tuple[int, float]:
        return WORST_FIRST.index(one.level), 1.0 if one.chance is None else one.chance

    return tuple(sorted(findings, key=badness))


def _years(taken: date | None, today: date | None) -> int | None:
    """Whole years from one day to the other, at least 0; None when either is not known."""
    if taken is None or today is None:
        return None
    return max(0, today.year - taken.year - ((today.month, today.day) < (taken.month, taken.day)))
