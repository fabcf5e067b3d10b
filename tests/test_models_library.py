"""Installing and opening packs: at once, by several processes, altered, bought, and on either engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from hallwatch.adapters.models.calibrations import calibration_of, keep_calibration
from hallwatch.adapters.models.catalogue import add_pack, find_pack, known_packs
from hallwatch.adapters.models.checkup import check
from hallwatch.adapters.models.downloading import Patience
from hallwatch.adapters.models.files import NotHere
from hallwatch.adapters.models.installation import Wish, install, installed_folder, verified_folder
from hallwatch.adapters.models.library import open_pack
from hallwatch.adapters.models.manifest import PackManifest, parse_manifest
from hallwatch.core.decide import Calibration, Tail
from hallwatch.errors import PackError
from tests.model_server import serving
from tests.test_models_manifest import GOOD


def test_an_install_that_fails_leaves_nothing_half_done(tmp_path: Path) -> None:
    pack = parse_manifest(GOOD, "bought.toml")
    with pytest.raises(NotHere):
        install(pack, tmp_path, Wish(reach_out=False))
    assert [path.name for path in (tmp_path / "models").rglob("*") if path.is_file()] == ["lock"]
    assert not installed_folder(pack, tmp_path).exists()


def test_a_download_that_is_wrong_installs_nothing(tmp_path: Path) -> None:
    with serving(b"0123456789") as served:
        pack = parse_manifest(GOOD.replace("https://models.example/faces.onnx", served.url), "bought.toml")
        with pytest.raises(PackError, match="another file"):
            install(pack, tmp_path, Wish(plain_http_here=True, patience=Patience(waits=(0.01,))))
    assert not installed_folder(pack, tmp_path).exists()
    assert not list(tmp_path.rglob("*.part"))


@pytest.fixture(scope="session")
def mobile(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[PackManifest, Path]:
    """The installed mobile pack; tests that alter it work on a copy."""
    home = tmp_path_factory.mktemp("home")
    pack = find_pack("mobile", home)
    install(pack, home, Wish(shared / "models", reach_out=False))
    return pack, home


def test_a_pack_opens_at_once_where_the_users_folder_holds_its_files(shared: Path, tmp_path: Path) -> None:
    said: list[str] = []
    pack = open_pack("duo", home=tmp_path, models_from=shared / "models", precision="f32", say=said.append)
    assert pack.dimensions == 384
    assert pack.calibration is not None
    centre = pack.calibration.centre
    assert pack.fingerprint == find_pack("duo", tmp_path).fingerprint("f32", centre)
    assert len(centre) == pack.dimensions
    plain = open_pack("duo", home=tmp_path, precision="f32", calibrating=True)
    assert plain.fingerprint != pack.fingerprint
    assert said == [line for line in said if "installed the model pack duo" in line]
    again: list[str] = []
    open_pack("duo", home=tmp_path, precision="f32", say=again.append)
    assert again == []


def test_several_processes_may_open_a_pack_that_is_not_installed_yet(shared: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from hallwatch.adapters.models.library import open_pack;"
        "print(open_pack('mobile', home=Path(sys.argv[1]), models_from=Path(sys.argv[2])).fingerprint)"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path), str(shared / "models")]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    ended = [(process.communicate(timeout=120), process.returncode) for process in started]
    assert [code for _, code in ended] == [0, 0, 0, 0], ended
    assert len({printed for (printed, _), _ in ended}) == 1
    assert sum("installed the model pack" in told for (_, told), _ in ended) == 1


def test_a_pack_that_is_not_installed_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"duo is not installed .*type: hallwatch models pull duo"):
        open_pack("duo", home=tmp_path)
    with pytest.raises(PackError, match="there is no model pack 'trio'; there are duo"):
        open_pack("trio", home=tmp_path)


@pytest.mark.parametrize("name", ["yunet_n_dynamic.onnx", "mobilefacenet_112.onnx", "installed.json"])
def test_an_altered_pack_is_refused_and_mended_by_pulling(
    mobile: tuple[PackManifest, Path], shared: Path, tmp_path: Path, name: str
) -> None:
    pack, home = mobile
    shutil.copytree(home, tmp_path / "home")
    altered = installed_folder(pack, tmp_path / "home") / name
    altered.write_bytes(b"altered")
    with pytest.raises(PackError, match=r"mobile has been altered .*type: hallwatch models pull mobile"):
        open_pack("mobile", home=tmp_path / "home")
    install(pack, tmp_path / "home", Wish(reach_out=False))
    assert verified_folder(pack, tmp_path / "home")


def test_both_engines_give_the_same_templates(mobile: tuple[PackManifest, Path], shared: Path) -> None:
    import cv2

    photo = np.asarray(cv2.imread(str(min((shared / "data" / "faces").glob("*/*.jpg")))), dtype=np.uint8)
    opened = [
        open_pack("mobile", home=mobile[1], precision="f32", engine=engine)
        for engine in ("openvino", "onnxruntime")
    ]
    faces = opened[0].detect(photo)[:1]
    one, other = (pack.embed(photo, faces)[0] for pack in opened)
    assert float(one @ other) > 0.9999
    assert {pack.effects[0].engine for pack in opened} == {"openvino", "onnxruntime"}
    assert opened[0].fingerprint == opened[1].fingerprint


def test_an_engine_leaves_its_thread_to_the_scheduler(mobile: tuple[PackManifest, Path]) -> None:
    """OpenVINO's default binds whoever computes to one core, and every process to the same one."""
    opened = open_pack("mobile", home=mobile[1])
    picture = np.zeros((720, 1280, 3), np.uint8)
    mine, over, seen = threading.get_native_id(), threading.Event(), set[frozenset[int]]()

    def look() -> None:
        while not over.wait(0.0005):
            seen.add(frozenset(os.sched_getaffinity(mine)))

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(30):
        opened.detect(picture)
    over.set()
    looking.join()
    assert seen == {frozenset(os.sched_getaffinity(0))}


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"engine": "onnxruntime", "precision": "bf16"}, "computes in f32 here, not bf16"),
        ({"engine": "onnxruntime", "device": "CUDA"}, "cannot use CUDA"),
        ({"engine": "onnxruntime", "device": "TPU"}, "has no device 'TPU'"),
        ({"engine": "openvino", "device": "NPU.7"}, "has no device 'NPU"),
        ({"precision": "int8"}, "precision 'int8' is unknown"),
        ({"engine": "torch"}, "there is no engine 'torch'"),
    ],
)
def test_an_engine_never_does_something_else_in_silence(
    mobile: tuple[PackManifest, Path], wish: dict[str, str], said: str
) -> None:
    import onnxruntime

    if wish.get("device") == "CUDA" and "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        wish, said = {**wish, "device": "ROCM"}, "has no device 'ROCM'"
    with pytest.raises(PackError, match=said):
        open_pack("mobile", home=mobile[1], **wish)  # type: ignore[arg-type]


