"""An import in a real browser: handed over, looked at, taken in; nobody's focus is moved."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hallwatch.core.policy.roles import Role
from tests.browser import Browser
from tests.import_files import MAP
from tests.roster_zips import bulk_11, user_11, zipped
from tests.test_imports_pages import heard, picture
from tests.test_pages_axe import axe, violations  # noqa: F401 - a fixture
from tests.test_web import LONG, Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

FITS = "document.documentElement.scrollWidth <= innerWidth"
STAGE = "document.getElementById('run').dataset.stage"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it, heard(it):
        yield it


def roster(folder: Path, people: int, **more: str) -> tuple[Path, Path]:
    """A roster's zip with one row that is refused, and a zip of photos."""
    users = [user_11(f"s{number:03}") for number in range(people)]
    users += [user_11("long", givenName=LONG.replace(",", "")), user_11("odd", orgs="elsewhere")]
    (folder / "roster.zip").write_bytes(zipped(bulk_11(*users)))
    photos = {
        "s000.png": picture(),
        "s001.png": picture(colour="navy"),
        "s002.gif": b"GIF89a",
        "x.png": picture((9, 9)),
    }
    (folder / "photos.zip").write_bytes(zipped(photos))
    return folder / "roster.zip", folder / "photos.zip"


def shown(browser: Browser, name: str) -> None:
    """A picture of the page, where somebody wants to look at it."""
    if folder := os.environ.get("HALLWATCH_SCREENSHOTS"):
        browser.screenshot(Path(folder) / f"{name}.png")


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False), (390, True)])
def test_a_roster_from_the_form_to_the_end(
    console: Running,
    program: str,  # noqa: F811
    axe: str,  # noqa: F811
    tmp_path: Path,
    width: int,
    dark: bool,
) -> None:
    head = console.office.enter(Role.DISTRICT_ADMINISTRATOR)
    file, photos = roster(tmp_path, 130)
    look = f"{width}-{'dark' if dark else 'light'}"

    def looked_at(browser: Browser, name: str) -> None:
        shown(browser, f"{name}-{look}")
        assert violations(browser, axe) == [], name
        assert browser.value(FITS), name

    with Browser(program, width=width, height=1600, dark=dark) as browser:
        console.show(browser, "/imports", head)
        looked_at(browser, "form")
        browser.choose("#file", file)
        browser.choose("#photos", photos)
        browser.value("document.querySelector('#hand-over button').click()")
        browser.wait_for("document.getElementById('run') !== null", 60)
        browser.wait_for(f"{STAGE} === 'planned'", 60)
        looked_at(browser, "dry-run")
        assert browser.value("document.querySelectorAll('tbody tr').length") == 100
        browser.value("[...document.querySelectorAll('.shown a')].at(-1).click()")
        browser.wait_for("location.search === '?show=refused' && document.readyState === 'complete'")
        assert "orgSourcedIds names" in str(browser.value("document.querySelector('tbody').innerText"))
        looked_at(browser, "refused")
        browser.value("document.querySelector('form[action$=take] button').click()")
        browser.wait_for(f"document.readyState === 'complete' && {STAGE} !== 'planned'")
        browser.value("document.querySelector('main a').focus()")
        shown(browser, f"taking-{look}")
        browser.wait_for(f"{STAGE} === 'done'", 180)
        assert browser.value("document.activeElement === document.querySelector('main a')")
        assert browser.value("document.getElementById('run-words').textContent") == "Taken in"
        looked_at(browser, "done")
        console.show(browser, "/imports", head)
        looked_at(browser, "past")
    assert len(console.office.reader.roster()) == 131


def test_the_page_says_when_its_import_ends_badly(console: Running, program: str, tmp_path: Path) -> None:  # noqa: F811
    head = console.office.enter(Role.DISTRICT_ADMINISTRATOR)
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    with Browser(program) as browser:
        console.show(browser, "/imports", head)
        browser.choose("#file", tmp_path / "broken.zip")
        browser.value("document.querySelector('#hand-over button').click()")
        browser.wait_for("document.getElementById('run') !== null", 60)
        browser.wait_for(f"{STAGE} === 'ended'", 60)
        assert "is no zip, or it is cut off" in str(
            browser.value("document.querySelector('.fault').textContent")
        )


def test_a_file_that_is_too_large_is_not_even_sent(console: Running, program: str, tmp_path: Path) -> None:  # noqa: F811
    head = console.office.enter(Role.DISTRICT_ADMINISTRATOR)
    with (tmp_path / "large.zip").open("wb") as large:
        large.truncate(301 << 20)
    with Browser(program) as browser:
        console.show(browser, "/imports", head)
        browser.choose("#file", tmp_path / "large.zip")
        browser.value("document.querySelector('#hand-over button').click()")
        browser.wait_for("document.getElementById('hand-over-words').textContent.includes('too large')")
        assert browser.value("location.pathname") == "/imports"
    assert console.console.imports.runs() == []


def test_a_registry_that_waits_is_in_nobodys_way(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    program: str,  # noqa: F811
    axe: str,  # noqa: F811
) -> None:
    monkeypatch.setenv("HALLWATCH_MODELS", str(shared / "models"))
    folders = sorted((shared / "data" / "faces").iterdir())[:3]
    photos: dict[str, str | bytes] = {
        f"{number}.jpg": sorted(one.iterdir())[0].read_bytes() for number, one in enumerate(folders)
    }
    rows = [f"R{number},Sample,Dana,1980-03-15,{number}.jpg,Offence A," for number in range(3)]
    text = "\n".join(["id,last,first,born,photo,why,ends", *rows])
    (tmp_path / "registry.zip").write_bytes(zipped({"registry.csv": text} | photos))
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    with running(tmp_path) as console, heard(console):
        head, second = (console.office.enter(Role.DISTRICT_ADMINISTRATOR) for _ in range(2))
        with Browser(program, width=1280, height=1600) as browser:
            console.show(browser, "/imports", head)
            assert browser.value("document.querySelector('.of-registry').offsetParent === null")
            browser.value("document.getElementById('kind').value = 'registry'")
            browser.value("document.getElementById('kind').dispatchEvent(new Event('change'))")
            assert browser.value("document.querySelector('.of-registry').offsetParent !== null")
            assert violations(browser, axe) == []
            shown(browser, "registry-form")
            browser.choose("#file", tmp_path / "registry.zip")
            browser.choose("#own_map", tmp_path / "map.toml")
            browser.value("document.getElementById('of').value = '2026-11-01'")
            browser.value("document.querySelector('#hand-over button').click()")
            browser.wait_for("document.getElementById('run') !== null", 60)
            browser.wait_for(f"{STAGE} === 'planned'", 120)
            assert violations(browser, axe) == []
            shown(browser, "registry-dry-run")
            browser.value("document.querySelector('form[action$=take] button').click()")
            browser.wait_for(f"document.readyState === 'complete' && {STAGE} === 'done'", 180)
            shown(browser, "registry-done")
        with console.office.reader.waiting_imports() as view:
            path = f"/imports/waiting/{view.waiting()[0].record.import_id}"
        for width, dark in ((1280, False), (390, True)):
            with Browser(program, width=width, height=2200, dark=dark) as browser:
                console.show(browser, path, second)
                browser.wait_for("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
                shown(browser, f"waiting-{width}")
                assert violations(browser, axe) == []
                assert browser.value(FITS)
