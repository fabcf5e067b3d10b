"""The commands about records, beside a running server and without one: a whole life of one listed person."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hallwatch.adapters.keys.chest import Chest
from hallwatch.sim.film import write_film
from hallwatch.sim.plan import plan_walkby
from tests.serving import environment, serving, until, write_config
from tests.traces import contents
from tests.watching import HALLWATCH, write_list

Site = tuple[Path, dict[str, str]]


@pytest.fixture
def site(shared: Path, tmp_path: Path) -> Site:
    """A listed person who walks past again and again."""
    person = sorted((shared / "data" / "faces").iterdir())[0]
    photo = sorted(person.iterdir())[0]
    people = write_list(
        tmp_path / "people",
        [{"external_id": "P1", "first_name": "Quillon", "last_name": "Zebedee", "photo": "p.jpg"}],
    )
    shutil.copyfile(photo, people / "p.jpg")
    shutil.copyfile(photo, tmp_path / "again.jpg")
    plan = plan_walkby(
        {"a": [photo, tmp_path / "again.jpg"]},
        listed={"a": "P1"},
        listed_passes=1,
        unlisted_passes=0,
        size=(640, 360),
        fps=6,
        largest_px=(80.0, 90.0),
    )
    write_film(plan, tmp_path / "film.mp4")
    config = write_config(tmp_path, people, {"Hall": 'address = "film.mp4"\nloop = true'})
    return config, environment(tmp_path, shared)


def said(site: Site, *command: object) -> subprocess.CompletedProcess[str]:
    config, environ = site
    return subprocess.run(
        [HALLWATCH, *map(str, command), "--config", config],
        env=environ,
        cwd=config.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )


def good(site: Site, *command: object) -> str:
    done = said(site, *command)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def in_the_clear(folder: Path, secrets: list[bytes]) -> set[tuple[str, bytes]]:
    """Every file below ``folder`` (every cell of its databases, too) that holds one of ``secrets`` as it is."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    return {
        (Path(name.split(" ")[0]).name, secret)
        for name, data in contents(files).items()
        for secret in secrets
        if secret in data
    }


def _elsewhere(folder: Path) -> Path:
    """The settings of a site in ``folder`` on another machine; returns the file."""
    there = folder / "elsewhere"
    shutil.copytree(folder / "people", there / "people")
    for name in ("hallwatch.toml", "film.mp4"):
        shutil.copyfile(folder / name, there / name)
    return there / "hallwatch.toml"