def test_onnx_runtime_says_that_it_cannot_read_intels_format(shared: Path, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="use the engine openvino"):
        open_pack("retail", home=tmp_path, models_from=shared / "models", engine="onnxruntime")


def test_a_checkup_runs_every_part(mobile: tuple[PackManifest, Path]) -> None:
    pack, home = mobile
    report = check(pack, open_pack("mobile", home=home, precision="f32"))
    assert [(part.role, part.effect.precision) for part in report.parts] == [
        ("detector", "f32"),
        ("embedder", "f32"),
    ]
    assert all(part.ms > 0 for part in report.parts)


def test_a_pack_of_the_users_is_kept_installed_and_opened(shared: Path, tmp_path: Path) -> None:
    detector = shared / "models" / "retail" / "yunet_n_dynamic.onnx"
    embedder = shared / "models" / "mobile" / "mobilefacenet_112.onnx"
    text = (
        GOOD.replace("dimensions = 512", "dimensions = 128")
        .replace("127.5", "0.0")
        .replace("scale = [0.0, 0.0, 0.0]", "scale = [1, 1, 1]")
    )
    (tmp_path / "vendor").mkdir()
    for name, letter, source in (("faces", "a", detector), ("numbers", "b", embedder)):
        content = source.read_bytes()
        (tmp_path / "vendor" / f"{name}.onnx").write_bytes(content)
        text = text.replace(letter * 64, sha256(content).hexdigest())
    (tmp_path / "bought.toml").write_text(text)
    added = add_pack(tmp_path / "bought.toml", tmp_path / "home")
    assert "bought" in known_packs(tmp_path / "home")
    install(added, tmp_path / "home", Wish(tmp_path / "vendor", reach_out=False))
    report = check(added, open_pack("bought", home=tmp_path / "home"))
    assert report.dimensions == 128


def test_a_shipped_packs_name_is_taken(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD.replace('"bought"', '"duo"'))
    with pytest.raises(PackError, match="belongs to a pack that ships"):
        add_pack(tmp_path / "mine.toml", tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_a_manifest_that_says_the_wrong_length_is_found_out(
    mobile: tuple[PackManifest, Path],
) -> None:
    pack, home = mobile
    lying = pack.model_copy(update={"embedders": (pack.embedders[0].model_copy(update={"dimensions": 64}),)})
    with pytest.raises(PackError, match="gives 128 numbers, its manifest says 64"):
        check(lying, open_pack("mobile", home=home))


CALIBRATION = Calibration(
    rule="test",
    precisions=("f32",),
    faces="invented",
    strangers=10,
    passes=100,
    gallery=20,
    tail=Tail(0.3, 0.001, 0.0, 0.05),
    resampled=(Tail(0.31, 0.001, -0.1, 0.05),),
    mated_passes=50,
    mated=tuple(step / 100 for step in range(101)),
)


def test_a_calibration_made_here_is_kept_and_goes_before_the_shipped_one(tmp_path: Path) -> None:
    pack = find_pack("mobile", tmp_path)
    shipped = calibration_of(pack, tmp_path)
    assert shipped is not None
    assert shipped.passes > 500
    path = keep_calibration(pack, CALIBRATION, tmp_path)
    assert calibration_of(pack, tmp_path) == CALIBRATION
    path.write_text(path.read_text().replace('"gallery"', '"galery"'))
    with pytest.raises(PackError, match="cannot be read; remove it"):
        calibration_of(pack, tmp_path)


def test_thresholds_measured_in_another_arithmetic_are_told(mobile: tuple[PackManifest, Path]) -> None:
    pack, home = mobile
    kept = keep_calibration(pack, replace(CALIBRATION, precisions=("bf16",)), home)
    try:
        told = open_pack("mobile", home=home, precision="f32").warnings
    finally:
        kept.unlink()
    assert any("Calibrated in bf16, computing in f32" in line for line in told)
    keep_calibration(pack, CALIBRATION, home)
    try:
        assert open_pack("mobile", home=home, precision="f32").warnings == pack.warnings
    finally:
        kept.unlink()


def test_a_home_that_cannot_be_written_is_said_in_one_line(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where a folder should be")
    with pytest.raises(PackError, match="HALLWATCH_HOME"):
        open_pack("mobile", home=tmp_path / "home", models_from=shared / "models")
