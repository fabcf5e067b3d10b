"""Reports on the page and in the terminal: the same counts, of one's own schools, nobody's name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hallwatch.core.alert import Answer, Outcome
from hallwatch.core.alert_requests import AnswerAlert, CloseAlert
from hallwatch.core.kept import Whereabouts
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By
from hallwatch.entry.cli import app
from hallwatch.errors import UserError
from tests.browser import Browser
from tests.test_pages_axe import axe, violations  # noqa: F401 - a fixture
from tests.test_web import SIGHTING, WHERE, Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

CONFIG = """
[site]
jurisdiction = "US-MO"
time_zone = "America/Chicago"
data_dir = "{folder}"
false_alerts_per_day = 2.0

[keys]
dir = "{folder}/keys"
backups = "{folder}/key-backups"

[[cameras]]
name = "Entrance"
address = "rtsp://192.0.2.1/a"
"""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A dozen alerts of a week, one of them in the other school."""
    with running(tmp_path_factory.mktemp("reports")) as it:
        it.office.enter(Role.SECURITY, ("North", "South"), "robin")
        robin = By(it.office.reader.by_login("robin")[0].account_id)  # type: ignore[index]
        for number in range(12):
            at = datetime.now(UTC) - timedelta(days=number % 6, minutes=5)
            place = Whereabouts("Gym", "South") if number == 11 else WHERE
            camera = "Gym" if number == 11 else "Entrance"
            sighting = replace(
                SIGHTING, alert_id=f"r{number}", external_id=f"R{number}", camera=camera, at=at
            )
            it.office.desk.keep(sighting, place=place, meaning="rare", now=at)
            answer = Answer.DIFFERENT if number < 3 else Answer.SAME
            it.office.done(AnswerAlert(robin, f"r{number}", answer, "face" if number < 3 else "", "", ()))
        it.office.done(CloseAlert(robin, "r11", Outcome.POLICE, ""))
        yield it


def test_counts_without_a_name(console: Running) -> None:
    for role in (Role.DISTRICT_ADMINISTRATOR, Role.AUDITOR):
        with console.browser(console.office.enter(role)) as client:
            page = client.get("/reports?days=7").text
            assert "<dt>Alerts</dt><dd>12</dd>" in page
            assert "<dt>Different person</dt><dd>3</dd>" in page
            assert '<th scope="row">Gym</th><td class="number">1</td>' in page
            assert "27% (10% to 57%) of 11" in page  # of the entrance's eleven
            assert "too few to say: 1 answered" in page
            assert "Police took over" in page
            assert "Claimed: 1 a day for the whole site" in page or "Too few to say" in page
            assert "Dana" not in page
            assert "no such school" in client.get("/reports?school=Nowhere").text
            assert "Alerts</dt><dd>1</dd>" in client.get("/reports?school=South").text


def test_ones_own_schools_only(console: Running) -> None:
    for role, school, count in ((Role.SECURITY, "North", 11), (Role.SCHOOL_ADMINISTRATOR, "South", 1)):
        with console.browser(console.office.enter(role, (school,))) as client:
            page = client.get("/reports").text
            assert f"<dt>Alerts</dt><dd>{count}</dd>" in page
            assert ("Gym" in page) == (school == "South")
            other = client.get(f"/reports?school={'South' if school == 'North' else 'North'}")
            assert other.status_code == 422
            assert "no such school" in other.text
    with console.browser(console.office.enter(Role.TECHNICIAN)) as technician:
        assert technician.get("/reports").status_code == 403


def test_a_period_is_chosen_or_refused_in_one_line(console: Running) -> None:
    today = datetime.now(console.console.facts.zone).date()
    assert "No alerts in this period" in console.get("/reports?since=2026-01-01&until=2026-01-31").text
    assert "<dt>Alerts</dt><dd>11</dd>" in console.get(f"/reports?since={today - timedelta(days=8)}").text
    for asked in ("since=soon", "since=2026-02-01&until=2026-01-01"):
        refused = console.get(f"/reports?{asked}")
        assert refused.status_code == 422
        assert 'class="fault"' in refused.text


@pytest.mark.parametrize(("width", "dark"), [(1280, True), (390, False)])
def test_reports_in_a_browser(
    console: Running,
    program: str,  # noqa: F811
    axe: str,  # noqa: F811
    width: int,
    dark: bool,
) -> None:
    with Browser(program, width=width, dark=dark) as browser:
        console.show(browser, "/reports", console.office.enter(Role.DISTRICT_ADMINISTRATOR))
        browser.value("document.querySelectorAll('main details').forEach((d) => (d.open = true))")
        assert violations(browser, axe) == []
        assert browser.value("document.documentElement.scrollWidth <= innerWidth")
        # as long as it says: the three wrong ones are 3 of 12 of the longest row
        rects = "[...document.querySelectorAll('#cameras + .card .drawn')][0].querySelectorAll('rect')"
        widths = browser.value(f"[...{rects}].map((r) => r.getBoundingClientRect().width)")
        assert isinstance(widths, list)
        assert widths[1] / (widths[0] + widths[1]) == pytest.approx(3 / 11, abs=0.03)


def test_the_terminal_says_the_same(console: Running, tmp_path: Path) -> None:
    config = tmp_path / "hallwatch.toml"
    config.write_text(CONFIG.format(folder=console.office.folder), encoding="utf-8")
    said = CliRunner().invoke(app, ["alerts", "figures", "--json", "--config", str(config)])
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    assert (told["total"]["alerts"], told["total"]["wrong"], told["schools"]["South"]["alerts"]) == (12, 3, 1)
    assert told["false_alerts_a_day"]["claimed"] == 2.0
    assert told["cameras"]["Entrance"]["share_wrong"]["share"] == pytest.approx(3 / 11)
    table = CliRunner().invoke(app, ["alerts", "figures", "--config", str(config)])
    assert "Entrance" in table.stdout
    assert "too few to say (1 answered)" in table.stdout
    assert "Dana" not in table.output + said.output
    refused = CliRunner().invoke(app, ["alerts", "figures", "--since", "soon", "--config", str(config)])
    assert isinstance(refused.exception, UserError)
    assert "not a date" in str(refused.exception)
