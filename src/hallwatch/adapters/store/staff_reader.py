"""What pages ask about those who answer alerts, each question by itself."""

from __future__ import annotations

from dataclasses import dataclass

from hallwatch.adapters.store.duty import DutyQuestions
from hallwatch.adapters.store.reader import Reader
from hallwatch.adapters.store.training import TrainingQuestions
from hallwatch.core.device import Device
from hallwatch.core.duty import Ring, Shift
from hallwatch.core.training import Training


@dataclass(frozen=True, slots=True)
class StaffReader:
    """Implements web.staff_questions.StaffQuestions; safe from any thread."""

    reader: Reader

    def device(self, session: str) -> Device | None:
        """The browser of this session, if it is on shift."""
        with self.reader.accounts() as accounts:
            return accounts.device(session)

    def shifts(self) -> list[Shift]:
        """The calendar of duty."""
        with self.reader.session() as session:
            return DutyQuestions(session).shifts()

    def rings(self) -> dict[str, Ring]:
        """By account, the last time that its phone was rung."""
        with self.reader.session() as session:
            return {ring.account_id: ring for ring in DutyQuestions(session).rings()}

    def training(self) -> dict[str, Training]:
        """By account, the last course that it passed, whether it still holds or not."""
        with self.reader.session() as session:
            return {one.account_id: one for one in TrainingQuestions(session).all()}
