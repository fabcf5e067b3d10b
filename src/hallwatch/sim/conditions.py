"""What a camera makes of a walk: two named sets of conditions.

``good`` is an indoor camera set up for faces: in focus, lit, a shutter of 1/60 s or faster as makers advise
for people who walk, 1.5 to 2 Mbit/s at 1280 x 720, and passes that end at a face of 60 pixels or more (makers
ask for 40 to 80). ``poor`` is what hangs on many walls: soft focus, little light, slow shutter, noise, strong
compression, and passes that may end at 40 pixels. Figures are published for both.
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
    crf: int


GOOD = Conditions("good", (60.0, 140.0), (0.0, 0.5), (1, 3), (60.0, 120.0), 0.3, (0.8, 1.15), 23)
POOR = Conditions("poor", (40.0, 140.0), (0.0, 0.9), (2, 6), (25.0, 50.0), 0.5, (0.75, 1.2), 27)
NAMED = {conditions.name: conditions for conditions in (GOOD, POOR)}


def conditions_named(name: str) -> Conditions:
    """The conditions of this name. Raises SettingsError."""
    try:
        return NAMED[name]
    except KeyError:
        raise SettingsError(f"conditions {name!r} are unknown; use one of {', '.join(NAMED)}") from None
