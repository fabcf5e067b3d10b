"""Zips as they come: bombs, tricks with paths, links, passwords, doubles, halves; refused in one line each."""

from __future__ import annotations

import io
import stat
import struct
import tracemalloc
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallwatch.adapters.importers import archive
from hallwatch.adapters.importers.archive import open_archive
from hallwatch.errors import FileRefused


def zip_bytes(files: Mapping[str | zipfile.ZipInfo, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as made:
        for name, contents in files.items():
            made.writestr(name, contents)
    return out.getvalue()


def read_all(path: Path) -> None:
    """Every file in it."""
    with open_archive(path) as opened:
        for name in opened.names:
            opened.read(name)


def refused(folder: Path, data: bytes) -> str:
    """The one line with which a zip is refused, at the latest when all of it is read."""
    path = folder / "it.zip"
    path.write_bytes(data)
    with pytest.raises(FileRefused) as caught:
        read_all(path)
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    assert "it.zip" in said
    assert str(folder) not in said
    return said


def test_a_zip_is_read_by_name_and_nothing_lands_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "it.zip"
    path.write_bytes(
        zip_bytes(
            {
                "b/2.jpg": b"two",
                "1.jpg": b"one",
                "more.zip": b"PK",
                "__MACOSX/1.jpg": b"",
                "b/.DS_Store": b"",
                "._1.jpg": b"",
            }
        )
    )
    with open_archive(path) as opened:
        assert opened.names == ("b/2.jpg", "1.jpg")
        assert opened.nested == ("more.zip",)
        assert opened.read("b/2.jpg") == b"two"
        assert opened.fingerprint("1.jpg") == (3, zlib.crc32(b"one"))
    assert [one.name for one in tmp_path.iterdir()] == ["it.zip"]


def test_a_folder_is_read_the_same_and_its_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("no")
    inside = tmp_path / "photos"
    (inside / "b").mkdir(parents=True)
    (inside / "b" / "2.jpg").write_bytes(b"two")
    (inside / "1.jpg").write_bytes(b"one")
    (inside / "link.jpg").symlink_to(tmp_path / "secret.txt")
    (inside / "up").symlink_to(tmp_path)
    with open_archive(inside) as opened:
        assert opened.names == ("1.jpg", "b/2.jpg")
        assert opened.read("b/2.jpg") == b"two"
        assert opened.fingerprint("1.jpg") == (3, zlib.crc32(b"one"))


@pytest.mark.parametrize(
    "name",
    [
        "/etc/x.jpg",
        "../x.jpg",
        "a/../../x.jpg",
        "..\\x.jpg",
        "\\x.jpg",
        "C:\\x.jpg",
        "C:/x.jpg",
        "a/..",
        "..",
    ],
)
def test_a_name_that_leads_out_refuses_the_zip(tmp_path: Path, name: str) -> None:
    said = refused(tmp_path, zip_bytes({"1.jpg": b"one", name: b"x"}))
    assert "leads out of the zip" in said or "not readable" in said


@pytest.mark.parametrize("name", ["a\nb.jpg", "a\x1bb.jpg", "\x7f"])
def test_a_name_of_control_letters_refuses_the_zip(tmp_path: Path, name: str) -> None:
    assert "name inside it is not readable" in refused(tmp_path, zip_bytes({name: b"x"}))


def test_a_name_cut_by_a_null_refuses_the_zip(tmp_path: Path) -> None:
    data = zip_bytes({"a.jpgX..": b"x"}).replace(b"a.jpgX..", b"a.jpg\0..")
    assert "not readable" in refused(tmp_path, data)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_refuse_the_zip(tmp_path: Path, kind: int) -> None:
    info = zipfile.ZipInfo("1.jpg")
    info.external_attr = (kind | 0o644) << 16
    assert "is a link" in refused(tmp_path, zip_bytes({info: b"/etc/passwd"}))


def test_a_password_is_said(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"1.jpg": b"one"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "without a password" in refused(tmp_path, bytes(data))


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.jpg", "1.jpg"), ("a.jpg", "A.JPG"), ("a/b.jpg", "a\\b.jpg"), ("\u00e9.jpg", "e\u0301.jpg")],
)
def test_two_files_of_one_name_refuse_the_zip(tmp_path: Path, one: str, other: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(one, b"1")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made.writestr(other, b"2")
    assert "nothing says which is right" in refused(tmp_path, out.getvalue())


def test_a_bomb_is_refused_and_costs_nothing(tmp_path: Path) -> None:
    bomb = zip_bytes({"users.csv": bytes(60 << 20)})
    assert len(bomb) < 100_000
    tracemalloc.start()
    said = refused(tmp_path, bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "far more than it should" in said
    assert peak < 2_000_000


def test_a_bomb_that_lies_about_its_size_is_refused_as_it_comes_out(tmp_path: Path) -> None:
    bomb = bytearray(zip_bytes({"users.csv": bytes(60 << 20)}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = bomb.index(mark) + place
        bomb[at : at + 4] = struct.pack("<I", 900_000)
    tracemalloc.start()
    said = refused(tmp_path, bytes(bomb))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "damaged" in said or "unpacks" in said
    assert peak < 8_000_000


def test_what_comes_out_is_counted_whatever_the_header_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "it.zip"
    path.write_bytes(zip_bytes({"a.txt": bytes(range(256)) * 4000}, zipfile.ZIP_STORED))
    with open_archive(path) as opened:
        monkeypatch.setattr(archive, "MOST_MEMBER", 100_000)
        with pytest.raises(FileRefused, match="unpacks to more"):
            opened.read("a.txt")


def test_files_that_share_their_bytes_refuse_the_zip(tmp_path: Path) -> None:
    """The overlapping kind of bomb: two entries of the list, one piece of data."""
    data = zip_bytes({"1.jpg": bytes(1000), "2.jpg": bytes(1000)})
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    overlapping = data[: second + 42] + struct.pack("<I", 0) + data[second + 46 :]
    assert "overlap" in refused(tmp_path, overlapping)


def test_a_zip_in_a_zip_in_a_zip_is_not_opened(tmp_path: Path) -> None:
    data = zip_bytes({"bomb.csv": bytes(1 << 20)})
    for _ in range(5):
        data = zip_bytes({"inner.zip": data})
    path = tmp_path / "it.zip"
    path.write_bytes(data)
    with open_archive(path) as opened:
        assert (opened.names, opened.nested) == ((), ("inner.zip",))


def test_limits_of_number_and_size_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = zip_bytes({f"{number}.jpg": b"x" for number in range(20)})
    monkeypatch.setattr(archive, "MOST_MEMBERS", 19)
    assert "more than 19 files" in refused(tmp_path, many)
    monkeypatch.setattr(archive, "MOST_MEMBERS", 20)
    monkeypatch.setattr(archive, "MOST_TOTAL", 19)
    assert "hand it over in parts" in refused(tmp_path, many)
    monkeypatch.setattr(archive, "MOST_TOTAL", 1000)
    monkeypatch.setattr(archive, "_MOST_DIRECTORY", 100)
    assert "is no zip" in refused(tmp_path, many)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings_that_unpack_without_a_limit_are_refused(tmp_path: Path, packing: int) -> None:
    assert "unusual way" in refused(tmp_path, zip_bytes({"1.jpg": b"x"}, packing))


def test_half_a_zip_and_what_is_none_are_said(tmp_path: Path) -> None:
    whole = zip_bytes({"1.jpg": bytes(range(256)) * 40})
    for data in (b"", b"hello", whole[: len(whole) // 2], b"\x1f\x8b" + bytes(100)):
        assert "is no zip, or it is cut off" in refused(tmp_path, data)
    with pytest.raises(FileRefused, match="cannot be read"), open_archive(tmp_path / "none.zip"):
        pass


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    damage=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 600),
    front=st.binary(max_size=8),
)
def test_any_damage_gives_files_or_one_clear_line(
    tmp_path: Path, damage: list[tuple[int, int]], cut: int, front: bytes
) -> None:
    data = bytearray(zip_bytes({"a/1.jpg": b"one" * 50, "2.csv": b"a,b\n1,2\n", "3.zip": b"x"}))
    for place, value in damage:
        data[place % len(data)] = value
    path = tmp_path / "it.zip"
    path.write_bytes(front + bytes(data[: cut or None]))
    try:
        read_all(path)
    except FileRefused as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  (either outcome is good)
