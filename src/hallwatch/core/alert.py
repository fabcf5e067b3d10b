"""The life of an alert: raised, seen, answered, closed with an outcome; who may say what next, and why not.

Everybody who answers has one voice, the last thing that account said. The alert's answer is the voice of whoever
answered first; another voice that differs is a dissent: it takes nothing away and is shown until both say the same.
What somebody without the course said (it can only be *can't tell*) counts until the first who has taken it answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hallwatch.core.decide.incidents import BEFORE_ONE_CAMERA


class State(StrEnum):
    """How far an alert is."""

    RAISED = "raised"
    SEEN = "seen"
    ANSWERED = "answered"
    CLOSED = "closed"


class Answer(StrEnum):
    """What somebody says who has compared the two pictures; of an incident: whether it is one."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    REAL = "real"
    FALSE = "false"
    TEST = "test"


class Outcome(StrEnum):
    """How it ended."""

    LEFT = "left"
    LEFT_WHEN_ASKED = "left-when-asked"
    POLICE = "police"
    ALLOWED = "allowed"
    WRONG_PERSON = "wrong-person"
    NOT_FOUND = "not-found"
    DRILL = "drill"
    RESOLVED = "resolved"
    FALSE_ALARM = "false-alarm"
    OTHER = "other"


class Act(StrEnum):
    """One step of an alert's life."""

    SEE = "see"
    ANSWER = "answer"
    UNTRAINED = "untrained"
    AGREE = "agree"
    DISSENT = "dissent"
    CORRECT = "correct"
    CLOSE = "close"


VOICES = (Act.ANSWER, Act.UNTRAINED, Act.AGREE, Act.DISSENT, Act.CORRECT)
REASONS: dict[Answer, tuple[str, ...]] = {
    Answer.SAME: (),
    Answer.DIFFERENT: ("face", "age-or-build", "known-here", "words"),
    Answer.UNSURE: ("blurred", "turned-or-covered", "listed-photo", "words"),
    Answer.REAL: (),
    Answer.FALSE: ("by-mistake", "faulty", "words"),
    Answer.TEST: (),
}
"""Ready-made reasons; "words" is the free text alone."""
OF_MATCHES = (Answer.SAME, Answer.DIFFERENT, Answer.UNSURE)
OF_INCIDENTS = (Answer.REAL, Answer.FALSE, Answer.TEST)
CONFIRMS = frozenset({Answer.SAME, Answer.REAL})
"""After these everybody is told whom the school tells."""
RECALLS = frozenset({Answer.DIFFERENT, Answer.FALSE, Answer.TEST})
"""After these it is taken back from whoever was told."""
NEEDS_WORDS = frozenset({Outcome.OTHER, Outcome.ALLOWED})
OF_SOMEBODY = frozenset(Outcome) - {Outcome.WRONG_PERSON, Outcome.RESOLVED, Outcome.FALSE_ALARM}
ENDS: dict[Answer, frozenset[Outcome]] = {
    Answer.SAME: OF_SOMEBODY,
    Answer.DIFFERENT: frozenset({Outcome.WRONG_PERSON, Outcome.DRILL, Outcome.OTHER}),
    Answer.UNSURE: OF_SOMEBODY,
    Answer.REAL: frozenset({Outcome.RESOLVED, Outcome.POLICE, Outcome.OTHER}),
    Answer.FALSE: frozenset({Outcome.FALSE_ALARM, Outcome.OTHER}),
    Answer.TEST: frozenset({Outcome.DRILL, Outcome.OTHER}),
}
"""Which outcomes go with an answer."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody did with an alert. ``reason`` is one of REASONS, ``words`` are free, ``shown`` the
    SHA-256 (hexadecimal) of each picture that was on the screen."""

    at: datetime
    account_id: str
    act: Act
    answer: Answer | None = None
    outcome: Outcome | None = None
    reason: str = ""
    words: str = ""
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Life:
    """All steps of an alert so far, in order."""

    steps: tuple[Step, ...] = ()

    @property
    def voices(self) -> dict[str, Step]:
        """What each account that answered says now, whoever answered first before the others."""
        found: dict[str, Step] = {}
        for step in self.steps:
            if step.act in VOICES:
                said = found.get(step.account_id)
                if said is not None and said.act is Act.UNTRAINED:
                    del found[
                        step.account_id
                    ]  # what was said without the course holds no place among the others
                found[step.account_id] = step
        trained = {one: step for one, step in found.items() if step.act is not Act.UNTRAINED}
        return trained or found

    @property
    def first(self) -> Step | None:
        """The voice that stands: that of whoever answered first."""
        return next(iter(self.voices.values()), None)

    @property
    def answer(self) -> Answer | None:
        """The answer that stands."""
        return None if self.first is None else self.first.answer

    @property
    def dissents(self) -> tuple[Step, ...]:
        """The voices that say otherwise."""
        return tuple(step for step in self.voices.values() if step.answer is not self.answer)

    @property
    def agreed(self) -> Answer | None:
        """The answer that stands, if nobody says otherwise."""
        return None if self.dissents else self.answer

    @property
    def told(self) -> Answer | None:
        """What is to be told: the answer that nobody contradicts; of an incident, *real* as long as one says so."""
        if any(step.answer is Answer.REAL for step in self.voices.values()):
            return Answer.REAL
        return self.agreed

    @property
    def seen_by(self) -> tuple[str, ...]:
        """The accounts that have looked at it, the first one first."""
        return tuple(dict.fromkeys(step.account_id for step in self.steps))

    @property
    def closed(self) -> Step | None:
        """How it was closed."""
        return next((step for step in self.steps if step.act is Act.CLOSE), None)

    @property
    def state(self) -> State:
        """How far it is."""
        if self.closed is not None:
            return State.CLOSED
        if self.first is not None:
            return State.ANSWERED
        return State.SEEN if self.steps else State.RAISED


