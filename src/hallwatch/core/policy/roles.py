"""Who may do what: roles, what each may do, and in which schools."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class May(StrEnum):
    """One thing that somebody may be allowed to do."""

    SEE_ALERTS = "see alerts, their pictures and live stream"
    ANSWER_ALERTS = "say whose face an alert shows, and close it"
    SEE_CAMERAS = "see which cameras watch, and where they hang"
    DRAW_MAPS = "draw floor plans and place cameras on them"
    SEE_LIST = "see how many are listed and which rows were refused"
    SEE_HEALTH = "see how the system is doing"
    SEE_FIGURES = "see how many alerts there were and how they ended, and nobody's name"
    READ_AUDIT = "read the audit trail"
    MANAGE_ACCOUNTS = "add and disable accounts"
    SEE_LISTINGS = "see who is listed and why"
    WRITE_LISTINGS = "write, propose, suspend and end listings"
    APPROVE_LISTINGS = "say yes or no to others' listings"
    MAKE_LISTS = "write and retire lists of the district's own"
    SEE_SETTINGS = "see the settings, without their secrets"
    CHANGE_SETTINGS = "change settings"
    MAKE_KEYS = "make keys for programs"
    IMPORT = "take in files of the whole district's people"


class Role(StrEnum):
    """What an account is for; an account has one role."""

    DISTRICT_ADMINISTRATOR = "district-administrator"
    SCHOOL_ADMINISTRATOR = "school-administrator"
    SECURITY = "security"
    FRONT_DESK = "front-desk"
    POLICE_LIAISON = "police-liaison"
    AUDITOR = "auditor"
    TECHNICIAN = "technician"


ALLOWED: dict[Role, frozenset[May]] = {
    Role.DISTRICT_ADMINISTRATOR: frozenset(May),
    Role.SCHOOL_ADMINISTRATOR: frozenset(
        {
            May.SEE_ALERTS,
            May.ANSWER_ALERTS,
            May.SEE_CAMERAS,
            May.DRAW_MAPS,
            May.SEE_LIST,
            May.SEE_HEALTH,
            May.SEE_FIGURES,
            May.MANAGE_ACCOUNTS,
            May.SEE_LISTINGS,
            May.WRITE_LISTINGS,
            May.APPROVE_LISTINGS,
            May.MAKE_KEYS,
        }
    ),
    Role.SECURITY: frozenset(
        {May.SEE_ALERTS, May.ANSWER_ALERTS, May.SEE_CAMERAS, May.SEE_LIST, May.SEE_HEALTH, May.SEE_FIGURES}
    ),
    Role.FRONT_DESK: frozenset(),
    Role.POLICE_LIAISON: frozenset(),
    Role.AUDITOR: frozenset({May.READ_AUDIT, May.SEE_HEALTH, May.SEE_FIGURES}),
    Role.TECHNICIAN: frozenset({May.SEE_CAMERAS, May.DRAW_MAPS, May.SEE_HEALTH, May.SEE_SETTINGS}),
}
"""An auditor sees no face, a technician no alert: whoever mends the system need not know whom it looks for."""

DISTRICT_WIDE = frozenset({Role.DISTRICT_ADMINISTRATOR, Role.AUDITOR, Role.TECHNICIAN})
"""Roles that are for all schools; the others are limited to those of the account."""

REVIEWERS = frozenset({Role.DISTRICT_ADMINISTRATOR, Role.SCHOOL_ADMINISTRATOR})
"""Who sees the alerts of a quiet start: they answer for the list, and need not run when an alert is wrong."""

MAY_APPOINT: dict[Role, frozenset[Role]] = {
    Role.DISTRICT_ADMINISTRATOR: frozenset(Role),
    Role.SCHOOL_ADMINISTRATOR: frozenset({Role.SECURITY, Role.FRONT_DESK}),
}
"""Whom an administrator may add: nobody makes somebody mightier than himself."""


UNNAMED = "~"
"""A sign-in name that begins so was made up and nobody's own."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose alerts somebody sees: of which schools (None: of all), whether those of emergencies, too, and whether those
    of a quiet start, which ``reviews`` says."""

    schools: frozenset[str] | None
    emergencies: bool
    reviews: bool

    def holds(self, school: str, *, security_only: bool, reviewers_only: bool) -> bool:
        """Whether an alert is within it."""
        mine = self.schools is None or school in self.schools
        return mine and (self.emergencies or not security_only) and (self.reviews or not reviewers_only)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who signs in. ``schools`` is empty for district-wide roles.

    ``only``: a key that acts for the account is for these schools alone; empty is no such limit.
    """

    account_id: str
    login: str
    name: str
    role: Role
    schools: frozenset[str]
    disabled: bool = False
    only: frozenset[str] = frozenset()

    @property
    def is_unnamed(self) -> bool:
        """Whether nobody has taken the account yet: its one-time link asks for the names, too."""
        return self.login.startswith(UNNAMED)

    def may(self, what: May) -> bool:
        """Whether the role allows it, somewhere."""
        return not self.disabled and what in ALLOWED[self.role]

    @property
    def scope(self) -> frozenset[str] | None:
        """The schools whose data this account sees; None for all."""
        if self.role in DISTRICT_WIDE:
            return self.only or None
        return self.schools & self.only if self.only else self.schools

    @property
    def sight(self) -> Sight:
        """Whose alerts this account sees: by one person's word alone somebody is shown to security only, and the alerts
        of a quiet start to administrators only."""
        return Sight(self.scope, self.role is Role.SECURITY, self.role in REVIEWERS)

    def sees(self, school: str) -> bool:
        """Whether data of this school is this account's business."""
        return not self.disabled and (self.scope is None or school in self.scope)

    def may_appoint(self, role: Role, schools: frozenset[str]) -> bool:
        """Whether this account may add one of that role for those schools."""
        if not self.may(May.MANAGE_ACCOUNTS) or role not in MAY_APPOINT.get(self.role, frozenset()):
            return False
        if role in DISTRICT_WIDE:
            return not schools
        return bool(schools) and all(self.sees(school) for school in schools)

    def may_manage(self, other: Account) -> bool:
        """Whether this account may disable that one or send it a new link."""
        return self.account_id != other.account_id and self.may_appoint(other.role, other.schools)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Whoever typed a command: he has the data of all schools already, and is proven to be nobody.

    He writes, proposes, suspends and ends; a yes is given by people who are signed in.
    """

    @property
    def scope(self) -> None:
        """All schools."""
        return None

    def may(self, what: May) -> bool:
        """Whether that can be done without being somebody."""
        return what in (May.SEE_LISTINGS, May.WRITE_LISTINGS)


Actor: TypeAlias = Account | Terminal
"""Who acts on listings."""
