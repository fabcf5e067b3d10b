"""A setting that moves the threshold: first what is to be expected, then two people; one goes back to what was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import numpy as np
import pytest

from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Role
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.core.requests import By, ChangeSetting, Done, Refused, Reply
from hallwatch.core.site_requests import AnswerSetting, RevertSetting
from hallwatch.entry.live_list import LiveList
from hallwatch.entry.settings_desk import SettingsDesk
from hallwatch.flow.setting import PREFIX
from tests.faces import unit
from tests.records import Office
from tests.test_settings_changed import change, row
from tests.test_sign_in import csrf
from tests.test_web import SITE, Running, running
from tests.watching import made_up_calibration

NAME = "site.false_alerts_per_day"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    gallery = Gallery("pack-1", 16)
    gallery.put({"C1": unit(np.ones(16))[None]}, "pack-1")
    live = LiveList(gallery, {"C1": Person("C1", "C", "P", ())}, made_up_calibration(), 1.0, 20_000)
    with running(tmp_path, live) as it:
        yield it


def head(console: Running, login: str) -> httpx2.Client:
    browser = console.browser(console.office.enter(Role.DISTRICT_ADMINISTRATOR, login=login))
    browser.headers["Origin"] = console.url
    return browser


def press(browser: httpx2.Client, act: str, **more: str) -> httpx2.Response:
    page = browser.get(f"/settings/{NAME}").text
    form = re.search(rf'action="/settings/{re.escape(NAME)}/{act}">(.*?)</form>', page, re.S)
    assert form is not None, page
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', form[1])
    fields = {"csrf": csrf(browser)} | ({"digest": digest[1]} if digest else {}) | more
    return browser.post(f"/settings/{NAME}/{act}", data=fields)


def stored(office: Office) -> dict[str, str]:
    return office.reader.settings(PREFIX)


def actions(office: Office) -> list[str]:
    return [one.deed.action for one in office.reader.trail(9, None) if one.deed.action.startswith("setting")]


def test_what_it_would_mean_is_shown_before_anything_is_kept(console: Running) -> None:
    with head(console, "one") as one:
        shown = change(one, NAME, "10", look="1")
        assert shown.status_code == 200
        cells = re.findall(r"<td>(.*?)</td>", shown.text.split("What it would mean")[1].split("</table>")[0])
        assert len(cells) == 8
        (score, false, each, found), (score2, false2, each2, found2) = cells[:4], cells[4:]
        assert float(score) > float(score2)
        assert false.startswith("1 (likely")
        assert false2.startswith("10 (likely")
        assert int(found2.rstrip("%")) > int(found.rstrip("%"))
        assert float(each2) > float(each)
        assert "made up for tests" in shown.text  # the sample
        assert "not enough days have been counted yet" in shown.text
        assert '<svg class="curve"' in shown.text
        assert 'value="10.0"' in shown.text
    assert stored(console.office) == {}
    assert actions(console.office) == []


def test_two_people_change_it_and_one_goes_back(console: Running) -> None:
    office = console.office
    with head(console, "one") as one, head(console, "two") as two:
        assert change(one, NAME, "10").status_code == 303
        assert stored(office) == {}
        page = one.get(f"/settings/{NAME}").text
        assert "Another district administrator has to say yes" in page
        assert f"/settings/{NAME}/answer" not in page
        page = two.get(f"/settings/{NAME}").text
        assert "for the tests" in page  # why
        assert "With the new value" in page
        assert press(two, "answer", yes="1").status_code == 303
        assert stored(office) == {NAME: "10.0"}
        assert "<strong>10.0</strong> from the next start on" in row(one, NAME)
        entry = office.reader.trail(1, None)[0]
        assert entry.deed.action == "setting.change"
        assert (entry.deed.detail["from"], entry.deed.detail["to"]) == ("the default", "10.0")
        assert re.fullmatch(
            r"false alerts: 1 a day, \d+% found; then 10 a day, \d+% found",
            str(entry.deed.detail["expected"]),
        )

        assert "Before the last change it was 1.0." in one.get(f"/settings/{NAME}").text
        assert press(one, "revert").status_code == 303
        assert stored(office) == {}
        assert actions(office) == ["setting.revert", "setting.change", "setting.ask"]
        assert "Back to that" not in one.get(f"/settings/{NAME}").text


def test_a_no_changes_nothing(console: Running) -> None:
    with head(console, "one") as one, head(console, "two") as two:
        change(one, NAME, "10")
        assert press(two, "answer").status_code == 303
        assert "waits for another" not in one.get(f"/settings/{NAME}").text
    assert stored(console.office) == {}


class Two:
    """Two district administrators, and the keeper."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.one, self.two = (self.of(login) for login in ("one", "two"))

    def of(self, login: str, role: Role = Role.DISTRICT_ADMINISTRATOR) -> By:
        self.office.enter(role, login=login)
        found = self.office.reader.by_login(login)
        assert found is not None
        return By(found[0].account_id, "127.0.0.1", "for the tests")

    def asks(self, text: str, by: By | None = None) -> Reply:
        request = ChangeSetting(by or self.one, NAME, text, "expected so")
        return self.office.desk.keeping.answer(request)

    def answers(self, digest: str, by: By | None = None) -> Reply:
        return self.office.desk.keeping.answer(AnswerSetting(by or self.two, NAME, digest, True))

    @property
    def digest(self) -> str:
        desk = SettingsDesk(SITE, SITE, dict, self.office.reader.setting)
        asked = desk.asked(NAME)
        assert asked is not None
        return asked.digest(NAME)


@pytest.fixture
def pair(lite: Office) -> Two:
    return Two(lite)


def test_the_keeper_holds_it(pair: Two) -> None:
    assert isinstance(pair.asks("10.0", By(pair.one.actor)), Refused)  # without a reason
    assert isinstance(pair.asks("10.0"), Done)
    first = pair.digest
    for by, digest in ((pair.one, first), (pair.two, "0" * 64), (pair.of("s", Role.SECURITY), first)):
        assert isinstance(pair.answers(digest, by), Refused)
    assert stored(pair.office) == {}
    assert isinstance(pair.asks("20.0"), Done)  # asked anew: a yes to the first counts no more
    assert isinstance(pair.answers(first), Refused)
    assert isinstance(pair.answers(pair.digest), Done)
    assert stored(pair.office) == {NAME: "20.0"}
    assert isinstance(pair.answers(first), Refused)  # nothing waits
    assert isinstance(pair.asks("20.0"), Refused)  # it is that already


def test_what_two_people_said_yes_to_is_gone_when_the_value_has_moved(pair: Two) -> None:
    pair.asks("10.0")
    pair.answers(pair.digest)
    pair.asks("30.0")
    waiting = pair.digest
    assert isinstance(pair.office.desk.keeping.answer(RevertSetting(pair.two, NAME)), Done)
    assert isinstance(pair.answers(waiting), Refused)
    assert stored(pair.office) == {}
    assert isinstance(pair.office.desk.keeping.answer(RevertSetting(pair.two, NAME)), Refused)


def test_other_settings_need_one_person(pair: Two) -> None:
    request = ChangeSetting(By(pair.one.actor), "recognition.rate", "3.0")
    assert isinstance(pair.office.desk.keeping.answer(request), Done)
    assert stored(pair.office) == {"recognition.rate": "3.0"}
