"""hallwatch alerts: figures of alerts, without anybody's name."""

from __future__ import annotations

import json as jsons
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hallwatch.entry.cli.options import Json, say
from hallwatch.entry.cli.records import HERE, Config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hallwatch.core.figures import Figures, Row

app = typer.Typer(no_args_is_help=True, help="Alerts, counted.")
DAYS = 30


@app.callback()
def alerts() -> None:
    """Alerts, counted."""


@app.command()
def figures(
    since: Annotated[str, typer.Option(metavar="DATE", help="The first day; without it, 30 days ago.")] = "",
    config: Config = HERE,
    json: Json = False,
) -> None:
    """How alerts ended, by camera, list and hour; false alerts a day, measured and claimed. Names nobody."""
    found = _figures(config, since)
    if json:
        print(jsons.dumps(_as_json(found)))
        return
    total, rate = found.total, found.rate
    say(f"alerts first seen from {found.since} to {found.until}")
    print(
        f"{'':24} {'alerts':>7} {'same':>6} {'different':>10} {'not known':>10} {'drill':>6}  wrong of those answered"
    )
    _print("all", total)
    for title, rows in (("camera", found.cameras), ("list", found.lists), ("school", found.schools)):
        print(f"by {title}")
        for name, row in rows.items():
            _print(f"  {name or 'not known any more'}", row)
    print("by hour of the day")
    for hour, row in found.hours.items():
        if row.alerts:
            _print(f"  {hour:02}:00", row)
    print("how they ended")
    for name, count in found.outcomes.items():
        print(f"{'  ' + (name or 'not closed yet'):24} {count:7}")
    if rate.a_day is None:
        print("false alerts a day: too few to say, not one whole day of this period is over")
        return
    measured, low, high = rate.a_day
    days = "days on which passes were counted" if rate.exposure.counted else "days of the calendar"
    print(
        f"false alerts a day: {measured:.2g} measured (95 % interval {low:.2g} to {high:.2g}; {rate.events} in"
        f" {rate.exposure.days:.3g} {days}), {rate.claimed:.2g} claimed: {SAID[rate.compared.value]}"
    )


SAID = {
    "more": "more than claimed",
    "fewer": "fewer than claimed",
    "cannot-say": "that fits, neither more nor fewer can be shown",
}


def _figures(config: Path, since: str) -> Figures:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from hallwatch.entry.installation import installed
    from hallwatch.flow.figuring import Period, figures
    from hallwatch.flow.setting import PREFIX
    from hallwatch.settings.changing import joined
    from hallwatch.settings.environment import Environment
    from hallwatch.settings.read import read_site

    site = read_site(config)
    with installed(site, Environment.from_environ()) as here:
        now_set = joined(site, here.reader.settings(PREFIX)).site
        zone = ZoneInfo(now_set.time_zone) if now_set.time_zone else None
        now = datetime.now(UTC)
        today = now.astimezone(zone).date()
        period = Period.of(since, "", today) if since else Period.last(DAYS, today)
        return figures(here.reader, period, zone=zone, now=now, claimed=now_set.false_alerts_per_day)


def _print(name: str, row: Row) -> None:
    said = row.share_wrong
    share = (
        f"{said[0]:.0%} ({said[1]:.0%} to {said[2]:.0%})"
        if said
        else f"too few to say ({row.answered} answered)"
    )
    print(f"{name[:24]:24} {row.alerts:7} {row.right:6} {row.wrong:10} {row.open:10} {row.drill:6}  {share}")


def _as_json(found: Figures) -> dict[str, object]:
    rate = found.rate
    measured = None if rate.a_day is None else dict(zip(("measured", "low", "high"), rate.a_day, strict=True))
    return {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "total": _row(found.total),
        "outcomes": {name or "not-closed": count for name, count in found.outcomes.items()},
        "cameras": _rows(found.cameras),
        "lists": _rows(found.lists),
        "schools": _rows(found.schools),
        "hours": {str(hour): _row(row) for hour, row in found.hours.items()},
        "false_alerts_a_day": {
            "events": rate.events,
            "days": rate.exposure.days,
            "days_counted": rate.exposure.counted,
            "days_estimated": rate.exposure.estimated,
            "claimed": rate.claimed,
            "compared": rate.compared.value,
        }
        | (measured or {}),
    }


def _rows(rows: Mapping[str, Row]) -> dict[str, object]:
    return {name or "not-known": _row(row) for name, row in rows.items()}


def _row(row: Row) -> dict[str, object]:
    said = row.share_wrong
    share = None if said is None else dict(zip(("share", "low", "high"), said, strict=True))
    counts = {name: getattr(row, name) for name in ("alerts", "right", "wrong", "open", "drill")}
    return {**counts, "share_wrong": share}
