"""hallwatch lists and hallwatch listing: somebody listed at the terminal, beside a running server and without one."""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from hallwatch.core.api_key_requests import MakeKey
from hallwatch.core.api_keys import RANDOM_BYTES, digest_of_key, token_of
from hallwatch.core.listing import Kind
from hallwatch.core.policy.roles import Role
from hallwatch.core.policy.scopes import Scope
from hallwatch.core.requests import AddAccount, BindJurisdiction, By
from hallwatch.entry.cli import app
from hallwatch.entry.desk import Desk
from hallwatch.entry.installation import installed
from hallwatch.entry.keeper_client import SOCKET, ask
from hallwatch.entry.wiring import chest_of, place_of
from hallwatch.errors import UserError
from hallwatch.settings.environment import Environment
from hallwatch.settings.read import read_site
from tests.serving import Serving, environment, serving, write_config
from tests.test_lists_pages import picture, press
from tests.test_serve_listing import MACHINE, signed_in
from tests.traces import contents
from tests.watching import HALLWATCH, write_list

TODAY = datetime.now(UTC).date()
NAME = "Quillon", "Zebedee"


class Site:
    """A site whose list.csv is about somebody else, and a photo of somebody to be listed."""

    def __init__(self, folder: Path, shared: Path) -> None:
        other, person = sorted((shared / "data" / "faces").iterdir())[:2]
        rows = [{"external_id": "P1", "first_name": "Some", "last_name": "Body", "photo": "p.jpg"}]
        people = write_list(folder / "people", rows)
        shutil.copyfile(sorted(other.iterdir())[0], people / "p.jpg")
        shutil.copyfile(sorted(person.iterdir())[0], folder / "q.jpg")
        (folder / "wall.jpg").write_bytes(picture())
        self.folder, self.environ = folder, environment(folder, shared)
        # A camera that is not there: what is written down is not about pictures.
        self.config = write_config(folder, people, {"Hall": 'address = "none.mp4"\nschool = "North"'})

    def said(self, *command: object, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [HALLWATCH, *map(str, command), "--config", self.config],
            env=self.environ,
            cwd=self.folder,
            input=given,
            capture_output=True,
            text=True,
            timeout=240,
        )

    def good(self, *command: object, given: str = "") -> Any:
        """What a command prints as JSON."""
        done = self.said(*command, "--json", given=given)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def bad(self, *command: object, given: str = "") -> str:
        """The one line of a command that does nothing."""
        done = self.said(*command, given=given)
        assert done.returncode == 2, done.stdout + done.stderr
        (line,) = done.stderr.strip().splitlines()
        assert not any(name in line for name in NAME)
        return line


def asked(**more: object) -> dict[str, Any]:
    """Somebody new, and why to be listed."""
    return {
        "person": {"first_name": NAME[0], "last_name": NAME[1], "born": "1980-05-04"},
        "listing": {
            "list": "trespass",
            "reason": "threatened staff",
            "authority": "Superintendent, order 12",
            "photo_source": "licence",
            "starts": (TODAY - timedelta(days=1)).isoformat(),
            "ends": (TODAY + timedelta(days=100)).isoformat(),
            "schools": ["North"],
        }
        | more,
    }


def missing(site: Site, number: str) -> tuple[str, int]:
    found = site.good("listing", "show", number)
    return found["state"], found["missing"]


@pytest.mark.timeout(600)
def test_a_listing_at_the_terminal_needs_two_people_and_none_of_them_is_the_terminal(
    shared: Path, tmp_path: Path
) -> None:
    site = Site(tmp_path, shared)
    with serving(site.config, site.environ):
        pass  # the first start makes keys and records

    # without a server
    drafted = site.good("listing", "add", "--photo", "q.jpg", given=json.dumps(asked()))
    number = drafted["listing_id"]
    assert (drafted["state"], drafted["name"]) == ("draft", " ".join(NAME))
    assert drafted["author"].startswith("machine:")
    more = asked(reason="a second order")
    del more["person"]
    (tmp_path / "more.json").write_text(json.dumps(more), encoding="utf-8")
    other = site.good("listing", "add", "more.json", "--external-id", drafted["external_id"])
    assert other["person_id"] == drafted["person_id"]
    assert "write down why" in site.bad("listing", "end", number, "--reason", " ")
    assert site.good("listing", "end", other["listing_id"], "--reason", "one is enough")["state"] == "ended"

    with serving(site.config, site.environ) as server:
        # beside a server
        waiting = site.good("listing", "propose", number)
        assert (waiting["state"], waiting["missing"]) == ("waiting", 2)
        counts = {one["list"]: one["waiting"] for one in site.good("lists")["lists"]}
        assert counts == {"expulsion": 0, "trespass": 1, "registry": 0, "threat": 0}
        listed = site.good("lists", "show", "--list", "trespass", "--state", "waiting")["listings"]
        assert [one["listing_id"] for one in listed] == [number]
        same_words(server, site, number)
        approved(server, site, drafted["person_id"], number)
        suspended = site.good("listing", "suspend", number, "--reason", "the order is looked at again")
        assert suspended["state"] == "suspended"
        assert site.good("listing", "resume", number, "--reason", "it holds")["state"] == "active"
        assert site.good("listing", "end", number, "--reason", "it was lifted")["state"] == "ended"
        assert "is ended" in site.bad("listing", "resume", number, "--reason", "again")
        said = server.said()
        page = server.client.get(f"{server.url}/audit").text
    assert "Looked at the lists at the terminal" in page
    assert not any(name in said for name in NAME)
    kept = contents([path for path in (tmp_path / "data").rglob("*") if path.is_file()])
    for path, held in kept.items():
        assert not any(name.encode() in held for name in NAME), path


