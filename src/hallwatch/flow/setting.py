"""Settings that are changed while Hallwatch runs: checked where they are written, and on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hallwatch.core.audit import Plain
from hallwatch.core.policy.roles import May
from hallwatch.core.requests import ChangeSetting, Done, Refused, Reply
from hallwatch.flow.books import Transaction

PREFIX = "console/"
"""Before the name of a setting that the console changed; what is bound (the jurisdiction) is kept under another."""
MOST_TOLD = 200


class Rules(Protocol):
    """What a setting may be."""

    def check(self, name: str, text: str) -> bool:
        """Whether the value may be told. Raises SettingsError where the setting may not be that."""


@dataclass(frozen=True, slots=True)
class SettingKeeping:
    """Answers requests about settings."""

    transaction: Callable[[], Transaction]
    rules: Rules

    def answer(self, request: ChangeSetting, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened. Raises SettingsError."""
        told = self.rules.check(request.name, request.text)
        with self.transaction() as books:
            mine = books.accounts.account(request.by.actor)
            if mine is None or not mine.may(May.CHANGE_SETTINGS):
                return Refused("your role does not include changing settings")
            before = books.settings.get(PREFIX + request.name)
            if request.text:
                books.settings.put(PREFIX + request.name, request.text, now)
            else:
                books.settings.drop(PREFIX + request.name)
            detail: dict[str, Plain] = {}
            if told:
                detail = {"from": _told(before), "to": _told(request.text)}
            books.audit.add(request.by.does("setting.change", request.name, detail=detail), now)
        return Done(subject=request.name)


def _told(text: str | None) -> str:
    return (text or "the default")[:MOST_TOLD]
