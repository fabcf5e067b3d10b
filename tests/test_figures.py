"""Figures of alerts: the arithmetic, what is read and by whom, and that no alert waits while it is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from hallwatch.adapters.store import counting
from hallwatch.core.alert import Answer, Outcome
from hallwatch.core.alert_requests import AnswerAlert, CloseAlert
from hallwatch.core.figures import (
    Compared,
    Counted,
    Exposure,
    Figures,
    Rate,
    Row,
    Verdict,
    exposed,
    figures_of,
)
from hallwatch.core.kept import Whereabouts
from hallwatch.core.measure import poisson
from hallwatch.core.policy.roles import Role, Sight
from hallwatch.core.requests import By, ErasePerson
from hallwatch.errors import UserError
from hallwatch.flow.figuring import Period, figures
from hallwatch.flow.passes import add_passes
from tests.records import NOW, SIGHTING, Office

ZONE = ZoneInfo("America/Chicago")
TODAY = NOW.astimezone(ZONE).date()
ALWAYS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def one(**more: object) -> Counted:
    counted = Counted(NOW, "Corridor A", "North", ("trespass",), Answer.SAME, False, Outcome.LEFT)
    return replace(counted, **more)  # type: ignore[arg-type]


def counted_up(*alerts: Counted, exposure: Exposure = Exposure(30, True)) -> Figures:  # noqa: B008, it is frozen
    since = TODAY - timedelta(days=29)
    return figures_of(
        alerts, since=since, until=TODAY, today=TODAY, zone=ZONE, exposure=exposure, claimed=1.0
    )


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39), (100, 81.36, 121.63)],
)
def test_the_interval_is_the_exact_one_of_the_tables(events: int, low: float, high: float) -> None:
    assert poisson(events, 1.0) == pytest.approx((low, high), rel=1e-3)
    assert poisson(events, 10.0) == pytest.approx((low / 10, high / 10), rel=1e-3)


def test_what_an_alert_turned_out_to_be() -> None:
    for alert, verdict in (
        (one(), Verdict.RIGHT),
        (one(answer=Answer.DIFFERENT, outcome=None), Verdict.WRONG),
        (one(answer=Answer.DIFFERENT, disputed=True), Verdict.OPEN),
        (one(answer=Answer.UNSURE), Verdict.OPEN),
        (one(answer=None, outcome=None), Verdict.OPEN),
        (one(answer=Answer.DIFFERENT, outcome=Outcome.DRILL), Verdict.DRILL),
    ):
        assert alert.verdict is verdict


def test_alerts_are_counted_by_camera_list_hour_and_end() -> None:
    yesterday = NOW - timedelta(days=1)
    wrong = one(at=yesterday, answer=Answer.DIFFERENT, outcome=Outcome.WRONG_PERSON)
    found = counted_up(
        one(lists=("trespass", "registry")),
        one(lists=(), camera="Gym"),
        wrong,
        replace(wrong, at=NOW),
        one(outcome=None, answer=None),
    )
    assert (found.total.alerts, found.total.right, found.total.wrong, found.total.open) == (5, 2, 2, 1)
    assert list(found.cameras) == ["Corridor A", "Gym"]
    assert {name: row.alerts for name, row in found.lists.items()} == {"trespass": 4, "registry": 1, "": 1}
    assert found.hours[9].alerts == 5  # 15:04 UTC in Chicago
    assert found.outcomes == {"left": 2, "wrong-person": 2, "": 1}
    assert found.rate.events == 1  # today is no whole day yet


def test_a_share_is_told_when_there_is_enough_to_tell() -> None:
    assert Row(right=8, wrong=1, open=40).share_wrong is None
    share = Row(right=9, wrong=1).share_wrong
    assert share is not None
    assert share[0] == 0.1
    assert share[1] < 0.1 < share[2]


@pytest.mark.parametrize(
    ("events", "days", "compared"),
    [
        (0, 3, Compared.CANNOT_SAY),
        (0, 4, Compared.FEWER),
        (12, 5, Compared.MORE),
        (6, 5, Compared.CANNOT_SAY),
        (0, 0, Compared.CANNOT_SAY),
    ],
)
def test_measured_and_claimed(events: int, days: float, compared: Compared) -> None:
    rate = Rate(events, Exposure(days, True), claimed=1.0)
    assert rate.compared is compared
    assert (rate.a_day is None) == (days == 0)


def test_only_whole_days_on_which_people_passed_are_counted() -> None:
    passes = {(TODAY - timedelta(days=back)).isoformat(): {"A": 3000, "B": 60} for back in range(0, 10, 2)}
    passes[(TODAY - timedelta(days=3)).isoformat()] = {"A": 99}  # nobody was there
    since, long_ago = TODAY - timedelta(days=29), date(2020, 1, 1)
    # today is not over
    assert exposed(passes, since, TODAY, long_ago, TODAY, kept_all=True) == Exposure(4, True)
    assert exposed(passes, since, TODAY, TODAY - timedelta(days=5), TODAY, kept_all=True) == Exposure(2, True)
    # before what is kept: as many of the days as since then, four of eight
    older = exposed(passes, since, TODAY, long_ago, TODAY, kept_all=False)
    assert older == Exposure(4 + 21 / 2, True, 21 / 2)
    # never counted: every day of the calendar
    assert exposed({}, since, TODAY, long_ago, TODAY, kept_all=True) == Exposure(29, False)
    assert exposed({}, TODAY, TODAY, TODAY, TODAY, kept_all=True) == Exposure(0, False)
    # a period that was over before anything was counted that is kept
    past = exposed(passes, since - timedelta(days=60), since, long_ago, TODAY, kept_all=False)
    assert past == Exposure(61 / 2, True, 61 / 2)


def test_a_period_is_two_days_or_one_line() -> None:
    assert Period.last(7, TODAY) == Period(TODAY - timedelta(days=6), TODAY)
    assert Period.of("2026-11-01", "2026-11-03", TODAY) == Period(date(2026, 11, 1), date(2026, 11, 3))
    assert Period.of("2026-11-01", "", TODAY) == Period(date(2026, 11, 1), TODAY)
    for since, until, why in (
        ("2026-11-03", "2026-11-01", "after the last"),
        ("2027-11-03", "2027-11-04", "future"),
        ("1990-01-01", "", "ten years"),
        ("yesterday", "", "not a date"),
    ):
        with pytest.raises(UserError, match=why):
            Period.of(since, until, TODAY)


def raise_some(office: Office, count: int) -> None:
    """Alerts of different people, two of them at the same moment."""
    for number in range(count):
        at = NOW + timedelta(seconds=number // 2)
        office.keep(
            replace(SIGHTING, alert_id=f"a{number}", external_id=f"P{number}", at=at, lists=("trespass",))
        )


def test_every_alert_is_read_once_and_only_those_that_are_ones_own(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "PAGE", 2)
    raise_some(office, 7)
    office.desk.keep(
        replace(SIGHTING, alert_id="s", external_id="S", at=NOW),
        place=Whereabouts("Gym", "South"),
        meaning="rare",
        now=NOW,
    )
    office.enter(Role.SECURITY, ("North",), "robin")
    robin = By(office.reader.by_login("robin")[0].account_id)  # type: ignore[index]
    office.done(AnswerAlert(robin, "a3", Answer.DIFFERENT, "face", "", ()))
    office.done(CloseAlert(robin, "a3", Outcome.WRONG_PERSON, ""))
    office.done(ErasePerson(robin, "P5"))
    found = list(office.reader.counted(*ALWAYS))
    assert len(found) == 8
    assert [alert.lists for alert in found].count(()) == 1
    assert [alert.outcome for alert in found if alert.verdict is Verdict.WRONG] == [Outcome.WRONG_PERSON]
    assert len(list(office.reader.counted(*ALWAYS, Sight(frozenset({"South"}), True, True)))) == 1
    assert list(office.reader.counted(ALWAYS[0], NOW)) == []


def test_an_alert_is_committed_and_seen_while_a_report_is_in_the_middle(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that kept its place in the database would make the keeper wait, and in the end refuse."""
    monkeypatch.setattr(counting, "PAGE", 2)
    raise_some(office, 6)
    report = office.reader.counted(*ALWAYS)
    before = list(islice(report, 3))
    office.keep(replace(SIGHTING, alert_id="new", external_id="N", at=NOW + timedelta(minutes=1)))
    assert office.reader.latest(1)[0].alert_id == "new"
    assert len(before) + len(list(report)) == 7


def test_figures_of_a_site(office: Office) -> None:
    raise_some(office, 3)
    now = NOW + timedelta(days=2)
    assert office.reader.began() is not None
    with office.desk.records.transaction() as books:
        for back in (1, 2):
            add_passes(books.settings, TODAY + timedelta(days=2 - back), {"Corridor A": 500}, now)
    found = figures(
        office.reader, Period.last(30, TODAY + timedelta(days=2)), zone=ZONE, now=now, claimed=1.0
    )
    assert (found.total.alerts, found.total.open, list(found.lists)) == (3, 3, ["trespass"])
