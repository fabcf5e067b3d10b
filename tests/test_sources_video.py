"""Video files through a real decoder process: every frame counted, the same ones every time, damage told."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import av
import numpy as np
import pytest

from hallwatch.adapters.sources.video import VideoFile
from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.model import Frame
from hallwatch.entry.camera import Camera
from hallwatch.ports import FrameSource
from tests.source_files import brightness, ended, film, read, read_all


def test_at_full_speed_two_runs_are_identical_however_slow_the_reader(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 60)
    quick, last = read_all(path)
    slow, _ = read_all(path, pause_s=0.02)
    assert quick.frames == slow.frames
    # 25 frames a second, 5 wanted: every fifth.
    assert [index for index, *_ in quick.frames] == list(range(0, 60, 5))
    assert [media for _, media, *_ in quick.frames] == pytest.approx([0.2 * k for k in range(12)])
    assert all(abs(seen - brightness(index)) <= 2 for index, _, _, seen in quick.frames)
    assert (last.condition, last.detail, last.frames) == (CameraCondition.ENDED, "", 60)


def test_the_stage_clip_is_decoded_whole(shared: Path) -> None:
    seen, last = read_all(shared / "data" / "clip" / "stage.mp4")
    assert last.frames == 275
    assert len(seen.frames) == 46
    assert seen.conditions == [CameraCondition.STARTING, CameraCondition.WATCHING, CameraCondition.ENDED]
    assert last.detail == ""


def test_frames_are_dated_by_the_recording(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 10)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    seen, _ = read_all(path)
    assert [at for _, _, at, _ in seen.frames] == [
        "2023-11-14T22:13:20+00:00",
        "2023-11-14T22:13:20.200000+00:00",
    ]


def test_the_containers_own_date_is_preferred(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as container:
        container.metadata["creation_time"] = "2024-05-06T07:08:09Z"
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    seen, _ = read_all(path)
    assert seen.frames[0][2] == "2024-05-06T07:08:09+00:00"


def test_at_real_speed_a_file_keeps_its_clock_and_gives_the_newest_frame(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 50)
    with Camera.start("test", str(path), speed="real") as camera:
        seen = read(camera, ended, pause_s=0.45)
    assert len(seen.frames) in (4, 5)
    media = [frame[1] for frame in seen.frames]
    ages = [
        arrived - seen.arrived[0] - (at - media[0]) for arrived, at in zip(seen.arrived, media, strict=True)
    ]
    # A slow reader gets fewer frames, never old ones.
    assert max(ages) < 0.3
    assert camera.frames == 50


def test_a_loop_goes_on_without_going_back(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 10)
    with Camera.start("test", str(path), speed="max", rate=25, loop=True) as camera:
        seen = read(camera, lambda so_far: len(so_far.frames) == 35)
    steps = [later[1] - earlier[1] for earlier, later in itertools.pairwise(seen.frames)]
    assert steps == pytest.approx([0.04] * 34)
    assert [index for index, *_ in seen.frames] == list(range(35))


def test_the_picture_may_change_its_size(tmp_path: Path) -> None:
    small = film(tmp_path / "a.ts", 25, size=(160, 120)).read_bytes()
    large = film(tmp_path / "b.ts", 25, size=(320, 240)).read_bytes()
    (tmp_path / "both.ts").write_bytes(small + large)
    shapes = set()
    with Camera.start("test", str(tmp_path / "both.ts"), speed="max") as camera:
        camera.request()
        earlier: Frame | None = None
        for message in iter(lambda: camera.receive(10.0), None):
            if isinstance(message, Frame):
                assert message.pixels().shape == (*message.luma.shape, 3)
                assert earlier is None or int(earlier.luma[0, 0]) > 0
                shapes.add(message.luma.shape)
                earlier = message
                camera.request()
            elif isinstance(message, CameraState) and message.condition is CameraCondition.ENDED:
                break
    assert shapes == {(120, 160), (240, 320)}


@pytest.mark.parametrize("full_range", [False, True])
def test_colours_survive(tmp_path: Path, full_range: bool) -> None:
    colour = np.array([60, 120, 200], np.uint8)  # BGR
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg" if full_range else "libx264", rate=5)
        stream.width, stream.height = 101, 75
        stream.pix_fmt = "yuvj422p" if full_range else "yuv444p"
        frame = av.VideoFrame.from_ndarray(np.tile(colour, (75, 101, 1)), format="bgr24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with Camera.start("test", str(path), speed="max") as camera:
        camera.request()
        message = next(m for m in iter(lambda: camera.receive(10.0), None) if isinstance(m, Frame))
        # Odd sides lose their last row and column.
        assert message.pixels().shape == (74, 100, 3)
        assert np.abs(message.pixels().mean((0, 1)) - colour).max() < 4


def test_a_source_keeps_the_port(tmp_path: Path) -> None:
    packets: list[None] = []
    source: FrameSource = VideoFile(film(tmp_path / "film.mp4", 7), lambda: packets.append(None))
    pictures = list(source.frames())
    assert not source.live
    assert [picture.index for picture in pictures] == list(range(7))
    assert len(packets) >= 7
    out = np.zeros((pictures[3].height * 3 // 2, pictures[3].width), np.uint8)
    pictures[3].write_i420(out)
    assert abs(int(out[: pictures[3].height].mean()) - brightness(3)) <= 2
    assert abs(int(out[pictures[3].height :].mean()) - 128) <= 2


def test_pixels_of_a_frame_that_is_gone_are_an_error(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 30)
    frames: list[Frame] = []
    with Camera.start("test", str(path), speed="max") as camera:
        camera.request()
        while len(frames) < 3:
            message = camera.receive(10.0)
            if isinstance(message, Frame):
                frames.append(message)
                camera.request()
        assert frames[2].pixels().shape == (120, 160, 3)
        with pytest.raises(RuntimeError, match="after the next frame"):
            frames[0].pixels()
        with pytest.raises(ValueError, match="read-only"):
            frames[2].luma[0, 0] = 0
