"""Maps on the pages: drawn by a technician, the path of an alert for those who see the alert, in a real browser too."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx2
import pytest
from PIL import Image

from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.floor_plan import Spot, building_id
from hallwatch.core.kept import Whereabouts
from hallwatch.core.policy.roles import Role
from hallwatch.core.sessions import digest_of_token
from hallwatch.web import admission
from tests.browser import Browser
from tests.floor_pictures import floor_png
from tests.test_alert_pages import own
from tests.test_pages_axe import axe, violations  # noqa: F401 - a fixture
from tests.test_web import NOW, SIGHTING, WHERE, Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

NORTH, SOUTH = building_id(WHERE), building_id(Whereabouts("Gym", "South"))
BROKEN = "window.broken = []; addEventListener('securitypolicyviolation', (e) => broken.push(e.violatedDirective));"

BACK = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two floors, drawn by a technician through the pages; Dana before three cameras of them."""
    with running(tmp_path_factory.mktemp("maps")) as it:
        places = dict.fromkeys(("Corridor A", "Entrance", "Yard <b>door</b>", "Cellar"), WHERE)
        object.__setattr__(it.console.facts, "places", places | {"Gym": Whereabouts("Gym", "South")})
        for name in places:
            condition = CameraCondition.LOST if name == "Cellar" else CameraCondition.WATCHING
            it.board.camera(CameraState(name, condition))
        with it.browser(it.office.enter(Role.TECHNICIAN)) as technician:
            added = add(technician, name="Ground floor", level="0", north="20")
            assert added.status_code == 303, added.text
            assert add(technician, name="Below", level="-1").status_code == 303
            below, ground = re.findall(r'data-draw="([^"]+)"', technician.get(f"/map/{NORTH}/draw").text)
            hung = [
                ("Corridor A", ground, 38, 45),
                ("Entrance", ground, 38, 80),
                ("Yard <b>door</b>", ground, 88, 50),
            ]
            assert place(technician, [*hung, ("Cellar", below, 10, 10)]).status_code == 303
        for minutes, camera in enumerate(("Entrance", "Corridor A", "Yard <b>door</b>")):
            it.sight(replace(SIGHTING, camera=camera, at=NOW + timedelta(minutes=minutes)))
        yield it


def add(client: httpx2.Client, picture: bytes | None = None, **fields: str) -> httpx2.Response:
    files = {"photo": ("plan.png", floor_png() if picture is None else picture, "image/png")}
    data = {"csrf": csrf(client), **fields}
    return client.post(f"/map/{NORTH}/floors", data=data, files=files, headers=own(client))


def place(
    client: httpx2.Client, spots: list[tuple[str, str, float | str, float | str]], building: str = NORTH
) -> httpx2.Response:
    names = ("camera", "floor", "x", "y")
    data: dict[str, object] = {"csrf": csrf(client)}
    data |= {
        name: [str(one) for one in column]
        for name, column in zip(names, zip(*spots, strict=True), strict=True)
    }
    return client.post(f"/map/{building}/cameras", data=data, headers=own(client))


def csrf(client: httpx2.Client) -> str:
    return str(re.findall(r'name="csrf" value="(\w+)"', client.get("/account").text)[0])


def spots_of(console: Running) -> list[Spot]:
    with console.office.reader.floors() as floors:
        return floors.spots()


def test_the_picture_is_made_anew_and_what_is_transparent_is_paper(console: Running) -> None:
    page = console.get(f"/map/{NORTH}").text
    answer = console.get(re.findall(r'src="(/map/[^"]+/picture)"', page)[0])
    picture = Image.open(io.BytesIO(answer.content))
    assert (answer.headers["content-type"], picture.format, picture.size) == (
        "image/jpeg",
        "JPEG",
        (1200, 700),
    )
    assert picture.convert("L").getpixel((5, 5)) == 255
    assert not picture.getexif()


def test_the_map_says_in_words_what_it_shows(console: Running) -> None:
    page = console.get(f"/map/{NORTH}?alert=a1").text
    assert "Never touch, search or hold anyone on a match alone." in page
    assert page.index("Ground floor") < page.index("Below")  # the path's floor before the lower one
    stops = re.findall(r"<strong>(.*?)</strong>", page.split('class="stops"')[1].split("</ol>")[0])
    assert stops == ["Entrance", "Corridor A", "Yard &lt;b&gt;door&lt;/b&gt;"]
    assert "09:04:05" in page
    assert "<b>door" not in page
    assert "Not seeing" in page
    assert page.count('class="leg"') == 2
    plain = console.get(f"/map/{NORTH}").text
    assert "Dana" not in plain
    assert 'class="leg"' not in plain
    assert [one.number for one in console.office.reader.one("a1").path] == [0, 1, 2]  # type: ignore[union-attr]
    small = console.get("/alerts/a1").text
    assert f'href="/map/{NORTH}?alert=a1"' in small
    assert small.count('class="leg"') == 2