def same_words(server: Serving, site: Site, number: str) -> None:
    """A program reads what a command prints, and its photos go through the same gate."""
    data, token = site.folder / "data", token_of(secrets.token_bytes(RANDOM_BYTES))
    by = By(ask(data / SOCKET, AddAccount(MACHINE, "head", "Head", Role.DISTRICT_ADMINISTRATOR)).subject)
    ask(data / SOCKET, MakeKey(by, digest_of_key(token), "SIS", frozenset(Scope), frozenset(), 1))
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=f"{server.url}/api/v1", headers=headers, timeout=60) as program:
        assert program.get("/lists").json() == site.good("lists")
        assert program.get(f"/listings/{number}").json() == site.good("listing", "show", number)
        wall = base64.b64encode(picture()).decode()
        no = program.post("/people", json={"first_name": "A", "photo": wall})
        assert no.status_code == 422
        assert "no face found" in no.json()["detail"]


def approved(server: Serving, site: Site, person_id: str, number: str) -> None:
    """Two people say yes, one after the other."""
    page = f"/lists/person/{person_id}"
    for login, left in (("second", ("waiting", 1)), ("third", ("active", 0))):
        data = site.folder / "data"
        with signed_in(server, data, login, Role.SCHOOL_ADMINISTRATOR, frozenset({"North"})) as client:
            assert press(client, page, "approve").status_code == 303
        assert missing(site, number) == left


@pytest.fixture
def alone(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site of which no server runs; commands are called in this process."""
    site = Site(tmp_path, shared)
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    read = read_site(site.config)
    Path(read.site.data_dir).mkdir()
    desk = Desk(place_of(read), chest_of(read, Environment.from_environ()))
    desk.keeping.answer(BindJurisdiction(By("system"), "US-MO"))
    desk.close()
    return site


def refused(site: Site, *command: object, given: str = "") -> str:
    """The one line of a command that does nothing."""
    words = [*map(str, command), "--config", str(site.config)]
    result = CliRunner().invoke(app, words, input=given)
    assert isinstance(result.exception, UserError), result.output
    line = str(result.exception)
    assert "\n" not in line
    assert not any(name in line for name in NAME)
    return line


NEW = ("listing", "add", "--photo", "q.jpg")


@pytest.mark.parametrize(
    ("command", "given", "words"),
    [
        (("listing", "add"), asked(), "--external-id"),
        (NEW, "{", "no JSON"),
        (NEW, "[" * 5000, "no JSON"),
        (NEW, asked(kind="x"), "listing.kind: there is no such field"),
        (NEW, asked(ends="soon"), "listing.ends: write a date"),
        (NEW, asked(list="suspicious"), "no list here"),
        (NEW, asked(schools=["South"]), "choose among North"),
        (NEW, {"listing": asked()["listing"]}, "person is missing"),
        (NEW, {"person": {"first_name": " "}, "listing": asked()["listing"]}, "at least one name"),
        (("listing", "add", "--external-id", "P1"), asked(), "leave person out"),
        (("listing", "add", "--external-id", "P404"), {"listing": asked()["listing"]}, "nobody with this id"),
        (("listing", "add", "--photo", "wall.jpg"), asked(), "no face found"),
        (("listing", "add", "--photo", "hallwatch.toml"), asked(), "the photo: not a picture"),
        (("listing", "add", "--photo", "none.jpg"), asked(), "No such file"),
        (("listing", "add", "none.json", "--photo", "q.jpg"), asked(), "cannot be read"),
        (("listing", "show", "listing-none"), "", "no such listing"),
        (("listing", "propose", "listing-none"), "", "no such listing"),
        (("listing", "end", "listing-none", "--reason", "x"), "", "no such listing"),
        (("lists", "show", "--list", "suspicious"), "", "no list here"),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_nobody_behind(
    alone: Site, command: tuple[str, ...], given: object, words: str
) -> None:
    said = given if isinstance(given, str) else json.dumps(given)
    assert words in refused(alone, *command, given=said)
    read = read_site(alone.config)
    with installed(read, Environment.from_environ()) as here, here.reader.people() as people:
        assert list(people.everybody()) == []


def test_lists_are_shown_for_people_too(alone: Site) -> None:
    result = CliRunner().invoke(app, ["lists", "--config", str(alone.config)])
    assert result.exit_code == 0, result.output
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["list", *Kind]
