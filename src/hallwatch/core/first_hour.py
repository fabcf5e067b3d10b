"""The first hour with Hallwatch: what a newcomer does, by which minute, and what the audit trail knows of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hallwatch.core.audit import AuditEntry
from hallwatch.core.escalation import CONSOLE, SIREN


class Step(StrEnum):
    """What is done, in order."""

    DEMO = "demo"
    PLACE = "place"
    CAMERA = "camera"
    SECOND = "second"
    LISTED = "listed"
    TOLD = "told"
    ALERT = "alert"
    WRONG = "wrong"
    EXPECTED = "expected"
    ERASED = "erased"


MINUTE: Mapping[Step, int] = {
    Step.DEMO: 5,
    Step.PLACE: 10,
    Step.CAMERA: 15,
    Step.SECOND: 20,
    Step.LISTED: 25,
    Step.TOLD: 35,
    Step.ALERT: 40,
    Step.WRONG: 45,
    Step.EXPECTED: 55,
    Step.ERASED: 60,
}
"""By when it is done, in minutes from the beginning."""
BEGAN = "jurisdiction.bind"
"""The installation's first act."""
SEEN_DEMO, PROBED, READ_EXPECTED = "first-hour.demo", "camera.probe", "first-hour.expected"
OVER = "the trial of the first hour is over"
"""Why people of the trial are erased: what the receipt is about."""
TRIAL = timedelta(hours=24)
"""Who was listed so soon after the beginning was listed for the trial."""
BY_ACTION: Mapping[str, Step] = {
    SEEN_DEMO: Step.DEMO,
    BEGAN: Step.PLACE,
    PROBED: Step.CAMERA,
    "account.link.use": Step.SECOND,
    "listing.activate": Step.LISTED,
    "listing.emergency": Step.LISTED,
    "delivery.sent": Step.TOLD,
    "channel.test": Step.TOLD,
    "alert.raise": Step.ALERT,
    "alert.answer": Step.WRONG,
    READ_EXPECTED: Step.EXPECTED,
    "person.erase": Step.ERASED,
}
ACTIONS = frozenset(BY_ACTION)


@dataclass(frozen=True, slots=True)
class Progress:
    """When each step was done first (UTC); ``listings`` are those that were made active for the trial, and ``erased``
    the entries about people who were erased because the trial is over."""

    began: datetime | None
    done: Mapping[Step, datetime]
    listings: tuple[str, ...]
    erased: tuple[AuditEntry, ...]

    @property
    def next(self) -> Step | None:
        """What to do now; None when all is done."""
        return next((step for step in Step if step not in self.done), None)

    def minutes(self, now: datetime) -> int | None:
        """Since the beginning; None before it."""
        return None if self.began is None else max(0, int((now - self.began).total_seconds() // 60))


MARK = re.compile(r"(?:test|prueba)\b", re.IGNORECASE)
"""How the reason of a volunteer's listing begins."""


def is_marked(reason: str) -> bool:
    """Whether a listing's reason says that it is a test."""
    return MARK.match(reason.strip()) is not None


FEW = 200
MANY = dict.fromkeys(("listing.activate", "listing.emergency", "person.erase"), 2000)
"""So many entries of an action are read from the beginning on, FEW of the others: what began long ago is found, too."""


def trail_of(first: Callable[[Collection[str], int], list[AuditEntry]]) -> list[AuditEntry]:
    """The entries that matter here; ``first`` gives the oldest so many with these actions."""
    return [entry for action in sorted(ACTIONS) for entry in first((action,), MANY.get(action, FEW))]


def progress_of(entries: Iterable[AuditEntry]) -> Progress:
    """What is done, by the trail's entries with one of ACTIONS, in any order."""
    known = sorted(entries, key=lambda entry: entry.sequence)
    began = next((entry.at for entry in known if entry.deed.action == BEGAN), None)
    done: dict[Step, datetime] = {}
    links = 0
    for entry in known:
        step = BY_ACTION.get(entry.deed.action)
        links += step is Step.SECOND
        if step is None or not _counts(entry, step, links):
            continue
        done.setdefault(step, entry.at)
    listed = tuple(
        dict.fromkeys(
            entry.deed.subject
            for entry in known
            if BY_ACTION.get(entry.deed.action) is Step.LISTED
            and began is not None
            and entry.at - began <= TRIAL
        )
    )
    erased = tuple(
        entry for entry in known if entry.deed.action == "person.erase" and entry.deed.reason == OVER
    )
    return Progress(began, done, listed, erased)


def _counts(entry: AuditEntry, step: Step, links: int) -> bool:
    """Whether the entry really is the step: the page itself is no phone, the first account no second person."""
    detail = entry.deed.detail
    if step is Step.SECOND:
        return links > 1
    if entry.deed.action == "delivery.sent":
        return detail.get("channel") not in (CONSOLE.name, SIREN.name)
    if step is Step.WRONG:
        return detail.get("answer") == "different"
    return True
