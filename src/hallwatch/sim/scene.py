"""The corridor behind everybody: every pixel's ray meets a wall, the floor, the ceiling or the far end."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hallwatch.core.model import Pixels
from hallwatch.sim.path import Camera

_END_M = 17.0
_OVERSAMPLE = 2

Plane = NDArray[np.float32]


def corridor(camera: Camera, rng: np.random.Generator) -> Pixels:
    """Paint an empty corridor for this camera; colours, doors, tiles and lamps come from ``rng``."""
    x_m, y_m, z_m, surface = _hits(camera)
    spread = rng.uniform(0.92, 1.08, (4, 3)).astype(np.float32)
    tones = np.array(
        [rng.uniform(110, 190), rng.uniform(70, 130), rng.uniform(150, 205), rng.uniform(70, 150)]
    )
    shade = np.ones_like(z_m)
    _walls(shade, surface == 0, y_m, z_m, camera, rng)
    _floor(shade, surface == 1, x_m, z_m, rng)
    lamps = _ceiling(shade, surface == 2, x_m, z_m)
    _far_end(shade, surface == 3, x_m, y_m, camera, rng)
    pools = 0.9 + 0.1 * np.cos(2 * np.pi * z_m / 2.5 + np.float32(rng.uniform(0, 6.28)))
    haze = np.exp(-z_m / np.float32(rng.uniform(14, 40)))
    light = shade * pools * (0.55 + 0.45 * haze) * _stains(z_m.shape, rng)
    picture = light[..., None] * (tones[:, None] * spread)[surface]
    picture[lamps] = 245
    left, right = (float(side) for side in rng.uniform(0.85, 1.15, 2))
    picture *= np.linspace(left, right, picture.shape[1])[None, :, None]
    large = np.clip(picture, 0, 255).astype(np.uint8)
    small = cv2.resize(large, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 0.7), np.uint8)


def _hits(camera: Camera) -> tuple[Plane, Plane, Plane, NDArray[np.intp]]:
    """Where each ray ends: metres x, y, z and the surface (0 wall, 1 floor, 2 ceiling, 3 far end)."""
    step = 1 / _OVERSAMPLE
    across = (np.arange(0, camera.width, step, dtype=np.float32) - camera.width / 2) / camera.focal_px
    down = (np.arange(0, camera.height, step, dtype=np.float32) - camera.horizon_px) / camera.focal_px
    u, v = (plane.astype(np.float32) for plane in np.meshgrid(across, down))
    tiny = np.float32(1e-6)
    depths = np.stack(
        [
            camera.half_corridor_m / np.maximum(np.abs(u), tiny),
            camera.above_floor_m / np.maximum(v, tiny),
            camera.below_ceiling_m / np.maximum(-v, tiny),
            np.full_like(u, _END_M),
        ]
    )
    surface = depths.argmin(axis=0)
    z_m = depths.min(axis=0)
    return u * z_m, v * z_m, z_m, surface


def _walls(
    shade: Plane, where: NDArray[np.bool_], y_m: Plane, z_m: Plane, camera: Camera, rng: np.random.Generator
) -> None:
    """Doors in their frames, a darker dado, a skirting board."""
    up = camera.above_floor_m - y_m[where]
    z = z_m[where]
    tone = np.where(up < rng.uniform(0.9, 1.3), np.float32(rng.uniform(0.7, 0.95)), np.float32(1))
    tone = np.where(up < 0.1, 0.45, tone)
    period, wide, door = rng.uniform(2.2, 3.4), 0.95, rng.uniform(0.35, 0.8)
    along = (z + rng.uniform(0, 3)) % period
    tone = np.where((along < wide + 0.08) & (up < 2.13), 0.5, tone)
    tone = np.where((along > 0.08) & (along < wide) & (up < 2.05), door, tone)
    glass = (along > 0.6) & (along < 0.8) & (up > 1.1) & (up < 1.9)
    shade[where] = np.where(glass, 1.15 * door, tone)


def _floor(shade: Plane, where: NDArray[np.bool_], x_m: Plane, z_m: Plane, rng: np.random.Generator) -> None:
    """Tiles of slightly different tone with joints that a distant camera no longer resolves."""
    side = rng.uniform(0.4, 0.9)
    column, row = x_m[where] / side, z_m[where] / side
    tones = rng.uniform(0.9, 1.1, (64, 64)).astype(np.float32)
    tile = tones[np.floor(column).astype(int) % 64, np.floor(row).astype(int) % 64]
    joint = (column % 1 < 0.03) | (row % 1 < 0.03)
    faint = np.clip(1.2 - z_m[where] / 9, 0.15, 1)
    shade[where] = 1 + (np.where(joint, 0.7, tile) - 1) * faint


def _ceiling(shade: Plane, where: NDArray[np.bool_], x_m: Plane, z_m: Plane) -> NDArray[np.bool_]:
    """Panels with joints; returns where the lamps are."""
    joint = (x_m % 0.6 < 0.02) | (z_m % 0.6 < 0.02)
    shade[where & joint] = 0.85
    return np.asarray(where & (np.abs(x_m) < 0.3) & (z_m % 2.5 < 1.2))


def _far_end(
    shade: Plane, where: NDArray[np.bool_], x_m: Plane, y_m: Plane, camera: Camera, rng: np.random.Generator
) -> None:
    """A double door with two windows, brighter or darker than the corridor."""
    up = camera.above_floor_m - y_m
    door = where & (np.abs(x_m) < 1.0) & (up < 2.1)
    shade[door] = rng.uniform(0.4, 0.9)
    shade[door & (np.abs(x_m) < 0.03)] = 0.3
    panes = door & (np.abs(np.abs(x_m) - 0.5) < 0.2) & (up > 1.1) & (up < 1.9)
    shade[panes] = rng.uniform(0.6, 2.2)


def _stains(shape: tuple[int, ...], rng: np.random.Generator) -> Plane:
    """Uneven paint and dirt: coarse noise, enlarged, and a fine grain."""
    coarse = rng.normal(1, 0.018, (18, 32)).astype(np.float32)
    large = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    grain = rng.normal(0, 0.012, (256, 256)).astype(np.float32)
    tiles = np.tile(grain, (shape[0] // 256 + 1, shape[1] // 256 + 1))[: shape[0], : shape[1]]
    return np.asarray(large + tiles, np.float32)
