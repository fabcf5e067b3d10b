"""What the pages ask before anybody says yes: whom the cameras may take somebody for, and what a list would mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hallwatch.core.decide import Threshold
from hallwatch.core.dossier import Dossier
from hallwatch.core.likeness import MOST_NAMED, Likeness, graver
from hallwatch.core.listing import State
from hallwatch.core.policy.roles import Account

COMPARED = (State.DRAFT, State.WAITING, State.SUSPENDED)
"""Listings by which somebody may come to be looked for."""


class GateQuestions(Protocol):
    """Asked of the list that is looked for at this moment."""

    def likeness(self, external_id: str, templates: Sequence[tuple[str, bytes]]) -> Likeness | None:
        """Whom the cameras may take this person for, who has these templates (fingerprint and float32 numbers); None
        where faces are not matched, or without a template of the pack in use."""

    def likeness_of(self, person_id: str) -> Likeness | None:
        """The same by the templates that are kept."""

    def forecast(self, photos: int) -> Forecast | None:
        """What is to be expected now, and with so many photos more; None where faces are not matched."""

    def forecast_with(self, setting: str, value: object) -> Forecast | None:
        """The same with another value of a setting that moves the threshold; None for any other setting, too."""


class Known(Protocol):
    """People by their numbers."""

    def dossier(self, person_id: str) -> Dossier | None: ...


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be expected ``now`` and ``then``; ``curve`` are thresholds for more and more false alerts a day, from
    which one sees what each costs."""

    now: Threshold
    then: Threshold
    curve: tuple[Threshold, ...] = ()

    @property
    def projected(self) -> str:
        """For the audit trail, in English."""
        now, then = (
            f"{one.false_a_day:.2g} a day, {one.recognised:.0%} found" for one in (self.now, self.then)
        )
        return f"false alerts: {now}; then {then}"


@dataclass(frozen=True, slots=True)
class Resemblance:
    """What an approver reads of a listing: ``names`` of those alike, as far as they are the reader's business."""

    likeness: Likeness
    names: tuple[str, ...]


def resemblances(
    dossier: Dossier, gate: GateQuestions, known: Known, account: Account
) -> dict[str, Resemblance]:
    """By the number of each listing that is not answered yet, or may be resumed: what was found at proposing, or now if
    that is graver."""
    waiting = [one.record for one in dossier.listings if one.record.state in COMPARED or one.missing]
    fresh = gate.likeness_of(dossier.person_id) if waiting else None
    found = {record.listing_id: graver(record.likeness, fresh) for record in waiting}
    return {
        number: Resemblance(one, names_of(one, known, account))
        for number, one in found.items()
        if one is not None
    }


def names_of(likeness: Likeness, known: Known, account: Account, most: int = MOST_NAMED) -> tuple[str, ...]:
    """The names of those alike, the closest ``most`` of them, as far as they are the account's business."""
    dossiers = [known.dossier(number) for number in likeness.listed[:most]]
    return tuple(one.person.name for one in dossiers if one is not None and one.is_business_of(account))
