"""What stands on a paper for a listed person: values only, in no language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from hallwatch.core.appeal import Appeal
from hallwatch.core.audit import AuditEntry
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


@dataclass(frozen=True, slots=True)
class ReceiptPaper:
    """That people were erased, by entries of the audit trail: numbers, no names. ``complete`` is when the last copy of
    the last key is deleted; ``by`` says who erased."""

    site: str
    day: date
    erased: tuple[AuditEntry, ...]
    complete: date
    by: tuple[str, ...]
    district: Particulars

    @staticmethod
    def moment_of(entry: AuditEntry) -> str:
        """When it was."""
        return entry.at.strftime("%Y-%m-%d %H:%M:%S UTC")

    @staticmethod
    def mark_of(entry: AuditEntry) -> str:
        """By what the entry is known again."""
        return f"SHA-256 {entry.digest.hex()[:16]}\u2026"

    @property
    def kind(self) -> Mapping[str, str]:
        """No list is named."""
        return {}


Paper: TypeAlias = NoticePaper | AnswerPaper | ReceiptPaper
