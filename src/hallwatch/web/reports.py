"""Reports: how many alerts there were and how they ended, drawn, with the numbers in tables; nobody's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from hallwatch.core.alert import Outcome
from hallwatch.core.figures import LEAST_ANSWERED, Figures, Row
from hallwatch.core.policy.roles import Account, Sight
from hallwatch.errors import UserError
from hallwatch.flow.figuring import Period, figures
from hallwatch.web.alert_words import outcome_words
from hallwatch.web.console import Console
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import visitor_of
from hallwatch.web.texts import gettext as _

DAYS = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a drawing: ``parts`` are the name of a style, a count, and where it begins and how long it is in per
    cent of the longest row."""

    name: str
    row: Row
    parts: tuple[tuple[str, int, float, float], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows under a title; ``shares`` says whether it is told which part of them was wrong."""

    anchor: str
    title: str
    bars: tuple[Bar, ...]
    shares: bool = False


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.get("/reports")
    def reports_page(
        request: Request, days: str = "30", since: str = "", until: str = "", school: str = ""
    ) -> HTMLResponse:
        visitor = visitor_of(request)
        zone = console.facts.zone
        now = datetime.now(UTC)
        today, schools = now.astimezone(zone).date(), _schools(console, visitor.account)
        fault, found = "", None
        try:
            if school and school not in schools:
                raise UserError("there is no such school; choose one of the list")
            if since or until:
                days, period = "", Period.of(since, until, today)
            else:
                days = days if days in map(str, DAYS) else "30"
                period = Period.last(int(days), today)
            sight = _sight(visitor.account, school)
            claimed = console.settings.claimed()
            found = figures(console.alerts, period, zone=zone, now=now, claimed=claimed, sight=sight)
        except UserError as error:
            fault = str(error)
        page = pages.render(
            "reports.html",
            visitor,
            figures=found,
            charts=[] if found is None else _charts(found, pages),
            whole_site=visitor.account.scope is None and not school,
            asked={"days": days, "since": since[:10], "until": until[:10], "school": school},
            schools=schools,
            all_days=DAYS,
            least=LEAST_ANSWERED,
            fault=fault,
        )
        return HTMLResponse(page, status_code=422 if fault else 200)


def _schools(console: Console, account: Account) -> list[str]:
    """Those that somebody may ask for."""
    return [school for school in console.facts.schools if account.sees(school)]


def _sight(account: Account, school: str) -> Sight:
    sight = account.sight
    return replace(sight, schools=frozenset({school})) if school else sight


def _charts(found: Figures, pages: Pages) -> list[Chart]:
    """The drawings, one after the other."""
    outcomes = {_ended(name): Row(open=count) for name, count in found.outcomes.items()}
    charts = [
        Chart("outcomes", _("How they ended"), _bars(_most_first(outcomes))),
        Chart("cameras", _("By camera"), _bars(found.cameras), shares=True),
        Chart("lists", _("By list"), _bars(_named(found.lists, pages)), shares=True),
    ]
    if len(found.schools) > 1:
        charts.append(Chart("schools", _("By school"), _bars(found.schools), shares=True))
    hours = {f"{hour:02}:00": row for hour, row in found.hours.items()}
    return [*charts, Chart("hours", _("By hour of the day"), _bars(hours))]


def _ended(outcome: str) -> str:
    return outcome_words(Outcome(outcome)) if outcome else _("Not closed yet")


def _named(lists: Mapping[str, Row], pages: Pages) -> dict[str, Row]:
    return {pages.list_words(kind) if kind else _("Not known any more"): row for kind, row in lists.items()}


def _most_first(rows: Mapping[str, Row]) -> dict[str, Row]:
    return dict(sorted(rows.items(), key=lambda one: -one[1].alerts))


def _bars(rows: Mapping[str, Row]) -> tuple[Bar, ...]:
    longest = max((row.alerts for row in rows.values()), default=0) or 1
    return tuple(Bar(name, row, tuple(_parts(row, longest))) for name, row in rows.items())


def _parts(row: Row, longest: int) -> Iterable[tuple[str, int, float, float]]:
    start = 0.0
    for name in ("right", "wrong", "open", "drill"):
        count: int = getattr(row, name)
        if count:
            width = 100 * count / longest
            yield name, count, round(start, 2), round(width, 2)
            start += width
