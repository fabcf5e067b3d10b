"""Column maps that were used: one for each source, kept among the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hallwatch.core.import_terms import key_of
from hallwatch.core.map_requests import KeepMap
from hallwatch.core.policy.roles import May
from hallwatch.core.requests import Done, Refused, Reply
from hallwatch.errors import FileRefused
from hallwatch.flow.books import Transaction

PREFIX = "imports/map/"
"""Before what stands for a source."""


@dataclass(frozen=True, slots=True)
class MapKeeping:
    """Answers requests about column maps. ``source`` says whose a map is; it raises FileRefused for what is none."""

    transaction: Callable[[], Transaction]
    source: Callable[[str], str]

    def answer(self, request: KeepMap, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        try:
            name = PREFIX + key_of(self.source(request.text))
        except FileRefused as error:
            return Refused(str(error))
        with self.transaction() as books:
            mine = books.accounts.account(request.by.actor)
            if mine is None or not mine.may(May.IMPORT):
                return Refused("your role does not include importing")
            if books.settings.get(name) != request.text:
                books.settings.put(name, request.text, now)
                books.audit.add(request.by.does("import.map", name.removeprefix(PREFIX)), now)
        return Done()
