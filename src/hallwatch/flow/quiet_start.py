"""The quiet start of a site: it begins at the first start, counts, and ends by itself or by two people.

How it stands is one setting of the records: a keeper that starts again goes on counting where the last one was.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hallwatch.core.audit import Plain
from hallwatch.core.by import By
from hallwatch.core.decide.passes import counted
from hallwatch.core.quiet_start import KEPT_AS, QuietStart
from hallwatch.core.requests import Done, Reply
from hallwatch.core.site_requests import StartQuietly
from hallwatch.errors import SealBroken
from hallwatch.flow.books import Books, Facts
from hallwatch.flow.passes import PASSES, days_of

EVER = datetime(1970, 1, 1, tzinfo=UTC)
SYSTEM = By("system")


def standing(settings: Facts) -> QuietStart | None:
    """How it stands; None before the server's first start. A record that was altered silences nobody: alerts go to
    everybody, and ``why_unreadable`` says so."""
    try:
        return QuietStart.of(settings.get(KEPT_AS))
    except SealBroken:
        return None


def why_unreadable(settings: Facts) -> str | None:
    """Why its record cannot be read; None when it can."""
    try:
        settings.get(KEPT_AS)
    except SealBroken as error:
        return str(error)
    return None


def is_quiet(settings: Facts) -> bool:
    """Whether a new alert is for reviewers only."""
    found = standing(settings)
    return found is not None and found.holds


def start(books: Books, request: StartQuietly, now: datetime) -> Reply:
    """The server starts: the first time it is decided whether the site begins quietly, for good; later the claim may be
    another one, and then what was counted says nothing of it."""
    found = standing(books.settings)
    claim = QuietStart(request.pack, request.false_alerts_per_day, request.passes_per_day)
    if found is None:
        if request.wanted and not _ran_before(books):
            _begin(books, claim, request.by, now)
        else:
            _put(books, claim, now)
    elif found.holds and not request.wanted:
        _end(books, _looked(books, found), request.by, now, "settings")
    elif found.holds and (found.pack, found.false_alerts_per_day) != (
        claim.pack,
        claim.false_alerts_per_day,
    ):
        _begin(books, claim, request.by, now)
    else:
        same = replace(found, pack=claim.pack, false_alerts_per_day=claim.false_alerts_per_day)
        _put(books, replace(same, passes_per_day=claim.passes_per_day), now)
    return Done()


def count(books: Books, passes: int, now: datetime) -> None:
    """So many more have passed."""
    found = standing(books.settings)
    if found is not None and found.holds:
        _put(books, replace(found, passes=found.passes + passes), now)


def turn(books: Books, today: date, now: datetime) -> None:
    """Look at how it stands, and end it when the claim is shown. ``today`` is the day at the site."""
    found = standing(books.settings)
    if found is None or not found.holds:
        return
    after = _looked(books, found, today)
    if after.fits:
        _end(books, after, SYSTEM, now, "counted")
    elif after != found:
        _put(books, after, now)


def switch(books: Books, by: By, now: datetime, *, wanted: bool) -> None:
    """Two people have said so: end it, or begin it again with a new count."""
    found = standing(books.settings)
    if found is None or found.holds is wanted:
        return
    if wanted:
        _begin(books, found, by, now)
    else:
        _end(books, _looked(books, found), by, now, "asked")


def _looked(books: Books, found: QuietStart, today: date | None = None) -> QuietStart:
    """With the alerts of until now, and the passes a day as they were counted, once that is known."""
    row = books.alerts.tally(found.began or EVER)
    found = replace(found, wrong=row.wrong, open=row.open)
    if today is None:
        return found
    kept = {
        name.removeprefix(PASSES): books.settings.get(name) or "" for name in books.settings.names(PASSES)
    }
    a_day = counted(days_of(kept), today.isoformat())
    return found if a_day is None else replace(found, passes_per_day=a_day.passes)


def _ran_before(books: Books) -> bool:
    """Whether anybody has passed a camera of this site before."""
    return bool(books.settings.names(PASSES)) or books.alerts.tally(EVER).alerts > 0


def _begin(books: Books, claim: QuietStart, by: By, now: datetime) -> None:
    found = replace(claim, began=now, ended=None, passes=0, wrong=0, open=0)
    _put(books, found, now)
    books.audit.add(by.does("quiet.begin", detail=_detail(found)), now)


def _end(books: Books, found: QuietStart, by: By, now: datetime, why: str) -> None:
    _put(books, replace(found, ended=now), now)
    detail = _detail(found) | {"passes": found.passes, "wrong": found.wrong, "open": found.open, "why": why}
    books.audit.add(by.does("quiet.end", detail=detail), now)


def _detail(found: QuietStart) -> dict[str, Plain]:
    return {
        "pack": found.pack,
        "needed": found.needed,
        "false_alerts_per_day": found.false_alerts_per_day,
        "passes_per_day": found.passes_per_day,
    }


def _put(books: Books, found: QuietStart, now: datetime) -> None:
    books.settings.put(KEPT_AS, found.kept, now)
