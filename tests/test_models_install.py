"""Graphs built at installation, held against what they were built from: dlib itself, the published graph, a
finished MobileFaceNet."""

from __future__ import annotations

from pathlib import Path

import cv2
import dlib
import numpy as np
import onnxruntime
import pytest

from hallwatch.adapters.models.detector import Detector
from hallwatch.adapters.models.engine import Graph
from hallwatch.adapters.models.install import RECIPES
from hallwatch.adapters.models.install.torch_tensors import read_tensors
from hallwatch.adapters.models.onnx_engine import OnnxEngine
from hallwatch.adapters.models.openvino_engine import OpenVinoEngine
from hallwatch.core.model import Pixels
from tests.model_files import published_bootstrap_files

PHOTOS = 8
"""How many real faces the graphs are compared on."""


@pytest.fixture(scope="session")
def bootstrap_files(request: pytest.FixtureRequest) -> dict[str, Path]:
    return published_bootstrap_files(request)


@pytest.fixture(scope="session")
def photos(shared: Path) -> list[Pixels]:
    """A few photographs of one face each, 250 x 250, BGR."""
    paths = sorted((shared / "data" / "faces").glob("*/*_0001.jpg"))[: PHOTOS * 20 : 20]
    return [np.asarray(cv2.imread(str(path)), dtype=np.uint8) for path in paths]


def test_the_dlib_graph_says_the_same_as_dlib(
    bootstrap_files: dict[str, Path], photos: list[Pixels], tmp_path: Path
) -> None:
    published = bootstrap_files["dlib_face_recognition_resnet_model_v1.dat"]
    RECIPES["dlib"](published, tmp_path / "dlib.onnx")
    theirs = dlib.face_recognition_model_v1(str(published))
    ours: list[Graph] = [
        OpenVinoEngine(precision="f32").compile(tmp_path / "dlib.onnx", (1, 3, 150, 150)),
        OnnxEngine().compile(tmp_path / "dlib.onnx", (1, 3, 150, 150)),
    ]
    for photo in photos:
        chip = np.ascontiguousarray(photo[50:200, 50:200, ::-1])
        expected = np.array(theirs.compute_face_descriptor(chip))
        tensor = np.ascontiguousarray(chip.transpose(2, 0, 1)[None].astype(np.float32))
        for graph in ours:
            assert np.abs(graph.run(tensor)["fc1"][0] - expected).max() <= 1e-5


def test_the_mobilefacenet_graph_equals_the_finished_one(
    shared: Path, photos: list[Pixels], tmp_path: Path
) -> None:
    models = shared / "models" / "mobile"
    RECIPES["mobilefacenet"](models / "mobile_face.pth", tmp_path / "built.onnx")
    for engine in (OpenVinoEngine(precision="f32"), OnnxEngine()):
        built = engine.compile(tmp_path / "built.onnx", (1, 3, 112, 112))
        finished = engine.compile(models / "mobilefacenet_112.onnx", (1, 3, 112, 112))
        for photo in photos:
            chip = cv2.resize(photo[60:190, 60:190], (112, 112))[:, :, ::-1]
            tensor = np.ascontiguousarray(chip.transpose(2, 0, 1)[None].astype(np.float32))
            assert np.abs(built.run(tensor)["fc1"] - finished.run(tensor)["fc1"]).max() <= 2e-5


def test_two_pictures_at_once_give_what_each_gives_alone(
    bootstrap_files: dict[str, Path], shared: Path, tmp_path: Path
) -> None:
    sources = {
        ("dlib", 150): bootstrap_files["dlib_face_recognition_resnet_model_v1.dat"],
        ("mobilefacenet", 112): shared / "models" / "mobile" / "mobile_face.pth",
    }
    for (recipe, side), source in sources.items():
        RECIPES[recipe](source, tmp_path / "graph.onnx")
        both = np.random.default_rng(1).uniform(0, 255, (2, 3, side, side)).astype(np.float32)
        engine = OpenVinoEngine(precision="f32")
        together = engine.compile(tmp_path / "graph.onnx", (2, 3, side, side)).run(both)["fc1"]
        alone = engine.compile(tmp_path / "graph.onnx", (1, 3, side, side))
        for index in range(2):
            one = alone.run(np.ascontiguousarray(both[index : index + 1]))["fc1"]
            assert np.abs(one[0] - together[index]).max() <= 2e-5


def test_centerface_keeps_its_numbers_at_its_own_size_and_runs_at_others(
    bootstrap_files: dict[str, Path], tmp_path: Path
) -> None:
    published = bootstrap_files["centerface.onnx"]
    RECIPES["centerface"](published, tmp_path / "any.onnx")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    original = onnxruntime.InferenceSession(str(published), options, providers=["CPUExecutionProvider"])
    rgb = np.random.default_rng(2).uniform(0, 255, (10, 3, 32, 32)).astype(np.float32)
    expected = original.run(["537", "538", "539", "540"], {"input.1": rgb})
    ours = OnnxEngine().compile(tmp_path / "any.onnx", rgb.shape).run(np.ascontiguousarray(rgb[:, ::-1]))
    for name, values in zip(("heat", "size", "offset", "points"), expected, strict=True):
        assert np.abs(ours[name] - values).max() <= 1e-4
    for shape in ((1, 3, 352, 640), (1, 3, 64, 96)):
        heat = OpenVinoEngine(precision="f32").compile(tmp_path / "any.onnx", shape)
        assert heat.run(np.zeros(shape, np.float32))["heat"].shape == (1, 1, shape[2] // 4, shape[3] // 4)


def test_centerface_and_yunet_agree_where_the_face_is(
    bootstrap_files: dict[str, Path], shared: Path, photos: list[Pixels], tmp_path: Path
) -> None:
    RECIPES["centerface"](bootstrap_files["centerface.onnx"], tmp_path / "any.onnx")
    engine = OpenVinoEngine(precision="f32")
    yunet = Detector(engine, shared / "models" / "retail" / "yunet_n_dynamic.onnx", "yunet")
    centerface = Detector(engine, tmp_path / "any.onnx", "centerface")
    for photo in photos:
        one, other = yunet.detect(photo)[0], centerface.detect(photo)[0]
        assert np.abs(one.points - other.points).max() < 0.12 * one.px
        assert np.hypot(*np.subtract(one.box.centre, other.box.centre)) < 0.15 * one.px


def test_the_published_tensors_are_all_there(shared: Path) -> None:
    tensors = read_tensors((shared / "models" / "mobile" / "mobile_face.pth").read_bytes())
    assert len(tensors) == 307
    assert tensors["conv1.0.weight"].shape == (64, 3, 3, 3)
    assert tensors["conv3.bias"].dtype == np.float32