@dataclass(frozen=True, slots=True)
class MayNot:
    """Why a step cannot be taken, in one line that says what to do."""

    why: str


def seen(life: Life, account_id: str, at: datetime) -> Step | None:
    """The step of somebody who looks at an alert; None for whoever has looked before."""
    return None if account_id in life.seen_by else Step(at, account_id, Act.SEE)


def answered(
    life: Life,
    account_id: str,
    at: datetime,
    answer: Answer,
    *,
    reason: str = "",
    words: str = "",
    shown: Iterable[str] = (),
    pictures: bool = True,
    trained: bool = True,
    incident: bool = False,
) -> Step | MayNot:
    """The step of somebody who answers; ``pictures`` False: there are none any more to compare. Not ``trained``: only
    where nobody is, and only that nothing can be told. An ``incident`` names nobody: there are no faces to compare."""
    mine, said = life.voices.get(account_id), words.strip()
    if trained and mine is not None and mine.act is Act.UNTRAINED:
        mine = None
    if life.closed is not None:
        return MayNot("it is closed; a new sighting raises a new alert")
    if answer not in (OF_INCIDENTS if incident else OF_MATCHES):
        return MayNot("that answer does not go with this alert; choose one that is offered")
    if not trained and not incident and answer is not Answer.UNSURE:
        return MayNot("nobody at this school has taken the course; without it only can't tell can be said")
    if not incident and not pictures and answer is not Answer.UNSURE:
        return MayNot("its pictures are gone: nobody can compare them any more; only can't tell is left")
    if reason and reason not in REASONS[answer]:
        return MayNot("that reason does not go with that answer; choose one that is offered")
    if REASONS[answer] and not (said if reason in ("", "words") else reason):
        return MayNot("say why: choose a reason or write it down")
    if mine is not None and mine.answer is answer:
        return MayNot("that is your answer already")
    if mine is not None and not (said or reason):
        return MayNot("say why you correct your answer")
    if not trained:
        act = Act.UNTRAINED
    elif mine is not None:
        act = Act.CORRECT
    elif life.first is None or life.first.act is Act.UNTRAINED:
        act = Act.ANSWER
    else:
        act = Act.AGREE if answer is life.answer else Act.DISSENT
    return Step(at, account_id, act, answer, reason=reason, words=said, shown=tuple(shown))


def closed(
    life: Life, account_id: str, at: datetime, outcome: Outcome, words: str = "", *, incident: bool = False
) -> Step | MayNot:
    """The step of somebody who closes an alert."""
    said = words.strip()
    if life.closed is not None:
        return MayNot("it is closed already")
    if life.answer is None and incident:
        return MayNot("answer first: real, false alarm or test")
    if life.answer is None:
        return MayNot("answer first: same person, different person or can't tell")
    if life.dissents and not said:
        return MayNot(
            "two people answered differently; look again together, and write down how it was settled"
        )
    if not life.dissents and outcome not in ENDS[life.answer]:
        return MayNot(
            "that outcome does not go with the answer; correct the answer first, or choose another one"
        )
    if outcome in NEEDS_WORDS and not said:
        return MayNot("this outcome needs words: what happened, or on what condition the person was here")
    return Step(at, account_id, Act.CLOSE, outcome=outcome, words=said)


def takes(life: Life, at: datetime) -> bool:
    """Whether a sighting at that moment still belongs to the alert, and is no new one.

    After an alert was closed only what the camera was still seeing joins it. Nothing joins one that was answered
    *different person*: what comes next may be the listed person.
    """
    if life.closed is not None and at > life.closed.at + BEFORE_ONE_CAMERA:
        return False
    return life.agreed is not Answer.DIFFERENT


MARGIN = 0.05
"""Added to a wrong score: about 19 of 20 strangers score less the next time. Measured; see docs/decisions/024."""


def raised_threshold(wrong_score: float) -> float:
    """What a sighting of a person has to reach after a stranger was taken for them with ``wrong_score``."""
    return wrong_score + MARGIN