@pytest.mark.timeout(300)
def test_a_listed_persons_whole_life(site: Site) -> None:
    config, environ = site
    folder = config.parent
    photo = (folder / "people" / "p.jpg").read_bytes()
    with serving(config, environ) as server:
        until(lambda: "Quillon Zebedee" in server.page())
        shot = server.client.get(server.url + _picture(server.page(), "shot")).content
        kept = server.client.get(server.url + _picture(server.page(), "photo")).content
        secrets = [b"Quillon", b"Zebedee", shot[200:260], kept[200:260], photo[300:360]]

        # a backup while it runs; nowhere in the installation is anything of the person in the clear
        told = good(site, "backup")
        backup = next((folder / "data" / "backups").glob("*.backup"))
        assert backup.name in told
        for place in ("data", "tmp"):
            assert in_the_clear(folder / place, secrets) == set(), place
        assert not {secret for secret in secrets if secret in config.with_suffix(".stderr").read_bytes()}
        # while the same search finds what it is shown
        (folder / "tmp" / "planted").write_bytes(b"junk" + shot + b"Quillon")
        assert in_the_clear(folder / "tmp", secrets) == {("planted", secrets[0]), ("planted", secrets[2])}
        (folder / "tmp" / "planted").unlink()

        # the trail is whole, and an auditor can take it along
        assert "nothing altered, nothing missing" in good(site, "audit", "verify")
        exported = folder / "trail.jsonl"
        key = re.search(r"public key ([0-9a-f]{64})", good(site, "audit", "export", exported))
        assert key
        assert "nothing missing" in good(site, "audit", "verify", "--file", exported, "--public-key", key[1])
        assert "Quillon" not in exported.read_text()
        exported.write_text(exported.read_text().replace("list.set", "list.sat"))
        altered = said(site, "audit", "verify", "--file", exported, "--public-key", key[1])
        assert (altered.returncode, "it was altered" in altered.stderr) == (1, True)

        # what cannot be while a server runs is refused, and what is misspelt
        for command, why in (
            (("restore", backup), "hallwatch serve is running on this data_dir; stop it first"),
            (("erase", "P9", "--reason", "x"), "nobody with this external_id is known here"),
        ):
            refused = said(site, *command)
            assert (refused.returncode, why in refused.stderr) == (2, True), refused.stderr

        # erased: the open page hears of it, and the camera finds nobody any more
        told = good(site, "erase", "P1", "--reason", "court order 12")
        assert "the last copy of the key is deleted by" in told
        until(lambda: "Erased person" in server.page(), 10)
        assert "Quillon" not in server.page()
        alerts = server.page().count("<article")

    # yesterday's backup does not bring the person back, nor does the list
    assert "1 erased people stay erased" in good(site, "restore", backup)
    assert "nothing altered, nothing missing" in good(site, "audit", "verify")
    with serving(config, environ) as server:
        page = server.page()
        assert "Erased person" in page
        assert "this person was erased" in page
        assert "Quillon" not in page
        assert page.count("<article") <= alerts
        then = json.loads(
            said(site, "audit", "listed", "--at", "2099-01-01T00:00", "--external-id", "P1").stdout
        )
        assert (then["people"], then["listed"]) == (0, False)
    assert in_the_clear(folder / "data", secrets) == set()

    # on another machine: without keys; with a new site's keys (refused, and nothing is changed, also where somebody has
    # put the backup there by hand); with the copies of the site's own, taken before somebody was erased, or after
    other = _elsewhere(folder), environ
    keys = other[0].parent / "data" / "keys"
    refused = said(other, "restore", backup)
    assert (refused.returncode, "keys-DAY.db as keys.db" in refused.stderr) == (2, True), refused.stderr
    assert "do not start hallwatch serve" in refused.stderr
    Chest(keys, keys / "copies", keys / "master.key").open(writable=True)
    refused = said(other, "restore", backup)
    assert (refused.returncode, "was sealed with other keys" in refused.stderr) == (2, True), refused.stderr
    assert "Traceback" not in refused.stderr
    assert list(keys.parent.glob("hallwatch*")) == []
    by_hand = Path(shutil.copyfile(backup, keys.parent / "hallwatch.db"))
    refused = said(other, "serve")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1), refused.stderr
    assert "were sealed with other keys than those here, and nothing was written" in refused.stderr
    assert by_hand.read_bytes() == backup.read_bytes()
    by_hand.unlink()
    shutil.rmtree(keys)
    keys.mkdir(mode=0o700)
    copy = next((folder / "data" / "key-backups").glob("keys-*.db"))
    shutil.copyfile(copy, keys / "keys.db")
    shutil.copyfile(copy.with_suffix(".jurisdiction.sealed"), keys / "jurisdiction.sealed")
    shutil.copyfile(
        folder / "data" / "keys" / "deletions.jsonl", keys / "deletions.jsonl"
    )  # the newest there is
    shutil.copy(folder / "data" / "keys" / "master.key", keys / "master.key")
    assert "1 erased people stay erased" in good(other, "restore", backup)
    assert "nothing altered, nothing missing" in good(other, "audit", "verify")

    # another master key opens everything as before, the old one nothing
    old = (folder / "data" / "keys" / "master.key").read_bytes()
    assert "keys are wrapped by the new master key" in good(site, "keys", "rotate")
    assert "nothing missing" in good(site, "audit", "verify")
    (folder / "data" / "keys" / "master.key").write_bytes(old)
    refused = said(site, "audit", "verify")
    assert (refused.returncode, "the master key does not open" in refused.stderr) == (2, True)


def test_a_link_for_whoever_cannot_get_in(site: Site) -> None:
    config, environ = site
    missing = said(site, "sign-in-link")
    assert (missing.returncode, "start hallwatch serve once" in missing.stderr) == (2, True)
    with serving(config, environ) as server:
        path = said(site, "sign-in-link", "--login", "avery").stdout.strip()
        assert "Avery First" in server.client.get(server.url + path).text
        for wrong, why in (
            (("--login", "nobody"), "nobody signs in as nobody"),
            (("--role", "security"), "name them with --school"),
            (("--role", "auditor", "--school", "North"), "leave --school out"),
        ):
            refused = said(site, "sign-in-link", *wrong)
            assert (refused.returncode, why in refused.stderr) == (2, True), refused.stderr
        path = said(site, "sign-in-link", "--role", "security", "--school", "Main school").stdout.strip()
        assert "Security, Main school" in server.client.get(server.url + path).text


def _picture(page: str, kind: str) -> str:
    found = re.search(rf'<img src="(/alerts/[^"]*/{kind}[^"]*)"', page)
    assert found
    return found[1]
