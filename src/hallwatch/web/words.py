"""How facts are said on the page, in the language of whoever looks at it.

Long because every word that stands in the records has its line here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from hallwatch.core.appeal import Outcome
from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.notice import Way
from hallwatch.core.own_list import ListState, OwnList
from hallwatch.core.policy.roles import Role
from hallwatch.web.staff_words import STAFF_ACTIONS
from hallwatch.web.texts import N_, gettext, language, locale, said

LIST_WORDS = {
    "expulsion": N_("Expulsion"),
    "trespass": N_("Trespass"),
    "registry": N_("Registry"),
    "threat": N_("Threat"),
    "other": N_("Other list"),
}

ACTION_WORDS = STAFF_ACTIONS | {
    "account.add": N_("Added an account"),
    "account.code": N_("Set up a code app"),
    "account.code.end": N_("Ended the code app"),
    "account.disable": N_("Disabled an account"),
    "account.link": N_("Made a one-time link"),
    "account.link.use": N_("Used a one-time link"),
    "account.passkey": N_("Added a passkey"),
    "account.passkey.drop": N_("Gave a passkey up"),
    "account.password": N_("Changed the own password"),
    "account.provided": N_("Joined an account to the school's own sign-in"),
    "alert.agree": N_("Said the same of an alert"),
    "alert.answer": N_("Answered an alert"),
    "alert.close": N_("Closed an alert"),
    "alert.correct": N_("Corrected an answer"),
    "alert.dissent": N_("Said otherwise of an alert"),
    "alert.kept_out": N_("Kept a sighting below a raised threshold out"),
    "alert.raise": N_("Raised an alert"),
    "camera.probe": N_("Looked through a camera for the first time"),
    "channel.test": N_("Sent a test through a channel"),
    "first-hour.demo": N_("Said that the demonstration was seen"),
    "first-hour.expected": N_("Read how many false alerts are expected"),
    "first-hour.receipt": N_("Printed the receipt of a trial"),
    "alert.join": N_("Joined another system's alert to an open one"),
    "alert.report": N_("Reported an alert of another system"),
    "incident.again": N_("Reported an incident again"),
    "incident.raise": N_("Reported an incident"),
    "alert.release": N_("Showed an alert of the quiet start to everybody of the school"),
    "quiet.begin": N_("Began a quiet start: alerts go to administrators only"),
    "quiet.end": N_("Ended the quiet start"),
    "appeal.acknowledge": N_("Said that an appeal has come"),
    "appeal.answer": N_("Answered an appeal"),
    "appeal.print": N_("Printed the answer to an appeal"),
    "appeal.receive": N_("Received an appeal"),
    "appeal.refused": N_("Was refused an answer to an appeal"),
    "alert.see": N_("Looked at an alert"),
    "delivery.gave-up": N_("Gave a delivery up"),
    "delivery.sent": N_("Told a channel of an alert"),
    "push.subscribe": N_("Sends messages to a device"),
    "push.unsubscribe": N_("Sends no messages to a device any more"),
    "audit.export": N_("Exported the audit trail"),
    "backup.restore": N_("Restored a backup"),
    "backup.take": N_("Took a backup"),
    "camera.place": N_("Placed a camera on a map"),
    "camera.unplace": N_("Took a camera off a map"),
    "cohort.keep": N_("Set the strangers that listings are compared with"),
    "brake.review": N_("Reviewed why alerts were held back"),
    "brake.set": N_("Held alerts of a person back"),
    "floor.drop": N_("Destroyed a floor plan"),
    "floor.keep": N_("Kept a floor plan"),
    "import.approve": N_("An import was approved by everybody who was asked"),
    "import.done": N_("Took an approved import over"),
    "import.end": N_("Took the end of a listing into an import"),
    "import.entry": N_("Took somebody into an import"),
    "import.lapse": N_("An import lapsed"),
    "import.map": N_("Kept a column map"),
    "import.nothing": N_("Read a file that changes nothing"),
    "import.open": N_("Began an import"),
    "import.propose": N_("Asked for a yes to an import"),
    "import.skip": N_("Passed somebody of an import over"),
    "import.drop": N_("Put a handed-over file away"),
    "import.plan": N_("Had the dry run of a file made"),
    "import.refused": N_("Fetched the rows that were refused"),
    "import.upload": N_("Handed over a file of people"),
    "jurisdiction.bind": N_("Set the jurisdiction"),
    "jurisdiction.refused": N_("Was refused another jurisdiction"),
    "kind.confirm": N_("Confirmed a list of the district's own"),
    "kind.decline": N_("Declined a list of the district's own"),
    "kind.retire": N_("Retired a list of the district's own"),
    "kind.write": N_("Wrote a list of the district's own"),
    "key.drop": N_("Revoked a key for programs"),
    "key.make": N_("Made a key for programs"),
    "key.refused": N_("Was refused something by a key for programs"),
    "key.use": N_("Used a key for programs"),
    "keys.rotate": N_("Rotated the master key"),
    "listing.activate": N_("Made a listing active"),
    "listing.emergency": N_("Listed somebody in an emergency"),
    "listing.end": N_("Ended a listing"),
    "listing.propose": N_("Proposed a listing"),
    "listing.resume": N_("Resumed a listing"),
    "listing.show": N_("Looked at a listing at the terminal"),
    "listing.suspend": N_("Suspended a listing"),
    "listing.write": N_("Wrote a listing"),
    "lists.show": N_("Looked at the lists at the terminal"),
    "list.set": N_("Set the list"),
    "matching.refused": N_("Was refused camera matching"),
    "notice.give": N_("Gave the notice of a listing"),
    "notice.print": N_("Printed the notice of a listing"),
    "person.erase": N_("Erased a person"),
    "person.keep": N_("Kept a listed person"),
    "picture.photo": N_("Looked at a listed photo"),
    "picture.shot": N_("Looked at a camera shot"),
    "retention.delete": N_("Deleted faces whose time was over"),
    "retention.hold": N_("Held deletion back"),
    "retention.release": N_("Let deletion go on"),
    "roster.import": N_("Took a roster in"),
    "roster.search": N_("Looked for somebody in the roster"),
    "second.approve": N_("Approved a request"),
    "second.ask": N_("Asked for a second yes"),
    "second.decline": N_("Declined a request"),
    "second.refused": N_("Was refused an answer"),
    "session.close": N_("Signed out"),
    "session.open": N_("Signed in"),
    "session.refused": N_("Was refused a sign-in"),
    "session.prove": N_("Gave the password again"),
    "setting.ask": N_("Asked for a change of a setting"),
    "setting.change": N_("Changed a setting"),
    "setting.decline": N_("Declined a change of a setting"),
    "setting.revert": N_("Put a setting back to its value of before"),
    "templates.refused": N_("Was refused a face template"),
    "threshold.lower": N_("Took a raised threshold back with the answer"),
    "threshold.raise": N_("Raised a person's threshold by an answer"),
    "threshold.review": N_("Reviewed a raised threshold"),
}

CONDITION_WORDS = {
    CameraCondition.STARTING: N_("Starting"),
    CameraCondition.WATCHING: N_("Watching"),
    CameraCondition.LOST: N_("Not seeing"),
    CameraCondition.ENDED: N_("Video ended"),
}

ROLE_WORDS = {
    Role.DISTRICT_ADMINISTRATOR: N_("District administrator"),
    Role.SCHOOL_ADMINISTRATOR: N_("School administrator"),
    Role.SECURITY: N_("Security"),
    Role.FRONT_DESK: N_("Front desk"),
    Role.POLICE_LIAISON: N_("Police liaison"),
    Role.AUDITOR: N_("Auditor"),
    Role.TECHNICIAN: N_("Technician"),
}

VALUE_WORDS = {
    "not set": N_("not set"),
    "yes": N_("yes"),
    "no": N_("no"),
}

DAY = N_("EEEE, d MMMM y")
"""How a day is written, in the letters of Unicode's date patterns."""


