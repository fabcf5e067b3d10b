"""Photos in, evidence out, through Pillow with a short list of formats and a limit on pixels."""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from hallwatch.core.model import Luma, Pixels
from hallwatch.errors import ImageError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
MOST_PIXELS = 25_000_000
"""A face photo needs no more, and a picture is refused by its header before anything is unpacked."""
JPEG_QUALITY = 88
DAMAGE = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    SyntaxError,
    EOFError,
    struct.error,
)
"""What Pillow's readers raise on damaged pictures and metadata, as found by damaging some."""


def read_image(path: Path) -> Pixels:
    """The picture upright (EXIF rotation honoured) as BGR. Raises ImageError, naming the file."""
    try:
        if path.exists() and not path.is_file():
            raise ImageError(f"{path.name}: is not a file")
        with path.open("rb") as file:
            return _decoded(path.name, file)
    except FileNotFoundError:
        raise ImageError(f"{path.name}: there is no such photo") from None
    except (OSError, ValueError) as error:
        raise _unreadable(path.name, error) from error


def decode_image(data: bytes, name: str) -> Pixels:
    """The same from a picture's bytes; ``name`` is what an ImageError calls it."""
    return _decoded(name, io.BytesIO(data))


def _decoded(name: str, file: BinaryIO) -> Pixels:
    try:
        with warnings.catch_warnings():
            # Damaged metadata does not matter to us, and Pillow's words about it would reach the terminal.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise _too_large(name, f"{width} x {height}")
                upright = _on_white(_eight_bit(ImageOps.exif_transpose(image))).convert("RGB")
                return np.ascontiguousarray(np.asarray(upright, dtype=np.uint8)[:, :, ::-1])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_large(name, "far too many") from None
    except UnidentifiedImageError:
        raise _unknown(name, file) from None
    except (OSError, *DAMAGE) as error:
        raise _unreadable(name, error) from error


def encode_jpeg(image: Pixels) -> bytes:
    """A BGR picture as a JPEG without metadata."""
    out = io.BytesIO()
    Image.fromarray(image[:, :, ::-1]).save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def at_most(image: Pixels, side: int) -> Pixels:
    """The picture with its longer side at most ``side`` pixels."""
    longer = max(image.shape[:2])
    if longer <= side:
        return image
    picture = Image.fromarray(image)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(picture, dtype=np.uint8)


def luma_of(image: Pixels) -> Luma:
    """The brightness (H x W, 0..255) of a BGR picture, by the weights of ITU-R BT.601."""
    return np.asarray(Image.fromarray(image[:, :, ::-1]).convert("L"), dtype=np.uint8)


class FolderImages:
    """Implements ports.Images for the photos of one folder; names never lead out of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def read(self, name: str) -> Pixels:
        """The picture upright. Raises ImageError when it is missing, unreadable, too large or elsewhere."""
        try:
            path = (self._folder / name).resolve()
        except (OSError, ValueError, RuntimeError):
            # A link that leads to itself, or a name that no file can have.
            raise ImageError(f"{name!r}: there is no such photo") from None
        if not path.is_relative_to(self._folder):
            raise ImageError(f"{name}: lies outside the watchlist's folder; put the photo inside it")
        return read_image(path)

    def jpeg(self, image: Pixels) -> bytes:
        """The picture as a JPEG without metadata."""
        return encode_jpeg(image)


def _eight_bit(image: Image.Image) -> Image.Image:
    """A picture that Pillow converts to RGB without loss of tones.

    Its conversion of grey pictures of 16 bits a pixel cuts everything above 255 off at white; palettes with
    transparency must pass through RGBA.
    """
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image.convert("RGBA") if image.mode == "P" else image


def _on_white(image: Image.Image) -> Image.Image:
    """What is transparent becomes paper: drawings are saved so, and their hidden colour is often black."""
    if not image.has_transparency_data:
        return image
    drawn = image.convert("RGBA")
    paper = Image.new("RGBA", drawn.size, "white")
    paper.alpha_composite(drawn)
    return paper


def _unreadable(name: str, error: Exception) -> ImageError:
    why = error.strerror if isinstance(error, OSError) and error.strerror else error
    return ImageError(f"{name}: cannot be read ({why}); save it anew as JPEG or PNG")


def _unknown(name: str, file: BinaryIO) -> ImageError:
    """Telephones' HEIC is no damage, and has a remedy of its own."""
    file.seek(0)
    head = file.read(12)
    if head[4:8] == b"ftyp":
        return ImageError(f"{name}: HEIC and AVIF pictures are not read; save it as JPEG")
    return ImageError(f"{name}: not a picture of a known kind; use {', '.join(FORMATS)}")


def _too_large(name: str, size: str) -> ImageError:
    most = MOST_PIXELS // 1_000_000
    return ImageError(f"{name}: {size} pixels, at most {most} million; save a smaller copy")
