"""What pages say to those who have to take the course, and of schools where nobody has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hallwatch.core.policy.roles import Account
from hallwatch.core.training import Training, needs_course


@dataclass(frozen=True, slots=True)
class Course:
    """What every page says to somebody who has to take the course: ``last`` is the one that was passed."""

    last: Training | None
    now: datetime

    @property
    def holds(self) -> bool:
        """Whether alerts may be answered meanwhile."""
        return self.last is not None and self.last.holds(self.now)


def course_of(account: Account | None, training: Mapping[str, Training], now: datetime) -> Course | None:
    """What has to be said to this account; None when there is nothing."""
    if account is None or not needs_course(account):
        return None
    last = training.get(account.account_id)
    return None if last is not None and last.holds(now) and not last.is_due(now) else Course(last, now)


def untrained_schools(
    schools: Sequence[str], everybody: Sequence[Account], training: Mapping[str, Training], now: datetime
) -> list[str]:
    """The schools at which nobody who may answer has taken the course."""
    trained = [
        one
        for one in everybody
        if needs_course(one) and (last := training.get(one.account_id)) is not None and last.holds(now)
    ]
    return [school for school in schools if not any(one.sees(school) for one in trained)]
