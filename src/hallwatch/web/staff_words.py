"""Deeds of those who answer alerts, as the audit page says them."""

from __future__ import annotations

from hallwatch.web.texts import N_

STAFF_ACTIONS = {
    "alert.refused": N_("Was refused an answer to an alert"),
    "alert.untrained": N_("Answered an alert without the course"),
    "training.demonstrate": N_("Let a demonstration's guest answer without the course"),
    "training.pass": N_("Passed the course"),
}