def test_how_the_cameras_are_is_asked_again(console: Running) -> None:
    told = console.get(f"/map/{NORTH}/state?alert=a1").json()
    assert told["cameras"]["Cellar"] == ["lost", "Not seeing"]
    assert "Gym" not in told["cameras"]
    page = console.get(f"/map/{NORTH}?alert=a1").text
    assert told["news"] == unescape(re.findall(r'data-news="([^"]+)"', page)[0])


def test_an_open_map_keeps_nobody_signed_in(console: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "TOUCHED_EVERY", timedelta(seconds=-1))
    token = console.office.enter()

    def seen() -> object:
        found = console.office.reader.by_session(digest_of_token(token), datetime.now(UTC))
        assert found is not None
        return found[1].seen

    with console.browser(token) as client:
        before = seen()
        assert client.get(f"/map/{NORTH}/state").status_code == 200
        assert seen() == before
        client.get(f"/map/{NORTH}")
        assert seen() != before  # somebody looks


def test_another_school_sees_none_of_it(console: Running) -> None:
    picture = re.findall(r'src="(/map/[^"]+/picture)"', console.get(f"/map/{NORTH}").text)[0]
    paths = (
        f"/map/{NORTH}",
        f"/map/{NORTH}?alert=a1",
        f"/map/{NORTH}/state",
        picture,
        f"/map/{SOUTH}?alert=a1",
    )
    for role in (Role.SECURITY, Role.SCHOOL_ADMINISTRATOR):
        with console.browser(console.office.enter(role, ("South",))) as south:
            missing = south.get("/map/nowhere")
            for path in paths:
                answer = south.get(path)
                assert answer.status_code == 404, path
                assert "Dana" not in answer.text
                assert path.endswith("a1") or path == picture or answer.text == missing.text, path
            assert south.get(picture.replace(NORTH, SOUTH)).status_code == 404  # through one's own building
            drawing = south.get(f"/map/{NORTH}/draw")
            assert drawing.status_code == (403 if role is Role.SECURITY else 404)
            only = south.get("/map")
            assert only.headers["location"] == f"/map/{SOUTH}"  # one building alone is shown at once
            assert "Main building" not in south.get(f"/map/{SOUTH}").text


