"""What a camera makes of a walk: three named sets of conditions. Figures are published for all of them.

``entrance`` is a camera set up for faces as makers ask (80 pixels a face or more, 457 a metre; in focus; lit; a
shutter of 1/60 s or faster for people who walk; about 2 Mbit/s at 1280 x 720). ``corridor`` is an ordinary
indoor camera: passes that end at 60 pixels, a little out of focus, less light. ``poor`` is what hangs on many
walls: passes that may end at 40 pixels, soft focus, slow shutter, noise, strong compression.
"""

from __future__ import annotations

from dataclasses import dataclass

from hallwatch.errors import SettingsError

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Conditions:
    """Ranges that each pass or film draws from; pixels are those of the film.

    ``defocus_px`` and ``noise`` (of 255) are sigmas, ``shutter_hz`` one over the exposure time, ``slope`` the
    largest difference of light between two cheeks, ``crf`` x264's constant rate factor.
    """

    name: str
    largest_px: Range
    defocus_px: Range
    noise: tuple[int, int]
    shutter_hz: Range
    slope: float
    gain: Range
    contrast: Range
    crf: int


ENTRANCE = Conditions(
    "entrance", (80.0, 160.0), (0.0, 0.3), (1, 2), (60.0, 120.0), 0.3, (0.85, 1.15), (0.85, 1.15), 22
)
CORRIDOR = Conditions(
    "corridor", (60.0, 140.0), (0.0, 0.5), (1, 3), (60.0, 120.0), 0.3, (0.8, 1.15), (0.75, 1.15), 23
)
POOR = Conditions("poor", (40.0, 140.0), (0.0, 0.9), (2, 6), (25.0, 50.0), 0.5, (0.75, 1.2), (0.75, 1.15), 27)
ALL = (ENTRANCE, CORRIDOR, POOR)


def conditions_named(name: str) -> Conditions:
    """The conditions of this name. Raises SettingsError."""
    for conditions in ALL:
        if conditions.name == name:
            return conditions
    raise SettingsError(
        f"conditions {name!r} are unknown; use one of {', '.join(conditions.name for conditions in ALL)}"
    )
