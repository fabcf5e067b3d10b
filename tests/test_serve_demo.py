"""`hallwatch demo`: the parts that need no package index, and the whole of it where there is one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hallwatch.entry.demo.witness import Verdict
from tests.watching import HALLWATCH

NAME = "Dana Sample"


@pytest.mark.parametrize(
    ("verdict", "right"),
    [
        (Verdict(True, (NAME,), True), True),
        (Verdict(True, (NAME, NAME), True), True),
        (Verdict(False, (NAME,), True), False),
        (Verdict(True, (NAME,), False), False),
        (Verdict(True, (), True), False),
        (Verdict(True, (NAME, "Somebody Else"), True), False),
    ],
)
def test_only_the_listed_person_with_pictures_is_right(verdict: Verdict, right: bool) -> None:
    assert verdict.right(NAME) is right


@pytest.mark.timeout(600)
def test_the_demo_alerts_for_the_listed_portrait_only(tmp_path: Path, shared: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environ = os.environ | {
        "TMPDIR": str(temporary),
        "HALLWATCH_HOME": str(tmp_path / "home"),
        "HALLWATCH_MODELS": str(shared / "models"),
    }
    ran = subprocess.run(
        [HALLWATCH, "demo", "--headless", "--seconds", "120"],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("demo: the listed person raised 1 alert, seen on the page")
    assert "made from the same portrait" in ran.stderr
    assert list(temporary.iterdir()) == []
