"""The first hour with Hallwatch: what a newcomer does, by which minute, and what the audit trail knows of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hallwatch.core.audit import AuditEntry
from hallwatch.core.escalation import CONSOLE, SIREN
from hallwatch.core.policy.roles import ALLOWED, May, Role


class Step(StrEnum):
    """What is done, in order."""

    DEMO = "demo"
    PLACE = "place"
    CAMERA = "camera"
    SECOND = "second"
    LISTED = "listed"
    TOLD = "told"
    COURSE = "course"
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
    Step.TOLD: 30,
    Step.COURSE: 40,
    Step.ALERT: 45,
    Step.WRONG: 50,
    Step.EXPECTED: 55,
    Step.ERASED: 60,
}
"""By when it is done, in minutes from the beginning; the demonstration is mostly seen before it."""
BEGAN = "jurisdiction.bind"
"""The installation's first act."""
SEEN_DEMO, PROBED, READ_EXPECTED = "first-hour.demo", "camera.probe", "first-hour.expected"
OVER = "the trial of the first hour is over"
"""Why people of the trial are erased: what the receipt is about."""
TRIAL = timedelta(hours=24)
"""Whose listing was written so soon after the beginning was listed for the trial."""
ADDED = "account.add"
SIGNED_IN = ("account.link.use", "account.provided")
"""Somebody signed in for the first time: by a one-time link, by the school's own sign-in."""
WRITTEN = ("listing.write", "listing.propose", "listing.activate", "listing.emergency")
"""What a listing begins with, in whatever state it is now."""
BY_ACTION: Mapping[str, Step] = {
    SEEN_DEMO: Step.DEMO,
    BEGAN: Step.PLACE,
    PROBED: Step.CAMERA,
    **dict.fromkeys(SIGNED_IN, Step.SECOND),
    "listing.activate": Step.LISTED,
    "listing.emergency": Step.LISTED,
    "delivery.sent": Step.TOLD,
    "channel.test": Step.TOLD,
    "training.pass": Step.COURSE,
    "alert.raise": Step.ALERT,
    "alert.answer": Step.WRONG,
    READ_EXPECTED: Step.EXPECTED,
    "person.erase": Step.ERASED,
}
ACTIONS = frozenset({*BY_ACTION, ADDED, *WRITTEN})


@dataclass(frozen=True, slots=True)
class Progress:
    """When each step was done first (UTC); ``listings`` are those that were written for the trial, and ``erased``
    the entries about people who were erased because the trial is over. ``entered``: whether anybody has signed in."""

    began: datetime | None
    entered: bool
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
MANY = dict.fromkeys((*WRITTEN, "person.erase"), 2000)
"""So many entries of an action are read from the beginning on, FEW of the others: what began long ago is found, too."""


First = Callable[[Collection[str], int], list[AuditEntry]]
"""Gives the oldest so many entries with one of these actions."""


def trail_of(first: First) -> list[AuditEntry]:
    """The entries that matter here."""
    return [entry for action in sorted(ACTIONS) for entry in first((action,), MANY.get(action, FEW))]


def done_of(first: First, steps: Collection[Step]) -> frozenset[Step]:
    """Which of these steps are done; asks for no more than that needs."""
    asked = {action for action, step in BY_ACTION.items() if step in steps}
    asked |= {ADDED} if Step.SECOND in steps else set()
    return frozenset(progress_of(entry for action in sorted(asked) for entry in first((action,), FEW)).done)


def progress_of(entries: Iterable[AuditEntry]) -> Progress:
    """What is done, by the trail's entries with one of ACTIONS, in any order."""
    known = sorted(entries, key=lambda entry: entry.sequence)
    began = next((entry.at for entry in known if entry.deed.action == BEGAN), None)
    done: dict[Step, datetime] = {}
    for entry in known:
        step = BY_ACTION.get(entry.deed.action)
        if step is not None and step is not Step.SECOND and _counts(entry, step):
            done.setdefault(step, entry.at)
    if (second := _second(known)) is not None:
        done[Step.SECOND] = second
    listed = tuple(
        dict.fromkeys(
            entry.deed.subject
            for entry in known
            if entry.deed.action in WRITTEN and began is not None and entry.at - began <= TRIAL
        )
    )
    erased = tuple(
        entry for entry in known if entry.deed.action == "person.erase" and entry.deed.reason == OVER
    )
    entered = any(entry.deed.action in SIGNED_IN for entry in known)
    return Progress(began, entered, done, listed, erased)


def _second(known: Sequence[AuditEntry]) -> datetime | None:
    """When the second person signed in who may say yes to a listing."""
    may = {
        entry.deed.subject
        for entry in known
        if entry.deed.action == ADDED
        and May.APPROVE_LISTINGS in ALLOWED[Role(str(entry.deed.detail["role"]))]
    }
    came: dict[str, datetime] = {}
    for entry in known:
        if entry.deed.action in SIGNED_IN and entry.deed.subject in may:
            came.setdefault(entry.deed.subject, entry.at)
    return sorted(came.values())[1] if len(came) > 1 else None


def _counts(entry: AuditEntry, step: Step) -> bool:
    """Whether the entry really is the step: the page itself is no phone."""
    detail = entry.deed.detail
    if entry.deed.action == "delivery.sent":
        return detail.get("channel") not in (CONSOLE.name, SIREN.name)
    if step is Step.WRONG:
        return detail.get("answer") == "different"
    return True
