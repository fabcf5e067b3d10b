"""What can be told of an alert."""

from __future__ import annotations

from enum import StrEnum


class What(StrEnum):
    """What is told."""

    RAISED = "raised"
    CONFIRMED = "confirmed"
    RECALLED = "recalled"
    TEST = "test"
    RING = "ring"
    """Whoever begins a shift has asked whether the phone is heard."""
