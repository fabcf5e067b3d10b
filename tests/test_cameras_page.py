"""The page of cameras: each where it hangs, and whether it sees; none of another school."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.policy.roles import Role
from tests.test_web import Running, running


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        it.board.camera(
            CameraState("Corridor A", CameraCondition.WATCHING, frames=1200, analysed=500, passes=31)
        )
        it.board.camera(CameraState("Entrance", CameraCondition.LOST, "no answer", retry_in_s=8))
        yield it


def page(console: Running, role: Role, *schools: str, path: str = "/cameras") -> tuple[int, str]:
    with console.browser(console.office.enter(role, schools)) as client:
        answer = client.get(path)
        return answer.status_code, answer.text


def test_whoever_may_see_cameras_sees_which_do_not_see(console: Running) -> None:
    for role in (Role.DISTRICT_ADMINISTRATOR, Role.TECHNICIAN):
        status, text = page(console, role)
        assert status == 200
        assert "1 camera does not see." in text
        health = page(console, role, path="/health")[1]
        assert "1 camera does not see." in health
        assert "Nothing is wrong" not in health
        assert "no answer; trying again in 8 s" in text
        assert "1,200 pictures received, 500 analysed; 31 passes counted" in " ".join(text.split())
        assert "North" in text


def test_no_camera_of_another_school(console: Running) -> None:
    status, text = page(console, Role.SECURITY, "South")
    assert status == 200
    assert "Corridor A" not in text
    assert "No camera is any of your schools" in text
    assert page(console, Role.AUDITOR)[0] == 403
