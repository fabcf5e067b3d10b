"""What the keeper is asked about the site as a whole: a cohort of strangers to compare new templates with."""

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


SiteRequest: TypeAlias = KeepCohort
