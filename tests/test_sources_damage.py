"""Video files that are cut short, damaged or none: what decodes is used, and one line says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from hallwatch.core.events import CameraCondition
from hallwatch.entry.camera import Camera
from hallwatch.errors import SourceError
from tests.source_files import ended, film, read, read_all


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_a_truncated_file_gives_what_decodes_and_says_so(tmp_path: Path, kind: str) -> None:
    options = {"movflags": "faststart"} if kind == "mp4" else {}
    path = film(tmp_path / f"film.{kind}", 100, size=(320, 240), options=options)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    seen, last = read_all(path)
    assert 0 < last.frames < 100
    assert len(seen.frames) >= 5
    assert last.condition is CameraCondition.ENDED
    assert "cut short" in last.detail


def test_a_damaged_middle_is_counted(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 100, size=(320, 240))
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2
    for offset in range(middle - 1500, middle, 3):
        whole[offset] ^= 0xFF
    path.write_bytes(whole)
    _, last = read_all(path)
    assert last.condition is CameraCondition.ENDED
    assert last.frames >= 50


def _no_index(path: Path) -> Path:
    whole = film(path, 50).read_bytes()
    path.write_bytes(whole[: whole.index(b"moov")])
    return path


def _sound_only(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    return path


def _text(path: Path) -> Path:
    path.write_text("not a film\n" * 100)
    return path


def _playlist(path: Path) -> Path:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n")
    return path


def _empty(path: Path) -> Path:
    path.touch()
    return path


@pytest.mark.parametrize("make", [_no_index, _sound_only, _text, _playlist, _empty])
def test_what_is_no_video_is_refused_in_one_line(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / "film.mp4")
    with (
        Camera.start("test", str(path)) as camera,
        pytest.raises(SourceError, match=r"^film\.mp4: ") as refusal,
    ):
        read(camera, ended)
    assert "\n" not in str(refusal.value)
    assert camera.receive(0.0) is None


def test_a_missing_file_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        Camera.start("test", str(tmp_path / "gone.mp4"))
