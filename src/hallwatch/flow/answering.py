"""What the keeper does with people's answers to alerts: they stand, are disputed or end it; and what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from hallwatch.core.alert import (
    CONFIRMS,
    RECALLS,
    Answer,
    Life,
    MayNot,
    Step,
    answered,
    closed,
    raised_threshold,
    seen,
)
from hallwatch.core.alert_requests import AlertRequest, AnswerAlert, CloseAlert, ReviewPerson, SeeAlert
from hallwatch.core.audit import Deed, Plain
from hallwatch.core.escalation import Plan
from hallwatch.core.kept import KeptAlert
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.requests import By, Done, Refused, Reply
from hallwatch.core.restraint import Restraint, What
from hallwatch.core.training import Voice
from hallwatch.flow import delivering
from hallwatch.flow.books import Books, Transaction
from hallwatch.flow.devices import is_locked, why_locked
from hallwatch.flow.raising import look_for_brake
from hallwatch.flow.training import voice_of

NO_COURSE = (
    "answering needs the course, ten minutes, under Training; somebody who has taken it can answer now"
)


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers requests about alerts, one after the other: there is no race for the first answer. ``plan`` says who is
    told of an answer, in the same transaction."""

    transaction: Callable[[], Transaction]
    plan: Plan

    def answer(self, request: AlertRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        with self.transaction() as books:
            mine = books.accounts.account(request.by.actor)
            if isinstance(request, ReviewPerson):
                return _review(request, books, mine, now)
            alert, life = books.alerts.one(request.alert_id), books.alerts.life(request.alert_id)
            if mine is None or alert is None or life is None or not delivering.sees(mine, alert):
                return Refused("there is no such alert")
            if not mine.may(May.ANSWER_ALERTS):
                return Refused("your role does not answer alerts")
            if alert.erased and not isinstance(request, SeeAlert):
                return Refused("this person was erased: there is nothing left to answer")
            # The course is about faces: whoever may answer says whether an incident is real.
            voice = voice_of(books, mine, alert, now) if alert.incident is None else Voice.FULL
            if voice is Voice.NONE and isinstance(request, AnswerAlert):
                detail: dict[str, Plain] = {"why": "no course"}
                deed = request.by.does("alert.refused", alert.alert_id, school=alert.school, detail=detail)
                books.audit.add(deed, now)
                return Refused(NO_COURSE)
            if isinstance(request, AnswerAlert | CloseAlert):
                locked = why_locked(books, request.by, request.session, now)
                if locked is not None:
                    return Refused(locked)
            step = _step(request, life, mine, alert, now, trained=voice is Voice.FULL)
            if step is None:
                return Done(subject=alert.alert_id)
            if isinstance(step, MayNot):
                return Refused(step.why)
            before, life = life.told, books.alerts.take(alert.alert_id, life, step)
            books.audit.add(_deed(request.by, alert, step, life), now)
            if not isinstance(request, SeeAlert):  # a look is no answer: what a review lifted stays lifted
                _follow(books, alert, life, request.by, now)
            alert = _released(books, alert, life, request.by, now)
            # Who cannot answer ends no chain: without the course, or on a device that asks for its PIN.
            idle = isinstance(request, SeeAlert) and (
                voice is Voice.NONE or is_locked(books, request.session, now)
            )
            if not idle:
                self._tell(books, alert, before, life, now)
            return Done(subject=alert.alert_id, number=len(life.steps))

    def _tell(self, books: Books, alert: KeptAlert, before: Answer | None, life: Life, now: datetime) -> None:
        """Whoever looks has the alert. An answer that stands is told to whom it concerns, and so is another one."""
        delivering.seen(books, alert.alert_id, now)
        if life.told is not before and life.told in CONFIRMS | RECALLS:
            same, turn = life.told in CONFIRMS, str(len(life.steps))
            delivering.answered(books, alert, self.plan, now, same=same, turn=turn)


def _step(
    request: SeeAlert | AnswerAlert | CloseAlert,
    life: Life,
    mine: Account,
    alert: KeptAlert,
    now: datetime,
    *,
    trained: bool,
) -> Step | MayNot | None:
    if isinstance(request, SeeAlert):
        return seen(life, mine.account_id, now)
    if isinstance(request, CloseAlert):
        incident = alert.incident is not None
        return closed(life, mine.account_id, now, request.outcome, request.words, incident=incident)
    return answered(
        life,
        mine.account_id,
        now,
        request.answer,
        reason=request.reason,
        words=request.words,
        shown=request.shown,
        trained=trained,
        pictures=alert.best is not None or alert.is_pictureless,
        incident=alert.incident is not None,
    )


def _follow(books: Books, alert: KeptAlert, life: Life, by: By, now: datetime) -> None:
    """*Different person*, if nobody says otherwise, raises the person's threshold; anything else takes that back.
    Where only another system has seen the person there is no score of ours to raise it by."""
    if alert.incident is not None:
        return
    mine = [one for one in books.restraints.of([alert.person_id]) if one.alert_id == alert.alert_id]
    wrong = life.agreed is Answer.DIFFERENT
    if wrong and not mine and life.closed is None and alert.pack:
        threshold = raised_threshold(alert.score)
        books.restraints.put(
            Restraint(alert.person_id, What.THRESHOLD, now, alert.alert_id, alert.pack, threshold)
        )
        detail: dict[str, Plain] = {"alert": alert.alert_id, "threshold": round(threshold, 4)}
        books.audit.add(by.does("threshold.raise", alert.person_id, detail=detail), now)
    elif not wrong and mine:
        books.restraints.lift(alert.person_id, What.THRESHOLD, now, alert.alert_id)
        books.audit.add(by.does("threshold.lower", alert.person_id, detail={"alert": alert.alert_id}), now)
    braked = any(one.what is What.BRAKE for one in books.restraints.of([alert.person_id]))
    if wrong and not braked:
        look_for_brake(books, alert.person_id, now)


def _released(books: Books, alert: KeptAlert, life: Life, by: By, now: datetime) -> KeptAlert:
    """*Same person*: what a quiet start kept to the reviewers is everybody's of the school, and told as ever."""
    if not alert.reviewers_only or life.agreed is not Answer.SAME:
        return alert
    books.alerts.release(alert.alert_id)
    books.audit.add(by.does("alert.release", alert.alert_id, school=alert.school), now)
    return replace(alert, reviewers_only=False)


def _review(request: ReviewPerson, books: Books, mine: Account | None, now: datetime) -> Reply:
    held = [one for one in books.restraints.of([request.person_id]) if one.what is request.what]
    if mine is None or not mine.may(May.WRITE_LISTINGS) or not _is_theirs(books, mine, request.person_id):
        return Refused("your role or your schools do not include this person")
    if not held:
        return Refused("nothing of this person is held back")
    if not request.by.reason.strip():
        return Refused("write down what you looked at")
    if (locked := why_locked(books, request.by, request.session, now)) is not None:
        return Refused(locked)
    books.restraints.lift(request.person_id, request.what, now)
    action = {What.THRESHOLD: "threshold.review", What.BRAKE: "brake.review"}[request.what]
    detail: dict[str, Plain] = {"kept_out": sum(one.kept_out for one in held)}
    books.audit.add(request.by.does(action, request.person_id, detail=detail), now)
    return Done(subject=request.person_id, number=len(held))


def _is_theirs(books: Books, mine: Account, person_id: str) -> bool:
    """By the schools of a listing of theirs; whoever is on list.csv alone is the district's."""
    if mine.scope is None:
        return True
    listings = books.listings.listings(person_id=person_id)
    return any(not one.terms.schools or one.terms.schools & mine.scope for one in listings)


def _deed(by: By, alert: KeptAlert, step: Step, life: Life) -> Deed:
    """What the audit trail says: who, which answer or outcome, and which pictures; never the words."""
    detail: dict[str, Plain] = {"state": life.state.value}
    if step.answer is not None:
        detail |= {"answer": step.answer.value, "reason": step.reason, "shown": " ".join(step.shown)}
    if step.outcome is not None:
        detail["outcome"] = step.outcome.value
    return by.does(f"alert.{step.act.value}", alert.alert_id, school=alert.school, detail=detail)
