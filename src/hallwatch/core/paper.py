"""What stands on a paper for a listed person: values only, in no language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hallwatch.core.appeal import Appeal
from hallwatch.core.listing import Terms
from hallwatch.core.notice import Particulars


@dataclass(frozen=True, slots=True)
class NoticePaper:
    """The notice of a listing. ``kind`` is the list's name by language; ``schools`` are those that the listing is for,
    none for all; ``day`` is its date."""

    name: str
    for_parent: bool
    kind: Mapping[str, str]
    terms: Terms
    day: date
    appeal_until: date
    district: Particulars

    @property
    def schools(self) -> str:
        """The schools in one line; "" for all."""
        return ", ".join(sorted(self.terms.schools))


@dataclass(frozen=True, slots=True)
class AnswerPaper:
    """The answer to an appeal; ``ends`` is the last day of the listing."""

    name: str
    kind: Mapping[str, str]
    appeal: Appeal
    ends: date
    district: Particulars
