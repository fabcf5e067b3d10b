"""How facts are said on the page."""

from __future__ import annotations

from datetime import datetime, tzinfo

from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.policy.roles import Role

LIST_WORDS = {
    "expulsion": "Expulsion",
    "trespass": "Trespass",
    "registry": "Registry",
    "other": "Other list",
}

ACTION_WORDS = {
    "account.add": "Added an account",
    "account.code": "Set up a code app",
    "account.code.end": "Ended the code app",
    "account.disable": "Disabled an account",
    "account.link": "Made a one-time link",
    "account.link.use": "Used a one-time link",
    "account.passkey": "Added a passkey",
    "account.passkey.drop": "Gave a passkey up",
    "account.password": "Changed the own password",
    "alert.raise": "Raised an alert",
    "audit.export": "Exported the audit trail",
    "backup.restore": "Restored a backup",
    "backup.take": "Took a backup",
    "jurisdiction.bind": "Set the jurisdiction",
    "jurisdiction.refused": "Was refused another jurisdiction",
    "keys.rotate": "Rotated the master key",
    "list.set": "Set the list",
    "matching.refused": "Was refused camera matching",
    "person.erase": "Erased a person",
    "person.keep": "Kept a listed person",
    "picture.photo": "Looked at a listed photo",
    "picture.shot": "Looked at a camera shot",
    "retention.delete": "Deleted faces whose time was over",
    "retention.hold": "Held deletion back",
    "retention.release": "Let deletion go on",
    "second.approve": "Approved a request",
    "second.ask": "Asked for a second yes",
    "second.decline": "Declined a request",
    "second.refused": "Was refused an answer",
    "session.close": "Signed out",
    "session.open": "Signed in",
    "session.prove": "Gave the password again",
    "templates.refused": "Was refused a face template",
}

CONDITION_WORDS = {
    CameraCondition.STARTING: "Starting",
    CameraCondition.WATCHING: "Watching",
    CameraCondition.LOST: "Not seeing",
    CameraCondition.ENDED: "Video ended",
}


def list_words(kind: str) -> str:
    """A list's name for people."""
    return LIST_WORDS.get(kind, kind)


def role_words(role: Role) -> str:
    """A role's name for people."""
    return role.value.replace("-", " ").capitalize()


def action_words(action: str) -> str:
    """What was done, in words."""
    return ACTION_WORDS.get(action, action.replace(".", ": "))


def moment(at: datetime, zone: tzinfo | None) -> str:
    """Day and time at the site."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def clock(at: datetime, zone: tzinfo | None) -> str:
    """Time of day at the site, with seconds."""
    return at.astimezone(zone).strftime("%H:%M:%S")


def day(at: datetime, zone: tzinfo | None) -> str:
    """The day at the site, with the zone's short name."""
    local = at.astimezone(zone)
    return f"{local:%A}, {local.day} {local:%B %Y}, {local.tzname()}"


def condition_words(state: CameraState) -> str:
    """A camera's condition in one or two words."""
    return CONDITION_WORDS[state.condition]


def camera_line(state: CameraState) -> str:
    """One line under the camera's name: what it is doing, and what it has done."""
    parts = [state.detail] if state.detail else []
    if state.condition is CameraCondition.LOST and state.retry_in_s is not None:
        parts.append(f"trying again in {state.retry_in_s:.0f} s")
    if state.frames:
        parts.append(f"{state.frames:,} pictures received, {state.analysed:,} analysed")
    return "; ".join(parts) if parts else "no picture yet"


def score_words(score: float, threshold: float) -> str:
    """The two numbers."""
    return f"Score {score:.3f}, threshold {threshold:.3f}."
