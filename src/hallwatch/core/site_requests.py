"""What the keeper is asked about the site as a whole: strangers to compare with, settings that take two people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from hallwatch.core.by import By

MOST_COHORT = 5_000


@dataclass(frozen=True, slots=True)
class KeepCohort:
    """Keep templates of strangers (N x ``dimensions`` float32, little-endian) of the pack with this fingerprint in
    place of those that were kept; none ends the cohort. ``by`` says who they are and by what right they are used."""

    by: By
    fingerprint: str
    dimensions: int
    templates: bytes = field(repr=False)
    kind: Literal["keep-cohort"] = "keep-cohort"


@dataclass(frozen=True, slots=True)
class AnswerSetting:
    """Say yes or no to another's change of a setting, to exactly what ``digest`` is over."""

    by: By
    name: str
    digest: str
    approve: bool
    kind: Literal["answer-setting"] = "answer-setting"


@dataclass(frozen=True, slots=True)
class RevertSetting:
    """Go back to the value before the last change that took two people."""

    by: By
    name: str
    kind: Literal["revert-setting"] = "revert-setting"


@dataclass(frozen=True, slots=True)
class StartQuietly:
    """The server starts with this claim of false alerts; ``wanted``: a site that has not run before begins quietly."""

    by: By
    pack: str
    false_alerts_per_day: float
    passes_per_day: int
    wanted: bool
    kind: Literal["start-quietly"] = "start-quietly"


SiteRequest: TypeAlias = KeepCohort | AnswerSetting | RevertSetting | StartQuietly
