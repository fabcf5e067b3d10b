"""The closer look: landmarks measured again, in the picture's own coordinates, wherever the face stands."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from hallwatch.adapters.models.canvas import cut_square
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.core.model import Box, Face, Pixels
from tests.watching import opened, portrait


@pytest.fixture(scope="module")
def pack(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> FacePack:
    """The pack of most tests, in float32."""
    return opened(tmp_path_factory.getbasetemp() / "packs", shared)


def scene(shared: Path, left: int, top: int, px: int = 250) -> Pixels:
    """A grey picture of 640 x 360 with a portrait in it, ``px`` pixels wide, cut off where the picture ends."""
    wide = np.full((1080, 1920, 3), 120, np.uint8)
    photo = np.asarray(cv2.resize(portrait(shared, 0), (px, px), interpolation=cv2.INTER_AREA), np.uint8)
    wide[360 + top : 360 + top + px, 640 + left : 640 + left + px] = photo
    return np.ascontiguousarray(wide[360:720, 640:1280])


@pytest.mark.parametrize("px", [80, 120, 250])
def test_the_landmarks_stay_where_they_are_and_get_better(shared: Path, pack: FacePack, px: int) -> None:
    picture = scene(shared, 200, 60, px)
    (face,) = pack.detect(picture)
    blurred = np.array(face.points + np.random.default_rng(0).normal(0, 0.15 * face.px, (5, 2)), np.float32)
    for carefully in (False, True):
        closer = pack.detector.look_closer(picture, Face(face.box, face.points, 0.9), carefully=carefully)
        assert np.abs(closer.points - face.points).max() < 0.06 * face.px
        assert (closer.box, closer.score) == (face.box, 0.9)
    again = pack.detector.look_closer(picture, Face(face.box, blurred, 0.9))
    assert np.abs(again.points - face.points).max() < 0.06 * face.px


def test_a_mirrored_picture_gives_mirrored_landmarks(shared: Path, pack: FacePack) -> None:
    picture = scene(shared, 200, 60)
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    one, other = (pack.detector.look_closer(p, pack.detect(p)[0]) for p in (picture, mirrored))
    back = other.points[[1, 0, 2, 4, 3]].copy()
    back[:, 0] = 639 - back[:, 0]
    assert np.abs(one.points - back).max() < 0.03 * one.px


def test_a_face_at_the_edge_or_none_at_all_is_survived(shared: Path, pack: FacePack) -> None:
    edge = scene(shared, -60, -20)
    face = pack.detect(edge)[0]
    assert np.abs(pack.detector.look_closer(edge, face).points - face.points).max() < 0.1 * face.px
    nowhere = Face(Box(5000, 5000, 5060, 5080), np.zeros((5, 2), np.float32), 0.9)
    assert pack.detector.look_closer(edge, nowhere) is nowhere
    empty = Face(Box(10, 10, 10, 10), np.zeros((5, 2), np.float32), 0.9)
    assert pack.detector.look_closer(edge, empty) is empty


def test_a_photo_is_embedded_with_more_care_and_stays_the_same_person(shared: Path, pack: FacePack) -> None:
    photo = portrait(shared, 0)
    (face, *_) = pack.detect_photo(photo)
    careful, quick = pack.embed_photo(photo, face), pack.embed(photo, [face])[0]
    assert float(np.linalg.norm(careful)) == pytest.approx(1.0, abs=1e-5)
    assert float(careful @ quick) > 0.9
    stranger = portrait(shared, 1)
    assert float(careful @ pack.embed_photo(stranger, pack.detect_photo(stranger)[0])) < 0.4


@pytest.mark.parametrize(("left", "top"), [(20.0, 30.0), (-40.0, -40.0), (600.0, 340.0)])
def test_a_cut_tells_where_its_points_are_in_the_picture(left: float, top: float) -> None:
    picture = np.zeros((360, 640, 3), np.uint8)
    box = Box(left, top, left + 60, top + 80)
    x, y = (round(middle) for middle in box.centre)
    if 4 < x < 635 and 4 < y < 355:
        picture[y - 2 : y + 3, x - 2 : x + 3] = 255
    cut = cut_square(picture, box, 192, 96)
    assert cut.pixels.shape == (192, 192, 3)
    if picture.any():
        rows, columns = np.nonzero(cut.pixels[:, :, 0] > 127)
        found = cut.in_picture(np.array([[columns.mean(), rows.mean()]]))[0]
        assert np.abs(found - (x, y)).max() < 0.6
