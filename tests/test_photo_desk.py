"""Photos that somebody gives: the processes that look at them are there while they are needed, and no longer."""

from __future__ import annotations

import time

import pytest

from hallwatch.entry import photo_desk
from hallwatch.entry.photo_desk import PhotoDesk
from tests.test_lists_pages import picture


def test_a_process_that_nobody_needs_ends_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_desk, "IDLE_S", 1.0)
    desk = PhotoDesk(None)
    try:
        desk.taken(picture(), "a.jpg")
        assert desk._decoder.pid is not None
        end = time.monotonic() + 20
        while desk._decoder.pid is not None:
            assert time.monotonic() < end
            time.sleep(0.1)
        assert desk.taken(picture(), "b.jpg")[:2] == b"\xff\xd8"
    finally:
        desk.close()
    assert desk._decoder.pid is None
