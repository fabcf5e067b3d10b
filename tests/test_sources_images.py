"""A folder of images as a source: one image is one frame, and a bad one stops nothing."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hallwatch.core.events import CameraCondition
from hallwatch.core.model import Frame
from hallwatch.entry.camera import Camera
from hallwatch.errors import SourceError
from tests.source_files import ended, read, read_all


def _grey(path: Path, level: int) -> None:
    Image.fromarray(np.full((60, 80, 3), level, np.uint8)).save(path)


def _bomb(path: Path, side: int) -> None:
    """A PNG that says it is side x side, in a few kilobytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000_000)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def test_images_come_by_name_and_bad_ones_are_told(tmp_path: Path) -> None:
    for name, level in (("3.png", 90), ("1.jpg", 30), ("2.bmp", 60), ("4.webp", 120)):
        _grey(tmp_path / name, level)
    (tmp_path / "2b.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    _bomb(tmp_path / "3b.png", 30_000)
    (tmp_path / "notes.txt").write_text("left alone")
    seen, last = read_all(tmp_path)
    assert [media for _, media, *_ in seen.frames] == pytest.approx([0.0, 0.2, 0.4, 0.6])
    levels = [level for *_, level in seen.frames]
    assert levels == sorted(levels)
    told = [state.detail for state in seen.states if state.detail and state is not last]
    assert [line.partition(":")[0] for line in told] == ["2b.jpg", "3b.png"]
    assert "8192 x 8192" in told[1]
    assert last.detail == "2 of 6 images could not be read"
    assert last.frames == 4


def test_a_photo_on_its_side_is_turned_upright(tmp_path: Path) -> None:
    picture = np.zeros((60, 80, 3), np.uint8)
    picture[:, :40] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it upright
    Image.fromarray(picture).save(tmp_path / "1.jpg", exif=exif)
    with Camera.start("test", str(tmp_path), speed="max") as camera:
        camera.request()
        frame = next(m for m in iter(lambda: camera.receive(10.0), None) if isinstance(m, Frame))
        assert frame.luma.shape == (80, 60)
        assert frame.luma[10, 30] > 200
        assert frame.luma[70, 30] < 50


def test_a_folder_without_images_or_with_bad_ones_only_is_refused(tmp_path: Path) -> None:
    with Camera.start("test", str(tmp_path)) as camera, pytest.raises(SourceError, match="holds no image"):
        read(camera, ended)
    (tmp_path / "1.png").write_bytes(b"no picture")
    with (
        Camera.start("test", str(tmp_path)) as camera,
        pytest.raises(SourceError, match="none of its 1 images"),
    ):
        read(camera, ended)


def test_every_image_is_analysed_at_real_speed_too(tmp_path: Path) -> None:
    for index in range(6):
        _grey(tmp_path / f"{index}.png", 100 + index)
    with Camera.start("test", str(tmp_path), speed="real", rate=10) as camera:
        seen = read(camera, ended)
    assert len(seen.frames) == 6
    assert seen.conditions[-1] is CameraCondition.ENDED
