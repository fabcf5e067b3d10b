"""How an alert and what people said of it is put into words, in the language of whoever looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hallwatch.core.alert import OF_MATCHES, Act, Answer, Life, Outcome, Step
from hallwatch.core.inbound import IncidentKind
from hallwatch.core.kept import KeptAlert
from hallwatch.web.texts import N_, gettext

ANSWER_WORDS = {
    Answer.SAME: N_("Same person"),
    Answer.DIFFERENT: N_("Different person"),
    Answer.UNSURE: N_("Can't tell"),
    Answer.REAL: N_("It is real"),
    Answer.FALSE: N_("False alarm"),
    Answer.TEST: N_("Test or drill"),
}
SAYS = {
    Answer.SAME: N_("{name} says same person"),
    Answer.DIFFERENT: N_("{name} says different person"),
    Answer.UNSURE: N_("{name} cannot tell"),
    Answer.REAL: N_("{name} says it is real"),
    Answer.FALSE: N_("{name} says false alarm"),
    Answer.TEST: N_("{name} says test"),
}
OUTCOME_WORDS = {
    Outcome.LEFT: N_("Left without being spoken to"),
    Outcome.LEFT_WHEN_ASKED: N_("Left when asked"),
    Outcome.POLICE: N_("Police took over"),
    Outcome.ALLOWED: N_("Was allowed to be here (say on what condition)"),
    Outcome.WRONG_PERSON: N_("Wrong person"),
    Outcome.NOT_FOUND: N_("Not found"),
    Outcome.DRILL: N_("Drill or test"),
    Outcome.RESOLVED: N_("It is over; the school dealt with it"),
    Outcome.FALSE_ALARM: N_("False alarm"),
    Outcome.OTHER: N_("Something else (say what)"),
}
REASON_WORDS = {
    "face": N_("Another face"),
    "age-or-build": N_("Another age or build"),
    "known-here": N_("Known here as somebody else"),
    "blurred": N_("Too small or blurred"),
    "turned-or-covered": N_("Turned away or covered"),
    "listed-photo": N_("The listed photo is old or poor"),
    "words": N_("As written above"),
    "by-mistake": N_("Pressed by mistake"),
    "faulty": N_("The other system is faulty"),
}
ACT_WORDS = {
    Act.SEE: N_("Looked at it"),
    Act.ANSWER: N_("Answered"),
    Act.UNTRAINED: N_("Answered without the course"),
    Act.AGREE: N_("Said the same"),
    Act.DISSENT: N_("Said otherwise"),
    Act.CORRECT: N_("Corrected the answer"),
    Act.CLOSE: N_("Closed it"),
}


INCIDENT_WORDS = {
    IncidentKind.PANIC: N_("Panic button"),
    IncidentKind.WEAPON: N_("Weapon"),
    IncidentKind.INTRUDER: N_("Intruder"),
    IncidentKind.FIRE: N_("Fire"),
    IncidentKind.MEDICAL: N_("Medical emergency"),
    IncidentKind.OTHER: N_("Incident"),
}


def incident_words(kind: IncidentKind) -> str:
    """What is said to have happened."""
    return gettext(INCIDENT_WORDS[kind])


def answer_words(answer: Answer) -> str:
    """An answer."""
    return gettext(ANSWER_WORDS[answer])


def outcome_words(outcome: Outcome) -> str:
    """How it ended."""
    return gettext(OUTCOME_WORDS[outcome])


def reason_words(reason: str) -> str:
    """A ready-made reason."""
    return gettext(REASON_WORDS[reason])


def step_words(step: Step) -> str:
    """What somebody did, without the words that somebody wrote."""
    parts = [gettext(ACT_WORDS[step.act])]
    if step.answer is not None:
        parts.append(answer_words(step.answer))
    if step.outcome is not None:
        parts.append(outcome_words(step.outcome))
    if step.reason and step.reason != "words":
        parts.append(reason_words(step.reason))
    return ": ".join((parts[0], ", ".join(parts[1:]))) if parts[1:] else parts[0]


def state_line(alert: KeptAlert) -> str:
    """How far an alert is, in a few words."""
    if alert.outcome is not None:
        return gettext("Closed: {outcome}").format(outcome=outcome_words(alert.outcome))
    if alert.disputed:
        return gettext("Two people disagree: look again together")
    if alert.answer is not None:
        return gettext("Answered: {answer}").format(answer=answer_words(alert.answer))
    if alert.lapsed:
        return gettext("Nobody answered; its pictures are gone")
    return gettext("Seen, not answered") if alert.state == "seen" else gettext("Nobody has looked yet")


def dispute_line(life: Life, names: Mapping[str, str]) -> str:
    """Who says what, where they differ; "" where nobody does."""
    if not life.dissents or life.first is None:
        return ""
    voices = [life.first, *life.dissents]
    said = [
        gettext(SAYS[step.answer]).format(name=names.get(step.account_id, "?"))
        for step in voices
        if step.answer is not None
    ]
    return gettext("{voices}: look again together.").format(voices=", ".join(said))


def to_do(alert: KeptAlert) -> str:
    """What to do now, in one line; that nobody is touched stands beside it."""
    if alert.outcome is not None:
        return gettext("Closed. Nothing more is to be done here.")
    if alert.incident is not None:
        return _to_do_now(alert)
    if alert.disputed:
        return gettext("Two people disagree. Look at the pictures again together before anybody acts.")
    if alert.answer is Answer.SAME:
        return gettext("Follow your school's plan for this list, and close the alert when it is over.")
    if alert.answer is Answer.DIFFERENT:
        return gettext("Leave this person alone. Close the alert.")
    if alert.answer is Answer.UNSURE:
        return gettext(
            "Treat it as not known. Look again from a distance, and correct your answer if you can."
        )
    if alert.is_pictureless:
        return gettext("No picture came with it. Look at the other system, or from a distance, then answer.")
    return gettext("Compare the two pictures, then answer.")


def _to_do_now(alert: KeptAlert) -> str:
    """The same of an incident."""
    if alert.disputed:
        return gettext("Two people disagree. Speak with each other now; treat it as real until you agree.")
    if alert.answer is Answer.REAL:
        return gettext("Follow your school's plan, and close the incident when it is over.")
    if alert.answer is not None:
        return gettext("It was taken back from whoever was told. Close the incident.")
    return gettext("Treat it as real. Find out what happened, then answer.")


def news(alert: KeptAlert) -> str:
    """Differs whenever an open page of the alert shows less than there is."""
    return (
        f"{alert.answer or ''}.{int(alert.disputed)}.{alert.outcome or ''}.{len(alert.path)}.{alert.last_camera}"
        + (f".{alert.last_at.isoformat()}" if alert.incident else "")
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """How a person's alerts of one camera at one threshold were answered."""

    camera: str
    threshold: float
    alerts: int
    same: int
    different: int
    unsure: int
    unanswered: int


def figures_of(counts: Iterable[tuple[str, float, str, int]]) -> list[Figure]:
    """Counts of each answer ("": none), one line a camera and threshold."""
    found: dict[tuple[str, float], dict[str, int]] = {}
    for camera, threshold, answer, count in counts:
        found.setdefault((camera, threshold), {})[answer] = count
    return [
        Figure(
            camera,
            threshold,
            sum(by.values()),
            *(by.get(answer, 0) for answer in (*OF_MATCHES, "")),
        )
        for (camera, threshold), by in sorted(found.items())
    ]
