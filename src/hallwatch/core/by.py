"""Who asks for something, from where and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hallwatch.core.audit import Deed, Plain


@dataclass(frozen=True, slots=True)
class By:
    """Who asks: ``actor`` is a user's number, ``machine:NAME`` or ``system``; ``origin`` from where; ``reason`` why."""

    actor: str
    origin: str = ""
    reason: str = ""

    def does(
        self, action: str, subject: str = "", *, school: str = "", detail: Mapping[str, Plain] | None = None
    ) -> Deed:
        """The deed as the audit trail keeps it."""
        return Deed(self.actor, action, subject, school, self.reason, self.origin, detail or {})
