"""The process that decodes uploads: what it may, what it may not, and that one bad photo is one refused photo."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from hallwatch.adapters.images import encode_jpeg
from hallwatch.entry.photo_process import MOST_BYTES, PhotoProcess
from hallwatch.errors import ImageError
from tests.test_images import CORNERS, png_of, says_red_is_at_the_top_left

JOBS = Path(__file__).parent / "photo_jobs.py"


@pytest.fixture(scope="module")
def process() -> Iterator[PhotoProcess]:
    """One decoder for all harmless tests: each photo must leave it fit for the next."""
    with PhotoProcess() as running:
        yield running


def job(name: str, patience_s: float = 30.0) -> PhotoProcess:
    """A decoder whose work is one of photo_jobs."""
    return PhotoProcess((sys.executable, str(JOBS), name), patience_s)


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def refused(process: PhotoProcess, data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        process.decode(data, "it.jpg")
    said = str(caught.value)
    assert said.startswith("it.jpg: ")
    assert len(said.splitlines()) == 1
    return said


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
def test_every_kind_is_decoded(process: PhotoProcess, kind: str) -> None:
    assert says_red_is_at_the_top_left(process.decode(saved(Image.fromarray(CORNERS), kind), "it"))


def test_rotation_is_honoured_and_where_the_photo_was_taken_is_gone(process: PhotoProcess) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (38.0, 57.0, 12.5)
    sideways = np.ascontiguousarray(np.rot90(CORNERS, 1))
    photo = saved(Image.fromarray(sideways), exif=exif, comment=b"a secret", quality=95)
    assert Image.open(io.BytesIO(photo)).getexif().get_ifd(0x8825)
    pixels = process.decode(photo, "it.jpg")
    assert pixels.shape == CORNERS.shape
    assert says_red_is_at_the_top_left(pixels)
    kept = encode_jpeg(pixels)
    assert not Image.open(io.BytesIO(kept)).getexif()
    assert b"Exif" not in kept
    assert b"secret" not in kept


def test_large_photos_come_back_smaller(process: PhotoProcess) -> None:
    assert process.decode(saved(Image.new("RGB", (4000, 3000))), "it.jpg").shape == (1200, 1600, 3)


def test_of_moving_pictures_the_first_counts(process: PhotoProcess) -> None:
    both = [Image.fromarray(CORNERS), Image.fromarray(CORNERS[::-1].copy())]
    for kind in ("PNG", "WEBP"):
        moving = saved(both[0], kind, save_all=True, append_images=both[1:], duration=50)
        assert says_red_is_at_the_top_left(process.decode(moving, "it"))
    assert says_red_is_at_the_top_left(
        process.decode(saved(both[0], "MPO", save_all=True, append_images=both[1:]), "it")
    )
    assert "use JPEG" in refused(process, saved(both[0], "GIF", save_all=True, append_images=both[1:]))


def test_what_is_refused_is_one_line_and_the_next_photo_goes_on(process: PhotoProcess) -> None:
    good = saved(Image.fromarray(CORNERS))
    noise = saved(Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)))
    process.decode(good, "it.jpg")
    before = process.pid
    assert "pixels, at most 25 million" in refused(process, png_of(20_000, 10_000, lines=1))
    assert "cannot be read" in refused(process, noise[: len(noise) // 2])
    assert "HEIC and AVIF pictures are not read; save it as JPEG" in refused(
        process, b"\0\0\0\x18ftypheic" + bytes(99)
    )
    assert "use JPEG" in refused(process, b"")
    assert "use JPEG" in refused(process, b"<svg></svg>")
    assert "larger than 64 MB" in refused(process, bytes(MOST_BYTES + 1))
    process.decode(good, "it.jpg")
    assert process.pid == before


@pytest.mark.parametrize("name", ["open_socket", "open_file", "raise_limits", "inherited"])
def test_the_decoder_can_reach_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLWATCH_SECRET", "password")
    with job(name) as process:
        assert process.decode(b"", name).all(), f"{name} was possible"


def test_memory_is_bounded_and_the_next_photo_goes_on() -> None:
    with job("eat") as process:
        assert "needs more memory" in refused(process, b"bad")
        assert process.decode(b"good", "it.jpg").all()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("spin", "far too long"),
        ("sleep", "no answer within 5 s"),
        ("die", "failed on it"),
        ("lie", "failed on it"),
    ],
)
def test_a_photo_that_brings_the_decoder_down_is_refused_alone(name: str, said: str) -> None:
    with job(name, patience_s=5.0) as process:
        assert process.decode(b"good", "it.jpg").all()
        before = process.pid
        began = time.monotonic()
        assert said in refused(process, b"bad")
        assert time.monotonic() - began < 10
        assert process.decode(b"good", "it.jpg").all()
        assert process.pid != before


@pytest.mark.parametrize(
    "words",
    [
        b"[]\n",
        b"nonsense\n",
        b"x" * 5000,
        b'{"shape": [-1, 4, 3]}\n',
        b'{"shape": [4, 4, 4]}\n',
        b'{"shape": [1e400, 1, 3]}\n',
        b'{"shape": 7}\n',
        b"[" * 4000 + b"\n",
    ],
)
def test_a_decoder_that_was_taken_over_is_not_believed(words: bytes) -> None:
    with job("lie", patience_s=5.0) as process:
        assert "failed on it" in refused(process, b"say " + words)


def test_a_refusal_of_a_decoder_that_was_taken_over_is_one_line() -> None:
    with job("lie", patience_s=5.0) as process:
        assert refused(process, b'say {"refused": "\\u001b[2Jx\\ny"}\n') == "it.jpg: cannot be read"


def test_it_ends_when_asked_and_its_names_are_one_line(process: PhotoProcess) -> None:
    with PhotoProcess() as other:
        with pytest.raises(ImageError) as caught:
            other.decode(b"", "a\nb\x1b.jpg")
        assert str(caught.value).startswith("a b .jpg: ")
        pid = other.pid
        assert pid
    assert other.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    other.end()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP", "BMP", "MPO"]),
    damage=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 2000),
)
def test_any_damage_gives_a_picture_or_one_clear_line(
    process: PhotoProcess, kind: str, damage: list[tuple[int, int]], cut: int
) -> None:
    damaged = bytearray(SEEDS[kind])
    for place, value in damage:
        damaged[place % len(damaged)] = value
    try:
        pixels = process.decode(bytes(damaged[: cut or None]), "it.jpg")
    except ImageError as error:
        said = str(error)
        assert (len(said.splitlines()), "failed on it" in said) == (1, False)
    else:
        assert pixels.shape[2] == 3


def _seed(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "text"
    image = Image.fromarray(CORNERS[::4, ::4].copy())
    more = {"save_all": True, "append_images": [image]} if kind == "MPO" else {}
    return saved(image, kind, **({} if kind == "BMP" else {"exif": exif} | more))


SEEDS = {kind: _seed(kind) for kind in ("JPEG", "PNG", "WEBP", "BMP", "MPO")}
