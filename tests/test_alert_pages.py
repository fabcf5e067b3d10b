"""An alert's page: over HTTP without any script, and in two real browsers at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest

from hallwatch.core.policy.roles import Role
from tests.browser import Browser
from tests.test_pages_axe import axe, violations  # noqa: F401 - a fixture
from tests.test_web import BETTER, NOW, PHOTO, SHOT, SIGHTING, Running, jpeg, listening, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

RULE = "Never touch, search or hold anyone on a match alone."


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def walk(console: Running) -> None:
    """Dana before two cameras of the main building."""
    console.sight(SIGHTING)
    console.sight(
        replace(SIGHTING, camera="Entrance", at=NOW + timedelta(minutes=2), shot_jpeg=BETTER, score=0.7)
    )


def press(
    client: httpx2.Client, act: str, *, alert_id: str = "a1", within: str = "", **fields: str
) -> httpx2.Response:
    """Press a button of the page as it stands there, with what its form carries."""
    page = client.get(f"/alerts/{alert_id}").text
    forms = re.findall(rf'<form[^>]*action="(/alerts/{alert_id}/{act})">(.*?)</form>', page, re.S)
    action, form = next((action, form) for action, form in forms if within in form)
    carried: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form):
        carried.setdefault(name, []).append(value)
    return client.post(action, data={**carried, **fields}, headers=own(client))


def own(client: httpx2.Client) -> dict[str, str]:
    """What a browser says of one of our own pages."""
    return {"Origin": str(client.base_url).rstrip("/")}


def test_one_alert_from_raised_to_closed_without_a_script(console: Running) -> None:
    walk(console)
    with console.browser(console.office.enter(login="robin")) as client:
        page = client.get("/alerts/a1").text
        assert page.index(RULE) < page.index("<h1>") < page.index("Is it the same person?")
        assert "Score 0." not in page  # not before the answer
        assert page.count("<li><a href=") >= 2
        assert client.get("/alerts/a1/path/0/shot").content == SHOT
        assert client.get("/alerts/a1/path/1/shot").content == BETTER
        assert client.get("/alerts/a1/path/2/shot").status_code == 404
        for within, fields in (
            ('value="different"', {}),
            ('value="unsure"', {"reason": "words", "words": " "}),
        ):
            refused = press(client, "answer", within=within, **fields)
            assert refused.status_code == 422
            assert "Say why" in refused.text or "say why" in refused.text
        assert press(client, "answer", within='value="same"').status_code == 303
        page = client.get("/alerts/a1").text
        assert "Score 0.700, threshold 0.510." in page
        assert "Answered: Same person" in page
        assert "Wrong person" not in page  # that outcome goes with another answer
        assert press(client, "close", outcome="allowed").status_code == 422
        assert press(client, "close", outcome="police").status_code == 303
        assert "Closed: Police took over" in client.get("/alerts/a1").text
        assert "/answer" not in client.get("/alerts/a1").text
    life = console.office.reader.life("a1")
    assert life is not None
    # on record: exactly the pictures that were on the screen
    assert life.steps[1].shown == tuple(sha256(one).hexdigest() for one in (PHOTO, SHOT, BETTER))
    looks = [one.deed for one in console.office.reader.trail(30, None) if one.deed.action == "picture.shot"]
    assert [deed.subject for deed in looks] == ["a1", "a1"]


def test_two_who_disagree_are_told_to_look_again_together(console: Running) -> None:
    console.sight(SIGHTING)
    with (
        console.browser(console.office.enter(login="robin")) as robin,
        console.browser(console.office.enter(login="kim")) as kim,
    ):
        press(robin, "answer", within='value="different"', reason="face")
        press(kim, "answer", within='value="same"')
        for page in (robin.get("/alerts/a1").text, kim.get("/alerts/a1").text):
            assert "Robin says different person, Kim says same person: look again together." in page
        assert "Two people disagree: look again together" in kim.get("/").text


def test_a_raised_threshold_is_seen_and_reviewed(console: Running) -> None:
    console.sight(SIGHTING)
    with (
        console.browser(console.office.enter(login="robin")) as robin,
        console.browser(console.office.enter(Role.DISTRICT_ADMINISTRATOR, login="head")) as head,
    ):
        press(robin, "answer", within='value="different"', reason="face")
        assert "has to reach 0.630" in robin.get("/alerts/a1").text
        assert "back to normal" not in robin.get("/alerts/a1").text
        alert = console.office.reader.one("a1")
        assert alert is not None
        person = head.get(f"/lists/person/{alert.person_id}").text
        assert "has to reach 0.630" in person
        assert "Alerts and their answers" in person
        assert press(head, "review/threshold", reason=" ").status_code == 422
        assert press(head, "review/threshold", reason="looked at both").status_code == 303
        assert "has to reach" not in robin.get("/alerts/a1").text


def test_another_school_sees_none_of_it(console: Running) -> None:
    walk(console)
    token = console.office.enter(schools=("South",))
    with console.browser(token) as south:
        missing = south.get("/alerts/none")
        for path in ("/alerts/a1", "/alerts/a1/path/0/shot", "/alerts/a1/shot", "/alerts/a1/photo"):
            answer = south.get(path)
            assert (answer.status_code, answer.text) == (404, missing.text), path
        page = south.get("/account").text
        csrf = re.findall(r'name="csrf" value="(\w+)"', page)[0]
        for act, fields in (("answer", {"answer": "same"}), ("close", {"outcome": "left"})):
            refused = south.post(f"/alerts/a1/{act}", data={"csrf": csrf, **fields}, headers=own(south))
            assert refused.status_code == 404
        assert 'data-sounding="0"' in page
    assert console.office.reader.life("a1") is not None
    assert console.office.reader.one("a1").state == "raised"  # type: ignore[union-attr]


def test_what_waits_is_told_by_the_stream(console: Running) -> None:
    with listening(console) as stream:
        assert stream.next("waiting")[1]["sounding"] == "0"
        console.sight(SIGHTING)
        assert stream.next("waiting")[1]["sounding"] == "1"


def touched(browser: Browser, selector: str) -> None:
    browser.value(f"document.querySelector({selector!r}).click()")


def test_two_browsers_and_a_third_of_another_school(console: Running, program: str, tmp_path: Path) -> None:  # noqa: F811
    robin, kim = console.office.enter(login="robin"), console.office.enter(login="kim")
    south = console.office.enter(schools=("South",))
    with Browser(program) as one, Browser(program, width=390) as two, Browser(program) as other:
        console.show(other, "/", south)
        console.show(one, "/", robin)
        one.wait_for("document.getElementById('live').className === 'live on'")
        assert one.value("document.documentElement.dataset.sounding") == "no"
        # it arrives, and is heard until somebody answers
        console.sight(SIGHTING)
        one.wait_for("document.querySelectorAll('#list article').length === 1")
        one.wait_for("document.documentElement.dataset.sounding === 'yes'")
        assert one.value("document.getElementById('unmute').hidden") is False
        console.show(one, "/alerts/a1", robin)
        console.show(two, "/alerts/a1", kim)
        one.wait_for("document.getElementById('live').className === 'live on'")
        # a second camera is news that moves nothing; Enter answers nothing
        before = one.value("document.querySelector('.choice.same').getBoundingClientRect().top")
        one.press("Enter")
        console.sight(
            replace(SIGHTING, camera="Entrance", at=NOW + timedelta(minutes=1), shot_jpeg=jpeg("red"))
        )
        one.wait_for("document.getElementById('news').hidden === false")
        assert one.value("document.querySelector('.choice.same').getBoundingClientRect().top") == before
        one.value("document.querySelector('.choice.same button').focus()")
        one.press("Enter")
        assert console.office.reader.one("a1").answer is None  # type: ignore[union-attr]
        console.show(one, "/alerts/a1", robin)
        assert one.value("document.querySelectorAll('.path li').length") == 2
        one.wait_for(
            "[...document.querySelectorAll('.path img, .pictures img')].every(i => i.naturalWidth > 0)"
        )
        touched(one, ".choice.same button")
        one.wait_for("document.body?.textContent.includes('Answered: Same person')")
        one.wait_for("document.documentElement.dataset.sounding === 'no'")
        # the other one hears of it, and says otherwise
        two.wait_for("document.getElementById('news').hidden === false")
        assert two.value("document.documentElement.scrollWidth <= innerWidth")
        console.show(two, "/alerts/a1", kim)
        touched(two, ".choice.different summary")
        touched(two, ".choice.different button[value=face]")
        two.wait_for("document.querySelector('.dispute') !== null")
        one.wait_for("document.getElementById('news').hidden === false")
        # another school has heard nothing at all
        assert other.value("document.querySelectorAll('#list article').length") == 0
        assert other.value("document.documentElement.dataset.sounding") == "no"


def test_a_lost_connection_is_red_within_five_seconds_and_moves_nothing(
    tmp_path: Path,
    program: str,  # noqa: F811
) -> None:
    with Browser(program) as browser:
        with running(tmp_path) as console:
            console.sight(SIGHTING)
            console.show(browser, "/alerts/a1")
            browser.wait_for("document.getElementById('live').className === 'live on'")
            before = browser.value("document.querySelector('.choices').getBoundingClientRect().top")
        browser.wait_for("document.getElementById('lost').hidden === false", 7)
        assert browser.value("document.querySelector('.choices').getBoundingClientRect().top") == before


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, True), (320, False)])
def test_the_alerts_page_is_in_nobodys_way(
    console: Running,
    program: str,  # noqa: F811
    axe: str,  # noqa: F811
    width: int,
    dark: bool,
) -> None:
    walk(console)
    admin = console.office.enter(Role.DISTRICT_ADMINISTRATOR, login="head")
    with (
        console.browser(console.office.enter(login="robin")) as robin,
        Browser(program, width=width, dark=dark) as browser,
    ):
        console.show(browser, "/alerts/a1", admin)
        browser.value("document.querySelector('.choice.different').open = true")
        assert violations(browser, axe) == []
        assert browser.value("document.documentElement.scrollWidth <= innerWidth")
        press(robin, "answer", within='value="different"', reason="face")
        console.show(browser, "/alerts/a1", admin)
        assert violations(browser, axe) == []
        assert browser.value("document.documentElement.scrollWidth <= innerWidth")
        console.show(browser, "/", admin)
        assert violations(browser, axe) == []
