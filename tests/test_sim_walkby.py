"""`hallwatch sim walkby` on real photos: what it writes, and whether a real detector agrees with it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from hallwatch.adapters.models.library import open_pack
from hallwatch.core.model import Face, Pixels
from hallwatch.entry.cli.sim import app
from hallwatch.errors import PackError, SettingsError, UserError
from hallwatch.sim.film import frames
from hallwatch.sim.path import Place, place
from hallwatch.sim.photo import FaceBox
from hallwatch.sim.plan import plan_walkby
from hallwatch.sim.walkby import find_faces

SMALL = ("--size", "640x360", "--fps", "6", "--largest-face", "30..80", "--locator", "centre")


def _walkby(*options: str | Path) -> Result:
    return CliRunner().invoke(app, ["walkby", *map(str, options)])


def _made(shared: Path, out: Path, seed: int) -> Path:
    asked = ("--people", 5, "--listed-passes", 2, "--unlisted-passes", 3, "--seed", seed)
    result = _walkby("--faces", shared / "data" / "faces", "--out", out, *map(str, asked), *SMALL)
    assert result.exit_code == 0, result.output
    return out


def test_the_folder_holds_film_truth_and_watchlist(shared: Path, tmp_path: Path) -> None:
    out = _made(shared, tmp_path / "made" / "walkby", seed=1)
    assert sorted(path.name for path in out.iterdir()) == ["truth.json", "walkby.mp4", "watchlist"]
    assert [path.name for path in out.parent.iterdir()] == ["walkby"]
    truth = json.loads((out / "truth.json").read_text())
    with (out / "watchlist" / "list.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["external_id"] for row in rows] == ["P0001", "P0002", "P0003", "P0004", "P0005"]
    assert {row["list"] for row in rows} == {"other"}
    assert rows[0]["first_name"] == "Sample"
    assert all(row["expires"] > "2090" for row in rows)
    listed = [one["listed"] for one in truth["passes"] if one["listed"]]
    assert len(truth["passes"]) == 5
    assert len(listed) == 2
    assert set(listed) <= {row["external_id"] for row in rows}
    with av.open(str(out / truth["video"])) as container:
        decoded = sum(1 for _ in container.decode(video=0))
    assert decoded == int(truth["seconds"] * truth["fps"])


def test_listed_photos_are_the_first_ones_and_nothing_names_anybody(shared: Path, tmp_path: Path) -> None:
    faces = find_faces(shared / "data" / "faces")
    first = {photos[0].read_bytes() for photos in faces.values() if len(photos) > 1}
    out = _made(shared, tmp_path / "out", seed=2)
    photos = sorted((out / "watchlist" / "photos").iterdir())
    assert len(photos) == 5
    assert all(photo.read_bytes() in first for photo in photos)
    written = "".join(path.name for path in out.rglob("*")) + (out / "truth.json").read_text()
    written += (out / "watchlist" / "list.csv").read_text()
    assert not any(person in written for person in faces)


def test_a_seed_makes_the_same_film_to_the_byte(shared: Path, tmp_path: Path) -> None:
    one, same, other = (_made(shared, tmp_path / name, seed) for name, seed in (("a", 3), ("b", 3), ("c", 4)))
    for name in ("truth.json", "walkby.mp4", "watchlist/list.csv"):
        assert (one / name).read_bytes() == (same / name).read_bytes()
    assert (one / "walkby.mp4").read_bytes() != (other / "walkby.mp4").read_bytes()


def test_a_detector_finds_the_faces_where_and_as_large_as_the_plan_says(shared: Path, tmp_path: Path) -> None:
    pack = open_pack("retail", home=tmp_path, models_from=shared / "models")

    def locate(photo: Pixels) -> FaceBox | None:
        found = pack.detect_photo(photo)
        box = found[0].box if found else None
        return FaceBox(box.left, box.top, box.width, box.height) if box else None

    faces = find_faces(shared / "data" / "faces")
    plan = plan_walkby(
        faces, listed_passes=0, unlisted_passes=5, at_once=1, pause_s=0, seed=11, locate=locate
    )
    small: list[bool] = []
    large: list[bool] = []
    ratios: list[float] = []
    for index, (t, frame) in enumerate(frames(plan)):
        for one in plan.passes:
            if index % 5 or not 0.4 < t - one.start_s < one.walk.walk_s:
                continue
            at = place(plan.camera, one.walk, t - one.start_s)
            face = _face_at(pack.detect(frame, long_side=plan.width), at)
            (small if at.face_px < 30 else large).append(face is not None)
            if face and at.face_px > 30:
                ratios.append(face.box.height / at.face_px)
    assert len(small) > 15
    assert len(large) > 15
    assert np.mean(small) > 0.7
    assert np.mean(large) > 0.9
    assert np.median(ratios) == pytest.approx(1.0, abs=0.12)


def _face_at(faces: list[Face], at: Place) -> Face | None:
    def near(face: Face) -> bool:
        x, y = face.box.centre
        return max(abs(x - at.x), abs(y - at.y)) < at.face_px / 3

    return next((face for face in faces if near(face)), None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--size", "wide"), "1280x720"),
        (("--largest-face", "40-140"), "two numbers"),
        (("--size", "640x361"), "even numbers"),
        (("--people", "400"), "two or more photos"),
    ],
)
def test_impossible_options_are_one_line(
    shared: Path, tmp_path: Path, options: tuple[str, str], message: str
) -> None:
    result = _walkby(
        "--faces", shared / "data" / "faces", "--out", tmp_path / "out", *options, *("--locator", "centre")
    )
    assert isinstance(result.exception, UserError)
    with pytest.raises(UserError, match=message):
        raise result.exception
    assert not (tmp_path / "out").exists()


def test_what_lies_in_the_way_is_kept(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    result = _walkby(
        "--faces", shared / "data" / "faces", "--out", tmp_path, "--people", "1", "--locator", "centre"
    )
    assert isinstance(result.exception, SettingsError)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("made", [True, False])
def test_a_folder_without_faces_is_said(tmp_path: Path, made: bool) -> None:
    folder = tmp_path / "faces"
    if made:
        folder.mkdir()
    result = _walkby("--faces", folder, "--out", tmp_path / "out", "--locator", "centre")
    assert isinstance(result.exception, UserError)
    assert "one folder a person" in str(result.exception)


def test_a_pack_that_is_not_installed(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HALLWATCH_MODELS", raising=False)
    asked = (
        "--faces",
        shared / "data" / "faces",
        "--people",
        "2",
        "--listed-passes",
        "1",
        "--unlisted-passes",
        "1",
    )
    refused = _walkby(*asked, "--out", tmp_path / "a", *SMALL[:-1], "pack")
    assert isinstance(refused.exception, PackError)
    assert not (tmp_path / "a").exists()
    went_on = _walkby(*asked, "--out", tmp_path / "b", *SMALL[:-1], "auto")
    assert went_on.exit_code == 0
    assert "taking the middle of each photo" in went_on.stderr
