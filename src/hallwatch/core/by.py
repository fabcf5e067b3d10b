"""Who asks for something, from where and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hallwatch.core.audit import Deed, Plain


@dataclass(frozen=True, slots=True)
class By:
    """Who asks: ``actor`` is a user's number, ``machine:NAME`` or ``system``; ``origin`` from where; ``reason`` why;
    ``key`` is the number of that user's key, when a program asks with it."""

    actor: str
    origin: str = ""
    reason: str = ""
    key: str = ""

    @property
    def is_terminal(self) -> bool:
        """Whether somebody typed a command: with the right to the machine's data, and proven to be nobody."""
        return self.actor.startswith("machine:")

    def does(
        self, action: str, subject: str = "", *, school: str = "", detail: Mapping[str, Plain] | None = None
    ) -> Deed:
        """The deed as the audit trail keeps it."""
        with_key = {"key": self.key} if self.key else {}
        return Deed(
            self.actor, action, subject, school, self.reason, self.origin, {**(detail or {}), **with_key}
        )
