"""Every page, judged by axe (WCAG 2.1 A and AA) in a real browser, wide and narrow, light and dark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from hallwatch.core.policy.roles import Role
from tests.browser import Browser
from tests.test_web import LONG, SIGHTING, Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

PAGES: tuple[str, ...] = (
    "/",
    "/people",
    "/account",
    "/audit",
    "/settings",
    "/health",
    "/cameras",
    "/imports",
    "/delivery",
    "/siren",
    "/confirm",
    "/nowhere",
    "/signed-out",
    "/lists",
    "/lists/kinds",
    "/map",
    "/reports",
)
PAGES += ("/settings/site.passes_per_day", "/settings/sign_in.claim", "/settings/sign_in.client_secret")
PAGES += (
    "/settings/site.false_alerts_per_day",
    "/training",
    "/training?page=3",
    "/training/practice",
    "/duty",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
ASKED = (
    f"JSON.stringify((await axe.run(document, {{runOnly: {RULES}}})).violations"
    ".map(v => [v.id, v.impact, v.nodes.map(n => n.html.slice(0, 120))]))"
)


FOCUSED = "(e => e === document.body ? '' : e.outerHTML.slice(0, 200))(document.activeElement)"
VISIBLE = (
    "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
    " || document.activeElement === document.body"
)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("axe")) as it:
        it.sight(SIGHTING)
        it.sight(replace(SIGHTING, alert_id="a2", name=LONG))
        for role in Role:
            it.office.enter(role, ("North", "A school with a long name in the north-western district"))
        yield it


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core's script, from its wheel."""
    files = metadata.distribution("axe-core-python").files or []
    script = next(file for file in files if file.name == "axe.min.js")
    return Path(str(script.locate())).read_text(encoding="utf-8")


def violations(browser: Browser, axe: str) -> list[object]:
    browser.value(axe + "\n;undefined")
    found = json.loads(str(browser.value(f"(async () => {ASKED})()")))
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, True), (320, False)])
def test_no_page_is_in_anybodys_way(console: Running, program: str, axe: str, width: int, dark: bool) -> None:  # noqa: F811
    admin = console.office.enter(Role.DISTRICT_ADMINISTRATOR)
    with Browser(program, width=width, dark=dark) as browser:
        browser.open(console.url + "/sign-in")
        assert violations(browser, axe) == [], "/sign-in"
        for path in PAGES:
            console.show(browser, path, admin)
            assert violations(browser, axe) == [], path
            # nothing is cut off: 320 pixels are 1280 at 400 %
            assert browser.value("document.documentElement.scrollWidth <= innerWidth"), path


def test_axe_finds_what_is_wrong(console: Running, program: str, axe: str) -> None:  # noqa: F811
    with Browser(program) as browser:
        browser.open(console.url + "/sign-in")
        browser.value("document.querySelector('label').remove()")
        assert "label" in json.dumps(violations(browser, axe))


def test_every_page_is_used_with_keys_alone(console: Running, program: str) -> None:  # noqa: F811
    admin = console.office.enter(Role.DISTRICT_ADMINISTRATOR)
    with Browser(program) as browser:
        for path in ("/people", "/account"):
            console.show(browser, path, admin)
            wanted = browser.value(
                "[...document.querySelectorAll('a, button, input:not([type=hidden]), select, [tabindex=\"0\"]')]"
                ".filter(e => e.checkVisibility()).length"
            )
            seen: set[object] = set()
            for _ in range(int(str(wanted)) + 5):
                browser.press("Tab")
                seen.add(browser.value(FOCUSED))
                assert browser.value(VISIBLE), path
            assert len(seen - {""}) >= int(str(wanted)) - 3, path
