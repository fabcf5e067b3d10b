"""How many alerts there were and how they ended: counts of a period, without anybody's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum

from hallwatch.core.alert import Answer, Outcome
from hallwatch.core.decide.passes import QUIET
from hallwatch.core.measure import poisson, wilson

LEAST_ANSWERED = 10
"""Of fewer alerts answered with yes or no, no share is told."""


class Verdict(StrEnum):
    """What an alert turned out to be."""

    RIGHT = "right"
    WRONG = "wrong"
    OPEN = "open"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Counted:
    """What figures are made of an alert: nobody's name or number. ``lists`` is empty where the person was erased."""

    at: datetime
    camera: str
    school: str
    lists: tuple[str, ...]
    answer: Answer | None
    disputed: bool
    outcome: Outcome | None

    @property
    def verdict(self) -> Verdict:
        """Right or wrong where people agree on it; a drill is neither."""
        if self.outcome is Outcome.DRILL:
            return Verdict.DRILL
        if self.disputed or self.answer not in (Answer.SAME, Answer.DIFFERENT):
            return Verdict.OPEN
        return Verdict.RIGHT if self.answer is Answer.SAME else Verdict.WRONG


@dataclass(slots=True)
class Row:
    """Alerts of one camera, list, school or hour, by what they turned out to be."""

    right: int = 0
    wrong: int = 0
    open: int = 0
    drill: int = 0

    def add(self, verdict: Verdict, count: int = 1) -> None:
        """So many more."""
        setattr(self, verdict.value, getattr(self, verdict.value) + count)

    @property
    def alerts(self) -> int:
        """All of them."""
        return self.right + self.wrong + self.open + self.drill

    @property
    def answered(self) -> int:
        """Those of which it is known whether they were right."""
        return self.right + self.wrong

    @property
    def share_wrong(self) -> tuple[float, float, float] | None:
        """The share of wrong ones among them with its 95 % interval; None where they are too few to say."""
        if self.answered < LEAST_ANSWERED:
            return None
        return self.wrong / self.answered, *wilson(self.wrong, self.answered)


class Compared(StrEnum):
    """What the measured rate says of the claimed one."""

    MORE = "more"
    FEWER = "fewer"
    CANNOT_SAY = "cannot-say"


@dataclass(frozen=True, slots=True)
class Exposure:
    """On how many whole days a wrong alert could have been raised. ``counted``: days on which passes were counted;
    otherwise every day of the calendar. ``estimated`` of them lie before what is kept of the counts."""

    days: float
    counted: bool
    estimated: float = 0.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Wrong alerts a day: ``events`` on the days of ``exposure``, with the 95 % interval; none without a whole day."""

    events: int
    exposure: Exposure
    claimed: float

    @property
    def a_day(self) -> tuple[float, float, float] | None:
        """The rate, and the interval's ends."""
        days = self.exposure.days
        if days <= 0:
            return None
        return self.events / days, *poisson(self.events, days)

    @property
    def compared(self) -> Compared:
        """Whether more or fewer than claimed can be shown with so much data."""
        measured = self.a_day
        if measured is None or measured[1] <= self.claimed <= measured[2]:
            return Compared.CANNOT_SAY
        return Compared.MORE if measured[1] > self.claimed else Compared.FEWER


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period, both days included; rows are by camera, list, school and hour of the day, the most
    alerts first, hours in order."""

    since: date
    until: date
    total: Row
    outcomes: Mapping[str, int]
    rate: Rate
    cameras: Mapping[str, Row] = field(default_factory=dict)
    lists: Mapping[str, Row] = field(default_factory=dict)
    schools: Mapping[str, Row] = field(default_factory=dict)
    hours: Mapping[int, Row] = field(default_factory=dict)


def figures_of(
    counted: Iterable[Counted],
    *,
    since: date,
    until: date,
    today: date,
    zone: tzinfo | None,
    exposure: Exposure,
    claimed: float,
) -> Figures:
    """Count; an alert on two lists is in both. Times of day are those of ``zone``. The rate leaves ``today`` out: it is
    no whole day yet."""
    total, events = Row(), 0
    outcomes: dict[str, int] = {}
    cameras: dict[str, Row] = {}
    lists: dict[str, Row] = {}
    schools: dict[str, Row] = {}
    hours = {hour: Row() for hour in range(24)}
    for one in counted:
        local, verdict = one.at.astimezone(zone), one.verdict
        rows = [total, hours[local.hour], cameras.setdefault(one.camera, Row())]
        rows.append(schools.setdefault(one.school, Row()))
        rows += [lists.setdefault(kind, Row()) for kind in one.lists or ("",)]
        for row in rows:
            row.add(verdict)
        outcome = "" if one.outcome is None else one.outcome.value
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        events += verdict is Verdict.WRONG and local.date() < today
    rate = Rate(events, exposure, claimed)
    cameras, lists, schools = (_most_first(rows) for rows in (cameras, lists, schools))
    return Figures(since, until, total, outcomes, rate, cameras, lists, schools, hours)


def exposed(
    passes: Mapping[str, Mapping[str, int]],
    since: date,
    until: date,
    began: date,
    today: date,
    *,
    kept_all: bool,
) -> Exposure:
    """The whole days of a period on which cameras watched and people passed, by the ``passes`` of each day (ISO 8601).

    Nothing is counted before the installation ``began``, nor today. Where older counts are not kept any more
    (``kept_all`` False), as large a part of the days before them is taken to have been such days. Where passes were
    never counted, every day of the calendar is one.
    """
    first, last = max(since, began), min(until, date.fromordinal(today.toordinal() - 1))
    calendar = max(0, (last - first).days + 1)
    totals = {date.fromisoformat(day): sum(cameras.values()) for day, cameras in passes.items()}
    if not any(total >= QUIET for total in totals.values()):
        return Exposure(calendar, counted=False)
    busy = sum(1 for day, total in totals.items() if first <= day <= last and total >= QUIET)
    oldest = min(totals)
    if kept_all or oldest <= first:
        return Exposure(busy, counted=True)
    kept_days = (today - oldest).days
    kept_busy = sum(1 for day, total in totals.items() if day < today and total >= QUIET)
    before = max(0, (min(oldest, date.fromordinal(last.toordinal() + 1)) - first).days)
    estimated = before * kept_busy / kept_days if kept_days > 0 else 0.0
    return Exposure(busy + estimated, counted=True, estimated=estimated)


def _most_first(rows: dict[str, Row]) -> dict[str, Row]:
    return dict(sorted(rows.items(), key=lambda one: (-one[1].alerts, one[0])))
