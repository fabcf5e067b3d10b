"""Boxes and points."""

from __future__ import annotations

import numpy as np
import pytest

from hallwatch.core.geometry import overlap, similarity_transform, suppress_doubles


def test_overlap_is_intersection_over_union() -> None:
    one = np.array([[0, 0, 10, 10]], np.float32)
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30], [2, 2, 4, 4]], np.float32)
    assert overlap(one, others)[0] == pytest.approx([1.0, 50 / 150, 0.0, 4 / 100])
    assert overlap(others, one).shape == (4, 1)


def test_overlap_of_boxes_without_area_is_none() -> None:
    flat = np.array([[5, 5, 5, 5]], np.float32)
    assert overlap(flat, flat)[0, 0] == 0.0


def test_of_doubles_the_best_stays_and_neighbours_stay_too() -> None:
    boxes = np.array([[1, 1, 11, 11], [0, 0, 10, 10], [30, 0, 40, 10], [31, 1, 41, 11]], np.float32)
    scores = np.array([0.8, 0.9, 0.6, 0.7], np.float32)
    assert suppress_doubles(boxes, scores, 0.4) == [1, 3]
    assert suppress_doubles(boxes, scores, 0.99) == [1, 0, 3, 2]


def test_no_boxes_leave_no_boxes() -> None:
    assert suppress_doubles(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), 0.4) == []


@pytest.mark.parametrize("seed", range(5))
def test_the_transform_is_found_again(seed: int) -> None:
    chance = np.random.default_rng(seed)
    angle, scale = chance.uniform(-3, 3), chance.uniform(0.2, 5)
    rotation = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = chance.uniform(-100, 100, 2)
    source = chance.uniform(0, 100, (5, 2)).astype(np.float32)
    found = similarity_transform(source, (source @ rotation.T + shift).astype(np.float32))
    assert found == pytest.approx(np.concatenate([rotation, shift[:, None]], axis=1), abs=2e-3)


def test_the_transform_never_reflects() -> None:
    source = np.array([[0, 0], [10, 0], [5, 5], [2, 9], [8, 9]], np.float32)
    found = similarity_transform(source, source * np.array([-1, 1], np.float32))
    assert np.linalg.det(found[:, :2]) > 0


def test_the_transform_is_the_nearest_of_all() -> None:
    chance = np.random.default_rng(3)
    source, target = (chance.uniform(0, 100, (5, 2)).astype(np.float32) for _ in range(2))
    found = similarity_transform(source, target).astype(np.float64)

    def miss(transform: np.ndarray) -> float:
        moved = source @ transform[:, :2].T + transform[:, 2]
        return float(((moved - target) ** 2).sum())

    for _ in range(200):
        a, b, x, y = chance.normal(0, 0.05, 4)
        other = found + np.array([[a, -b, 10 * x], [b, a, 10 * y]])
        assert miss(other) >= miss(found) - 1e-3


def test_points_in_one_place_give_a_finite_transform() -> None:
    same = np.ones((5, 2), np.float32)
    assert np.isfinite(similarity_transform(same, same)).all()
