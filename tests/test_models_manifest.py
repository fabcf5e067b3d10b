"""Manifests: what ships is right, and what is wrong is refused in one line that names the key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hallwatch.adapters.models.calibrations import calibration_name
from hallwatch.adapters.models.catalogue import known_packs, shipped_folder
from hallwatch.adapters.models.manifest import RECIPE_REVISIONS, parse_manifest, read_manifest
from hallwatch.errors import PackError

GOOD = """
name = "bought"
summary = "A purchased engine"
state = "comparison"
warnings = ["For one school only."]

[detector]
family = "yunet"
file = "faces.onnx"

[[embedders]]
file = "numbers.onnx"
size = 112
colour = "rgb"
points = [[38.29, 51.70], [73.53, 51.50], [56.03, 71.74], [41.55, 92.37], [70.73, 92.20]]
dimensions = 512
mean = [127.5, 127.5, 127.5]
scale = [127.5, 127.5, 127.5]

[[files]]
name = "faces.onnx"
sha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
bytes = 10
licence = "MIT"
url = "https://models.example/faces.onnx"

[[files]]
name = "numbers.onnx"
sha256 = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
bytes = 20
licence = "Purchased, contract of 2026"
given = "the vendor, with the licence"
"""


def test_a_good_manifest_is_read() -> None:
    pack = parse_manifest(GOOD, "bought.toml")
    assert pack.name == "bought"
    assert pack.embedders[0].points[2] == (56.03, 71.74)
    assert pack.licences == ("MIT", "Purchased, contract of 2026")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('licence = "MIT"\n', "", r"files\.0\.licence: Field required"),
        ('licence = "MIT"', 'licence = ""', r"files\.0\.licence"),
        ('licence = "MIT"', 'licence = "   "', r"files\.0\.licence"),
        ('file = "faces.onnx"', 'file = "other.onnx"', r"unknown file 'other\.onnx'"),
        ('sha256 = "aaa', 'sha256 = "AAA', r"files\.0\.sha256"),
        ("bytes = 10", "bytes = 0", r"files\.0\.bytes"),
        ("bytes = 10", 'bytes = "10"', r"files\.0\.bytes"),
        ("bytes = 10", "bytes = 10\nmagic = 1", r"files\.0\.magic: Extra inputs"),
        ('name = "bought"', 'name = "../etc"', r"name"),
        ('name = "faces.onnx"', 'name = "../faces.onnx"', r"files\.0\.name"),
        ('name = "faces.onnx"', 'name = "numbers.onnx"', "two files have the same name"),
        ("https://models", "http://models", r"files\.0\.url"),
        ('url = "https://models.example/faces.onnx"', "", "exactly one of url, wheel and given"),
        (
            'given = "the',
            'url = "https://models.example/x"\ngiven = "the',
            "exactly one of url, wheel and given",
        ),
        (
            "bytes = 20",
            'bytes = 20\nbuild = { recipe = "exec", output = "x.onnx" }',
            "recipe 'exec' is unknown",
        ),
        ('family = "yunet"', 'family = "mtcnn"', r"detector\.family"),
        ('colour = "rgb"', 'colour = "grey"', r"embedders\.0\.colour"),
        ("[38.29, 51.70], ", "", r"embedders\.0\.points"),
        ("scale = [127.5, 127.5, 127.5]", "scale = [0, 1, 1]", r"embedders\.0\.scale"),
        ("mean = [127.5, 127.5, 127.5]", "mean = [nan, 1, 1]", r"embedders\.0\.mean"),
        ('state = "comparison"', 'state = "best"', "state"),
        ("[detector]", "[calibration]\nrule = 1\n[detector]", "calibration"),
        ("[detector]", "[detector", "is not TOML"),
    ],
)
def test_a_bad_manifest_is_refused_in_one_line(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(PackError, match=said) as told:
        parse_manifest(GOOD.replace(old, new, 1), "bought.toml")
    assert str(told.value).startswith("bought.toml ")
    assert "\n" not in str(told.value)


def test_a_manifest_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"cannot read the manifest .*none\.toml"):
        read_manifest(tmp_path / "none.toml")


def test_an_endless_manifest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.toml"
    path.write_text("#" * (2 << 20))
    with pytest.raises(PackError, match="larger than a manifest can be"):
        read_manifest(path)


def test_the_fingerprint_follows_what_changes_templates_and_nothing_else() -> None:
    first = parse_manifest(GOOD, "x")
    same = parse_manifest(GOOD.replace("A purchased engine", "Another summary"), "x")
    assert first.fingerprint("f32") == same.fingerprint("f32")
    changes = [("bbbb", "cccc"), ("size = 112", "size = 128"), ("38.29", "38.30"), ('"rgb"', '"bgr"')]
    others = {parse_manifest(GOOD.replace(old, new), "x").fingerprint("f32") for old, new in changes}
    assert len({first.fingerprint("f32"), first.fingerprint("bf16"), *others}) == 2 + len(changes)


def test_the_four_packs_ship_with_the_recommended_one_first(tmp_path: Path) -> None:
    packs = known_packs(tmp_path)
    assert list(packs) == ["duo", "mobile", "retail", "bootstrap"]
    assert packs["duo"].state == "recommended"
    assert any("MS-Celeb-1M" in warning for warning in packs["duo"].warnings)
    assert any("a third" in warning for warning in packs["bootstrap"].warnings)
    assert {embedder.file for embedder in packs["duo"].embedders} == {
        packs["retail"].embedders[0].file,
        packs["mobile"].embedders[0].file,
    }


def test_the_file_that_is_not_free_is_never_taken(tmp_path: Path) -> None:
    members = {file.wheel.member for file in known_packs(tmp_path)["bootstrap"].files if file.wheel}
    assert len(members) == 2
    assert not any("68" in member for member in members)


def test_shipped_addresses_are_pinned(tmp_path: Path) -> None:
    for pack in known_packs(tmp_path).values():
        for file in pack.files:
            assert file.wheel or (file.url and re.search(r"/[0-9a-f]{40}/|/2023\.0/", file.url)), file.name


def test_no_shipped_calibration_is_stale(tmp_path: Path) -> None:
    for pack in known_packs(tmp_path).values():
        kept = {path.name for path in (shipped_folder() / pack.name).glob("calibration-*.json")}
        assert kept <= {calibration_name(pack)}, f"{pack.name} has changed since: calibrate it anew"


def test_every_recipe_has_a_revision() -> None:
    from hallwatch.adapters.models.install import RECIPES

    assert set(RECIPES) == set(RECIPE_REVISIONS)


def test_the_shipped_folder_is_found_from_the_package() -> None:
    assert (shipped_folder() / "duo" / "manifest.toml").is_file()
