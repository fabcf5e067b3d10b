"""Whom the cameras may take a person for, as it stands with a listing: part of what is proposed and said yes to."""

from __future__ import annotations

from dataclasses import dataclass

MOST_NAMED = 20
"""So many of those who are alike are named; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a look at everybody listed and at a cohort of strangers found.

    ``like`` people on the list are as close as the threshold; ``listed`` are the numbers of the closest of them.
    ``matched`` of ``cohort`` strangers are (None: they were not asked), where chance allows ``most``.
    """

    like: int
    listed: tuple[str, ...]
    matched: int | None
    cohort: int
    most: int

    @property
    def wolf(self) -> bool:
        """Whether so many strangers match that many false alerts are likely."""
        return self.matched is not None and self.matched > self.most


def graver(stored: Likeness | None, fresh: Likeness | None) -> Likeness | None:
    """Which of the two an approver has to read: the one that warns, else the newer."""
    if stored is not None and stored.wolf and not (fresh is not None and fresh.wolf):
        return stored
    return fresh or stored
