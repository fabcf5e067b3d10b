"""The simulator's pictures: drawing, noise, the film and the truth about it."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from hallwatch.core.model import Pixels
from hallwatch.sim.draw import draw, head_matrix, line_kernel
from hallwatch.sim.film import frame_count, frames, truth, write_film
from hallwatch.sim.path import Place, place
from hallwatch.sim.photo import FaceBox
from hallwatch.sim.plan import Plan, plan_walkby
from hallwatch.sim.sensor import Sensor
from hallwatch.sim.sprite import Sprite, pyramid

STILL = Place(
    x=100.0,
    y=80.0,
    face_px=40.0,
    roll_rad=0.0,
    squeeze=1.0,
    shear=0.0,
    opacity=1.0,
    light=1.0,
    stride=0.0,
    turned=0.0,
)
DISC_PX = 100


def _disc() -> Sprite:
    """A white disc 100 pixels across, as a head's layer with the face's centre in its middle."""
    layer = np.zeros((160, 160, 4), np.uint8)
    cv2.circle(layer, (80, 80), DISC_PX // 2, (255, 255, 255, 255), -1)
    return pyramid(layer, 80.0, 80.0, DISC_PX)


def _draw(frame: Pixels, at: Place, smear: tuple[float, float] = (0.0, 0.0), right: int = 200) -> None:
    level = _disc().level_for(at.face_px)
    draw(
        frame,
        level,
        head_matrix(level, at),
        at,
        smear=smear,
        defocus_px=0.0,
        columns=(0, right),
        sharp=True,
    )


@pytest.mark.parametrize("face_px", [14.0, 25.5, 40.0, 71.0, 130.0])
def test_a_thing_is_drawn_where_and_as_large_as_asked(face_px: float) -> None:
    frame = np.zeros((160, 200, 3), np.uint8)
    _draw(frame, replace(STILL, x=100.3, y=80.6, face_px=face_px))
    light = frame[..., 0] / 255
    rows, columns = np.mgrid[0:160, 0:200]
    assert (light * columns).sum() / light.sum() == pytest.approx(100.3, abs=0.15)
    assert (light * rows).sum() / light.sum() == pytest.approx(80.6, abs=0.15)
    assert light[:, 100].sum() == pytest.approx(face_px, rel=0.05)


def test_squeeze_and_light_and_opacity() -> None:
    frame = np.zeros((160, 200, 3), np.uint8)
    _draw(frame, replace(STILL, face_px=80.0, squeeze=0.5, opacity=0.5, light=0.8))
    assert int(frame[80, 100, 0]) == pytest.approx(255 * 0.5 * 0.8, abs=2)
    assert (frame[80] > 50).any(axis=1).sum() == pytest.approx(40, abs=2)
    assert (frame[:, 100] > 50).any(axis=1).sum() == pytest.approx(80, abs=2)


def test_nothing_is_drawn_behind_the_wall_or_outside() -> None:
    frame = np.full((160, 200, 3), 60, np.uint8)
    _draw(frame, STILL, right=100)
    assert frame[80, 99, 0] > 200
    assert (frame[:, 100:] == 60).all()
    _draw(untouched := np.full((160, 200, 3), 60, np.uint8), replace(STILL, x=900.0))
    assert (untouched == 60).all()


@pytest.mark.parametrize("way", [(6.0, 0.0), (0.0, -9.0), (5.0, 4.0), (0.4, 0.2)])
def test_a_smear_is_as_long_as_the_way(way: tuple[float, float]) -> None:
    kernel = line_kernel(*way)
    rows, columns = np.mgrid[0 : kernel.shape[0], 0 : kernel.shape[1]]
    rows, columns = rows - kernel.shape[0] // 2, columns - kernel.shape[1] // 2
    assert kernel.sum() == pytest.approx(1, abs=1e-5)
    assert (kernel * columns).sum() == pytest.approx(0, abs=1e-4)
    assert (kernel * rows).sum() == pytest.approx(0, abs=1e-4)
    # An even line of length L has variance L*L/12; laying it on pixels adds at most a quarter.
    assert (kernel * columns**2).sum() == pytest.approx(way[0] ** 2 / 12, abs=0.26)
    assert (kernel * rows**2).sum() == pytest.approx(way[1] ** 2 / 12, abs=0.26)


def test_noise_is_as_strong_as_said_and_new_in_every_frame() -> None:
    sensor = Sensor(320, 180, (2, 6), np.random.default_rng(1))
    grey = np.full((180, 320, 3), 120, np.uint8)
    first, second = (sensor.expose(grey, t).astype(float) for t in (0.0, 0.1))
    for frame in (first, second):
        assert 2 * 0.9 < frame.std() < 6 * 1.1
        assert frame.mean() == pytest.approx(120, abs=3)
    assert abs(np.corrcoef(first[..., 1].ravel(), second[..., 1].ravel())[0, 1]) < 0.05


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Six people with a painted face each, in a small and slow film."""
    folder = tmp_path_factory.mktemp("painted")
    faces = {}
    for number in range(6):
        photo = np.full((120, 120, 3), 30 + 20 * number, np.uint8)
        cv2.ellipse(photo, (60, 60), (28, 38), 0, 0, 360, (150, 160, 190), -1)
        cv2.circle(photo, (48, 50), 4, (20, 20, 20), -1)
        cv2.circle(photo, (72, 50), 4, (20, 20, 20), -1)
        path = folder / f"{number}.png"
        cv2.imwrite(str(path), photo)
        faces[f"painted-{number}"] = [path]
    return plan_walkby(
        faces,
        listed_passes=0,
        unlisted_passes=6,
        size=(480, 272),
        fps=6,
        seed=5,
        largest_px=(30.0, 60.0),
        locate=lambda photo: FaceBox(32, 22, 56, 76),
    )