def list_words(kind: str, own_lists: Callable[[], list[OwnList]]) -> str:
    """A list's name for people; ``own_lists`` are asked for the district's own."""
    if kind in LIST_WORDS:
        return gettext(LIST_WORDS[kind])
    return next((own.label(language()) for own in own_lists() if own.slug == kind), kind)


def role_words(role: Role) -> str:
    """A role's name for people."""
    return gettext(ROLE_WORDS[role])


def action_words(action: str) -> str:
    """What was done, in words."""
    return gettext(ACTION_WORDS[action]) if action in ACTION_WORDS else action.replace(".", ": ")


def value_words(value: str) -> str:
    """A setting's value; only those that are words are translated."""
    return gettext(VALUE_WORDS[value]) if value in VALUE_WORDS else value


def number(count: int) -> str:
    """A count with its thousands marked."""
    return format_decimal(count, locale=locale())


def figure(value: float) -> str:
    """A number of which only its size is known: two digits."""
    return format_decimal(float(f"{value:.2g}"), locale=locale(), decimal_quantization=False)


def percent(share: float) -> str:
    """A share in whole per cent."""
    return format_percent(share, "#,##0%", locale=locale())


def moment(at: datetime, zone: tzinfo | None) -> str:
    """Day and time at the site."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def clock(at: datetime, zone: tzinfo | None) -> str:
    """Time of day at the site, with seconds."""
    return at.astimezone(zone).strftime("%H:%M:%S")


def day(at: datetime, zone: tzinfo | None) -> str:
    """The day at the site, with the zone's short name."""
    local = at.astimezone(zone)
    return f"{format_date(local.date(), gettext(DAY), locale=locale())}, {local.tzname()}"


