"""The first hour: hallwatch init at a real terminal with real cameras, and the page that leads to the receipt."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import httpx2
import pytest
from typer.testing import CliRunner, Result

from hallwatch.adapters.profiles import profile_codes, read_profile
from hallwatch.adapters.store.place import SqliteFile
from hallwatch.core.audit import AuditEntry
from hallwatch.core.first_hour import (
    ACTIONS,
    FEW,
    PROBED,
    SEEN_DEMO,
    Step,
    done_of,
    is_marked,
    progress_of,
    trail_of,
)
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By, ErasePerson, Note
from hallwatch.entry.cli import app
from hallwatch.entry.first_hour import own_services, progress_here, upcoming, usual_zone
from hallwatch.entry.installation import installed
from hallwatch.errors import SettingsError
from hallwatch.settings.channels import MailChannel
from hallwatch.settings.environment import Environment
from hallwatch.settings.first import fit, host_and_port, usual_encryption
from hallwatch.settings.read import read_site
from hallwatch.settings.section import known_zone
from hallwatch.web.hour_left import NEW, HourLeft
from hallwatch.web.who_questions import WhoQuestions
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
        assert "[x]               see it work" in done.stdout  # it was before the hour
        assert "prints a link for the first administrator" in done.stderr
        assert "3 of 11 done, 0 minutes since hallwatch init" in done.stdout
        config = tmp_path / "hallwatch.toml"
        assert stat.S_IMODE(config.stat().st_mode) == 0o600
        site = read_site(config)
        assert (site.site.name, site.cameras[0].school) == ('North, the "old" school', "North")
        assert not list(tmp_path.glob(".hallwatch.toml*"))
        before = config.read_text()
        again = init(tmp_path, environ)  # says how far it is, and asks nothing
        assert (again.returncode, again.stdout) == (0, done.stdout)
        assert f"hallwatch init --config {config.resolve()}" in again.stderr
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


@pytest.fixture
def at_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """`hallwatch init` in a folder with a film, answered line by line."""
    film(tmp_path / "hall.mp4", 50)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HALLWATCH_HOME", str(tmp_path / "home"))
    umask = os.umask(0o022)
    yield lambda *lines: CliRunner().invoke(app, ["init"], input="".join(f"{line}\n" for line in lines))
    os.umask(umask)


def test_each_answer_is_judged_at_once_and_asked_again(at_terminal: Callable[..., Result]) -> None:
    done = at_terminal(
        "y",
        *("Mars", "new york", "missouri"),
        *("Central", ""),
        "Main Street",
        "North",
        *("none.mp4", "hall.mp4"),
        "y",
        *("kim", "kim@school.example"),
        *("127.0.0.1:none", "127.0.0.1:2525"),
        *("ssl", "none"),
        "hw@school.example",
    )
    assert done.exit_code == 0, done.output
    for line in (
        "US-MO  Missouri, United States",
        "US-NY  New York, United States: no camera is matched here",
        "there is no jurisdiction Mars",
        "camera matching is forbidden under US-NY",
        "is no IANA time zone",
        "none.mp4",
        "must be an e-mail address",
        "must be a host, or host:port",
        "'starttls', 'tls' or 'none'",
        "[network] services names 127.0.0.1/32",
    ):
        assert line in done.output
    assert done.output.count("The site's name") == 1  # what was right is not asked again
    site = read_site(Path("hallwatch.toml"))
    assert (site.site.jurisdiction, site.site.time_zone) == ("US-MO", "America/Chicago")
    assert (site.console.host, site.console.certificate) == ("0.0.0.0", "self-signed")
    assert site.network.services == ("127.0.0.1/32",)
    assert site.cameras[0].loop
    mail = site.channel[0]
    assert isinstance(mail, MailChannel)
    assert (mail.host, mail.port, mail.security, mail.to) == (
        "127.0.0.1",
        2525,
        "none",
        ("kim@school.example",),
    )


def test_without_mail_and_other_desks_nothing_is_opened(at_terminal: Callable[..., Result]) -> None:
    done = at_terminal("n", "US-MO", "America/Denver", "Main Street", "North", "hall.mp4", "n", "")
    assert done.exit_code == 0, done.output
    site = read_site(Path("hallwatch.toml"))
    assert (site.console.host, site.console.certificate) == ("127.0.0.1", None)
    assert (site.channel, site.network.services) == ((), ())
    assert site.site.time_zone == "America/Denver"
    environment = Environment.from_environ()
    config = Path("hallwatch.toml")
    with installed(site, environment) as here:
        assert "prints a link" in upcoming(progress_here(here), site, config)[0]
        here.note("account.link.use")
        found = progress_here(here)
    assert upcoming(found, site, config)[:2] == [
        "next: see it work: hallwatch demo",
        "where: First hour, http://127.0.0.1:8460/start; for it hallwatch serve --config hallwatch.toml has to run",
    ]


@pytest.mark.parametrize(
    ("said", "host", "port", "encrypted"),
    [
        ("mail.school.example", "mail.school.example", 587, "starttls"),
        ("mail.school.example:465", "mail.school.example", 465, "tls"),
        ("[fd00::5]:25", "fd00::5", 25, "starttls"),
        ("fd00::5", "fd00::5", 587, "starttls"),
    ],
)
def test_a_mail_server_is_a_host_and_its_port(said: str, host: str, port: int, encrypted: str) -> None:
    assert host_and_port(said) == (host, port)
    assert usual_encryption(port) == encrypted


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        ("mail_server", "mail:x", "host:port"),
        ("mail_server", "https://mail.school.example", "host:port"),
        ("time_zone", "Mars/North", "is no IANA time zone"),
        ("mail_from", "kim", "must be an e-mail address"),
    ],
)
def test_a_wrong_answer_says_what_to_write(field: str, value: str, line: str) -> None:
    with pytest.raises(SettingsError, match=line):
        fit(field, value)


def test_only_servers_of_the_school_are_named_as_services() -> None:
    assert own_services("192.168.7.5", 25) == ("192.168.7.5/32",)
    assert own_services("fd00::5", 25) == ("fd00::5/128",)
    assert own_services("8.8.8.8", 25) == ()
    with pytest.raises(SettingsError, match="never connected to"):
        own_services("169.254.169.254", 25)


def test_places_offer_time_zones_that_are_known() -> None:
    for code in profile_codes():
        zones = read_profile(code).time_zones
        assert [known_zone(one) for one in zones] == list(zones)
    assert usual_zone("US-MO") == "America/Chicago"


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
    for action, subject, detail in (
        ("account.add", "a1", {"role": "district-administrator"}),
        ("account.add", "a2", {"role": "security"}),
        ("account.add", "a3", {"role": "district-administrator"}),
        ("account.link.use", "a1", {}),
        ("account.link.use", "a1", {}),
        ("account.link.use", "a2", {}),  # signs in, and may say yes to nothing
        ("delivery.sent", "", {"channel": "console"}),
        ("alert.answer", "", {"answer": "same"}),
    ):
        office.done(Note(by, action, subject, detail=detail))
    assert done_steps(office) == {Step.PLACE}
    for action, subject, detail in (
        (PROBED, "", {}),
        ("account.provided", "a3", {}),
        ("delivery.sent", "", {"channel": "push"}),
        ("training.pass", "a1", {}),
        ("alert.answer", "", {"answer": "different"}),
    ):
        office.done(Note(by, action, subject, detail=detail))
    expected = {Step.PLACE, Step.CAMERA, Step.SECOND, Step.TOLD, Step.COURSE, Step.WRONG}
    assert done_steps(office) == expected
    assert done_of(office.reader.first_deeds, [Step.DEMO, Step.SECOND]) == {Step.SECOND}
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
    people.keep("P6", None)  # a draft that nobody said yes to
    draft = people.drafted("P6", reason="Test, never proposed")
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
        assert page.count('class="done"') == 5  # place, listed, course, alert, wrong
        assert "Words about 0 photos more." in page
        assert 'href="/start"' in boss.get("/lists").text  # under More
        assert boss.get("/start/receipt").status_code == 404
        token = page.split('name="csrf" value="')[1].split('"')[0]
        assert boss.post("/start/read", data={"csrf": token}, headers=own(boss)).status_code == 303
        ticks = page.split('name="person" value="')[1:]
        numbers = [one.split('"')[0] for one in ticks]
        record = console.office.reader.listing(draft)
        assert record is not None
        assert len(numbers) == 2
        assert record.person_id in numbers
        unticked = boss.post("/start/erase", data={"csrf": token}, headers=own(boss))
        assert unticked.status_code == 422
        stranger = {"csrf": token, "person": "person-none"}
        assert boss.post("/start/erase", data=stranger, headers=own(boss)).status_code == 422
        ended = boss.post("/start/erase", data={"csrf": token, "person": numbers}, headers=own(boss))
        assert ended.status_code == 303
        assert [console.office.reader.dossier(one) for one in numbers] == [None, None]
        assert console.office.reader.person_of("P5") is not None  # not of the trial
        console.office.done(ErasePerson(By("machine:tests", "terminal", "asked for"), "P5"))
        receipt = boss.get("/start/receipt").text
        assert numbers[0] in receipt
        assert "2 people were erased" in receipt
        assert "se borró a 2 personas" in receipt
        assert "Dana" not in receipt
        pdf = boss.get("/start/receipt.pdf")
        assert pdf.content[:5] == b"%PDF-"
    assert {Step.EXPECTED, Step.ERASED} <= done_steps(console.office)


def test_the_page_is_led_to_until_all_is_done(tmp_path: Path) -> None:
    with running(tmp_path, listed=0) as console:
        office, by = console.office, By("machine:tests", "terminal")
        with console.browser(office.enter(Role.DISTRICT_ADMINISTRATOR, login="boss")) as boss:
            page = boss.get("/start").text
            assert "Nobody is listed yet" in page
            assert "I have read it" not in page
            assert "docs/operating.md" in page  # no HTTPS, so no phone
            token = page.split('name="csrf" value="')[1].split('"')[0]
            early = boss.post("/start/read", data={"csrf": token}, headers=own(boss))
            assert (early.status_code, Step.EXPECTED in done_steps(office)) == (422, False)
            seen = boss.post("/start/read", data={"csrf": token, "what": "demo"}, headers=own(boss))
            assert (seen.status_code, Step.DEMO in done_steps(office)) == (303, True)
            assert "I have seen it" not in boss.get("/start").text
            for action, subject, detail in (
                (PROBED, "", {}),
                ("account.add", "a1", {"role": "district-administrator"}),
                ("account.add", "a2", {"role": "school-administrator"}),
                ("account.link.use", "a1", {}),
                ("account.link.use", "a2", {}),
                ("listing.activate", "l1", {}),
                ("channel.test", "", {}),
                ("alert.raise", "", {}),
                ("alert.answer", "", {"answer": "different"}),
                ("first-hour.expected", "", {}),
            ):
                office.done(Note(by, action, subject, detail=detail))
            assert 'href="/start"' in boss.get("/lists").text
            office.done(Note(by, "person.erase"))
            assert 'href="/start"' not in boss.get("/lists").text
            assert boss.get("/start").status_code == 200


def test_the_pages_lead_there_while_something_is_left_and_the_installation_is_new(console: Running) -> None:
    asked: list[tuple[str, ...]] = []
    reader = console.office.reader

    class Asked:
        def __getattr__(self, name: str) -> object:
            return getattr(reader, name)

        def first_deeds(self, actions: Collection[str], limit: int) -> list[AuditEntry]:
            asked.append(tuple(actions))
            return reader.first_deeds(actions, limit)

    watched = replace(console.console, who=cast("WhoQuestions", Asked()))
    left = HourLeft(watched)
    assert left
    assert asked == [(SEEN_DEMO,)]  # the first that is left is enough
    console.office.done(Note(By("machine:tests", "terminal"), SEEN_DEMO))
    assert left
    began = console.office.reader.began()
    assert began is not None
    asked.clear()
    later = HourLeft(watched, now=lambda: began + NEW + timedelta(seconds=1))
    assert not later
    assert asked == []  # an old trail is not searched at every page
