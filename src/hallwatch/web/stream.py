"""The live stream of the page: server-sent events, replayed from the database after a lost connection."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from hallwatch.core.delivery_requests import ShowAlerts
from hallwatch.core.kept import KeptAlert
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.waiting import Waiting
from hallwatch.errors import HallwatchError
from hallwatch.web.admission import Visitor
from hallwatch.web.alert_words import news
from hallwatch.web.console import Console, Status
from hallwatch.web.pages import SHOWN, Pages

LOG = logging.getLogger(__name__)

HEARTBEAT_S = 2.0
"""The page turns red when it has heard nothing for five seconds."""


async def events(
    console: Console, pages: Pages, visitor: Visitor, seen: int | None, *, lists: bool = False
) -> AsyncIterator[str]:
    """Everything after alert change ``seen`` (None: no alerts, for a page that shows none), then what happens.

    A page that ``lists`` the newest alerts has them on the screen: they have reached somebody.

    Named events: ``hello`` (the run; a page of another run loads itself anew), ``alert`` (id: its sequence),
    ``status`` (cameras, troubles and the quiet start), ``waiting`` (what waits for the visitor, alerts that sound among
    it), ``siren`` (for how many alerts), ``beat``. The database is asked at every beat, too, so that an alert is shown
    even when its announcement was lost between two processes; and whether the visitor is still signed in: whoever is
    disabled hears ``out`` within two seconds, and nothing more.
    """
    yield "retry: 1000\n" + _event("hello", {"run": console.facts.run})
    shown: dict[str, str] = {}
    waiting, waited = Waiting(), None
    rings: int | None = None
    status, quiet = console.board.status(), ""
    while not status.ending:
        unreadable = None
        try:
            account = await asyncio.to_thread(_still, console, visitor)
            if account is None:
                yield _event("out", {})
                return
            changed = [] if seen is None else await asyncio.to_thread(_changed, console, account, seen)
            waiting = await asyncio.to_thread(console.waiting, account)
            quiet = await asyncio.to_thread(pages.quiet, account)
            cards = await asyncio.to_thread(_cards, pages, changed)
            ringing = len(await asyncio.to_thread(console.deliveries.ringing, account.scope))
        except HallwatchError as error:
            account, cards, ringing, unreadable = visitor.account, [], rings or 0, str(error)
        for alert, html in cards:
            seen = alert.sequence
            card = {"alert_id": alert.alert_id, "html": html, "news": news(alert)}
            yield _event("alert", card, number=seen)
        now = _with_trouble(pages.status_for(account, status), unreadable)
        parts = {"cameras": pages.cameras(now), "troubles": pages.troubles(now), "quiet": quiet}
        if parts != shown:
            shown = parts
            yield _event("status", parts)
        if unreadable is None and waiting != waited:
            waited = waiting
            counts = {"lists": str(waiting.lists), "sounding": str(waiting.sounding)}
            yield _event("waiting", counts | {"html": pages.waiting(waiting)})
        if ringing != rings:
            rings = ringing
            yield _event("siren", {"count": str(rings)})
        yield _event("beat", {})
        if lists:
            await asyncio.to_thread(_reached, console, visitor, account)
        status = await console.board.changed(status.version, HEARTBEAT_S)


def _cards(pages: Pages, alerts: list[KeptAlert]) -> list[tuple[KeptAlert, str]]:
    """Each alert with its card, for which the database is asked, too."""
    return [(alert, pages.card(alert)) for alert in alerts]


def _still(console: Console, visitor: Visitor) -> Account | None:
    """The account as it is now, if the browser is still signed in."""
    found = console.who.by_session(visitor.signed.digest, datetime.now(UTC))
    return found[0] if found is not None and found[0].may(May.SEE_ALERTS) else None


def _reached(console: Console, visitor: Visitor, account: Account) -> None:
    """What stands on a page that is open has reached somebody. Where that cannot be noted now, it is at the next beat;
    until then the alert counts as undelivered."""
    try:
        waiting = console.deliveries.unshown(account.scope)
        if waiting:
            page = {alert.alert_id for alert in console.alerts.latest(SHOWN, account.sight)}
            if here := tuple(sorted(waiting & page)):
                console.ask(ShowAlerts(visitor.by, here))
    except HallwatchError as error:
        LOG.warning("it cannot be noted that alerts were shown: %s", error)


def _changed(console: Console, account: Account, seen: int) -> list[KeptAlert]:
    """The changes after ``seen``; a page long away gets only as many as it can hold, newest last."""
    latest = console.alerts.latest(1, account.sight)
    if not latest or latest[0].sequence <= seen:
        return []
    changed = console.alerts.since(seen, SHOWN + 1, account.sight)
    if len(changed) <= SHOWN:
        return changed
    return [alert for alert in reversed(console.alerts.latest(SHOWN, account.sight)) if alert.sequence > seen]


def _with_trouble(status: Status, trouble: str | None) -> Status:
    if trouble is None:
        return status
    return Status(status.version, status.cameras, (*status.troubles, trouble), status.ending)


def _event(name: str, data: dict[str, str], number: int | None = None) -> str:
    """One event; JSON keeps line breaks out of the data."""
    identity = "" if number is None else f"id: {number}\n"
    return f"{identity}event: {name}\ndata: {json.dumps(data)}\n\n"
