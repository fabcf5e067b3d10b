"""Where one file of a pack is looked for, in which order, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from hallwatch.adapters.models.files import NotHere, Origins, obtain
from hallwatch.adapters.models.manifest import PackFile
from hallwatch.errors import PackError
from tests.model_server import serving

CONTENT = b"a model"


def wanted(**origin: str) -> PackFile:
    fields = {
        "name": "m.onnx",
        "sha256": sha256(CONTENT).hexdigest(),
        "bytes": len(CONTENT),
        "licence": "MIT",
    }
    return PackFile.model_validate({**fields, **(origin or {"given": "the vendor"})})


@pytest.fixture
def origins(tmp_path: Path) -> Callable[..., Origins]:
    def make(models_from: Path | None = None, **more: object) -> Origins:
        (tmp_path / "workplace").mkdir(exist_ok=True)
        made = Origins(tmp_path / "cache", tmp_path / "workplace", models_from, plain_http_here=True)
        return made if not more else Origins(made.cache, made.workplace, models_from, **more)  # type: ignore[arg-type]

    return make


def put(folder: Path, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "m.onnx").write_bytes(content)
    return folder


def test_the_users_folder_goes_before_the_address(tmp_path: Path, origins: Callable[..., Origins]) -> None:
    given = put(tmp_path / "given" / "deep" / "deeper", CONTENT).parents[1]
    with serving(CONTENT) as served:
        assert obtain(wanted(url=served.url), origins(given)).read_bytes() == CONTENT
        assert served.asked == []


def test_the_cache_goes_before_the_address(tmp_path: Path, origins: Callable[..., Origins]) -> None:
    with serving(CONTENT) as served:
        first = obtain(wanted(url=served.url), origins())
        again = obtain(wanted(url=served.url), origins())
        assert first == again
        assert len(served.asked) == 1
        # A file of the cache that has been altered is fetched anew.
        first.write_bytes(b"altered")
        assert obtain(wanted(url=served.url), origins()).read_bytes() == CONTENT
        assert len(served.asked) == 2


def test_one_right_file_of_several_of_the_name_is_enough(
    tmp_path: Path, origins: Callable[..., Origins]
) -> None:
    put(tmp_path / "given" / "a", b"older release")
    put(tmp_path / "given" / "b", CONTENT)
    assert obtain(wanted(), origins(tmp_path / "given")).read_bytes() == CONTENT


def test_the_right_name_with_the_wrong_checksum_is_refused(
    tmp_path: Path, origins: Callable[..., Origins]
) -> None:
    given = put(tmp_path / "given", b"something else")
    with serving(CONTENT) as served:
        with pytest.raises(
            PackError, match=r"m\.onnx is another file than the one .* replace it or take it away"
        ):
            obtain(wanted(url=served.url), origins(given))
        assert served.asked == []


def test_a_file_that_only_a_vendor_gives_says_so(origins: Callable[..., Origins]) -> None:
    with pytest.raises(NotHere, match="given by: the vendor; then use --from DIR"):
        obtain(wanted(), origins())


def test_a_folder_that_is_none_is_refused(tmp_path: Path, origins: Callable[..., Origins]) -> None:
    with pytest.raises(PackError, match="is not a folder"):
        obtain(wanted(), origins(tmp_path / "nowhere"))
