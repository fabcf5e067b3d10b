"""A listing: one person on one list, for a time, for some schools, on somebody's authority and with others' yes.

What the lists are for is said here, too: truancy, suspension, immigration and a search of faces of the past are none.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from hallwatch.core.likeness import Likeness
from hallwatch.core.policy.jurisdiction import ListingRules

EMERGENCY_LIFE = timedelta(hours=4)
EMERGENCY_REST = timedelta(days=30)
"""So long nobody is listed in an emergency once more."""
APPROVAL_LIFE = timedelta(days=14)
"""A listing that nobody has approved by then has to be proposed anew."""
NOT_A_LIST = {
    "truancy": "truancy",
    "absence": "truancy",
    "suspension": "suspension",
    "detention": "suspension",
    "immigration": "immigration",
    "ice": "immigration",
    "deportation": "immigration",
    "past faces": "a search of faces of the past",
}
"""Words that name what Hallwatch is not for, and what each means."""


class Kind(StrEnum):
    """The lists that every site has; a district defines others by a resolution of its board."""

    EXPULSION = "expulsion"
    TRESPASS = "trespass"
    REGISTRY = "registry"
    THREAT = "threat"


class State(StrEnum):
    """How a listing stands. Ended and expunged are for good."""

    DRAFT = "draft"
    WAITING = "waiting"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"
    EXPUNGED = "expunged"


OPEN = (State.DRAFT, State.WAITING, State.ACTIVE, State.SUSPENDED)
"""Not over yet."""
NEXT: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.WAITING, State.ACTIVE, State.ENDED}),
    State.WAITING: frozenset({State.DRAFT, State.ACTIVE, State.ENDED}),
    State.ACTIVE: frozenset({State.SUSPENDED, State.ENDED}),
    State.SUSPENDED: frozenset({State.ACTIVE, State.ENDED}),
    State.ENDED: frozenset({State.EXPUNGED}),
    State.EXPUNGED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a listing says, and what its approvers say yes to. ``ends`` is its last day; ``schools`` empty is all.

    ``conditions`` are those under which the person may come all the same ("to the play on 4 May, escorted"), until
    ``conditions_until``. ``untold`` is why safety forbids telling the person of it; "" where the person is told.
    """

    kind: str
    reason: str
    authority: str
    photo_source: str
    starts: date
    ends: date
    document: str = ""
    photo_date: date | None = None
    schools: frozenset[str] = frozenset()
    conditions: str = ""
    conditions_until: date | None = None
    review: date | None = None
    untold: str = ""

    def holds_on(self, day: date) -> bool:
        """From its first to its last day, both included."""
        return self.starts <= day <= self.ends

    def conditions_on(self, day: date) -> str:
        """The conditions under which the person may come on that day; "" for none."""
        return self.conditions if self.conditions_until is None or day <= self.conditions_until else ""


@dataclass(frozen=True, slots=True)
class Needed:
    """How many other people have to say yes, and whether one of them as a district administrator."""

    people: int
    elevated: bool


@dataclass(frozen=True, slots=True)
class ListingRecord:
    """A listing as it stands. ``emergency_until`` is set while it holds by one person's word alone; ``likeness`` is
    what was found when it was proposed."""

    listing_id: str
    person_id: str
    terms: Terms
    state: State
    author: str
    written: datetime
    changed: datetime
    asked: datetime | None = None
    emergency_until: datetime | None = None
    emergency: bool = False
    ended_why: str = ""
    likeness: Likeness | None = None

    def holds(self, now: datetime, today: date) -> bool:
        """Whether it is looked for at this moment; ``today`` is the day at the site."""
        if self.state is not State.ACTIVE or not self.terms.holds_on(today):
            return False
        return self.emergency_until is None or now < self.emergency_until


def digest_of(
    person_id: str, terms: Terms, photos: tuple[bytes, ...], likeness: Likeness | None = None
) -> str:
    """SHA-256 over exactly what is approved: whom, with which photos (their digests), on which terms, like whom."""
    said = asdict(terms) | {"schools": sorted(terms.schools)}
    if not terms.untold:  # as before there was such a word, so that what waits since then stays valid
        del said["untold"]
    whole: list[object] = [person_id, said, [photo.hex() for photo in photos]]
    whole += [] if likeness is None else [asdict(likeness)]
    text = json.dumps(whole, default=str, sort_keys=True)
    return sha256(text.encode()).hexdigest()


def faults(
    terms: Terms, rules: ListingRules, today: date, own_kinds: frozenset[str] = frozenset()
) -> list[str]:
    """What is missing or impossible before a listing can be proposed, each in one line that says what to do.

    ``own_kinds`` are the lists that the district's board has made.
    """
    found = []
    if terms.kind not in (*Kind, *own_kinds):
        found.append(f"{terms.kind} is no list here; choose one of {', '.join((*Kind, *sorted(own_kinds)))}")
    for name, words in (
        ("reason", terms.reason),
        ("authority (who ordered it)", terms.authority),
        ("source of the photo", terms.photo_source),
    ):
        if not words.strip():
            found.append(f"the {name} is missing")
    if (purpose := not_a_purpose(terms.reason)) is not None:
        found.append(f"{purpose} is no reason to be on a list; Hallwatch is not for that")
    if terms.starts > terms.ends:
        found.append("it ends before it begins")
    if terms.ends < today:
        found.append("it has ended already; give a later last day")
    if (terms.ends - max(terms.starts, today)).days > rules.longest_days:
        found.append(f"it may hold for {rules.longest_days} days at most; give an earlier last day")
    if terms.kind == Kind.THREAT and (terms.review is None or not terms.document.strip()):
        found.append("a threat needs the notice that was served (document) and a day of review")
    if terms.conditions_until is not None and not terms.conditions.strip():
        found.append("conditions have an end but no words")
    return found


def not_a_purpose(reason: str) -> str | None:
    """What a reason names that no list is for; None where it names none."""
    words = " ".join("".join(one if one.isalpha() else " " for one in reason.casefold()).split())
    return next((means for word, means in NOT_A_LIST.items() if f" {word} " in f" {words} "), None)


def needed(rules: ListingRules, born: date | None, today: date, *, proven: bool = True) -> Needed:
    """How many people besides its author have to say yes before a listing is active.

    Somebody younger than ``rules.elevated_under_age``, or whose age nobody knows, needs one yes more, and one of a
    district administrator. An author who is not ``proven`` to be anybody (a terminal, a program's file) is no person
    who has said yes: another one has to.
    """
    careful = born is None or age_on(born, today) < rules.elevated_under_age
    return Needed(max(rules.approvals - 1, 1) + int(careful) + int(not proven), careful)


def age_on(born: date, day: date) -> int:
    """Whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def move(record: ListingRecord, to: State) -> str | None:
    """Why a listing cannot become that; None when it can."""
    if to in NEXT[record.state]:
        return None
    return f"a listing that is {record.state} cannot become {to}"
