"""A registry beside a running server: read, killed in the middle, gone on with, approved by two, and seen."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from hallwatch.adapters.store.place import SqliteFile
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.import_batch import BatchRecord, BatchState
from hallwatch.core.import_requests import AnswerImport
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import AddAccount, By
from hallwatch.entry.keeper_client import SOCKET, RequestRefused, ask
from hallwatch.sim.film import write_film
from hallwatch.sim.plan import plan_walkby
from tests.import_files import MAP
from tests.records import chest_in
from tests.serving import Serving, environment, serving, until, write_config
from tests.watching import HALLWATCH

MACHINE = By("machine:tests", "terminal")
PEOPLE = 40


def alerts(server: Serving) -> set[str]:
    return set(re.findall(r"<article[^>]* id=\"([^\"]+)\"", server.page()))


def write_registry(folder: Path, faces: Path, people: int = PEOPLE) -> list[Path]:
    """A registry of so many people, each with a photo of somebody; the photos, in order."""
    photos = [sorted(one.iterdir())[0] for one in sorted(faces.iterdir())[:people]]
    lines = ["id,last,first,born,photo,why,ends"]
    with zipfile.ZipFile(folder / "mugshots.zip", "w") as made:
        for number, photo in enumerate(photos):
            lines.append(f"R{number},Quillon,Zephyrine,1980-03-15,mug{number}.jpg,Offence A,")
            made.write(photo, f"mug{number}.jpg")
        made.writestr("mug-none.jpg", photos[0].read_bytes()[:200])
    lines.append("R-none,Quillon,Zephyrine,1980-03-15,mug-none.jpg,Offence A,")
    (folder / "registry.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    return photos


@pytest.mark.timeout(500)
def test_a_registry_is_taken_in_beside_the_server(shared: Path, tmp_path: Path) -> None:
    photos = write_registry(tmp_path, shared / "data" / "faces")
    shutil.copyfile(photos[3], tmp_path / "again.jpg")
    plan = plan_walkby(
        {"a": [photos[3], tmp_path / "again.jpg"]},
        listed={"a": "x"},
        listed_passes=1,
        unlisted_passes=0,
        size=(640, 360),
        fps=6,
        largest_px=(80.0, 90.0),
    )
    write_film(plan, tmp_path / "film.mp4")
    cameras = {"Hall": 'address = "film.mp4"\nloop = true\nschool = "North"\nbuilding = "A"'}
    config = write_config(tmp_path, tmp_path / "people", cameras)
    text = config.read_text()
    config.write_text(re.sub(r"\[watchlist\]\n(?:.+\n)*", "", text))
    environ = environment(tmp_path, shared)
    data = tmp_path / "data"
    command = [
        *(str(HALLWATCH), "import", "registry", "registry.csv", "--map", "map.toml"),
        *("--photos", "mugshots.zip", "--of", "2026-10-01", "--config", str(config)),
    ]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *more], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=200
        )

    with serving(config, environ) as server:
        role = Role.DISTRICT_ADMINISTRATOR
        office = [
            By(ask(data / SOCKET, AddAccount(MACHINE, name, name.title(), role, frozenset())).subject)
            for name in ("one", "two")
        ]
        until(lambda: server.page().count("Watching") >= 1, 120)
        dry = run("--dry-run")
        assert dry.returncode == 0, dry.stderr
        assert "41 to add" in dry.stdout
        assert "line 2: add R0" in dry.stdout
        assert "false alert" in dry.stdout
        assert people_of(data) == 0

        process = subprocess.Popen(command, cwd=tmp_path, env=environ, start_new_session=True)
        until(lambda: people_of(data) >= 5, 120, every_s=0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        half = people_of(data)
        assert half < PEOPLE
        listing = subprocess.run(
            [str(HALLWATCH), "import", "waiting", "--config", str(config)],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "not whole yet" in listing.stdout, listing.stderr

        done = run()
        assert done.returncode == 0, done.stderr
        assert "2 people have to say yes" in done.stderr
        assert "not listed, the photo cannot be used" in done.stderr
        assert people_of(data) == PEOPLE
        batch = only(data)
        assert (batch.state, batch.words.counts.added) == (BatchState.WAITING, PEOPLE)
        time.sleep(3)
        assert alerts(server) == set()
        answer = AnswerImport(office[0], batch.import_id, batch.digest, True)
        ask(data / SOCKET, answer)
        with pytest.raises(RequestRefused):
            ask(data / SOCKET, answer)
        time.sleep(2)
        assert alerts(server) == set()
        ask(data / SOCKET, AnswerImport(office[1], batch.import_id, batch.digest, True))
        approved = time.monotonic()
        until(lambda: bool(alerts(server)), 60)
        print(f"an alert {time.monotonic() - approved:.1f} s after the approval")
        until(lambda: only(data).state is BatchState.TAKEN_OVER, 60)
        assert "nothing is to be approved" in run().stderr
        assert "40 photos enrolled" in server.page()
        assert "Quillon" not in server.said()


def test_where_nobody_has_started_hallwatch_the_command_says_so(shared: Path, tmp_path: Path) -> None:
    write_registry(tmp_path, shared / "data" / "faces", 1)
    config = write_config(tmp_path, tmp_path / "people", {})
    said = subprocess.run(
        [str(HALLWATCH), "import", "registry", "registry.csv", "--map", "map.toml", "--config", str(config)],
        env=environment(tmp_path, shared),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said.returncode == 2
    assert len(said.stderr.strip().splitlines()) == 1


def people_of(data: Path) -> int:
    """How many people are kept, as anybody may read it while others write."""
    with sqlite3.connect(f"file:{data / 'hallwatch.db'}?mode=ro", uri=True, timeout=20) as connection:
        return int(connection.execute("SELECT count(*) FROM person").fetchone()[0])


def only(data: Path) -> BatchRecord:
    """The one import."""
    reader = Reader(SqliteFile(data / "hallwatch.db"), chest_in(data).open())
    try:
        with reader.imports() as imports:
            (batch,) = imports.batches()
            return batch
    finally:
        reader.close()
