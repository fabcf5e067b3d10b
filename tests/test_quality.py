"""How much a face shot can be trusted."""

from __future__ import annotations

import numpy as np
import pytest

from hallwatch.core.model import Box, Face, Luma
from hallwatch.core.recognise.quality import (
    BRIGHT,
    DARK,
    LEAST_PX,
    LEAST_SCORE,
    assess,
    assess_photo,
    plausible,
)
from tests.faces import FRONTAL, face


def textured(contrast: float = 40.0, mean: float = 120.0) -> Luma:
    """A picture of 200 x 200 with fine detail."""
    drawn = np.random.default_rng(0).normal(mean, contrast, (200, 200))
    return np.asarray(np.clip(drawn, 0, 255), dtype=np.uint8)


def blurred(luma: Luma, by: int) -> Luma:
    """Means over a window of ``by`` pixels, with the contrast of the original."""
    smooth = luma.astype(np.float32)
    for axis in (0, 1):
        smooth = np.mean([np.roll(smooth, shift, axis) for shift in range(by)], axis=0)
    smooth = (smooth - smooth.mean()) / smooth.std() * luma.std() + luma.mean()
    return np.asarray(np.clip(smooth, 0, 255), dtype=np.uint8)


def turned(yaw_deg: float) -> Face:
    """A face of 80 pixels, turned: its nose is raised by 0.6 of half the eye distance (see quality)."""
    angle, half, middle = np.radians(yaw_deg), 16.0, 100.0
    x = {"eye": half * np.cos(angle), "mouth": 0.8 * half * np.cos(angle), "nose": 0.6 * half * np.sin(angle)}
    points = [(-x["eye"], 90), (x["eye"], 90), (x["nose"], 105), (-x["mouth"], 120), (x["mouth"], 120)]
    return Face(Box(68, 60, 132, 140), np.array(points, np.float32) + np.array([middle, 0], np.float32), 0.9)


def test_a_good_shot_is_used_and_every_part_is_visible() -> None:
    good = assess(face(100, 100, 80), textured())
    assert good.refusal is None
    assert (good.px, good.score) == (80, 0.9)
    assert [good.yaw_deg, good.roll_deg] == pytest.approx([0, 0])
    assert good.brightness == pytest.approx(120, abs=3)
    assert good.contrast == pytest.approx(40, abs=4)
    for part in (good.size, good.pose, good.light, good.detail, good.weight):
        assert 0 < part <= 1


@pytest.mark.parametrize(
    ("shot", "luma", "said"),
    [
        (face(100, 100, LEAST_PX - 2), textured(), "high"),
        (face(100, 100, 80, score=LEAST_SCORE - 0.05), textured(), "score"),
        (turned(85), textured(), "turned"),
        (face(100, 100, 80), textured(4, DARK - 10), "brightness"),
        (face(100, 100, 80), textured(2, BRIGHT + 10), "brightness"),
    ],
)
def test_a_refusal_says_the_number_and_what_is_needed(shot: Face, luma: Luma, said: str) -> None:
    refusal = assess(shot, luma).refusal
    assert refusal is not None
    assert said in refusal
    assert any(letter.isdigit() for letter in refusal)


@pytest.mark.parametrize("yaw", [-60, -30, 0, 15, 45, 60])
def test_yaw_is_measured_from_the_landmarks(yaw: float) -> None:
    assert assess(turned(yaw), textured()).yaw_deg == pytest.approx(abs(yaw), abs=1)


@pytest.mark.parametrize("roll", [-25.0, 10.0])
def test_a_tilted_head_is_rolled_not_turned(roll: float) -> None:
    upright, angle = face(100, 100, 80), np.radians(roll)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = ((upright.points - 100) @ turn.T + 100).astype(np.float32)
    tilted = assess(Face(upright.box, points, 0.9), textured())
    assert tilted.roll_deg == pytest.approx(roll, abs=0.5)
    assert tilted.yaw_deg == pytest.approx(0, abs=1)


def test_blur_is_seen_at_every_size() -> None:
    for px in (40, 80, 160):
        crisp = assess(face(100, 100, px), textured()).sharpness
        soft = assess(face(100, 100, px), blurred(textured(), max(5, px // 8))).sharpness
        assert soft < 0.6 * crisp, px


def test_better_in_one_thing_weighs_more() -> None:
    luma = textured()
    base = assess(face(100, 100, 60), luma).weight
    assert assess(face(100, 100, 80), luma).weight > base
    assert assess(face(100, 100, 60, score=0.99), luma).weight > base
    assert assess(face(100, 100, 60), textured(8)).weight < base
    assert assess(face(100, 100, 60), textured(40, 40)).weight < base
    assert assess(turned(40), luma).weight < assess(turned(0), luma).weight


def test_a_face_at_or_over_the_edge_is_assessed_without_error() -> None:
    for x, y in ((0, 0), (199, 199), (-300, 100), (500, 500)):
        shot = assess(face(x, y, 80), textured())
        assert np.isfinite(shot.weight)
        assert np.isfinite(assess_photo(face(x, y, 80), textured()).weight)
    assert assess(face(500, 500, 80), textured()).refusal is not None


def test_faces_in_hands_and_wheels_are_not_plausible() -> None:
    upright = face(100, 100, 80)
    assert plausible(upright)
    assert plausible(turned(60))
    upside_down = np.array([(100 + (u - 0.5) * 64, 140 - v * 80) for u, v in FRONTAL], np.float32)
    assert not plausible(Face(upright.box, upside_down, 0.9))
    assert not plausible(Face(upright.box, np.full((5, 2), 100, np.float32), 0.9))
    assert not plausible(Face(upright.box, upright.points + np.array([200, 0], np.float32), 0.9))
    no_nose = upright.points.copy()
    no_nose[2] = (100, 30)
    assert not plausible(Face(upright.box, no_nose, 0.9))
