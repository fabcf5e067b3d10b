"""How facts are said on the page."""

from __future__ import annotations

from datetime import datetime, tzinfo

from hallwatch.core.events import CameraCondition, CameraState

LIST_WORDS = {
    "expulsion": "Expulsion",
    "trespass": "Trespass",
    "registry": "Registry",
    "other": "Other list",
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
