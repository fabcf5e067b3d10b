"""What the keeper does about settings that the console changes.

A setting that moves the threshold takes two people: one asks for the change, another says yes to exactly that. What
stood before is kept, and one click goes back to it. The quiet start takes two people either way, and at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hallwatch.core.asked_setting import ASKED, BEFORE, WHAT, AskedSetting, digest_of_change
from hallwatch.core.audit import Plain
from hallwatch.core.listing import APPROVAL_LIFE
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.quiet_start import SETTING as QUIET_START
from hallwatch.core.requests import ChangeSetting, Done, Refused, Reply
from hallwatch.core.second import SecondRequest
from hallwatch.core.site_requests import AnswerSetting, RevertSetting, StartQuietly
from hallwatch.flow import quiet_start
from hallwatch.flow.bonds import bond, could_answer
from hallwatch.flow.books import Books, Transaction

PREFIX = "console/"
"""Before the name of a setting that the console changed; what is bound (the jurisdiction) is kept under another."""
MOST_TOLD = 200
NOT_YOURS = "your role does not include changing settings"
NOTHING_WAITS = "nothing waits for an answer here"


class Rules(Protocol):
    """What a setting may be."""

    def check(self, name: str, text: str) -> bool:
        """Whether the value may be told. Raises SettingsError where the setting may not be that."""

    def takes_two(self, name: str) -> bool:
        """Whether a change takes two people."""


@dataclass(frozen=True, slots=True)
class SettingKeeping:
    """Answers requests about settings; ``number`` makes a new number with a prefix."""

    transaction: Callable[[], Transaction]
    rules: Rules
    number: Callable[[str], str]

    def answer(
        self, request: ChangeSetting | AnswerSetting | RevertSetting | StartQuietly, now: datetime
    ) -> Reply:
        """Done when it is committed, Refused when nothing happened. Raises SettingsError."""
        with self.transaction() as books:
            if isinstance(request, StartQuietly):
                return quiet_start.start(books, request, now)
            mine = books.accounts.account(request.by.actor)
            if mine is None or not mine.may(May.CHANGE_SETTINGS):
                return Refused(NOT_YOURS)
            match request:
                case ChangeSetting():
                    told = self.rules.check(request.name, request.text)
                    if self.rules.takes_two(request.name):
                        return self._ask(request, books, now)
                    before = books.settings.get(PREFIX + request.name)
                    _put(books, request.name, request.text, now)
                    detail: dict[str, Plain] = (
                        {"from": _told(before), "to": _told(request.text)} if told else {}
                    )
                    books.audit.add(request.by.does("setting.change", request.name, detail=detail), now)
                    return Done(subject=request.name)
                case AnswerSetting():
                    return self._answer(request, books, mine, now)
                case RevertSetting():
                    return _revert(request, books, now)

    def _ask(self, request: ChangeSetting, books: Books, now: datetime) -> Reply:
        """Nothing changes yet. Whatever was asked for before is asked for no longer."""
        before = books.settings.get(PREFIX + request.name) or ""
        if not request.by.reason.strip():
            return Refused("write down why")
        if request.name == QUIET_START:
            if quiet_start.standing(books.settings) is None:
                if _says(request.text):
                    return Refused("it begins by itself at the first start with cameras")
            elif quiet_start.is_quiet(books.settings) is _says(request.text):
                return Refused("that is so already")
        elif before == request.text:
            return Refused("that is its value already")
        number = self.number("second-")
        projected = request.projected[:MOST_TOLD]
        digest = digest_of_change(request.name, before, request.text, projected)
        asked = SecondRequest(number, WHAT, request.name, digest, request.by.actor, now, now + APPROVAL_LIFE)
        books.accounts.ask_second(asked)
        waits = AskedSetting(number, request.by.actor, request.by.reason, before, request.text, projected)
        books.settings.put(ASKED + request.name, waits.kept, now)
        books.audit.add(request.by.does("setting.ask", request.name, detail=_detail(waits)), now)
        return Done(subject=number, number=1)

    def _answer(self, request: AnswerSetting, books: Books, mine: Account, now: datetime) -> Reply:
        kept = books.settings.get(ASKED + request.name)
        waits = None if kept is None else AskedSetting.of(kept)
        asked = None if waits is None else books.accounts.second(waits.request_id)
        if waits is None or asked is None:
            return Refused(NOTHING_WAITS)
        before = books.settings.get(PREFIX + request.name) or ""
        real = digest_of_change(request.name, before, waits.text, waits.projected)
        why = asked.refusal(request.by.actor, request.digest, now)
        if why is None and real != asked.digest:
            why = "what was asked for has changed since; look at it again"
        others = could_answer(books, May.CHANGE_SETTINGS)
        bound = bond(books, waits.asked_by, mine, others, now)
        if why is None and request.approve:
            why = bound.why
        if why is not None:
            books.audit.add(request.by.does("second.refused", request.name), now)
            return Refused(why)
        books.accounts.answer_second(waits.request_id, request.by.actor, now, approved=request.approve)
        books.settings.drop(ASKED + request.name)
        action = "setting.change" if request.approve else "setting.decline"
        if request.approve:
            self.rules.check(request.name, waits.text)
            _put(books, request.name, waits.text, now)
            if request.name == QUIET_START:  # which nobody takes back alone
                quiet_start.switch(books, request.by, now, wanted=_says(waits.text))
            else:
                books.settings.put(BEFORE + request.name, json.dumps(before), now)
        detail = _detail(waits) | {"asked_by": waits.asked_by} | bound.detail
        books.audit.add(request.by.does(action, request.name, detail=detail), now)
        return Done(subject=request.name)


def _revert(request: RevertSetting, books: Books, now: datetime) -> Reply:
    """Back to what two people had left; once, so that nobody goes back and forth alone."""
    kept = books.settings.get(BEFORE + request.name)
    if kept is None:
        return Refused("there is nothing to go back to")
    before: str = json.loads(kept)
    last = books.settings.get(PREFIX + request.name)
    _put(books, request.name, before, now)
    for prefix in (BEFORE, ASKED):
        books.settings.drop(prefix + request.name)
    detail: dict[str, Plain] = {"from": _told(last), "to": _told(before)}
    books.audit.add(request.by.does("setting.revert", request.name, detail=detail), now)
    return Done(subject=request.name)


def _put(books: Books, name: str, text: str, now: datetime) -> None:
    if text:
        books.settings.put(PREFIX + name, text, now)
    else:
        books.settings.drop(PREFIX + name)


def _says(text: str) -> bool:
    """What is kept of a quiet start: yes is its default."""
    return bool(json.loads(text)) if text else True


def _detail(waits: AskedSetting) -> dict[str, Plain]:
    return {"from": _told(waits.before), "to": _told(waits.text), "expected": waits.projected}


def _told(text: str | None) -> str:
    return (text or "the default")[:MOST_TOLD]
