"""What the keeper does with a finished course, and whom it lets answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hallwatch.core.audit import Plain
from hallwatch.core.kept import KeptAlert
from hallwatch.core.policy.roles import Account
from hallwatch.core.requests import Done, Refused, Reply
from hallwatch.core.training import COURSE, Training, Voice, faults, may_answer, needs_course, voice
from hallwatch.core.training_requests import PassCourse, TrainingRequest
from hallwatch.flow.books import Books, Transaction

JURISDICTION, DEMO = "jurisdiction", "DEMO"


@dataclass(frozen=True, slots=True)
class TrainingKeeping:
    """Answers requests about the course."""

    transaction: Callable[[], Transaction]

    def answer(self, request: TrainingRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        with self.transaction() as books:
            if isinstance(request, PassCourse):
                return _passed(request, books, now)
            account = books.accounts.account(request.account_id)
            if not request.by.is_terminal or books.settings.get(JURISDICTION) != DEMO:
                return Refused("only a demonstration goes without the course; take it under Training")
            if account is None or not needs_course(account):
                return Refused("this account answers no alerts")
            books.training.put(Training(account.account_id, now, COURSE, demonstration=True))
            detail: dict[str, Plain] = {"course": COURSE}
            books.audit.add(request.by.does("training.demonstrate", account.account_id, detail=detail), now)
            return Done(subject=account.account_id, number=COURSE)


def _passed(request: PassCourse, books: Books, now: datetime) -> Reply:
    mine = books.accounts.account(request.by.actor)
    if mine is None or not needs_course(mine):
        return Refused("the course is for those who answer alerts; your role does not")
    if request.course != COURSE:
        return Refused("the course has changed since; begin it again")
    if faults(request.practised, request.answers):
        return Refused("not everything was answered right; look at what is explained, and try again")
    training = Training(mine.account_id, now, COURSE)
    books.training.put(training)
    detail: dict[str, Plain] = {"course": COURSE, "holds_until": training.ends.date().isoformat()}
    books.audit.add(request.by.does("training.pass", mine.account_id, detail=detail), now)
    return Done(subject=mine.account_id, number=COURSE, at=training.ends)


def voice_of(books: Books, mine: Account, alert: KeptAlert, now: datetime) -> Voice:
    """What somebody may say of this alert just now."""
    trained = {one.account_id for one in books.training.all() if one.holds(now)}
    if mine.account_id in trained:
        return Voice.FULL
    staff = [one.account_id for one in books.accounts.everybody() if may_answer(one, alert)]
    return voice(mine.account_id, staff, trained)
