"""Rules of the house that no linter knows: what is never called, which licences come along, what is long."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import av
import pytest
from av._core import library_meta
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TREE = (
    "src",
    "docs",
    "column_maps",
    "packs",
    "bench",
    "frontend",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "Makefile",
    "pyproject.toml",
)

NEVER = {
    "VideoCapture": "OpenCV bundles an FFmpeg below the floor, and its reader hangs (docs/decisions/003)",
    "VideoWriter": "the same library; the simulator encodes with PyAV",
    "videoio_registry": "the door to both",
    "convert_model": "OpenVINO's converter reports its use to the internet without asking",
}
FFMPEG_FLOOR = (8, 1, 2)
"""CVE-2026-8461 (MagicYUV) is mended from here on."""
COPYLEFT = re.compile(r"(?<![L])A?GPL|Affero|GNU General Public", re.IGNORECASE)
CHOSEN = {"pyphen": "MPL 1.1"}
"""Under several licences as one chooses, and which one was chosen (docs/dependencies.md)."""
MOST_LINES = 300
MACHINE = re.compile(
    r"(?<![\w.])/(?:work|farm|home|root|Users|tmp)/[A-Za-z]|pypi\.org|pythonhosted\.org|npmjs\.|index-url",
    re.IGNORECASE,
)


def names_used(source: str) -> Iterator[str]:
    """Every name that the code speaks, reaches into or imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
            yield from (node.module or "").split(".")
        elif isinstance(node, ast.Import):
            yield from (part for alias in node.names for part in alias.name.split("."))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
            yield from (str(word.value) for word in node.args if isinstance(word, ast.Constant))


def run_time() -> dict[str, Distribution]:
    """Everything that an installation without extras brings, direct or not, by its name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [Requirement(line) for line in project["dependencies"]]
    found: dict[str, Distribution] = {}
    while waiting:
        wanted = waiting.pop()
        if wanted.name.lower() in found:
            continue
        installed = found[wanted.name.lower()] = distribution(wanted.name)
        needs = [Requirement(line) for line in installed.requires or ()]
        extras = wanted.extras or {""}
        waiting += [
            one
            for one in needs
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)
        ]
    return found


def licence(package: Distribution) -> str:
    """What a package says of its own licence, in the order in which it counts."""
    said = package.metadata
    expression, free = ((said.get_all(key) or [""])[0].strip() for key in ("License-Expression", "License"))
    classified = [line for line in said.get_all("Classifier") or () if line.startswith("License")]
    return expression or "; ".join(classified) or free.partition("\n")[0]


def files_of_the_tree() -> Iterator[Path]:
    """Every file that is handed out, tests and the lock left aside."""
    for name in TREE:
        place = ROOT / name
        inside = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (
            path
            for path in inside
            if path.is_file() and path.suffix != ".pyc" and "node_modules" not in path.parts
        )


@pytest.mark.parametrize("name", NEVER)
def test_nothing_calls_what_is_never_called(name: str) -> None:
    callers = [path.name for path in SOURCES if name in set(names_used(path.read_text(encoding="utf-8")))]
    assert not callers, f"{name}: {NEVER[name]}"


def test_the_search_for_calls_can_find_one() -> None:
    for caller in (
        "import cv2\ncv2.VideoCapture(0)",
        "from cv2 import VideoCapture as V",
        "import cv2.VideoCapture",
        "import cv2\ngetattr(cv2, 'VideoCapture')(0)",
    ):
        assert "VideoCapture" in set(names_used(caller))


def test_no_run_time_dependency_is_copyleft() -> None:
    found = {name: licence(package) for name, package in run_time().items()}
    assert {"sqlalchemy", "starlette", "pydantic-core"} <= set(found), (
        "the walk through dependencies is broken"
    )
    unknown = [name for name, said in found.items() if not said]
    assert not unknown, "no licence stated: look, and write it into docs/dependencies.md"
    copyleft = {
        name: said
        for name, said in found.items()
        if COPYLEFT.search(said) and CHOSEN.get(name, "none") not in said
    }
    assert not copyleft


@pytest.mark.parametrize(
    ("said", "is_copyleft"),
    [
        ("GPL-2.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("LGPL-3.0-or-later", False),
        ("BSD-3-Clause", False),
    ],
)
def test_the_licence_test_knows_its_words(said: str, is_copyleft: bool) -> None:
    assert bool(COPYLEFT.search(said)) is is_copyleft


def test_the_bundled_ffmpeg_is_no_older_than_the_floor() -> None:
    numbers = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", av.ffmpeg_version_info)
    assert numbers, (
        f"{av.ffmpeg_version_info} is no version: a build of one's own must say which release it is"
    )
    assert tuple(int(number or 0) for number in numbers.groups()) >= FFMPEG_FLOOR


def test_ffmpeg_itself_is_built_without_its_gpl_parts() -> None:
    for name, meta in library_meta.items():
        assert meta["license"].startswith("LGPL"), name
        assert "--enable-gpl" not in meta["configuration"], name


def test_no_source_file_is_long_without_a_reason() -> None:
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > MOST_LINES:
            about = ast.get_docstring(ast.parse(text)) or ""
            assert "Long because" in about, f"{path.name}: split it, or say at its top: Long because ..."


def test_no_machine_stands_in_the_tree() -> None:
    for path in files_of_the_tree():
        found = MACHINE.search(path.read_bytes().decode("utf-8", "ignore"))
        assert found is None, (
            f"{path.relative_to(ROOT)} names a place on somebody's machine: {found and found[0]}"
        )


def test_the_lock_names_no_index_and_holds_every_dependency() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    locked = set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock, re.MULTILINE))
    try:
        wanted = set(run_time())
    except PackageNotFoundError as missing:
        pytest.fail(f"{missing.name} is not installed; run make setup")
    assert {re.sub(r"[-_.]+", "-", name) for name in wanted} <= locked