def condition_words(state: CameraState) -> str:
    """A camera's condition in one or two words."""
    return gettext(CONDITION_WORDS[state.condition])


def camera_line(state: CameraState) -> str:
    """One line under the camera's name: what it is doing, and what it has done."""
    parts = [said(state.detail)] if state.detail else []
    if state.condition is CameraCondition.LOST and state.retry_in_s is not None:
        parts.append(gettext("trying again in {seconds} s").format(seconds=f"{state.retry_in_s:.0f}"))
    if state.frames:
        counts = gettext("{received} pictures received, {analysed} analysed")
        parts.append(counts.format(received=number(state.frames), analysed=number(state.analysed)))
    return "; ".join(parts) if parts else gettext("no picture yet")


def score_words(score: float, threshold: float) -> str:
    """The two numbers."""
    words = gettext("Score {score}, threshold {threshold}.")
    return words.format(score=f"{score:.3f}", threshold=f"{threshold:.3f}")


def source_words(source: str) -> str:
    """Where a setting's value comes from."""
    return gettext("set in the console") if source == "console" else "hallwatch.toml"


STATE_WORDS = {
    "draft": N_("Draft"),
    "waiting": N_("Waiting for approval"),
    "active": N_("Active"),
    "suspended": N_("Suspended"),
    "ended": N_("Ended"),
    "expunged": N_("Expunged"),
    "notice-due": N_("Notice due"),
}
OWN_STATE_WORDS = {
    ListState.WAITING: N_("waits for a second yes"),
    ListState.IN_USE: N_("in use"),
    ListState.REFUSED: N_("declined"),
    ListState.RETIRED: N_("retired"),
}
WAY_WORDS = {
    Way.HANDED_OVER: N_("handed over"),
    Way.POST: N_("by post"),
    Way.MAIL: N_("by e-mail"),
    Way.READ_OUT: N_("read out"),
}
OUTCOME_WORDS = {
    Outcome.GRANTED: N_("granted: the listing ends"),
    Outcome.PARTLY: N_("granted in part: the listing is written anew"),
    Outcome.DENIED: N_("denied"),
}


def state_words(state: str) -> str:
    """How a listing stands, in words."""
    return gettext(STATE_WORDS[state])


def own_state_words(state: str) -> str:
    """How a list of the district's own stands."""
    return gettext(OWN_STATE_WORDS[ListState(state)])


def way_words(way: str) -> str:
    """How a notice was given."""
    return gettext(WAY_WORDS[Way(way)])


def outcome_words(outcome: str) -> str:
    """What an appeal was answered."""
    return gettext(OUTCOME_WORDS[Outcome(outcome)])


def stamp_words(verdict: str) -> str:
    """The worst that the photo gate found in a photo, short enough to stand on it."""
    return (found := said(verdict.partition("; ")[0]))[:1].upper() + found[1:]


def verdict_words(verdict: str) -> str:
    """What the photo gate said of a photo: what it found, and what may be expected of it."""
    found, _semicolon, expected = verdict.partition("; ")
    parts = [said(part) for part in (found, expected) if part]
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts)
