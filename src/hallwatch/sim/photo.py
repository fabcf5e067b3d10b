"""Reading face photos, and where the face is in them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from hallwatch.core.model import Pixels
from hallwatch.errors import ImageError

MOST_PIXELS = 40_000_000


class FaceBox(NamedTuple):
    """A face in a photo: pixels of the upright photo, hairline to chin."""

    left: float
    top: float
    width: float
    height: float


Locate = Callable[[Pixels], FaceBox | None]
"""Finds the one face that a photo is of; None when there is none."""


def read_photo(path: Path) -> Pixels:
    """The photo upright, H x W x 3 BGR (a grey one with three equal channels).

    Raises ImageError when it is missing, no picture, or has more than 40 million pixels.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(
            f"{path.name}: cannot be read ({error.strerror}); check the folder of faces"
        ) from error
    if _promised_pixels(data) > MOST_PIXELS:
        raise ImageError(f"{path.name}: has more than {MOST_PIXELS:,} pixels; make it smaller")
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if image is None:
        raise ImageError(f"{path.name}: cannot be opened as a picture; remove it from the folder of faces")
    return np.asarray(image, np.uint8)


def _promised_pixels(data: bytes) -> int:
    """How many pixels the header promises, so that nothing huge is unpacked; 0 without a header."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data)) as header:
                return header.width * header.height
    except Image.DecompressionBombError:
        return MOST_PIXELS + 1
    except UnidentifiedImageError:
        return 0


def locate_centre(photo: Pixels) -> FaceBox | None:
    """The geometry of Labeled Faces in the Wild: the face in the middle, a little over half the height.

    YuNet on 208 of its 250 x 250 photos: median box 97 x 132 around (124.5, 128.8), the height within 121 to
    147 for 90 % of them.
    """
    height, width = photo.shape[:2]
    tall, wide = 0.53 * height, 0.39 * height
    return FaceBox(width * 0.498 - wide / 2, height * 0.515 - tall / 2, wide, tall)
