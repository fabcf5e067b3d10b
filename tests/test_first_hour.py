"""The first hour: hallwatch init at a real terminal with real cameras, and the page that leads to the receipt."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from hallwatch.adapters.store.place import SqliteFile
from hallwatch.core.first_hour import ACTIONS, FEW, PROBED, Step, is_marked, progress_of, trail_of
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By, ErasePerson, Note
from hallwatch.entry.cli import app
from hallwatch.settings.read import read_site
from tests.browser import Browser
from tests.records import Office
from tests.rtsp_camera import RtspCamera, need_rtsp
from tests.serving import environment, serving
from tests.source_files import film
from tests.test_alert_pages import own, press
from tests.test_listings import People
from tests.test_pages_axe import axe, violations  # noqa: F401 - a fixture
from tests.test_web import SIGHTING, Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture
from tests.watching import HALLWATCH

ANSWERS = 'jurisdiction = "US-MO"\nname = "North, the \\"old\\" school"\nschool = "North"\nport = 0\n'


def init(folder: Path, environ: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HALLWATCH, "init", *more], cwd=folder, env=environ, capture_output=True, text=True, timeout=120
    )


def test_from_the_answers_to_a_console_that_serves(shared: Path, tmp_path: Path) -> None:
    need_rtsp()
    environ = environment(tmp_path, shared)
    with RtspCamera() as camera:
        answers = tmp_path / "answers.toml"
        answers.write_text(f'{ANSWERS}camera = "{camera.address}"\nseen_demo = true\n')
        done = init(tmp_path, environ, "--answers", "answers.toml")
        assert done.returncode == 0, done.stderr
        assert "[x] by minute 15  the first camera shows a picture" in done.stdout
        assert "[>] by minute 20" in done.stdout
        assert "3 of 10 done, 0 minutes since the beginning" in done.stdout
        config = tmp_path / "hallwatch.toml"
        assert stat.S_IMODE(config.stat().st_mode) == 0o600
        site = read_site(config)
        assert (site.site.name, site.cameras[0].school) == ('North, the "old" school', "North")
        assert not list(tmp_path.glob(".hallwatch.toml*"))
        before = config.read_text()
        again = init(tmp_path, environ)  # says how far it is, and asks nothing
        assert (again.returncode, again.stdout) == (0, done.stdout)
        refused = init(tmp_path, environ, "--answers", "answers.toml")
        assert refused.returncode == 2
        assert "--force" in refused.stderr
        assert config.read_text() == before
        with serving(config, environ) as server:
            assert httpx2.get(f"{server.url}/healthz").json() == {"alive": True}
        assert init(tmp_path, environ, "--answers", "answers.toml", "--force").returncode == 0
        before = config.read_text()
        answers.write_text(answers.read_text().replace("US-MO", "DEMO").replace(camera.address, "hall.mp4"))
        film(tmp_path / "hall.mp4", 50)
        moved = init(tmp_path, environ, "--answers", "answers.toml", "--force")
        assert moved.returncode == 2
        assert "bound to US-MO" in moved.stderr.splitlines()[-1]
        assert config.read_text() == before


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ('camera = "rtsp://127.0.0.1:1/none"', "the camera: refuses connections"),
        ('camera = "none.mp4"', "none.mp4"),
        ('camera = "http://192.0.2.1/x"', "not a kind of source"),
        ('camera = "x.mp4"\njurisdiction = "XX"', "answers.toml"),
        ('camera = "x.mp4"\nmail_to = "a@b.example"', "mail_server"),
        ('camera = "x.mp4"\nwhat = 1', "no setting"),
    ],
)
def test_what_does_not_work_is_one_line_and_nothing_is_written(
    shared: Path, tmp_path: Path, answer: str, line: str
) -> None:
    (tmp_path / "answers.toml").write_text(ANSWERS + answer)
    done = init(tmp_path, environment(tmp_path, shared), "--answers", "answers.toml")
    assert done.returncode == 2
    assert line in done.stderr.splitlines()[-1]
    assert not (tmp_path / "hallwatch.toml").exists()
    assert not (tmp_path / "data").exists()


def test_the_questions_are_asked_and_the_law_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film(tmp_path / "hall.mp4", 50)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HALLWATCH_HOME", str(tmp_path / "home"))
    umask = os.umask(0o022)
    os.umask(umask)
    try:
        given = "y\nUS-MO\nMain Street\nNorth\nhall.mp4\nkim@school.example\nmail.school.example\nhw@school.example\n"
        done = CliRunner().invoke(app, ["init"], input=given)
        assert done.exit_code == 0, done.output
        site = read_site(Path("hallwatch.toml"))
        assert [one.name for one in site.channel] == ["mail"]
        assert site.cameras[0].loop
        (tmp_path / "hallwatch.toml").unlink()
        forbidden = CliRunner().invoke(app, ["init"], input="n\nUS-NY\nMain Street\nNorth\nhall.mp4\n\n")
        assert forbidden.exit_code != 0
        assert not Path("hallwatch.toml").exists()
    finally:
        os.umask(umask)


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def done_steps(office: Office) -> set[Step]:
    return set(progress_of(office.reader.deeds(ACTIONS, 1000)).done)


def test_steps_are_what_the_trail_says(tmp_path: Path) -> None:
    office = Office(SqliteFile(tmp_path / "x.db"), tmp_path)
    by = By("machine:tests", "terminal")
    assert done_steps(office) == {Step.PLACE}
    for action, detail in (
        ("account.link.use", {}),
        ("delivery.sent", {"channel": "console"}),
        ("alert.answer", {"answer": "same"}),
    ):
        office.done(Note(by, action, detail=detail))
    assert done_steps(office) == {Step.PLACE}
    for action, detail in (
        (PROBED, {}),
        ("account.link.use", {}),
        ("delivery.sent", {"channel": "push"}),
        ("alert.answer", {"answer": "different"}),
    ):
        office.done(Note(by, action, detail=detail))
    assert done_steps(office) == {Step.PLACE, Step.CAMERA, Step.SECOND, Step.TOLD, Step.WRONG}
    found = progress_of(office.reader.deeds(ACTIONS, 1000))
    assert found.next is Step.DEMO
    assert found.minutes(datetime.now(UTC) + timedelta(minutes=7)) == 7
    office.close()


def test_a_busy_site_still_knows_how_it_began(tmp_path: Path) -> None:
    office = Office(SqliteFile(tmp_path / "x.db"), tmp_path)
    by = By("machine:tests", "terminal")
    for number in range(FEW + 20):
        office.done(Note(by, "delivery.sent", f"d{number}", detail={"channel": "console"}))
    office.done(Note(by, PROBED))
    found = progress_of(trail_of(office.reader.first_deeds))
    assert found.began is not None
    assert set(found.done) == {Step.PLACE, Step.CAMERA}
    office.close()


def test_only_whole_words_mark_a_test() -> None:
    assert all(
        is_marked(one) for one in ("Test", "test of the camera", " Prueba: Ana", "TEST: consent of 3 May")
    )
    assert not any(is_marked(one) for one in ("Testigo amenazado", "Testimony of the mother", "a test", ""))


def test_the_trial_ends_with_everybody_erased_and_a_receipt(
    console: Running,
    program: str,  # noqa: F811
    axe: str,  # noqa: F811
) -> None:
    people = People(console.office)
    people.keep("P5", None)
    for who, reason in (("P1", "Test, with consent"), ("P5", "threatened staff")):
        people.yes(people.second, people.proposed(who, reason=reason))
    console.sight(SIGHTING)
    admin = console.office.enter(Role.DISTRICT_ADMINISTRATOR, login="boss")
    with console.browser(console.office.enter(login="robin")) as robin:
        press(robin, "answer", within='value="different"', reason="face")
        assert robin.get("/start").status_code == 403
    with Browser(program) as wide, Browser(program, width=390, dark=True) as narrow:
        for browser in (wide, narrow):
            console.show(browser, "/start", admin)
            assert violations(browser, axe) == []
            assert browser.value("document.documentElement.scrollWidth <= innerWidth")
    with console.browser(admin) as boss:
        page = boss.get("/start").text
        assert page.count('class="done"') == 4  # place, listed, alert, wrong
        assert "/start" in boss.get("/").text
        assert boss.get("/start/receipt").status_code == 404
        token = page.split('name="csrf" value="')[1].split('"')[0]
        assert boss.post("/start/read", data={"csrf": token}, headers=own(boss)).status_code == 303
        ticks = page.split('name="person" value="')[1:]
        numbers = [one.split('"')[0] for one in ticks]
        assert len(numbers) == 1
        unticked = boss.post("/start/erase", data={"csrf": token}, headers=own(boss))
        assert unticked.status_code == 422
        stranger = {"csrf": token, "person": "person-none"}
        assert boss.post("/start/erase", data=stranger, headers=own(boss)).status_code == 422
        ended = boss.post("/start/erase", data={"csrf": token, "person": numbers}, headers=own(boss))
        assert ended.status_code == 303
        assert console.office.reader.dossier(numbers[0]) is None
        assert console.office.reader.person_of("P5") is not None  # not of the trial
        console.office.done(ErasePerson(By("machine:tests", "terminal", "asked for"), "P5"))
        receipt = boss.get("/start/receipt").text
        assert numbers[0] in receipt
        assert "1 person was erased" in receipt
        assert "se borró a 1 persona" in receipt
        assert "Dana" not in receipt
        pdf = boss.get("/start/receipt.pdf")
        assert pdf.content[:5] == b"%PDF-"
    assert {Step.EXPECTED, Step.ERASED} <= done_steps(console.office)
