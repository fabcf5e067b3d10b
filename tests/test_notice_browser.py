"""A notice and an appeal in a real browser, at a desk and on a phone: given, appealed against, suspended, ended."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from hallwatch.core.policy.roles import Role
from tests.browser import Browser
from tests.test_lists_pages import TODAY, add, browser_of, draft, press
from tests.test_notice_pages import custody, office_of
from tests.test_pages_axe import axe, violations  # noqa: F401 - a fixture
from tests.test_web import Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

WHOLE = "document.documentElement.scrollWidth <= innerWidth"
READ = """(async () => {
  const link = [...document.querySelectorAll('a')].find(a => a.href.includes('notice.pdf?language=%s'));
  const bytes = new Uint8Array(await (await fetch(link.href)).arrayBuffer());
  return btoa(bytes.reduce((text, one) => text + String.fromCharCode(one), ''));
})()"""


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def fill(browser: Browser, action: str, **fields: str) -> None:
    """Fill the form whose address ends so, and send it as a person would."""
    form = f"document.querySelector('form[action$=\"{action}\"]')"
    browser.value(f"{form}.closest('details')?.setAttribute('open', '')")
    for name, value in fields.items():
        one = f"{form}.elements['{name}']"
        if value == "ticked":
            browser.value(f"{one}.click()")
        else:
            browser.value(f"{one}.value = {value!r}")
    assert browser.value(f"{form}.checkValidity()"), action
    browser.value("window.before = true")
    browser.value(f"{form}.querySelector('button').click()")
    browser.wait_for("window.before !== true && document.readyState === 'complete'")


def says(browser: Browser, words: str) -> None:
    browser.wait_for(f"document.body?.innerText.includes({words!r})")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_from_the_last_yes_to_the_end(
    console: Running,
    program: str,  # noqa: F811
    axe: str,  # noqa: F811
    width: int,
    dark: bool,
) -> None:
    office_of(console)
    with browser_of(console, "author") as author:
        page = add(author).headers["Location"]
        draft(author, page, conditions="To the play on 4 May, escorted")
        press(author, page, "propose")
    enter = console.office.enter
    second, third = (enter(Role.SCHOOL_ADMINISTRATOR, ("North",), name) for name in ("second", "third"))
    shots = Path(os.environ["SHOTS"]) if "SHOTS" in os.environ else None

    def looked_at(browser: Browser, name: str) -> None:
        assert violations(browser, axe) == [], name
        assert browser.value(WHOLE), name
        if shots is not None:
            browser.screenshot(shots / f"{name}-{width}.png")

    with Browser(program, width=width, height=1600, dark=dark) as browser:
        console.show(browser, page, second)
        fill(browser, "/approve")
        says(browser, "Notice due since 0 days")
        looked_at(browser, "due")
        pdf = base64.b64decode(str(browser.value(READ % "es")))
        said = " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
        assert "Aviso de inclusión en una lista" in said
        assert "Para Dana Sample" in said
        browser.open(
            console.url + str(browser.value("document.querySelector('a[href$=\"/notice\"]').pathname"))
        )
        says(browser, "Notice of a listing")
        looked_at(browser, "paper")
        assert browser.value("getComputedStyle(document.querySelector('.rule')).borderTopStyle") == "solid"
        console.show(browser, page, second)
        fill(browser, "/notice", way="handed-over", to_whom="Dana Sample")
        says(browser, f"Given on {TODAY.isoformat()}, handed over, to Dana Sample.")
        words = "I was never there. Ask the driver of bus 7."
        fill(browser, "/appeal", said_by="Dana Sample", words=words, suspend="ticked")
        says(browser, "Trespass · Suspended")
        looked_at(browser, "appealed")
        fill(browser, "/acknowledge")
        says(browser, "You wrote or approved this listing")
        console.show(browser, "/lists", third)
        says(browser, "answer until")
        looked_at(browser, "lists")
        browser.value("document.querySelector('a[href*=\"#appeal-\"]').click()")
        says(browser, words)
        fill(browser, "/answer", outcome="granted", answer="The film shows somebody else.")
        says(browser, "Trespass · Ended")
        says(browser, "an appeal was granted")
        looked_at(browser, "answered")
        head = enter(Role.DISTRICT_ADMINISTRATOR, (), "head")
        with console.browser(head) as client:
            client.headers["Origin"] = console.url
            assert custody(client).status_code == 303
        console.show(browser, "/lists/kinds", third)
        says(browser, "Custody order · waits for a second yes")
        looked_at(browser, "kinds")
        fill(browser, "/confirm")
        says(browser, "Custody order · in use")
        console.show(browser, "/lists/kinds", head)
        looked_at(browser, "kinds-head")
