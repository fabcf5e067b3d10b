"""The lists page: what waits, and everybody listed, a hundred at a time."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi.responses import HTMLResponse

from hallwatch.core.dossier import AskedLines, Dossier
from hallwatch.core.listing import OPEN, State
from hallwatch.core.policy.roles import Account, May
from hallwatch.web.admission import Visitor
from hallwatch.web.console import Console
from hallwatch.web.kinds import kinds_known
from hallwatch.web.notices import DUE, waiting_appeals
from hallwatch.web.pages import Pages

PAGE = 100
MOST_PAGE = 10_000


def overview_page(
    console: Console,
    pages: Pages,
    visitor: Visitor,
    kind: str = "",
    state: str = "",
    q: str = "",
    number: int = 1,
) -> HTMLResponse:
    """The page; ``number`` is that of the part of everybody listed that is shown, from 1 on."""
    account, now = visitor.account, datetime.now(UTC)
    states = (State(state),) if state in tuple(OPEN) else OPEN
    asked = AskedLines(kind, states, state == DUE, q[:200])
    number = min(max(number, 1), MOST_PAGE)
    with console.lists.overview() as overview:
        waiting = overview.waiting(account, PAGE + 1)
        shown, more = overview.page(account, asked, number, PAGE)
        untold, some = overview.overdue(account, now), overview.any()
        unlisted = overview.unlisted(account) if account.may(May.WRITE_LISTINGS) else []
    with console.waiting_imports() as view:
        imports = [one for one in view.waiting() if one.waits_for(account)]
    page = pages.render(
        "lists.html",
        visitor,
        imports=imports,
        waiting=[(one, one.standing) for one in waiting[:PAGE]],
        more_wait=len(waiting) > PAGE,
        shown=[(one, one.standing) for one in shown],
        number=number,
        more=more,
        held=_held(console, account) if account.may(May.WRITE_LISTINGS) else [],
        total=some,
        unlisted=unlisted,
        kinds=kinds_known(console),
        states=[*(one.value for one in OPEN), DUE],
        appeals=waiting_appeals(console, visitor),
        untold=untold,
        now=now,
        asked={"list": kind, "state": state, "q": q},
        may_write=account.may(May.WRITE_LISTINGS),
    )
    return HTMLResponse(page)


def _held(console: Console, account: Account) -> list[Dossier]:
    """Whose alerts are held back until somebody has looked."""
    numbers = dict.fromkeys(one.person_id for one in console.alerts.restraints())
    found = (console.lists.dossier(number) for number in numbers)
    return [one for one in found if one is not None and one.is_business_of(account)]
