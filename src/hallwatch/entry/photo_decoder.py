"""The program that decodes photos: pictures' bytes come in by one pipe, pixels go out by the other.

Run as ``python -m hallwatch.entry.photo_decoder`` by ``photo_process``. A request is a line of JSON (length and name)
and the bytes; an answer is a line of JSON (``shape`` or ``refused``) and the pixels. It ends when its pipe does.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from PIL import Image, MpoImagePlugin, TiffImagePlugin

from hallwatch.adapters.images import at_most, decode_image
from hallwatch.core.model import Pixels
from hallwatch.entry import photo_guard
from hallwatch.errors import ImageError

SIDE = 1600
"""A face needs no more; larger pictures are made smaller before they leave the process."""
LAZY = (MpoImagePlugin, TiffImagePlugin)
"""What Pillow would import only when it meets such a picture; later no file can be opened."""


def decode(data: bytes, name: str) -> Pixels:
    """The picture upright, without metadata, at most SIDE pixels long."""
    return at_most(decode_image(data, name), SIDE)


def serve(job: Callable[[bytes, str], Pixels] = decode) -> None:
    """Answer requests until there are no more. ``job`` is another one in tests only."""
    _warm_up()
    came, goes = sys.stdin.buffer, sys.stdout.buffer
    photo_guard.lock()
    while head := came.readline():
        order = json.loads(head)
        data = came.read(order["bytes"])
        photo_guard.allow()
        try:
            pixels = job(data, order["name"])
            body = pixels.tobytes()
            answer: dict[str, object] = {"shape": pixels.shape}
        except ImageError as error:
            answer, body = {"refused": str(error)}, b""
        except MemoryError:
            answer, body = (
                {"refused": f"{order['name']}: needs more memory than a photo may; save a smaller copy"},
                b"",
            )
        goes.write(json.dumps(answer).encode() + b"\n" + body)
        goes.flush()


def _warm_up() -> None:
    """Decode one picture of each kind, so that all is loaded that is loaded when first needed."""
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in ("JPEG", "PNG", "WEBP", "BMP"):
        out = io.BytesIO()
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(
            out, kind, **({} if kind == "BMP" else {"exif": exif})
        )
        decode(out.getvalue(), kind)
    for broken in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        try:
            decode(broken, "")
        except ImageError:
            continue


if __name__ == "__main__":
    serve()
