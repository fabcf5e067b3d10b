"""The texts of the practice alerts and of the quiz; the pages before them stand in ``training_pages.html``."""

from __future__ import annotations

from datetime import datetime, tzinfo

from babel.dates import format_date

from hallwatch.core.alert import Answer
from hallwatch.core.training import PRACTICE, QUIZ
from hallwatch.web.texts import N_, gettext, locale

RIGHT = {
    "years-later": N_(
        "Right. Hair, beard and glasses have changed; the eyes, the nose, the mouth and the mark on the cheek have not."
    ),
    "hat-and-glasses": N_(
        "Right. The same cap and the same glasses, but the nose is broader, the face longer and the eyes are closer"
        " together. Clothes and glasses are nobody's face."
    ),
    "far-away": N_(
        "Right. Too small and too blurred: whoever says more than that is guessing. Can't tell is an honest answer."
    ),
    "like-brothers": N_(
        "Right. Very much alike, as relatives are: but one has the mark on the cheek and ears that lie close, the other"
        " has neither. Machines confuse relatives more often than others."
    ),
}
WRONG = {
    ("years-later", Answer.DIFFERENT): N_(
        "Look again. Hair, beard and glasses change from one day to the next. Compare the eyes, the nose, the mouth and"
        " the mark on the cheek."
    ),
    ("years-later", Answer.UNSURE): N_(
        "Look again. The picture is clear enough. Compare the eyes, the nose, the mouth and the mark on the cheek."
    ),
    ("hat-and-glasses", Answer.SAME): N_(
        "Look again. Cap and glasses are the same; is the face? A wrong yes sends people after somebody who did"
        " nothing."
    ),
    ("hat-and-glasses", Answer.UNSURE): N_(
        "Look again. The picture is clear enough. Compare the nose, the length of the face and how far apart the eyes"
        " are."
    ),
    ("far-away", Answer.SAME): N_(
        "Look again. What of this face can be compared at all? Never say yes to be on the safe side: the safe side of"
        " one person is the harm of another."
    ),
    ("far-away", Answer.DIFFERENT): N_(
        "Look again. What of this face can be compared at all? Different person destroys the pictures and makes the"
        " next alert of this person harder: say it only when you see it."
    ),
    ("like-brothers", Answer.SAME): N_(
        "Look again. Alike is not the same. Compare what stays: the ears, the chin, and marks of the skin."
    ),
    ("like-brothers", Answer.UNSURE): N_(
        "Look again. The picture is clear enough. Compare what stays: the ears, the chin, and marks of the skin."
    ),
}

QUESTIONS = {
    "what-it-is": N_("What is a possible match?"),
    "hold": N_("An alert says possible match. When may you touch, search or hold the person because of it?"),
    "blurred": N_("The camera shot is blurred, and the alert still sounds. What do you answer?"),
    "after-different": N_("You have answered different person. What now?"),
    "quiet-site": N_(
        "At a school a wrong alert comes once a day, and a listed person once a year. The alert sounds. What is it most"
        " likely?"
    ),
    "disagree": N_("You say same person, a colleague says different person. What counts?"),
    "compare": N_("What do you compare?"),
    "pictures": N_("Who may get the two pictures from you?"),
}
CHOICES = {
    "reason-to-look": N_("A reason to compare two pictures"),
    "proof": N_("Proof that somebody on the list is here"),
    "percentage": N_("How certain it is, in percent"),
    "never": N_("Never: a match alone is no reason"),
    "high-score": N_("When the score is very high"),
    "bag": N_("Never hold, but a look into the bag is fine"),
    "cannot-tell": N_("Can't tell, with the reason"),
    "same-to-be-safe": N_("Same person, to be on the safe side"),
    "different-for-quiet": N_("Different person, so that the sound ends"),
    "leave-alone": N_("Leave the person alone and close the alert"),
    "follow": N_("Follow the person for a while all the same"),
    "ask-for-papers": N_("Ask the person for papers, to be sure"),
    "mistake": N_("A mistake of the machine"),
    "right": N_("The listed person"),
    "half": N_("One as likely as the other"),
    "look-again": N_("Neither yet: we look again together"),
    "last-counts": N_("Whoever answered last"),
    "rank-counts": N_("Whoever ranks higher"),
    "parts-of-the-face": N_("Eyes, nose, mouth, ears and the shape of the face"),
    "hair-and-clothes": N_("Hair, glasses and clothes"),
    "gut-feeling": N_("The first impression of the whole"),
    "stay-here": N_("Nobody: they stay in the console, and every look at them is on record"),
    "colleagues": N_("Colleagues, in the staff's chat"),
    "parents": N_("Parents who ask"),
}
BECAUSE = {
    "what-it-is": N_(
        "Two faces look alike to a machine. Whether it is the same person, people say, after they have looked."
    ),
    "hold": N_(
        "Never. Not at a high score, and no bag either. A wrong match has led to a child being searched; a match alone"
        " never justifies it."
    ),
    "blurred": N_(
        "Can't tell. A wrong yes sends people after somebody; a wrong no destroys the pictures and lets the next alert"
        " be missed."
    ),
    "after-different": N_(
        "Leave the person alone, and close the alert. The faces are destroyed within the hour; nothing of it sticks to"
        " the person."
    ),
    "quiet-site": N_(
        "A mistake: of about 366 alerts a year, 365 are wrong. That is what being careful means: most alerts may be"
        " wrong, and one is not."
    ),
    "disagree": N_(
        "Neither yet. Both answers stand where everybody sees them; look again together, and whoever was wrong corrects"
        " the answer."
    ),
    "compare": N_(
        "Eyes, nose, mouth, ears and the shape of the face stay. Hair, glasses, clothes and the first impression"
        " deceive."
    ),
    "pictures": N_(
        "Nobody. No photograph of the screen, no chat. Whoever has to know looks in the console, and that is on record."
    ),
}


def feedback(case: str, answer: Answer) -> str:
    """What is said of an answer to a practice alert."""
    return gettext(RIGHT[case] if PRACTICE[case] is answer else WRONG[case, answer])


def question_words(question: str) -> str:
    """A question of the quiz."""
    return gettext(QUESTIONS[question])


def choice_words(choice: str) -> str:
    """One of its choices."""
    return gettext(CHOICES[choice])


def because(question: str) -> str:
    """Why its right choice is right, said to whoever chose another."""
    return gettext(BECAUSE[question])


def date_words(at: datetime, zone: tzinfo | None) -> str:
    """The day of a moment, without its time."""
    return format_date(at.astimezone(zone).date(), "long", locale=locale())


assert set(QUESTIONS) == set(BECAUSE) == set(QUIZ)
