"""Readers of model files under attack: nothing is executed, and whatever is wrong is one clear line."""

from __future__ import annotations

import os
import pickle
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallwatch.adapters.models.install import RECIPES
from hallwatch.adapters.models.install.dlib_reader import read_layers
from hallwatch.adapters.models.install.torch_pickle import read_pickle
from hallwatch.adapters.models.install.torch_tensors import read_tensors
from hallwatch.errors import PackError
from tests.model_files import published_bootstrap_files


@pytest.fixture(scope="session")
def bootstrap_files(request: pytest.FixtureRequest) -> dict[str, Path]:
    """The two files of the bootstrap pack as published."""
    return published_bootstrap_files(request)


@pytest.mark.parametrize("recipe", list(RECIPES))
def test_bytes_that_are_something_else_are_refused(recipe: str, tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04", b"<html>not found</html>", bytes(5000), pickle.dumps({"a": 1})):
        (tmp_path / "source").write_bytes(content)
        with pytest.raises(PackError):
            RECIPES[recipe](tmp_path / "source", tmp_path / "graph.onnx")
    assert not (tmp_path / "graph.onnx").exists()


class _Bomb:
    """What a hostile file does to Python's own unpickler."""

    def __init__(self, touched: Path) -> None:
        self._touched = touched

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self._touched}",)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_would_run_a_command_runs_nothing(tmp_path: Path, protocol: int) -> None:
    touched = tmp_path / "touched"
    hostile = pickle.dumps({"conv1.0.weight": _Bomb(touched)}, protocol=protocol)
    with pytest.raises(PackError):
        read_pickle(BytesIO(hostile))
    assert not touched.exists()
    pickle.loads(hostile)  # the same bytes do run there, so the test can fail
    assert touched.exists()


@given(st.binary(max_size=300))
def test_the_pickle_reader_survives_any_bytes(content: bytes) -> None:
    _reads_or_refuses(content)


OPCODES = (
    b"()].0N\x88\x89}K\x00K\x05M\x10\x00q\x00q\x01h\x00h\x01RQbsu\x85\x86\x87tae"
    b"cos\nsystem\n\x80\x02X\x01\x00\x00\x00a"
)


@given(
    st.lists(st.sampled_from([bytes([byte]) for byte in OPCODES] + [b"ctorch\nFloatStorage\n"]), max_size=60)
)
def test_the_pickle_reader_survives_any_opcodes(parts: list[bytes]) -> None:
    _reads_or_refuses(b"".join(parts) + b".")


def _reads_or_refuses(content: bytes) -> None:
    try:
        read_pickle(BytesIO(content))
    except PackError as error:
        assert "\n" not in str(error)  # noqa: PT017 - any other exception fails the test by itself


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 60_000), byte=st.integers(0, 255), cut=st.integers(0, 4_137_838))
def test_an_altered_pytorch_file_is_read_or_refused(shared: Path, at: int, byte: int, cut: int) -> None:
    published = (shared / "models" / "mobile" / "mobile_face.pth").read_bytes()
    with pytest.raises(PackError):
        read_tensors(published[:cut])
    altered = bytearray(published)
    altered[at] = byte
    try:
        read_tensors(bytes(altered))
    except PackError as error:
        assert "\n" not in str(error)  # noqa: PT017 - any other exception fails the test by itself


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 120_000), byte=st.integers(0, 255), cut=st.integers(0, 120_000))
def test_an_altered_dlib_file_is_read_or_refused(
    bootstrap_files: dict[str, Path], at: int, byte: int, cut: int
) -> None:
    published = bootstrap_files["dlib_face_recognition_resnet_model_v1.dat"].read_bytes()
    with pytest.raises(PackError):
        read_layers(published[:cut])
    altered = bytearray(published)
    altered[at] = byte
    try:
        read_layers(bytes(altered))
    except PackError as error:
        assert "\n" not in str(error)  # noqa: PT017 - any other exception fails the test by itself
