"""The decoder process: its size, its end, what it leaves (nothing), and a worker that believes it nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.model import Frame
from hallwatch.entry import decoder_messages
from hallwatch.entry.camera import Camera
from tests.source_files import ended, film, read


def _soon(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _gone(pid: int) -> bool:
    """True when the process is no more, or a zombie that nobody of ours can reap."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_closing_leaves_no_process_and_no_memory(tmp_path: Path) -> None:
    path, shared_memory = film(tmp_path / "film.mp4", 50), Path("/dev/shm")
    before = set(shared_memory.iterdir())
    camera = Camera.start("test", str(path), speed="max")
    read(camera, lambda seen: len(seen.frames) == 3)
    pid = camera.pid
    assert pid is not None
    camera.close()
    camera.close()
    assert not Path(f"/proc/{pid}").exists()
    assert set(shared_memory.iterdir()) <= before


def test_a_decoder_is_small(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 30, size=(1280, 720))
    with Camera.start("test", str(path), speed="max") as camera:
        read(camera, lambda seen: len(seen.frames) == 5)
        lines = Path(f"/proc/{camera.pid}/smaps_rollup").read_text().splitlines()
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith("kB")}
    assert kilobytes["Rss"] < 75_000
    assert kilobytes["Private_Dirty"] < 40_000


def test_a_decoder_dies_with_its_worker(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 50)
    program = (
        "import sys, time\n"
        "from hallwatch.entry.camera import Camera\n"
        "camera = Camera.start('test', sys.argv[1], speed='max')\n"
        "camera.request()\n"
        "while camera.frames == 0: camera.receive(1.0)\n"
        "print(camera.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        pid = int(worker.stdout.readline())
        assert not _gone(pid)
        worker.kill()
    assert _soon(lambda: _gone(pid))


def test_a_file_whose_decoder_is_killed_ends_with_a_reason(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 200)
    with Camera.start("test", str(path), speed="real") as camera:
        read(camera, lambda seen: len(seen.frames) == 2)
        assert camera.pid is not None
        os.kill(camera.pid, signal.SIGKILL)
        seen = read(camera, ended)
    assert seen.states[-1].detail == "cut short: its decoder was ended by signal 9"


def test_the_kernel_ends_a_decoder_that_hangs(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 200)
    with Camera.start("test", str(path), speed="real") as camera:
        read(camera, lambda seen: len(seen.frames) == 2)
        assert camera.pid is not None
        # What the alarm of a hung decoder does, without waiting for it.
        os.kill(camera.pid, signal.SIGALRM)
        seen = read(camera, ended)
    assert "no data for 10 s" in seen.states[-1].detail


def test_many_cameras_can_be_waited_for_together(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 30)
    cameras = [Camera.start(f"camera-{n}", str(path), speed="max") for n in range(3)]
    counts = dict.fromkeys((camera.name for camera in cameras), 0)
    ends: list[CameraState] = []
    for camera in cameras:
        camera.request()
    while len(ends) < 3:
        ready = wait([camera.fileno() for camera in cameras], timeout=10.0)
        assert ready
        for camera in cameras:
            if camera.fileno() in ready:
                message = camera.receive(0.0)
                if isinstance(message, Frame):
                    counts[message.camera] += 1
                    camera.request()
                elif message is not None and message.condition is CameraCondition.ENDED:
                    ends.append(message)
    # Cameras at their end stay silent in the wait.
    assert wait([camera.fileno() for camera in cameras], timeout=0.1) == []
    for camera in cameras:
        camera.close()
    assert set(counts.values()) == {6}


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_a_decoders_message_is_understood_or_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the contract is ValueError and nothing else
        decoder_messages.decode(data)


@pytest.mark.parametrize(
    "message",
    [
        b'{"word": "watching", "detail": "x"}',
        b'{"word": "happy", "detail": "x", "frames": 1}',
        b'{"slot": 9, "index": 0, "media_time_s": 0, "at": "2026-01-01T00:00:00+00:00", "width": 64, '
        b'"height": 64, "full_range": false, "frames": 1}',
        b'{"slot": 0, "index": 0, "media_time_s": 0, "at": "2026-01-01T00:00:00+00:00", "width": 100000, '
        b'"height": 64, "full_range": false, "frames": 1}',
        b'{"slot": 0, "index": 0, "media_time_s": 0, "at": "2026-01-01T00:00:00", "width": 64, '
        b'"height": 64, "full_range": false, "frames": 1}',
        b"[" * 10_000,
    ],
)
def test_impossible_messages_are_refused(message: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the contract is ValueError and nothing else
        decoder_messages.decode(message)


def test_memory_that_could_shrink_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = film(tmp_path / "film.mp4", 100)
    with Camera.start("test", str(path), speed="max") as camera:
        read(camera, lambda seen: len(seen.frames) == 1)
        memory = os.memfd_create("bad", os.MFD_CLOEXEC)
        os.ftruncate(memory, 160 * 120 * 3)

        def hostile(*arguments: object) -> tuple[bytes, list[int], int, None]:
            data, descriptors, flags, _ = receive(*arguments)  # type: ignore[arg-type]
            for descriptor in descriptors:
                os.close(descriptor)
            return data, [os.dup(memory)], flags, None

        receive = socket.recv_fds
        monkeypatch.setattr(socket, "recv_fds", hostile)
        seen = read(camera, ended)
        os.close(memory)
    assert "something unreadable" in seen.states[-1].detail
