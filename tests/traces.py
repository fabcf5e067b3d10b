"""Looks for faces and templates of given people in any bytes: what the proof of forgetting searches with."""

from __future__ import annotations

import base64
import binascii
import io
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.core.model import Templates

SAME_FACE = 0.6
"""Cosine from which a face or template counts as one of the people looked for."""
STARTS = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{300,}={0,2}")
HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){400,}")
NUMBER = re.compile(rb"-?\d+(?:\.\d+(?:[eE][-+]?\d+)?|[eE][-+]?\d+)")


@dataclass(frozen=True)
class Trace:
    """Somebody was found: where, as what, how like."""

    where: str
    what: str
    likeness: float


def search(places: dict[str, bytes], model: FacePack, people: Templates) -> list[Trace]:
    """Every picture and template in ``places`` (name -> bytes) that is like one of ``people`` (N x D)."""
    return [
        trace
        for where, data in places.items()
        for trace in [*_pictures(where, data, model, people), *_templates(where, data, people)]
    ]


def contents(files: list[Path]) -> dict[str, bytes]:
    """Every file raw, and every cell of every SQLite database: long cells are cut into pages in the file."""
    found: dict[str, bytes] = {}
    for path in files:
        data = found[str(path)] = path.read_bytes()
        if data.startswith(b"SQLite format 3\0"):
            found.update({f"{path} {cell}": value for cell, value in _cells(path)})
    return found


def _cells(path: Path) -> Iterator[tuple[str, bytes]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for number, row in enumerate(connection.execute(f'SELECT * FROM "{table}"')):
            for column, value in enumerate(row):
                if isinstance(value, bytes | str):
                    yield (
                        f"{table}[{number}][{column}]",
                        value if isinstance(value, bytes) else value.encode(),
                    )
    connection.close()


def _pictures(where: str, data: bytes, model: FacePack, people: Templates) -> Iterator[Trace]:
    for start in STARTS.finditer(data):
        image = _picture(data[start.start() :])
        if image is None:
            continue
        faces = model.detect_photo(image)
        if faces:
            likeness = float((model.embed(image, faces) @ people.T).max())
            if likeness >= SAME_FACE:
                yield Trace(where, f"picture at {start.start()}", likeness)


def _picture(data: bytes) -> NDArray[np.uint8] | None:
    """The picture that begins here, however much of it is left."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.ascontiguousarray(np.asarray(image.convert("RGB"), np.uint8)[:, :, ::-1])
    except (OSError, ValueError, SyntaxError):
        return None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _templates(where: str, data: bytes, people: Templates) -> Iterator[Trace]:
    for what, numbers in _as_numbers(data):
        likeness = _likest(numbers, people)
        if likeness >= SAME_FACE:
            yield Trace(where, what, likeness)


def _as_numbers(data: bytes) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """The bytes read as numbers in every way that a template could have been written."""
    yield from _as_floats("raw", data)
    for name, pattern, decode in (("base64", BASE64, _base64), ("hex", HEX, _hex)):
        for run in pattern.finditer(data):
            for skip in range(4):
                yield from _as_floats(name, decode(run[0][skip:]))
    text = NUMBER.findall(data)
    if text:
        with np.errstate(all="ignore"):
            numbers = np.array(text, dtype=np.float64).astype(np.float32)
        yield "text", numbers


def _base64(text: bytes) -> bytes:
    plain = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    whole = plain[:-1] if len(plain) % 4 == 1 else plain
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _hex(text: bytes) -> bytes:
    return binascii.unhexlify(text[: len(text) // 2 * 2])


def _as_floats(name: str, data: bytes) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for kind in ("<f2", "<f4", "<f8", ">f4"):
        size = np.dtype(kind).itemsize
        for offset in range(size):
            count = (len(data) - offset) // size
            if count > 0:
                with np.errstate(all="ignore"):
                    numbers = np.frombuffer(data, kind, count, offset).astype(np.float32)
                yield f"{name} {kind} at offset {offset}", numbers


def _likest(numbers: NDArray[np.float32], people: Templates) -> float:
    """The largest cosine of a window of D numbers with anybody; only plausible lengths are compared."""
    dimensions = people.shape[1]
    if len(numbers) < dimensions:
        return -1.0
    usable = np.isfinite(numbers) & (np.abs(numbers) < 1e3)
    clean = np.where(usable, numbers, np.float32(0)).astype(np.float64)
    lengths = np.sqrt(np.maximum(_sums(np.square(clean), dimensions), 0.0))
    starts = np.flatnonzero((_sums(~usable * 1.0, dimensions) == 0) & (lengths > 0.05) & (lengths < 500))
    best = -1.0
    for part in np.array_split(starts, len(starts) // 4096 + 1):
        if len(part):
            windows = np.lib.stride_tricks.sliding_window_view(clean, dimensions)[part]
            best = max(best, float((windows @ people.T.astype(np.float64) / lengths[part, None]).max()))
    return best


def _sums(values: NDArray[np.floating], width: int) -> NDArray[np.float64]:
    """The sum of every window of ``width`` values."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(total[width:] - total[:-width])
