"""Where a walking person's face is, at any time: a pinhole camera, a corridor and a straight walk.

World coordinates are metres from the camera: x to the right, y down, z along the corridor. The camera looks
along z and its picture is shifted so that the horizon lies in the upper part (as a tilted camera's does,
without its keystone lines).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

FACE_M = 0.2
"""Height of what a detector's box covers (hairline to chin) on an adult; sets the scale of the world."""
FADE_IN_S = 0.35
"""A figure comes out of the far end's haze in this time instead of popping up."""
TURN_S = 0.35
"""Time to turn the head away when somebody leaves sideways."""
SIDE_SPEED_M_S = 1.3
GROWTH_AFTER_LEAVING = 1.35
"""Somebody who walks past the camera is followed until this multiple of the size at the picture's edge."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A fixed camera in a corridor; pixels and metres."""

    width: int
    height: int
    focal_px: float
    horizon_px: float
    half_corridor_m: float
    above_floor_m: float
    below_ceiling_m: float


@dataclass(frozen=True, slots=True)
class Walk:
    """One person's way; sizes are face heights in pixels, lengths metres, angles radians, times seconds.

    ``leaves`` is -1 or 1 for turning off to the left or right at the nearest point, 0 for walking on past the
    camera and out of the picture. ``drop_m`` is how far the face is below the camera's height.
    """

    walk_s: float
    leave_s: float
    far_px: float
    near_px: float
    far_x_m: float
    near_x_m: float
    drop_m: float
    leaves: int
    steps_hz: float
    bob_m: float
    sway_m: float
    phase: float
    roll_rad: float
    roll_hz: float
    squeeze: float
    shear: float
    turn_hz: float
    lamp_depth: float
    lamp_phase: float


@dataclass(frozen=True, slots=True)
class Place:
    """A face in the picture: centre and height in pixels, and what the walk does to its looks.

    ``squeeze`` multiplies the width (1 = frontal), ``shear`` is the sideways slant per pixel of height,
    ``opacity`` 0..1, ``light`` a factor on brightness, ``stride`` the gait cycle 0..1, ``turned`` 1 when the
    head has turned away and shows no face any more.
    """

    x: float
    y: float
    face_px: float
    roll_rad: float
    squeeze: float
    shear: float
    opacity: float
    light: float
    stride: float
    turned: float


def px_per_metre(face_px: float) -> float:
    """Pixels a metre at the depth where a face is ``face_px`` pixels high."""
    return face_px / FACE_M


def wall_edge_px(camera: Camera, near_px: float) -> float:
    """Pixels from the picture's centre line to the wall behind which somebody turning off disappears.

    The wall's visible edge is 0.45 m nearer to the camera than the person; never beyond the picture's edge.
    """
    depth = camera.focal_px / px_per_metre(near_px)
    edge = camera.focal_px * camera.half_corridor_m / max(depth - 0.45, 0.2)
    return min(edge, camera.width / 2)


def _face_px(walk: Walk, t: float) -> float:
    """1/size falls evenly, as distance does at a constant speed, until somebody turns off."""
    share = t / walk.walk_s if walk.leaves == 0 else min(t / walk.walk_s, 1.0)
    inverse = 1 / walk.far_px + (1 / walk.near_px - 1 / walk.far_px) * share
    return 1 / max(inverse, 1 / (walk.near_px * GROWTH_AFTER_LEAVING))


def place(camera: Camera, walk: Walk, t: float) -> Place:
    """Where the face is ``t`` seconds after its pass began (0 <= t <= walk_s + leave_s)."""
    size = _face_px(walk, t)
    share = min(t / walk.walk_s, 1.0)
    leaving = max(t - walk.walk_s, 0.0) if walk.leaves else 0.0
    turned = min(leaving / TURN_S, 1.0)
    step = 2 * pi * walk.steps_hz * t + walk.phase
    x_m = walk.far_x_m + (walk.near_x_m - walk.far_x_m) * share + walk.sway_m * sin(step / 2)
    x_m += walk.leaves * SIDE_SPEED_M_S * max(leaving - TURN_S / 2 * turned, 0.0)
    y_m = walk.drop_m + walk.bob_m * sin(step)
    scale = px_per_metre(size)
    turn = sin(2 * pi * walk.turn_hz * t + walk.phase)
    squeeze = 1 - walk.squeeze * abs(turn)
    lamps = cos(2 * pi * camera.focal_px / scale / 2.5 + walk.lamp_phase)
    return Place(
        x=camera.width / 2 + x_m * scale,
        y=camera.horizon_px + y_m * scale,
        face_px=size,
        roll_rad=walk.roll_rad * sin(2 * pi * walk.roll_hz * t + 2 * walk.phase),
        squeeze=squeeze,
        shear=walk.shear * turn,
        opacity=min(t / FADE_IN_S, 1.0),
        light=1 + walk.lamp_depth * lamps,
        stride=(step / (4 * pi)) % 1.0,
        turned=turned,
    )


def visible(camera: Camera, walk: Walk, at: Place) -> bool:
    """Whether the centre of the face is in the picture and not behind the wall it turned off at."""
    inside = 0 <= at.x < camera.width and 0 <= at.y < camera.height
    if walk.leaves == 0 or not inside:
        return inside
    return walk.leaves * (at.x - camera.width / 2) < wall_edge_px(camera, walk.near_px)
