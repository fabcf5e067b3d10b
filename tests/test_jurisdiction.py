"""The law of the place: New York cannot be talked into camera matching, by page, command, file or database."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import text

import hallwatch.adapters.profiles as shipped
from hallwatch.adapters.keys.binding import NAME
from hallwatch.adapters.profiles import profile_codes, read_profile
from hallwatch.adapters.store.place import SqliteFile
from hallwatch.core.model import Person
from hallwatch.core.requests import BindJurisdiction, By, Done, KeepPerson, PhotoKept, Refused
from hallwatch.entry.keeper_client import RequestRefused, ask
from hallwatch.errors import SettingsError
from tests.records import Office
from tests.serving import environment, serving, write_config
from tests.watching import HALLWATCH, write_list

BY = By("u1", "192.0.2.7")
PERSON, PHOTO = Person("P1", "Dana", "Sample", ()), PhotoKept("p.jpg", b"jpeg", "fp", b"template")
CAMERA = {"Gate": 'address = "rtsp://192.0.2.1/stream"'}


@pytest.fixture
def albany(shared: Path, tmp_path: Path) -> tuple[Path, dict[str, str], Path]:
    """A school in New York: its settings without cameras, its environment, its list."""
    watchlist = write_list(tmp_path / "people", [{"external_id": "P1", "photo": "p.jpg"}])
    photo = next(iter(sorted((shared / "data" / "faces").iterdir())[0].iterdir()))
    shutil.copyfile(photo, watchlist / "p.jpg")
    return (
        write_config(tmp_path, watchlist, {}, jurisdiction="US-NY"),
        environment(tmp_path, shared),
        watchlist,
    )


def said(environ: dict[str, str], *command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HALLWATCH, *map(str, command)], env=environ, capture_output=True, text=True, timeout=120
    )


def trail(folder: Path) -> list[tuple[str, str]]:
    office = Office.bare(SqliteFile(folder / "data" / "hallwatch.db"), folder / "data")
    with office.reader.audit() as read:
        deeds = [(entry.deed.action, entry.deed.subject) for entry in read.entries()]
    office.close()
    return deeds


def test_a_folders_list_is_looked_for_on_trial_only(albany: tuple[Path, dict[str, str], Path]) -> None:
    """Nobody is listed by one person, whoever may write into a folder: the place asks for a second one's yes."""
    config, environ, _ = albany
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("unapproved = true\n", ""), encoding="utf-8")
    refused = said(environ, "serve", "--config", config)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "nobody has said yes to the people of" in refused.stderr
    assert "hallwatch import list" in refused.stderr
    assert "list.set" not in [action for action, _ in trail(config.parent)]


def test_every_profile_reads_and_says_what_it_rests_on() -> None:
    assert set(profile_codes()) == {"DEMO", "US-MO", "US-NY"}
    for code in profile_codes():
        profile = read_profile(code)
        assert profile.sources
        assert profile.retention.different_person_hours == 1
    assert read_profile("US-MO").forbids(live=True) is None
    assert "neither purchase nor use" in (read_profile("US-NY").forbids(live=False) or "")
    demo = read_profile("DEMO")
    assert demo.forbids(live=False) is None
    assert "needs the profile of its place" in (demo.forbids(live=True) or "")
    with pytest.raises(SettingsError, match=r"no jurisdiction profile 'US-XX'; there are DEMO, US-MO, US-NY"):
        read_profile("US-XX")


def test_the_desk_works_in_new_york_and_no_template_is_made(
    albany: tuple[Path, dict[str, str], Path], tmp_path: Path
) -> None:
    config, environ, _ = albany
    with serving(config, environ) as server:
        page = server.page()
        assert "camera matching is forbidden under US-NY" in page
        assert "1 person is" in page
        assert not any("hw-worker" in line for line in server.children().values())
        # by the page: nothing that a browser can send switches it on, nor does the keeper take a template
        for path in ("/settings", "/api/v1/settings", "/jurisdiction"):
            assert server.client.post(server.url + path, json={"jurisdiction": "US-MO"}).status_code in (
                404,
                405,
            )
        socket = tmp_path / "data" / "keeper.sock"
        with pytest.raises(RequestRefused, match="bound to US-NY and cannot be moved to US-MO"):
            ask(socket, BindJurisdiction(BY, "US-MO"))
        with pytest.raises(RequestRefused, match="camera matching is forbidden under US-NY"):
            ask(socket, KeepPerson(BY, PERSON, (PHOTO,)))
    store = Office.bare(SqliteFile(tmp_path / "data" / "hallwatch.db"), tmp_path / "data")
    with store.desk.records._engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM template")).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM photo")).scalar_one() == 1
    store.close()
    # every attempt is on record
    assert {("jurisdiction.refused", "US-MO"), ("templates.refused", "")} <= set(trail(tmp_path))


