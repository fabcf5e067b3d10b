"""Whether anything moved."""

from __future__ import annotations

import numpy as np
import pytest

from hallwatch.core.model import Luma
from hallwatch.core.motion import Motion


def corridor(seed: int = 0, noise: float = 6.0, brightness: float = 0.0) -> Luma:
    """The same scene of 360 x 640 with fresh sensor noise."""
    scene = np.linspace(60, 180, 640)[None] + 20 * np.sin(np.arange(360) / 20)[:, None]
    noisy = scene + brightness + np.random.default_rng(seed).normal(0, noise, (360, 640))
    return np.asarray(np.clip(noisy, 0, 255), dtype=np.uint8)


def with_somebody(picture: Luma, x: int, px: int = 24) -> Luma:
    """The same with a head ``px`` pixels high."""
    picture = picture.copy()
    picture[150 : 150 + px, x : x + px] = 230
    return picture


def test_the_first_picture_is_looked_at() -> None:
    assert Motion().moved(corridor())


def test_noise_is_not_motion() -> None:
    motion = Motion()
    motion.moved(corridor())
    assert not any(motion.moved(corridor(seed)) for seed in range(1, 60))


def test_a_small_head_that_comes_moves_and_goes_is_motion() -> None:
    motion = Motion()
    motion.moved(corridor())
    assert motion.moved(with_somebody(corridor(1), 300))
    assert motion.moved(with_somebody(corridor(2), 312))
    assert motion.moved(corridor(3))
    assert not motion.moved(corridor(4))


@pytest.mark.parametrize("brighter", [-25.0, 12.0, 25.0])
def test_a_lamp_or_the_camera_s_gain_is_not_motion(brighter: float) -> None:
    motion = Motion()
    motion.moved(corridor())
    assert not motion.moved(corridor(1, brightness=brighter))


def test_somebody_who_comes_with_the_lamp_is_seen() -> None:
    motion = Motion()
    motion.moved(corridor())
    assert motion.moved(with_somebody(corridor(1, brightness=25), 300))


def test_slow_daylight_is_followed() -> None:
    motion = Motion()
    motion.moved(corridor())
    shadow = np.zeros((360, 640))
    shadow[:, :200] = 1
    for step in range(1, 300):
        drifting = corridor(step).astype(float) + shadow * step * 0.1
        assert not motion.moved(np.clip(drifting, 0, 255).astype(np.uint8)), step


def test_another_size_of_picture_is_looked_at() -> None:
    motion = Motion()
    motion.moved(corridor())
    assert motion.moved(corridor()[:200])


def test_pictures_smaller_than_a_cell_are_looked_at() -> None:
    motion, tiny = Motion(), np.zeros((4, 300), np.uint8)
    assert motion.moved(tiny)
    assert motion.moved(tiny)
