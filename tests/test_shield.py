"""In the picture of a decision nobody else can be recognised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.core.model import Box, Face
from hallwatch.core.shield import BLOCKS, surroundings
from tests.faces import face
from tests.watching import opened, portrait


@pytest.fixture
def retail(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> FacePack:
    """The pack at work."""
    return opened(tmp_path_factory.getbasetemp() / "packs", shared)


def test_the_cut_holds_the_face_and_its_surroundings() -> None:
    image = np.random.default_rng(0).integers(0, 255, (400, 600, 3), dtype=np.uint8)
    mine = face(300, 200, 80)
    cut = surroundings(image, mine, [mine])
    assert np.array_equal(cut, image[80:320, 188:412])
    corner = face(10, 10, 60)
    assert np.array_equal(surroundings(image, corner, [corner]), image[:100, :94])


def test_the_picture_itself_is_not_touched() -> None:
    image = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    before, mine = image.copy(), face(150, 150, 60)
    surroundings(image, mine, [mine, face(90, 150, 60)])[...] = 0
    assert np.array_equal(image, before)


def test_a_stranger_is_a_few_even_squares_and_the_listed_face_is_whole() -> None:
    image = np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    mine, other = face(150, 150, 60), face(205, 150, 60)
    cut = surroundings(image, mine, [mine, other])
    own = cut[60:120, 60:108]
    assert np.array_equal(own, image[120:180, 126:174])
    stranger = cut[60:120, 109:139]
    assert len(np.unique(stranger.reshape(-1, 3), axis=0)) <= BLOCKS * BLOCKS


def test_faces_outside_the_cut_or_over_its_edge_do_no_harm() -> None:
    image = np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    mine = face(150, 150, 60)
    around = [
        mine,
        face(390, 290, 60),
        face(-50, -50, 60),
        face(95, 150, 1),
        Face(Box(5, 5, 5, 5), mine.points, 1),
    ]
    assert surroundings(image, mine, around).shape == (180, 168, 3)


def test_no_detector_finds_and_no_embedder_recognises_the_strangers(retail: FacePack, shared: Path) -> None:
    together = np.concatenate([portrait(shared, n)[20:230, 45:205] for n in range(4)], axis=1)
    faces = sorted(retail.detect(together), key=lambda one: one.box.left)
    assert len(faces) == 4
    for mine in faces:
        cut = surroundings(together, mine, faces)
        left = retail.detect(cut, long_side=640) + retail.detect_photo(cut)
        template = retail.embed(together, [mine])[0]
        assert left
        for found in left:
            assert float(retail.embed(cut, [found])[0] @ template) > 0.9, "somebody else is still a face"


def test_what_another_face_has_of_the_listed_one_s_box_goes_too_but_not_the_features() -> None:
    image = np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    mine, other = face(150, 150, 80), face(190, 150, 80)
    cut = surroundings(image, mine, [mine, other])
    left, top = 150 - 32 - 80, 150 - 40 - 80
    (x0, y0), (x1, y1) = mine.points.min(axis=0).astype(int), mine.points.max(axis=0).astype(int)
    assert np.array_equal(cut[y0 - top : y1 - top, x0 - left : x1 - left], image[y0:y1, x0:x1])
    # From the other's left edge to the right edge of mine, above and below my features: even squares.
    shared_box = cut[115 - top : 130 - top, 160 - left : 180 - left]
    assert len(np.unique(shared_box.reshape(-1, 3), axis=0)) <= BLOCKS * BLOCKS
