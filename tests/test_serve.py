"""`hallwatch serve` with all its processes: a film in, an alert on the page, and deaths that are survived."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from hallwatch.sim.film import write_film
from hallwatch.sim.plan import plan_walkby
from tests.serving import Serving, alive, environment, serving, until, write_config
from tests.watching import HALLWATCH


@pytest.fixture(scope="module")
def site(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A looping film of a listed and an unlisted person, a list with one good and one bad row."""
    folder = tmp_path_factory.mktemp("site")
    people = sorted((shared / "data" / "faces").iterdir())[:2]
    photos = {name: sorted(person.iterdir())[0] for name, person in zip("ab", people, strict=True)}
    watchlist = folder / "watchlist"
    watchlist.mkdir()
    shutil.copyfile(photos["a"], watchlist / "p1.jpg")
    (watchlist / "list.csv").write_text(
        "external_id,first_name,last_name,list,reason,photo,expires\n"
        "P1,Dana,Sample,other,Test,p1.jpg,2099-12-31\n"
        "P2,Robin,Sample,other,Test,missing.jpg,2099-12-31\n",
        encoding="utf-8",
    )
    twice = folder / "again.jpg"
    shutil.copyfile(photos["a"], twice)
    plan = plan_walkby(
        {"a": [photos["a"], twice], "b": [photos["b"]]},
        listed={"a": "P1"},
        listed_passes=1,
        unlisted_passes=1,
        at_once=2,
        size=(640, 360),
        fps=6,
        largest_px=(80.0, 90.0),
    )
    write_film(plan, folder / "film.mp4")
    film = 'address = "film.mp4"\nbuilding = "Main"\nloop = true'
    cameras = {
        "Corridor A": film,
        "Corridor B": film,
        "Gone": 'address = "no-such-file.mp4"',
    }
    return write_config(folder, watchlist, cameras), environment(folder, shared)


@pytest.fixture
def fresh(site: tuple[Path, dict[str, str]]) -> tuple[Path, dict[str, str]]:
    """The site without any earlier alert."""
    shutil.rmtree(site[0].parent / "data", ignore_errors=True)
    return site


def shown(server: Serving) -> list[str]:
    return re.findall(r'<h3 id="name-[^"]*">(.*?)</h3>', server.page())


def number_of_changes(server: Serving) -> int:
    """The page's sequence number; 0 for the moment in which a killed keeper's last change waits to be undone."""
    answer = server.client.get(server.url)
    if answer.status_code == 503:
        assert answer.headers["Refresh"]
        return 0
    found = re.search(r'data-sequence="(\d+)"', answer.raise_for_status().text)
    assert found
    return int(found[1])


def test_a_listed_person_is_on_the_page_and_every_death_is_survived(
    fresh: tuple[Path, dict[str, str]],
) -> None:
    with serving(*fresh) as server:
        until(lambda: shown(server))
        # one person before two cameras of two workers is one alert, and the other person is none
        page = server.page()
        assert shown(server) == ["Dana Sample"]
        assert "1 person is" in page
        assert "line 3" in page
        assert "missing.jpg" in page
        assert "no-such-file.mp4" in page
        assert "<strong>Not seeing:</strong> Gone." in page
        for picture in re.findall(r'<img src="([^"]*)"', page):
            assert server.client.get(server.url + picture).content.startswith(b"\xff\xd8\xff")

        children = server.children()
        assert sum("hw-worker" in line for line in children.values()) == 2
        assert sum("hallwatch.entry.decoder" in line for line in children.values()) == 2
        for pid in [server.process.pid, *children]:
            assert re.search(r"Max core file size +0 +0 ", Path(f"/proc/{pid}/limits").read_text())
            assert int(Path(f"/proc/{pid}/coredump_filter").read_text(), 16) == 0

        # the keeper is killed: the alert goes on changing under a new one
        keeper = server.one("hw-keeper")
        os.kill(keeper, signal.SIGKILL)
        until(
            lambda: [pid for pid, line in server.children().items() if "hw-keeper" in line and pid != keeper]
        )
        before = number_of_changes(server)
        until(lambda: number_of_changes(server) > before)
        assert shown(server) == ["Dana Sample"]

        # a worker is killed: said on the page, started again, its decoder with it
        worker = server.one("hw-worker-1")
        os.kill(worker, signal.SIGKILL)
        until(lambda: "Analysis stopped" in server.page())
        until(lambda: "Analysis stopped" not in server.page())
        assert server.one("hw-worker-1") != worker
        until(lambda: sum("hallwatch.entry.decoder" in line for line in server.children().values()) == 2)
        said = server.said()
    assert server.process.returncode == 0
    assert "watching 3 cameras for 1 people, 1 rows refused" in said
    assert "Sample" not in said
    assert "Dana" not in said
    assert "Traceback" not in server.said()


def test_nothing_is_left_when_the_server_itself_is_killed(fresh: tuple[Path, dict[str, str]]) -> None:
    with serving(*fresh) as server:
        until(lambda: sum("hallwatch.entry.decoder" in line for line in server.children().values()) == 2)
        below = server.children()
        server.process.kill()
        until(lambda: not any(alive(pid) for pid in below))


def test_a_second_server_on_the_same_data_is_refused(fresh: tuple[Path, dict[str, str]]) -> None:
    with serving(*fresh):
        refused = subprocess.run(
            [HALLWATCH, "serve", "--config", fresh[0]],
            env=fresh[1],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert refused.returncode == 2
    assert "another hallwatch serve is running with the data_dir" in refused.stderr
    assert refused.stderr.count("\n") == 1