def test_a_plan_makes_the_same_frames_again(plan: Plan) -> None:
    pairs = itertools.islice(zip(frames(plan), frames(plan), strict=True), 40)
    shapes = set()
    for (t, once), (again_at, again) in pairs:
        assert t == again_at
        assert np.array_equal(once, again)
        shapes.add((once.shape, str(once.dtype)))
    assert shapes == {((272, 480, 3), "uint8")}


def test_faces_appear_where_the_plan_says(plan: Plan) -> None:
    seen = 0
    empty = next(frames(plan))[1].astype(int)
    for t, frame in frames(plan):
        for one in plan.passes:
            if one.start_s + 1 < t < one.start_s + one.walk.walk_s:
                at = place(plan.camera, one.walk, t - one.start_s)
                x, y, half = round(at.x), round(at.y), round(at.face_px / 4)
                patch = slice(y - half, y + half), slice(x - half, x + half)
                seen += 1
                assert abs(frame[patch].astype(int) - empty[patch]).mean() > 6
    assert seen > 60


def test_the_film_is_h264_and_like_its_frames(plan: Plan, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    out = tmp_path / "film.mp4"
    write_film(plan, out, progress=lambda done, total: told.append((done, total)))
    total = frame_count(plan)
    assert told[-1] == (total, total)
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (480, 272)
        assert stream.average_rate is not None
        assert float(stream.average_rate) == 6.0
        decoded = list(container.decode(stream))
    assert len(decoded) == total
    assert [frame.time for frame in decoded[:3]] == pytest.approx([0, 1 / 6, 2 / 6])
    keys = [index for index, frame in enumerate(decoded) if frame.key_frame]
    assert max(np.diff(keys)) <= 12
    for index, (_, frame) in itertools.islice(enumerate(frames(plan)), 20, 24):
        assert cv2.PSNR(frame, decoded[index].to_ndarray(format="bgr24")) > 28
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_a_film_broken_off_leaves_nothing(plan: Plan, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_film(plan, tmp_path / "film.mp4", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_the_truth_names_nobody(plan: Plan) -> None:
    told = truth(plan)
    assert told == truth(plan)
    assert "painted" not in json.dumps(told)
    assert (told["video"], told["fps"], told["seed"], told["faces"]) == ("walkby.mp4", 6, 5, 6)
    assert told["largest_face_px"] == [30.0, 60.0]
    assert sorted(one["person"] for one in told["passes"]) == list(range(6))
    assert all(0 <= one["start"] < one["end"] <= told["seconds"] for one in told["passes"])
    assert all(30 <= one["largest_face_px"] <= 61 and one["listed"] is None for one in told["passes"])
