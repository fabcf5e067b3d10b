"""Deeds of those who answer alerts, as the audit page says them."""

from __future__ import annotations

from hallwatch.web.texts import N_

STAFF_ACTIONS = {
    "alert.refused": N_("Was refused an answer to an alert"),
    "alert.untrained": N_("Answered an alert without the course"),
    "device.enrol": N_("Began a shift on a device"),
    "device.out": N_("Was signed out by wrong PINs"),
    "device.unlock": N_("Gave a device its PIN"),
    "device.wrong": N_("Gave a device a wrong PIN"),
    "duty.answer": N_("Answered the ring of the own phone"),
    "duty.drop": N_("Took a shift out of the calendar"),
    "duty.ring": N_("Had the own phone rung"),
    "duty.write": N_("Wrote a shift into the calendar"),
    "training.demonstrate": N_("Let a demonstration's guest answer without the course"),
    "training.pass": N_("Passed the course"),
}
