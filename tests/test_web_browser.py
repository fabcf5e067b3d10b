"""The console in a real browser: what arrives live, what moves, what fits."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.browser import Browser, find
from tests.test_web import LONG, SIGHTING, Running, running

NAMES = "[...document.querySelectorAll('#list h3')].map(name => name.textContent)"


@pytest.fixture(scope="session")
def program() -> str:
    """Chromium; without one the page cannot be looked at."""
    found = find()
    if found is None:
        reason = "needs chromium (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def live(browser: Browser, console: Running) -> None:
    console.show(browser)
    browser.wait_for("document.getElementById('live').className === 'live on'")


def test_alerts_appear_improve_and_never_move_what_is_read(console: Running, program: str) -> None:
    with Browser(program, height=600) as browser:
        live(browser, console)
        assert browser.value("document.getElementById('empty').hidden") is False
        console.sight(replace(SIGHTING, name=LONG))
        browser.wait_for(f"{NAMES}.length === 1")
        assert browser.value(f"{NAMES}[0]") == LONG
        assert (
            browser.value("document.getElementById('said').textContent.startsWith('Possible match: ')")
            is True
        )
        assert browser.value("document.getElementById('empty').hidden") is True
        browser.wait_for("[...document.querySelectorAll('#list img')].every(i => i.naturalWidth === 32)")

        console.sight(replace(SIGHTING, improves=True, score=0.7, face_px=77))
        browser.wait_for("document.querySelector('.facts').textContent.includes('77 px')")
        assert browser.value(f"{NAMES}.length") == 1

        # somebody reads further down: what is new waits behind a bar
        browser.value("window.scrollTo(0, 300)")
        place = browser.value("document.querySelector('#list h3').getBoundingClientRect().top")
        console.sight(replace(SIGHTING, alert_id="a2", name="Second Sample"))
        browser.wait_for("document.getElementById('new').textContent === '1 new alert'")
        assert browser.value("document.querySelector('#list h3').getBoundingClientRect().top") == place
        console.sight(replace(SIGHTING, alert_id="a3", name="Third Sample"))
        browser.wait_for("document.getElementById('new').textContent === '2 new alerts'")
        browser.value("document.getElementById('new').click()")
        assert browser.value(f"{NAMES}") == ["Third Sample", "Second Sample", LONG]
        assert browser.value("window.scrollY") == 0


def test_a_lost_connection_is_a_red_bar_within_five_seconds(tmp_path: Path, program: str) -> None:
    with Browser(program) as browser:
        with running(tmp_path) as console:
            live(browser, console)
            assert browser.value("document.getElementById('lost').hidden") is True
        browser.wait_for("document.getElementById('lost').hidden === false", 5)
        assert browser.value("document.getElementById('live-words').textContent") == "Not live"


def test_a_silent_server_is_a_lost_connection(console: Running, program: str) -> None:
    stuck = threading.Event()
    original = console.board.changed

    async def silence(version: int, timeout_s: float) -> object:
        while not stuck.is_set():
            await original(1 << 40, 0.2)
        return await original(version, timeout_s)

    with Browser(program) as browser:
        live(browser, console)
        console.board.changed = silence  # type: ignore[method-assign,assignment]
        browser.wait_for("document.getElementById('lost').hidden === false", 7)
        stuck.set()
        browser.wait_for("document.getElementById('lost').hidden === true", 7)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True), (320, False)])
def test_long_names_fit_every_width(console: Running, program: str, width: int, dark: bool) -> None:
    console.sight(replace(SIGHTING, name=LONG, external_id="gone"))
    console.board.trouble("keeper", "Alerts cannot be saved just now: " + "x" * 90)
    with Browser(program, width=width, dark=dark) as browser:
        live(browser, console)
        assert browser.value("document.documentElement.scrollWidth <= innerWidth") is True
        browser.wait_for("document.querySelectorAll('.gone').length === 1")
        for _ in range(2):
            browser.press("Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert browser.value(f"document.activeElement.tagName === 'A' && {outline} === 'solid'") is True
