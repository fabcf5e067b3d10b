"""A quiet start: who sees its alerts and hears of them, how it counts and ends by itself, and takes two people else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from hallwatch.adapters.store import engine
from hallwatch.adapters.store.tables import SettingRow
from hallwatch.core.alert import Answer
from hallwatch.core.alert_requests import AnswerAlert, SeeAlert
from hallwatch.core.delivery_requests import KeepSubscription
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.listing_requests import EmergencyListing
from hallwatch.core.policy.roles import Account, Role
from hallwatch.core.policy.scopes import Scope
from hallwatch.core.quiet_start import KEPT_AS, SETTING, QuietStart
from hallwatch.core.requests import By, ChangeSetting, Done, ErasePerson, Refused, Reply
from hallwatch.core.site_requests import AnswerSetting, RevertSetting, StartQuietly
from hallwatch.entry.law import quietly
from hallwatch.entry.settings_desk import SettingsDesk
from hallwatch.flow.setting import PREFIX
from hallwatch.settings.read import read_site
from tests.browser import Browser
from tests.records import SIGHTING, Office
from tests.serving import write_config
from tests.test_api import Keys
from tests.test_delivery_rules import with_plan
from tests.test_listings import People
from tests.test_migrations import downgraded
from tests.test_pages_axe import axe, violations  # noqa: F401 - a fixture
from tests.test_settings_changed import change
from tests.test_web import SITE, Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

START = StartQuietly(By("system", "hallwatch.toml"), "duo", 1.0, 20_000, True)
NUMBERS = {"a1": "P1", "a2": "P2", "a3": "P3", "a4": "P4"}


class Quiet:
    """A site that begins quietly, and its people."""

    def __init__(self, office: Office) -> None:
        self.people, self.office = People(office), with_plan(office)
        self.head, self.second, self.watch = (
            self.people.head,
            self.people.of(Role.DISTRICT_ADMINISTRATOR, "other"),
            self.people.watch,
        )
        self.south = self.people.of(Role.SCHOOL_ADMINISTRATOR, "south", ("South",))
        self.office.done(START)

    @property
    def now(self) -> QuietStart:
        found = self.office.reader.quiet_start()
        assert found is not None
        return found

    def account(self, by: By) -> Account:
        with self.office.desk.records.transaction() as books:
            found = books.accounts.account(by.actor)
        assert found is not None
        return found

    def spotted(self, alert_id: str) -> KeptAlert:
        at = datetime.now(UTC)
        seen = replace(SIGHTING, alert_id=alert_id, external_id=NUMBERS[alert_id], at=at)
        kept = self.office.desk.keep(seen, place=Whereabouts("Main", "North"), meaning="rare", now=at)
        assert kept is not None
        return kept

    def sees(self, by: By) -> set[str]:
        account = self.account(by)
        return {one.alert_id for one in self.office.reader.latest(9, account.sight)}

    def sounding(self, by: By) -> int:
        return self.office.reader.waiting(self.account(by)).sounding

    def says(self, answer: Answer, alert_id: str, by: By | None = None) -> Reply:
        words = "" if answer is Answer.SAME else "another nose"
        return self.office.desk.keeping.answer(AnswerAlert(by or self.head, alert_id, answer, words=words))

    def told(self, alert_id: str) -> list[str]:
        with self.office.reader.deliveries() as found:
            return sorted(f"{one.what}:{one.channel}" for one in found.of_alert(alert_id))

    def phone(self, by: By) -> str:
        request = KeepSubscription(by, f"https://push.example/{by.actor}", "p", "a")
        return self.office.done(request).subject

    def passes(self, count: int) -> None:
        self.office.desk.count({"Corridor A": count})
        self.office.desk.tidy()

    def actions(self) -> list[str]:
        return [one.deed.action for one in self.office.reader.trail(60, None)]

    def asks(self, text: str) -> Reply:
        return self.office.desk.keeping.answer(ChangeSetting(self.head, SETTING, text))

    def yes(self, by: By) -> Reply:
        asked = SettingsDesk(SITE, SITE, dict, self.office.reader.setting).asked(SETTING)
        assert asked is not None
        return self.office.desk.keeping.answer(AnswerSetting(by, SETTING, asked.digest(SETTING), True))


@pytest.fixture
def both(office: Office) -> Quiet:
    """On each kind of database."""
    return Quiet(office)


@pytest.fixture
def quiet(lite: Office) -> Quiet:
    return Quiet(lite)


def test_reviewers_alone_see_and_hear_until_the_claim_is_counted(both: Quiet) -> None:
    phones = [both.phone(by) for by in (both.head, both.watch, both.south)]
    assert both.spotted("a1").reviewers_only
    assert [both.sees(by) for by in (both.head, both.people.author)] == [{"a1"}, {"a1"}]
    assert [both.sees(by) for by in (both.watch, both.south)] == [set(), set()]
    assert [both.sounding(by) for by in (both.head, both.people.author, both.watch)] == [1, 1, 0]
    assert isinstance(both.office.desk.keeping.answer(SeeAlert(both.watch, "a1")), Refused)
    assert both.told("a1") == ["raised:console", "raised:push"]
    with both.office.reader.deliveries() as found:
        (push,) = (one.target for one in found.of_alert("a1") if one.target)
        assert push == phones[0]

    both.office.reopen()  # the keeper starts again in between
    both.office.done(START)
    assert both.spotted("a2").reviewers_only
    both.passes(60_000)
    assert (both.now.passes, both.now.open, both.now.needed) == (60_000, 2, 125_916)
    assert isinstance(both.says(Answer.DIFFERENT, "a1"), Done)
    both.passes(1)
    assert (both.now.wrong, both.now.open, both.now.holds, both.now.is_late) == (1, 1, True, True)
    assert isinstance(both.says(Answer.SAME, "a2", both.people.author), Done)
    both.passes(94_877 - 60_001)
    assert (both.now.needed, both.now.holds) == (94_878, True)
    both.passes(1)
    assert not both.now.holds
    entry = next(one for one in both.office.reader.trail(9, None) if one.deed.action == "quiet.end")
    assert entry.deed.actor == "system"
    assert {"passes": 94_878, "needed": 94_878, "wrong": 1, "open": 0, "why": "counted"}.items() <= dict(
        entry.deed.detail
    ).items()
    assert not both.spotted("a3").reviewers_only
    assert both.sees(both.watch) == {"a2", "a3"}  # a1 stays the reviewers'
    both.office.done(START)
    both.passes(10)
    assert (both.now.passes, both.actions().count("quiet.begin")) == (94_878, 1)


def test_the_way_back_and_forward(both: Quiet) -> None:
    both.spotted("a1")
    downgraded(both.office, "0012")
    both.office.reopen()
    assert both.sees(both.watch) == set()
    assert both.now.holds


def test_without_a_wrong_alert_the_rule_of_three(quiet: Quiet) -> None:
    quiet.passes(59_999)
    assert quiet.now.holds
    quiet.passes(1)
    assert not quiet.now.holds


def test_alerts_of_whoever_was_erased_can_be_opened_and_count_no_more(both: Quiet) -> None:
    for alert_id in ("a1", "a2"):
        both.spotted(alert_id)
    both.says(Answer.DIFFERENT, "a1")
    both.passes(1)
    assert (both.now.wrong, both.now.open) == (1, 1)
    for external_id in {NUMBERS["a1"], NUMBERS["a2"]}:
        both.office.done(ErasePerson(both.head, external_id))
    assert isinstance(both.office.desk.keeping.answer(SeeAlert(both.head, "a2")), Done)
    both.passes(1)
    assert (both.now.wrong, both.now.open, both.now.needed) == (0, 0, 60_000)


def test_a_record_of_it_that_was_altered_silences_nobody(
    quiet: Quiet, caplog: pytest.LogCaptureFixture
) -> None:
    with engine.writer(quiet.office.place).begin() as records:
        records.execute(update(SettingRow).where(SettingRow.name == KEPT_AS).values(sealed=b"altered" * 9))
    quiet.office.desk.tidy()
    quiet.office.desk.count({"Corridor A": 3})
    assert not quiet.spotted("a1").reviewers_only
    assert quiet.sees(quiet.watch) == {"a1"}
    assert quiet.office.reader.quiet_start() is None
    assert "how the quiet start stands cannot be read" in caplog.text


def test_a_confirmed_alert_is_everybodys(quiet: Quiet) -> None:
    quiet.phone(quiet.watch)
    quiet.spotted("a1")
    quiet.says(Answer.SAME, "a1", quiet.people.author)
    assert quiet.sees(quiet.watch) == {"a1"}
    confirmed = {"confirmed:chief", "confirmed:mail", "confirmed:police", "confirmed:push"}
    assert set(quiet.told("a1")) == {"raised:console"} | confirmed
    assert "alert.release" in quiet.actions()


def test_whoever_is_still_there_when_it_is_over_is_everybodys(quiet: Quiet) -> None:
    quiet.spotted("a1")
    assert quiet.told("a1") == ["raised:console"]
    quiet.asks("false")
    assert isinstance(quiet.yes(quiet.second), Done)
    assert quiet.sees(quiet.watch) == set()
    assert not quiet.spotted("a1").reviewers_only
    assert quiet.sees(quiet.watch) == {"a1"}
    assert {"raised:mail", "raised:siren"} < set(quiet.told("a1"))


def test_an_emergency_is_not_silenced(both: Quiet) -> None:
    listing = both.people.drafted()
    both.office.done(EmergencyListing(both.people.author, listing))
    kept = both.spotted("a1")
    assert (kept.security_only, kept.reviewers_only) == (True, False)
    assert (both.sees(both.watch), both.sees(both.head)) == ({"a1"}, set())
    assert "raised:siren" in both.told("a1")


def test_two_people_end_it_early_and_begin_it_again(both: Quiet) -> None:
    both.passes(5)
    assert isinstance(both.asks("true"), Refused)  # it holds already
    assert isinstance(both.asks("false"), Done)
    assert isinstance(both.yes(both.head), Refused)
    assert both.now.holds
    assert isinstance(both.yes(both.second), Done)
    assert not both.now.holds
    assert both.office.reader.settings(PREFIX) == {SETTING: "false"}
    assert isinstance(both.office.desk.keeping.answer(RevertSetting(both.head, SETTING)), Refused)
    assert isinstance(both.asks("false"), Refused)
    assert isinstance(both.asks("true"), Done)
    assert isinstance(both.yes(both.second), Done)
    assert (both.now.holds, both.now.passes) == (True, 0)
    kept = [one for one in both.actions() if one.startswith("quiet")]
    assert kept == ["quiet.begin", "quiet.end", "quiet.begin"]


def test_a_site_that_ran_before_and_a_trial_are_not_quiet(lite: Office) -> None:
    lite.desk.count({"Corridor A": 3})
    lite.done(START)
    assert not lite.keep(SIGHTING).reviewers_only
    lite.done(START)
    assert [one.deed.action for one in lite.reader.trail(50, None) if "quiet" in one.deed.action] == []


def test_before_there_are_cameras_nothing_can_begin(lite: Office) -> None:
    head, answer = People(lite).head, lite.desk.keeping.answer
    assert isinstance(answer(ChangeSetting(head, SETTING, "true")), Refused)
    assert isinstance(answer(ChangeSetting(head, SETTING, "false")), Done)


def test_a_trial_decides_it_for_good(lite: Office) -> None:
    lite.done(replace(START, wanted=False))
    lite.done(START)
    found = lite.reader.quiet_start()
    assert found is not None
    assert not found.holds


def test_another_claim_begins_anew_and_the_file_ends_it(quiet: Quiet) -> None:
    quiet.passes(100)
    quiet.office.done(replace(START, passes_per_day=10_000))
    assert (quiet.now.passes, quiet.now.needed) == (100, 30_000)
    for claim in (replace(START, false_alerts_per_day=0.5), replace(START, pack="other")):
        quiet.office.done(claim)
        assert (quiet.now.passes, quiet.now.holds) == (0, True)
    quiet.office.done(replace(START, wanted=False))
    assert not quiet.now.holds
    detail = quiet.office.reader.trail(1, None)[0].deed
    assert (detail.action, detail.detail["why"]) == ("quiet.end", "settings")


def test_which_sites_begin_quietly(tmp_path: Path) -> None:
    def wanted(text: str) -> bool:
        config = write_config(tmp_path, tmp_path, {})
        config.write_text(text, encoding="utf-8")
        return quietly(read_site(config)).wanted

    assert wanted('[site]\njurisdiction = "US-MO"\n')
    assert not wanted('[site]\njurisdiction = "US-MO"\n[alerting]\nquiet_start = false\n')
    assert not wanted('[site]\njurisdiction = "US-MO"\n[watchlist]\nunapproved = true\n')
    assert not wanted('[site]\njurisdiction = "DEMO"\n')


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        it.office.done(START)
        it.office.desk.count({"Corridor A": 1_234})
        yield it


def test_the_pages_say_so(console: Running) -> None:
    head = console.office.enter(Role.DISTRICT_ADMINISTRATOR, login="head")
    it = "<strong>Quiet start:</strong> 1,234 of 60,000 passes counted."
    console.office.keep(replace(SIGHTING, at=datetime.now(UTC)))
    with console.browser(head) as one, console.browser(console.token) as watch:
        one.headers["Origin"] = console.url
        for path in ("/", "/health", f"/settings/{SETTING}"):
            assert it in one.get(path).text
            assert "Alerts go to reviewers only" in one.get(path).text
        assert "administrators only" in one.get("/").text
        assert it in watch.get("/").text
        assert "Alerts are not shown to you yet" in watch.get("/").text
        assert "Dana" not in watch.get("/").text
        assert (one.get("/alerts/a1").status_code, watch.get("/alerts/a1").status_code) == (200, 404)
        console.office.desk.tidy()
        assert "Not answered for sure: 1" in one.get("/").text
        assert change(one, SETTING, "no").status_code == 303
        page = one.get(f"/settings/{SETTING}").text
        assert "another district administrator has to say yes. Then it holds at once" in page
        assert "Show what it would mean" not in page
        assert "<dt>To</dt><dd>no</dd>" in page


def test_a_program_is_no_reviewer(console: Running) -> None:
    keys = Keys(console)
    poller = keys.program(keys.account("author"), frozenset({Scope.READ_ALERTS}))
    console.office.keep(replace(SIGHTING, at=datetime.now(UTC)))
    assert poller.client.get("/alerts").json()["alerts"] == []
    assert poller.client.get("/alerts/a1").status_code == 404
    console.office.done(AnswerAlert(keys.account("author"), "a1", Answer.SAME))
    assert [one["alert_id"] for one in poller.client.get("/alerts").json()["alerts"]] == ["a1"]
    for client in keys.clients:
        client.close()


def line(browser: Browser) -> str:
    return str(browser.value("document.getElementById('quiet-start').textContent"))


def test_an_open_page_goes_on_counting(console: Running, program: str, axe: str) -> None:  # noqa: F811
    watch = console.token
    for width, dark in ((1280, False), (390, True)):
        with Browser(program, width=width, dark=dark) as browser:
            console.show(browser, "/", watch)
            browser.wait_for("document.getElementById('live').className === 'live on'")
            before = console.office.reader.quiet_start()
            assert before is not None
            with console.office.lock:
                console.office.desk.count({"Corridor A": 1_000})
            console.board.committed()
            browser.wait_for(
                f"document.getElementById('quiet-start').textContent.includes('{before.passes + 1_000:,} of 60,000')"
            )
            assert "not shown to you yet" in line(browser)
            wide = browser.value("document.documentElement.scrollWidth <= innerWidth")
            assert wide is True
            assert violations(browser, axe) == []
