"""Photos as they come: bombs, halves, sideways, deep, animated, and names that lead elsewhere."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from hallwatch.adapters.images import MOST_PIXELS, FolderImages, encode_jpeg, luma_of, read_image
from hallwatch.core.model import Pixels
from hallwatch.errors import ImageError

CORNERS = np.zeros((40, 60, 3), np.uint8)
CORNERS[:20, :30] = (255, 0, 0)  # red, green and blue in RGB; the fourth quarter stays black
CORNERS[:20, 30:] = (0, 255, 0)
CORNERS[20:, :30] = (0, 0, 255)


def says_red_is_at_the_top_left(image: Pixels) -> bool:
    """Whether a read (BGR) picture shows CORNERS upright."""
    blue, green, red = image[5, 5].tolist()
    return bool(red > 180 > 80 > max(blue, green) and image[5, 50, 1] > 180 and image[35, 5, 0] > 180)


def png_of(width: int, height: int, *, lines: int) -> bytes:
    """A grey PNG that claims ``height`` lines and holds ``lines``, made without holding them."""

    def chunk(kind: bytes, contents: bytes) -> bytes:
        return (
            struct.pack(">I", len(contents))
            + kind
            + contents
            + struct.pack(">I", zlib.crc32(kind + contents))
        )

    packer, packed = zlib.compressobj(1), b""
    for _ in range(lines):
        packed += packer.compress(bytes(width + 1))
    packed += packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def refused(path: Path) -> str:
    """The one line with which a picture is refused; it names the file and no folder."""
    with pytest.raises(ImageError) as caught:
        read_image(path)
    said = str(caught.value)
    assert path.name in said
    assert str(path.parent) not in said
    assert len(said.splitlines()) == 1
    return said


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_of(30_000, 30_000, lines=30_000))
    assert bomb.stat().st_size < 5_000_000
    tracemalloc.start()
    said = refused(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "at most 25 million" in said
    assert peak < 5_000_000


def test_the_limit_is_told_with_the_picture_s_size(tmp_path: Path) -> None:
    side = int(MOST_PIXELS**0.5) + 1
    (tmp_path / "large.png").write_bytes(png_of(side, side, lines=1))
    assert f"{side} x {side} pixels" in refused(tmp_path / "large.png")


def test_half_a_picture_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    for name in ("half.jpg", "half.png", "half.webp", "half.bmp"):
        Image.fromarray(noise).save(tmp_path / name)
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        assert "cannot be read" in refused(tmp_path / name) or "known kind" in refused(tmp_path / name)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    for name, contents in {"empty.jpg": b"", "text.jpg": b"hello", "page.png": b"<svg></svg>"}.items():
        (tmp_path / name).write_bytes(contents)
        assert "use JPEG, PNG" in refused(tmp_path / name)
    Image.fromarray(CORNERS).save(tmp_path / "moving.gif")
    assert "use JPEG, PNG" in refused(tmp_path / "moving.gif")
    (tmp_path / "folder.jpg").mkdir()
    assert "is not a file" in refused(tmp_path / "folder.jpg")
    assert "there is no such photo" in refused(tmp_path / "none.jpg")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_turned_upright(tmp_path: Path, orientation: int) -> None:
    turns = {1: [], 2: ["|"], 3: ["180"], 4: ["-"], 5: ["|", "90"], 6: ["90"], 7: ["|", "270"], 8: ["270"]}
    stored = CORNERS
    for turn in turns[orientation]:
        stored = {
            "|": lambda it: it[:, ::-1],
            "-": lambda it: it[::-1],
            "90": lambda it: np.rot90(it, 1),
            "180": lambda it: np.rot90(it, 2),
            "270": lambda it: np.rot90(it, 3),
        }[turn](stored)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / "turned.jpg", quality=95, exif=exif)
    image = read_image(tmp_path / "turned.jpg")
    assert image.shape == CORNERS.shape
    assert says_red_is_at_the_top_left(image)


def test_the_contents_count_and_not_the_ending(tmp_path: Path) -> None:
    Image.fromarray(CORNERS).save(tmp_path / "really.png")
    (tmp_path / "really.png").rename(tmp_path / "claimed.jpg")
    assert says_red_is_at_the_top_left(read_image(tmp_path / "claimed.jpg"))


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "RGBA", "P"])
@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_every_way_to_store_colours_is_read(tmp_path: Path, mode: str, kind: str) -> None:
    if (kind, mode) in {("jpg", "RGBA"), ("jpg", "P"), ("png", "CMYK"), ("webp", "CMYK")}:
        return
    Image.fromarray(CORNERS).convert(mode).save(tmp_path / f"it.{kind}")
    assert says_red_is_at_the_top_left(read_image(tmp_path / f"it.{kind}"))


def test_a_palette_with_transparency_is_read_without_a_warning(tmp_path: Path) -> None:
    Image.fromarray(CORNERS).convert("P").save(tmp_path / "p.png", transparency=bytes([0, 255, 90]))
    assert says_red_is_at_the_top_left(read_image(tmp_path / "p.png"))


def test_sixteen_bits_a_pixel_keep_their_tones(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (8, 1))
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    assert np.array_equal(read_image(tmp_path / "deep.png")[0, :, 0], np.arange(256))


def test_grey_and_black_and_white_become_three_channels(tmp_path: Path) -> None:
    grey = Image.fromarray(np.full((9, 7), 99, np.uint8))
    for mode, value in (("L", 99), ("LA", 99), ("1", 255)):
        (grey if mode != "1" else grey.point(lambda it: 255)).convert(mode).save(tmp_path / "grey.png")
        assert (read_image(tmp_path / "grey.png") == np.full((9, 7, 3), value)).all()


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_of_an_animation_the_first_picture_counts(tmp_path: Path, kind: str) -> None:
    pictures = [Image.fromarray(CORNERS), Image.fromarray(CORNERS[::-1].copy())]
    pictures[0].save(tmp_path / f"it.{kind}", save_all=True, append_images=pictures[1:], duration=50)
    assert says_red_is_at_the_top_left(read_image(tmp_path / f"it.{kind}"))


def test_names_never_lead_out_of_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "list"
    inside.mkdir()
    for place in (tmp_path, inside):
        Image.fromarray(CORNERS).save(place / "photo.png")
    (inside / "link.png").symlink_to(tmp_path / "photo.png")
    (inside / "here.png").symlink_to("photo.png")
    (inside / "loop.png").symlink_to("loop.png")
    images = FolderImages(inside)
    assert images.read("photo.png").shape == images.read("here.png").shape == CORNERS.shape
    for name in ("../photo.png", "link.png", str(tmp_path / "photo.png"), "x/../../photo.png"):
        with pytest.raises(ImageError, match="outside the watchlist's folder"):
            images.read(name)
    for name in ("loop.png", "a\0b.png", "x" * 5000, "none.png", ".", "photo.png/more"):
        with pytest.raises(ImageError) as caught:
            images.read(name)
        assert str(tmp_path) not in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1


def test_evidence_has_the_picture_and_no_metadata(tmp_path: Path) -> None:
    (tmp_path / "it.jpg").write_bytes(encode_jpeg(CORNERS[:, :, ::-1]))
    assert says_red_is_at_the_top_left(read_image(tmp_path / "it.jpg"))
    with Image.open(tmp_path / "it.jpg") as image:
        assert not image.getexif()
        assert "comment" not in image.info


def test_brightness_is_that_of_the_standard() -> None:
    assert luma_of(CORNERS[:, :, ::-1].copy())[[5, 5, 35, 35], [5, 50, 5, 50]].tolist() == [76, 150, 29, 0]


def _seeds() -> list[bytes]:
    from io import BytesIO

    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "text"
    seeds = []
    for kind in ("JPEG", "PNG", "WEBP", "BMP"):
        out = BytesIO()
        Image.fromarray(CORNERS[::4, ::4].copy()).save(out, kind, **({} if kind == "BMP" else {"exif": exif}))
        seeds.append(out.getvalue())
    return seeds


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.sampled_from(_seeds()),
    damage=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.integers(1, 2_000),
)
def test_damage_anywhere_gives_a_picture_or_one_clear_line(
    tmp_path: Path, seed: bytes, damage: list[tuple[int, int]], cut: int
) -> None:
    damaged = bytearray(seed)
    for place, value in damage:
        damaged[place % len(seed)] = value
    path = tmp_path / "damaged.jpg"
    path.write_bytes(damaged[:cut])
    try:
        image = read_image(path)
    except ImageError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  (either outcome is good)
    else:
        assert image.ndim == 3
        assert image.shape[2] == 3
