"""The law of the place as data, and the few things that no data file may say otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

MATCHING_FORBIDDEN = frozenset({"US-NY"})
"""Places where camera matching stays off whatever a profile's file says (see profiles/US-NY.toml for the source)."""


@dataclass(frozen=True, slots=True)
class CameraMatching:
    """Whether cameras may be matched against the list; ``live`` False allows films only. ``not_from`` are kinds of list
    that may not be matched by cameras here, though others may."""

    allowed: bool
    why: str
    live: bool = True
    not_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListingRules:
    """Approvals (people, the author included), and how long a listing may hold, in days."""

    approvals: int
    default_days: int
    longest_days: int
    elevated_under_age: int


@dataclass(frozen=True, slots=True)
class AlertRules:
    """How many trained people say yes before anybody outside is told."""

    confirmations: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the face of an alert is kept, by its answer; and the audit trail."""

    different_person_hours: int
    unanswered_hours: int
    confirmed_days: int
    audit_days: int


@dataclass(frozen=True, slots=True)
class Duties:
    """What the place asks to be done besides."""

    public_notice: bool
    subject_notice: bool
    accuracy_report_months: int


@dataclass(frozen=True, slots=True)
class Profile:
    """One place's rules, as of a day, with where they stand written; ``time_zones`` (IANA names) are offered there."""

    code: str
    name: str
    as_of: date
    sources: tuple[str, ...]
    camera_matching: CameraMatching
    listing: ListingRules
    alerts: AlertRules
    retention: Retention
    duties: Duties
    time_zones: tuple[str, ...] = ()

    def forbids(self, *, live: bool) -> str | None:
        """Why cameras may not be matched here, in one sentence; None where they may."""
        if not self.camera_matching.allowed or self.code in MATCHING_FORBIDDEN:
            return f"camera matching is forbidden under {self.code}: {self.camera_matching.why}"
        if live and not self.camera_matching.live:
            return f"{self.code} is not for live cameras: {self.camera_matching.why}"
        return None

    def forbids_list(self, kind: str) -> str | None:
        """Why cameras may not be matched against lists of this kind; None where they may."""
        if (why := self.forbids(live=False)) is not None:
            return why
        if kind in self.camera_matching.not_from:
            return f"under {self.code} cameras may not be matched against a {kind} list: {self.camera_matching.why}"
        return None


def faults(profile: Profile) -> list[str]:
    """What a profile may not say, each in one line."""
    found = []
    if profile.code in MATCHING_FORBIDDEN and profile.camera_matching.allowed:
        found.append(f"camera_matching.allowed must be false under {profile.code}")
    if profile.listing.longest_days > 1825 and profile.camera_matching.live:
        found.append("listing.longest_days may be 1825 (five years) at most")
    if profile.listing.default_days > profile.listing.longest_days:
        found.append("listing.default_days is longer than longest_days")
    if profile.listing.approvals < 2 and profile.camera_matching.live:
        found.append("listing.approvals must be 2 or more: nobody lists a person alone")
    return found
