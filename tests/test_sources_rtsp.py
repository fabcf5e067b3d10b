"""Network cameras: a real RTSP server, and servers that are silent, send away or refuse."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hallwatch.adapters.sources.live import MediaClock
from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.entry.camera import Camera
from hallwatch.entry.reconnection import Waits
from tests.rtsp_camera import RtspCamera, need_rtsp
from tests.source_files import Seen, read


@pytest.fixture(scope="module", autouse=True)
def _rtsp() -> None:
    need_rtsp()


def _lost(seen: Seen) -> CameraState | None:
    return next((state for state in seen.states if state.condition is CameraCondition.LOST), None)


def test_a_camera_that_dies_is_lost_and_found_again() -> None:
    with RtspCamera() as server, Camera.start("hall", server.address) as camera:
        before = read(camera, lambda seen: len(seen.frames) == 8)
        assert before.conditions == [CameraCondition.STARTING, CameraCondition.WATCHING]
        server.kill()
        gone = read(camera, lambda seen: _lost(seen) is not None)
        lost = _lost(gone)
        assert lost is not None
        assert lost.detail == "ended the stream"
        assert lost.retry_in_s is not None
        assert 0.8 <= lost.retry_in_s <= 1.2
        with RtspCamera(port=server.port):
            after = read(camera, lambda seen: len(seen.frames) == 5)
        assert CameraCondition.WATCHING in after.conditions
        # One camera, one time and one count, whatever happened to its connection.
        frames = before.frames + gone.frames + after.frames
        for earlier, later in itertools.pairwise(frames):
            assert later[0] > earlier[0]
            assert later[1] > earlier[1]


def test_the_newest_frame_comes_however_slow_the_reader() -> None:
    with RtspCamera() as server, Camera.start("hall", server.address) as camera:
        seen = read(camera, lambda seen: len(seen.frames) == 5, pause_s=0.6)
        media = [frame[1] for frame in seen.frames]
        lag = [arrived - at for arrived, at in zip(seen.arrived, media, strict=True)]
        assert max(lag) - min(lag) < 0.5
        # All were decoded, few were asked for.
        assert camera.frames > 20


def test_a_clip_through_a_real_camera(shared: Path) -> None:
    clip = shared / "data" / "clip" / "stage.mp4"
    with RtspCamera(file=clip) as server, Camera.start("stage", server.address) as camera:
        seen = read(camera, lambda seen: len(seen.frames) == 16)
        # What was read while probing comes in a rush, of which only the newest is wanted.
        steady = seen.frames[5:]
        steps = [later[1] - earlier[1] for earlier, later in itertools.pairwise(steady)]
        assert sum(steps) / len(steps) == pytest.approx(0.2, abs=0.03)


def test_a_wrong_password_is_said_and_never_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with RtspCamera(login="viewer:right") as server:
        address = server.address.replace("rtsp://", "rtsp://viewer:hunter2@")
        with Camera.start("hall", address) as camera:
            seen = read(camera, lambda seen: _lost(seen) is not None)
            child = Path(f"/proc/{camera.pid}")
            assert b"hunter2" not in (child / "cmdline").read_bytes() + (child / "environ").read_bytes()
        lost = _lost(seen)
        assert lost is not None
        assert lost.detail == "refuses the user name or password"
        # Cameras lock out who tries often.
        assert (lost.retry_in_s or 0) >= 24
        with Camera.start("hall", address.replace("hunter2", "right")) as camera:
            read(camera, lambda seen: len(seen.frames) == 1)
    captured = capfd.readouterr()
    assert "hunter2" not in captured.out + captured.err
    assert "hunter2" not in repr(camera) + repr(seen)


@contextmanager
def _server(answer: bytes | None) -> Iterator[tuple[int, list[bytes]]]:
    """A server that answers every request with ``answer``, or never; gives its port and what it was asked."""
    requests: list[bytes] = []
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                kept.append(connection)
                threading.Thread(target=_talk, args=(connection, answer, requests), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1], requests
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in kept:
                connection.close()


def _talk(connection: socket.socket, answer: bytes | None, requests: list[bytes]) -> None:
    try:
        while data := connection.recv(4096):
            requests.append(data)
            if answer is not None:
                number = next(line for line in data.split(b"\r\n") if line.lower().startswith(b"cseq"))
                connection.sendall(answer.replace(b"@", number))
    except OSError:
        return


def test_silent_cameras_are_noticed() -> None:
    with (
        RtspCamera() as server,
        _server(None) as (port, _),
        Camera.start("hall", server.address) as hall,
        Camera.start("mute", f"rtsp://127.0.0.1:{port}/x") as mute,
    ):
        read(hall, lambda seen: len(seen.frames) == 2)
        server.freeze()
        began = time.monotonic()
        fell_silent = _lost(read(hall, lambda seen: _lost(seen) is not None))
        assert time.monotonic() - began < 12
        never_spoke = _lost(read(mute, lambda seen: _lost(seen) is not None))
        assert time.monotonic() - began < 13
        assert fell_silent is not None
        assert fell_silent.detail == "has stopped sending, though the connection stands"
        assert never_spoke is not None
        assert never_spoke.detail == "accepts connections but sends nothing"


def test_a_redirect_is_refused_before_it_is_followed() -> None:
    with _server(None) as (elsewhere, reached):
        away = b"RTSP/1.0 302 Moved\r\n@\r\nLocation: rtsp://127.0.0.1:%d/y\r\n\r\n" % elsewhere
        with _server(away) as (port, _), Camera.start("hall", f"rtsp://127.0.0.1:{port}/x") as camera:
            seen = read(camera, lambda seen: _lost(seen) is not None)
        lost = _lost(seen)
        assert lost is not None
        assert "another address" in lost.detail
        assert reached == []


def test_waits_grow_and_the_camera_is_named_as_refusing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with Camera.start("hall", f"rtsp://127.0.0.1:{port}/x") as camera:
        seen = read(camera, lambda seen: seen.conditions.count(CameraCondition.LOST) == 2)
    lost = [state for state in seen.states if state.condition is CameraCondition.LOST]
    assert [state.detail for state in lost] == ["refuses connections"] * 2
    assert (lost[1].retry_in_s or 0) > (lost[0].retry_in_s or 9)


def test_waits_are_bounded_and_start_again_after_a_good_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = Waits()
    assert [round(waits.lost()) for _ in range(2)] != [30, 30]
    assert all(24 <= [waits.lost() for _ in range(6)][-1] <= 36 for _ in range(3))
    waits.watching()
    good = time.monotonic() + 61
    monkeypatch.setattr(time, "monotonic", lambda: good)
    assert waits.lost() <= 1.2


def test_media_time_survives_a_camera_that_sets_its_clock() -> None:
    clock = MediaClock()
    stamps = [(50.0, 0.0), (50.1, 0.1), (9000.0, 0.2), (9000.1, 0.3), (None, 0.4), (3.0, 0.5), (3.1, 0.6)]
    media = [clock.media_time(stamp, 1000 + now) for stamp, now in stamps]
    assert media == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])


def test_a_growing_backlog_is_told_from_a_slow_clock() -> None:
    slow, late = MediaClock(), MediaClock()
    for second in range(3600):
        slow.media_time(second * 0.9995, 1000.0 + second)
        late.media_time(second * 0.99, 1000.0 + second) if second < 600 else None
    assert slow.behind_s < 0.1
    assert late.behind_s > 5
