"""Drawing one random walk that fits the corridor and the picture."""

from __future__ import annotations

from math import log, radians

import numpy as np

from hallwatch.sim.path import (
    FACE_M,
    GROWTH_AFTER_LEAVING,
    SIDE_SPEED_M_S,
    TURN_S,
    Camera,
    Walk,
    px_per_metre,
    wall_edge_px,
)

MOST_SQUEEZE = 0.07
"""A head turned by 21 degrees is 7 % narrower. A flat photo cannot show the other cheek: squeezing it further
makes a face that no turning head has, and the photos bring their own poses."""
MOST_SHEAR = 0.03
PAST_SHARE = 0.25
"""Share of the passes that walk on past the camera, of those whose face gets large enough for it."""


def make_camera(size: tuple[int, int], rng: np.random.Generator) -> Camera:
    """A corridor camera for pictures of ``size`` (width, height): 64 degrees across, 2.2 to 2.4 m high."""
    width, height = size
    return Camera(
        width=width,
        height=height,
        focal_px=0.8 * width,
        horizon_px=height * float(rng.uniform(0.17, 0.21)),
        half_corridor_m=float(rng.uniform(1.6, 2.2)),
        above_floor_m=float(rng.uniform(2.2, 2.4)),
        below_ceiling_m=float(rng.uniform(0.5, 0.9)),
    )


def draw_walk(
    camera: Camera, rng: np.random.Generator, far_px: tuple[float, float], largest_px: tuple[float, float]
) -> Walk:
    """A walk from the far end to a nearest point; face heights in pixels, the largest drawn log-uniformly.

    The way is straight at a constant 1.0 to 1.7 m/s, or as near to it as 3.4 to 6 seconds allow.
    """
    far = float(rng.uniform(*far_px))
    near = float(np.exp(rng.uniform(log(largest_px[0]), log(largest_px[1]))))
    metres = camera.focal_px * FACE_M * (1 / far - 1 / near)
    walk_s = float(np.clip(metres / rng.uniform(1.0, 1.7), 3.4, 6.0))
    lowest = (camera.height - 0.85 * near - camera.horizon_px) / px_per_metre(near)
    drop = float(min(rng.uniform(0.4, 0.7), lowest))
    far_x = float(rng.uniform(-1, 1)) * _widest_m(camera, far)
    near_x = float(rng.uniform(-1, 1)) * _widest_m(camera, near)
    leaves = int(np.sign(near_x)) or 1
    past_x = camera.width / 2 / px_per_metre(near)
    if rng.random() < PAST_SHARE and past_x < camera.half_corridor_m - 0.3:
        leaves, near_x = 0, past_x * leaves
        far_x = near_x * float(rng.uniform(0.6, 1.0))
    return Walk(
        walk_s=walk_s,
        leave_s=_leave_s(camera, walk_s, far, near, near_x, leaves),
        far_px=far,
        near_px=near,
        far_x_m=far_x,
        near_x_m=near_x,
        drop_m=drop,
        leaves=leaves,
        steps_hz=float(rng.uniform(1.6, 2.1)),
        bob_m=float(rng.uniform(0.01, 0.025)),
        sway_m=float(rng.uniform(0.01, 0.03)),
        phase=float(rng.uniform(0, 6.28)),
        roll_rad=radians(float(rng.uniform(0, 6))),
        roll_hz=float(rng.uniform(0.1, 0.5)),
        squeeze=float(rng.uniform(0, MOST_SQUEEZE)),
        shear=float(rng.uniform(-MOST_SHEAR, MOST_SHEAR)),
        turn_hz=float(rng.uniform(0.05, 0.25)),
        lamp_depth=float(rng.uniform(0.0, 0.15)),
        lamp_phase=float(rng.uniform(0, 6.28)),
    )


def _widest_m(camera: Camera, face_px: float) -> float:
    """How far aside one can walk where faces are this high, between the walls and wholly in the picture."""
    in_picture = (camera.width / 2 - 0.9 * face_px) / px_per_metre(face_px)
    return min(camera.half_corridor_m - 0.45, in_picture)


def _leave_s(camera: Camera, walk_s: float, far: float, near: float, near_x: float, leaves: int) -> float:
    """Seconds from the nearest point until the whole figure is out of sight."""
    if leaves == 0:
        slope = (1 / far - 1 / near) / walk_s
        return (1 / near - 1 / (near * GROWTH_AFTER_LEAVING)) / slope
    metres = wall_edge_px(camera, near) / px_per_metre(near) - abs(near_x) + 0.4
    return max(metres, 0.1) / SIDE_SPEED_M_S + TURN_S / 2