def test_a_technician_places_cameras_and_sees_no_path(console: Running) -> None:
    before = spots_of(console)
    with console.browser(console.office.enter(Role.TECHNICIAN)) as technician:
        for path in (f"/map/{NORTH}?alert=a1", f"/map/{NORTH}/state?alert=a1"):
            assert technician.get(path).status_code == 403
        floor = before[0].floor_id
        for spots, why in (
            ([("Gym", floor, 1, 2)], "not the cameras of this building"),
            ([("Entrance", floor, "left", 2)], "write numbers"),
            ([("Entrance", floor, 120, 2)], "between 0 and 100"),
            ([("Entrance", "floor-gone", 1, 2)], "no such floor"),
        ):
            refused = place(technician, spots)  # type: ignore[arg-type]
            assert refused.status_code == 422
            assert why in refused.text
        for picture, why in ((b"GIF89a no picture", "not a picture"), (b"", "needs its picture")):
            refused = add(technician, picture, name="Roof")
            assert refused.status_code == 422
            assert why in refused.text
    assert spots_of(console) == before
    with console.browser(console.office.enter()) as security:
        assert place(security, [("Entrance", before[0].floor_id, 1, 2)]).status_code == 403


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_path_on_the_map_in_a_browser(
    console: Running,
    program: str,  # noqa: F811
    axe: str,  # noqa: F811
    width: int,
    dark: bool,
) -> None:
    security, south = console.office.enter(), console.office.enter(schools=("South",))
    with Browser(program, width=width, dark=dark) as browser:
        browser.beforehand(BROKEN)
        for path in (f"/map/{NORTH}?alert=a1", f"/map/{NORTH}", "/map", "/alerts/a1"):
            console.show(browser, path, security)
            assert violations(browser, axe) == [], path
            assert browser.value("document.documentElement.scrollWidth <= innerWidth"), path
            assert browser.value("broken.join()") == "", path
        console.show(browser, f"/map/{NORTH}?alert=a1", security)
        browser.wait_for("document.querySelectorAll('.plan.leaflet-container').length === 2")
        browser.wait_for("[...document.querySelectorAll('.plan img')].every((i) => i.naturalWidth === 1200)")
        # the marks lie where they were placed, whatever the width: the last place, largest, at 88 and 50 per cent
        browser.wait_for(
            "(() => { const plan = document.querySelector('.plan').getBoundingClientRect();"
            " const mark = document.querySelector('.plan .last .stop').getBoundingClientRect();"
            " return Math.abs((mark.x + mark.width / 2 - plan.x) / plan.width - .88) < .02"
            " && Math.abs((mark.y + mark.height / 2 - plan.y) / plan.height - .5) < .03; })()"
        )
        assert browser.value("document.querySelectorAll('.plan .number').length") == 3
        assert browser.value(
            "document.body.textContent.includes('Dana')"
        )  # what another school is not to see
        assert browser.value("document.querySelector('.mark.lost .cross') !== null")
        # it is looked at closely, and moves only then
        before = browser.value("document.querySelector('.plan img').getBoundingClientRect().width")
        browser.value("document.querySelector('.zoom button').click()")
        browser.wait_for(
            f"document.querySelector('.plan img').getBoundingClientRect().width > {before} * 1.2"
        )
        # a camera that dies is seen to be dead, and news of the person are offered
        console.board.camera(CameraState("Entrance", CameraCondition.LOST))
        browser.value(BACK)
        browser.wait_for("document.querySelector('.mark.lost[data-camera=Entrance]') !== null")
        browser.wait_for(
            "document.querySelector('.camera.lost[data-camera=Entrance] .said-words').textContent === 'Not seeing'"
        )
        console.board.camera(CameraState("Entrance", CameraCondition.WATCHING))
        browser.value(BACK)
        browser.wait_for("document.querySelector('.mark.watching[data-camera=Entrance]') !== null")
        assert browser.value("document.getElementById('path-news').hidden")
        console.show(browser, f"/map/{NORTH}?alert=a1", south)
        assert browser.value("document.querySelectorAll('.plan').length") == 0
        assert browser.value("!document.body.textContent.includes('Dana')")
        # the policy is watched: what breaks it is heard of
        browser.value("document.body.insertAdjacentHTML('beforeend', '<i style=\"color: red\"></i>')")
        browser.wait_for("broken.join() === 'style-src-attr'")


def test_a_camera_is_dragged_and_saved(console: Running, program: str, axe: str) -> None:  # noqa: F811
    with Browser(program) as browser:
        browser.beforehand(BROKEN)
        console.show(browser, f"/map/{NORTH}/draw", console.office.enter(Role.TECHNICIAN))
        browser.wait_for("document.querySelectorAll('.pin').length === 4")
        assert violations(browser, axe) == []
        assert browser.value("document.querySelector('.pin-name b')") is None  # a name is no HTML
        row = "[...document.querySelectorAll('.spots tbody tr')].find((r) => r.dataset.camera === 'Entrance')"
        at = "(e => [e.x + e.width / 2, e.y + e.height / 2])"
        pins = "[...document.querySelectorAll('.pin')]"
        names = "[...document.querySelectorAll('.pin-name')].map((n) => n.textContent)"
        browser.value(f"({pins})[({names}).indexOf('Entrance')].scrollIntoView({{block: 'center'}})")
        middle = browser.value(f"{at}(({pins})[({names}).indexOf('Entrance')].getBoundingClientRect())")
        assert isinstance(middle, list)
        x, y = middle
        browser.drag((x, y), (x + 100, y - 60))
        assert "Not saved yet" in str(browser.value("document.getElementById('unsaved').textContent"))
        moved = browser.value(
            f"[...{row}.querySelectorAll('input[type=number]')].map((i) => Number(i.value))"
        )
        assert isinstance(moved, list)
        assert moved[0] > 42
        assert moved[1] < 76
        # the same by keys alone: the mark follows what is written
        browser.value(
            f"(i => {{ i.value = '20'; i.dispatchEvent(new Event('input', {{bubbles: true}})) }})"
            f"({row}.querySelector('[name=x]'))"
        )
        fresh = browser.value(f"{at}(({pins})[({names}).indexOf('Entrance')].getBoundingClientRect())")
        assert isinstance(fresh, list)
        assert fresh[0] < x
        browser.value(f"{row}.closest('form').requestSubmit()")
        browser.wait_for("document.getElementById('unsaved')?.textContent === ''")
        assert browser.value("broken.join()") == ""
    (spot,) = (one for one in spots_of(console) if one.camera == "Entrance")
    assert (spot.x, spot.y) == (20.0, moved[1])
