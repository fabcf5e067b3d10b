"""What every table of hallwatch.toml is."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of hallwatch.toml: frozen, no unknown keys, no conversions between types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


IN_CONSOLE: dict[str, Any] = {"in_console": True}
"""Marks a setting that the console may change where hallwatch.toml leaves it out (settings/changing.py)."""
TWO_PEOPLE: dict[str, Any] = {"in_console": True, "two_people": True}
"""The same, and it takes two people: it moves the threshold."""
TWO_AT_ONCE: dict[str, Any] = TWO_PEOPLE | {"at_once": True}
"""Takes two people, and holds at once: it decides who sees alerts."""
SECRET: dict[str, Any] = {"in_console": True, "secret": True}
"""The same, and nobody is shown it again."""


def known_zone(name: str) -> str:
    """The name again. Raises ValueError for none that is known here."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is no IANA time zone; write for example America/Chicago") from error
    return name
