"""The brake on a runaway listing: when one person's alerts go quiet until somebody has looked at the listing.

One bad photo once made 900 alerts in 130 shops. Counted are *separate* incidents that nobody has answered, or that
were answered *different person*. What one passage of one real person can cause counts once: alerts of one school
that are less than ten minutes apart, however many cameras and buildings. And nothing counts that lies before an
answer *same person*: from then on somebody knows that the person is real.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hallwatch.core.decide.incidents import IN_ONE_BUILDING

IN_AN_HOUR = 5
IN_A_DAY = 10
SCHOOLS_IN_AN_HOUR = 3
"""Nobody walks into three schools within an hour without anybody answering once."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Incident:
    """An alert of the person, as the brake sees it. ``wrong`` True: answered *different person*; None: not answered;
    False: anything else. ``same`` is when it was answered *same person*."""

    school: str
    began: datetime
    last: datetime
    raised: datetime
    wrong: bool | None
    same: datetime | None = None


def why_braked(incidents: Iterable[Incident], now: datetime, since: datetime | None = None) -> str | None:
    """Why the person's next alert is a quiet one, in one line; None where it is as loud as any.

    ``since`` is the last review: what lies before it was looked at.
    """
    known = list(incidents)
    from_ = max([at for at in (since, *(one.same for one in known)) if at is not None], default=None)
    counted = _separate(
        one for one in known if one.wrong is not False and (from_ is None or one.raised > from_)
    )
    hour = [one for one in counted if now - one.raised <= HOUR]
    day = [one for one in counted if now - one.raised <= DAY]
    if len({one.school for one in hour}) >= SCHOOLS_IN_AN_HOUR:
        return f"wrong or unanswered alerts in {len({one.school for one in hour})} schools within an hour"
    if len(hour) >= IN_AN_HOUR:
        return f"{len(hour)} separate wrong or unanswered alerts within an hour"
    if len(day) >= IN_A_DAY:
        return f"{len(day)} separate wrong or unanswered alerts within a day"
    return None


def _separate(incidents: Iterable[Incident]) -> list[Incident]:
    """Those that one passage of one person cannot explain: of a school, less than ten minutes apart are one.

    A wrong one is always one of its own: somebody has looked, and it was nobody's passage.
    """
    found: list[Incident] = []
    last: dict[str, datetime] = {}
    for one in sorted(incidents, key=lambda one: one.began):
        before = last.get(one.school)
        if one.wrong or before is None or one.began - before > IN_ONE_BUILDING:
            found.append(one)
        last[one.school] = max(one.last, before or one.last)
    return found
