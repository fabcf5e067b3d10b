"""Photos by id: PowerSchool's index, Infinite Campus's names, zeros that come and go, and what may be two people."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallwatch.adapters.importers.archive import open_archive
from hallwatch.adapters.importers.photo_zip import match_photos, named_photos
from hallwatch.core.imports import Entry, PhotosFound
from hallwatch.errors import FileRefused
from tests.roster_zips import zipped


def person(external_id: str, *other_ids: str, photos: tuple[str, ...] = ()) -> Entry:
    return Entry(external_id, "Dana", "Sample", other_ids=other_ids, photos=photos)


def match(folder: Path, files: Mapping[str, str | bytes] | Sequence[str], *people: Entry) -> PhotosFound:
    """Who has which photos; of a list of names each file holds its own name."""
    path = folder / "photos.zip"
    path.write_bytes(zipped(files if isinstance(files, Mapping) else {name: name for name in files}))
    with open_archive(path) as opened:
        return match_photos(opened, people)


def reasons(found: PhotosFound) -> list[str]:
    assert all(len(str(fault).splitlines()) == 1 for fault in found.faults)
    return [fault.reason for fault in found.faults]


def test_names_are_ids_whatever_the_ending_s_capitals(tmp_path: Path) -> None:
    found = match(
        tmp_path, ["123.JPG", "a/124.jpeg", "999.jpg", "notes.txt"], person("123"), person("124"), person("5")
    )
    assert found.photos == {"123": ("123.JPG",), "124": ("a/124.jpeg",)}
    assert (found.unmatched, found.without, found.faults) == (("999.jpg",), ("5",), ())


def test_zeros_come_and_go_and_the_exact_id_wins(tmp_path: Path) -> None:
    found = match(
        tmp_path, ["123.jpg", "0007.jpg", "88.jpg"], person("00123"), person("7"), person("88"), person("088")
    )
    assert found.photos == {"00123": ("123.jpg",), "7": ("0007.jpg",), "88": ("88.jpg",)}
    assert found.without == ("088",)


def test_ids_that_differ_in_zeros_only_are_never_guessed(tmp_path: Path) -> None:
    found = match(tmp_path, ["0088.jpg"], person("88"), person("088"))
    assert found.photos == {}
    assert reasons(found) == ["id '0088' may be 088 or 88; nobody gets this photo"]


def test_two_spellings_of_one_id_are_told(tmp_path: Path) -> None:
    exact = match(tmp_path, ["7.jpg", "07.jpg"], person("7"))
    assert exact.photos == {"7": ("7.jpg",)}
    assert reasons(exact) == ["id '07' would be '7' but for zeros, and so would another"]
    neither = match(tmp_path, ["07.jpg", "007.jpg", "0007.jpg"], person("7"))
    assert (neither.photos, len(neither.faults)) == ({}, 3)


def test_other_ids_of_a_roster_count_and_may_collide(tmp_path: Path) -> None:
    found = match(tmp_path, ["00123.jpg"], person("a1b2", "123"), person("c3d4", "124"))
    assert found.photos == {"a1b2": ("00123.jpg",)}
    assert "may be" in reasons(match(tmp_path, ["123.jpg"], person("a1b2", "123"), person("123")))[0]


def test_two_files_for_one_id_are_nobody_s(tmp_path: Path) -> None:
    found = match(tmp_path, ["north/7.jpg", "south/7.jpg", "8.jpg", "8.png"], person("7"), person("8"))
    assert (found.photos, len(found.faults)) == ({}, 4)
    assert "is for the same id" in reasons(found)[0]
    assert found.without == ("7", "8")


@pytest.mark.parametrize(
    "index",
    [
        "00123\tone.jpg\r\n124\ttwo.jpg\r\n",
        "123\tONE.JPG\n124\tTwo.jpg\n",
        "one.jpg,123\ntwo.jpg,124\n",
        "Student Number,Photo\n123,one.jpg\n124,two.jpg\n",
        "file;id;name\none.jpg;123;Sample\ntwo.jpg;124;Other\n",
        "\ufeffid,file\n123,photos/one.jpg\n124,photos\\two.jpg\n",
        '"123","one.jpg"\n"124","two.jpg"',
    ],
)
def test_an_index_is_read_in_either_order_with_or_without_a_header(tmp_path: Path, index: str) -> None:
    files = {"photos/one.jpg": "1", "photos/two.jpg": "2", "index.txt": index}
    found = match(tmp_path, files, person("123"), person("124"))
    assert found.photos == {"123": ("photos/one.jpg",), "124": ("photos/two.jpg",)}
    assert found.faults == ()


def test_an_index_s_faults_have_lines(tmp_path: Path) -> None:
    index = "1\ta.jpg\n2\tgone.jpg\n3\tb.jpg\n4\tb.jpg\n1\tc.jpg\n9\td.jpg\n"
    files = {name: name for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg")} | {"map.txt": index}
    found = match(tmp_path, files, *map(person, "12345"))
    assert found.photos == {"1": ("a.jpg", "c.jpg")}
    assert [(fault.row, fault.reason) for fault in found.faults] == [
        (2, "'gone.jpg' is not in photos.zip"),
        (4, "'b.jpg' is for id '3', too; nobody gets it"),
    ]
    assert set(found.unmatched) == {"d.jpg", "e.jpg"}


def test_a_placeholder_shows_nobody(tmp_path: Path) -> None:
    found = match(
        tmp_path, {"1.jpg": "no photo", "2.jpg": "no photo", "3.jpg": "a face"}, *map(person, "123")
    )
    assert found.photos == {"3": ("3.jpg",)}
    assert "the very same picture for 2 people" in reasons(found)[0]


def test_other_kinds_of_picture_and_inner_zips_are_told(tmp_path: Path) -> None:
    found = match(tmp_path, ["1.HEIC", "2.jpg", "3.gif", "more.zip"], *map(person, "123"))
    assert reasons(found) == [
        "HEIC pictures are not read; save it as JPEG",
        "GIF pictures are not read; save it as JPEG",
    ]
    assert found.notes == ("1 archives inside photos.zip are not opened",)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"readme.txt": "x"}, "holds no photos"),
        ({"a.jpg": "1", "b.jpg": "2", "x.txt": "1,a.jpg", "y.csv": "2,b.jpg"}, "two index files"),
        ({"a.jpg": "1", "x.txt": b"\0\0\0"}, "not readable text"),
        ({"a.jpg": "1", "x.txt": '1,"a.jpg'}, "not well-formed"),
    ],
)
def test_archives_that_say_nothing_are_refused(
    tmp_path: Path, files: dict[str, str | bytes], said: str
) -> None:
    with pytest.raises(FileRefused, match=said):
        match(tmp_path, files, person("1"))


def test_photos_that_a_registry_names(tmp_path: Path) -> None:
    for name in ("R1.jpg", "R2_side.JPG", "R3.png", "sub/R4.jpg"):
        place = tmp_path / "photos" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(zlib.compress(name.encode()))
    people = [
        person("R1"),
        person("R2", photos=("r2_side", "gone.jpg")),
        person("R3", photos=("photos\\R3.png", "R3.png")),
        person("R4", photos=("sub/R4.jpg",)),
        person("R5"),
    ]
    with open_archive(tmp_path / "photos") as opened:
        found = named_photos(opened, people)
    assert found.photos == {
        "R1": ("R1.jpg",),
        "R2": ("R2_side.JPG",),
        "R3": ("R3.png",),
        "R4": ("sub/R4.jpg",),
    }
    assert [fault.external_id for fault in found.faults] == ["R2", "R3"]
    assert found.without == ("R5",)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.lists(
            st.sampled_from(["1", "01", "2", "a.jpg", "b.jpg", "", '"', "x", "\u00e9", "\r"]), max_size=4
        ).map("\t".join),
        max_size=8,
    ),
    noise=st.binary(max_size=16),
    names=st.lists(st.sampled_from(["a.jpg", "b.jpg", "1.jpg", "01.jpg", "2.png"]), min_size=1, unique=True),
)
def test_any_index_gives_photos_or_one_clear_line(
    tmp_path: Path, rows: list[str], noise: bytes, names: list[str]
) -> None:
    files: dict[str, str | bytes] = {name: name for name in names}
    files["index.txt"] = "\n".join(rows).encode() + noise
    try:
        found = match(tmp_path, files, person("1"), person("2"), person("02"))
    except FileRefused as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  (either outcome is good)
    else:
        reasons(found)
        given_out = [name for photos in found.photos.values() for name in photos]
        assert len(given_out) == len(set(given_out))