def test_by_command(albany: tuple[Path, dict[str, str], Path]) -> None:
    _, environ, people = albany
    watch = ("watch", "rtsp://192.0.2.1/stream", "--watchlist", people, "--pack", "mobile")
    refused = said(environ, *watch)
    assert refused.returncode == 2
    assert (
        "a live camera is matched only under the law of its place: add --jurisdiction CODE" in refused.stderr
    )
    refused = said(environ, *watch, "--jurisdiction", "US-NY")
    assert refused.returncode == 2
    assert "camera matching is forbidden under US-NY" in refused.stderr
    # once New York, always New York: another word does not move the machine
    moved = said(environ, *watch, "--jurisdiction", "US-MO")
    assert moved.returncode == 2
    assert "this machine is bound to US-NY and not to US-MO" in moved.stderr
    demo = said(environ, *watch, "--jurisdiction", "DEMO")
    assert demo.returncode == 2
    assert "DEMO is not for live cameras" in demo.stderr


def test_by_file(
    albany: tuple[Path, dict[str, str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, environ, people = albany
    with serving(config, environ):
        pass
    write_config(tmp_path, people, CAMERA, jurisdiction="US-NY")
    refused = said(environ, "serve", "--config", config)
    assert refused.returncode == 2
    assert "forbidden under US-NY" in refused.stderr
    assert "Take the [[cameras]] out" in refused.stderr
    write_config(tmp_path, people, CAMERA, jurisdiction="US-MO")
    refused = said(environ, "serve", "--config", config)
    assert refused.returncode == 2
    assert "this installation is bound to US-NY and cannot be moved to US-MO" in refused.stderr
    assert [deed for deed in trail(tmp_path) if "refused" in deed[0]] == [
        ("matching.refused", "US-NY"),
        ("jurisdiction.refused", "US-MO"),
    ]
    # nor does an edited profile help
    folder = tmp_path / "profiles"
    shutil.copytree(shipped._folder(), folder)
    monkeypatch.setattr(shipped, "_folder", lambda: folder)
    edited = folder / "US-NY.toml"
    edited.write_text(edited.read_text().replace("allowed = false", "allowed = true"))
    with pytest.raises(
        SettingsError, match=r"US-NY\.toml is refused: camera_matching\.allowed must be false"
    ):
        read_profile("US-NY")


@pytest.mark.parametrize("how", ["deleted", "replaced", "keys too"])
def test_by_database_edit(tmp_path: Path, how: str) -> None:
    place = SqliteFile(tmp_path / "hallwatch.db")
    office = Office.bare(place, tmp_path)
    answer = office.desk.keeping.answer
    assert isinstance(answer(BindJurisdiction(BY, "US-NY")), Done)
    # a second school's database, bound to Missouri, with keys of its own
    other = Office(SqliteFile(tmp_path / "other.db"), tmp_path / "other")
    with other.desk.records._engine.begin() as connection:
        foreign = connection.execute(
            text("SELECT sealed FROM setting WHERE name = 'jurisdiction'")
        ).scalar_one()
    with office.desk.records._engine.begin() as connection:
        if how == "replaced":
            connection.execute(text("UPDATE setting SET sealed = :foreign"), {"foreign": foreign})
        else:
            connection.execute(text("DELETE FROM setting"))
    if how == "keys too":
        shutil.copyfile(other.chest.folder / NAME, office.chest.folder / NAME)
    other.close()
    for request in (BindJurisdiction(BY, "US-MO"), KeepPerson(BY, PERSON, (PHOTO,))):
        refused = answer(request)
        assert isinstance(refused, Refused)
        assert re.search("altered|bound to US-NY", refused.reason), refused.reason
    office.close()


def test_where_nothing_is_bound_nothing_is_matched(lite: Office, tmp_path: Path) -> None:
    office = Office.bare(SqliteFile(tmp_path / "bare.db"), tmp_path / "bare")
    refused = office.desk.keeping.answer(KeepPerson(BY, PERSON, (PHOTO,)))
    assert isinstance(refused, Refused)
    assert "no jurisdiction is set" in refused.reason
    office.close()
    assert isinstance(lite.desk.keeping.answer(KeepPerson(BY, PERSON, (PHOTO,))), Done)


def test_the_list_of_places(shared: Path, tmp_path: Path) -> None:
    told = said({**environment(tmp_path, shared), "COLUMNS": "200"}, "jurisdictions")
    assert told.returncode == 0
    assert re.search(r"US-NY\s+New York.*forbidden", told.stdout)
