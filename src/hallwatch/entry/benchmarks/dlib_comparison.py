"""The bootstrap embedder beside the dlib wheel's own, and the way of the `face_recognition` package.

Both embedders get the same aligned chip of 150 x 150 and give the same 128 numbers; they run in turns in one
process on one core, each once a turn, without mirroring. The package `face_recognition` finds faces with
dlib's HOG detector, in a picture enlarged twofold as its default is, and embeds with dlib. Its landmark file
is not free and not here: our landmarks cut the chip, and its own cost is left out (in its favour).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import numpy as np

from hallwatch.adapters.images import read_image
from hallwatch.adapters.models.embedder import Embedder, unit
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.adapters.models.library import make_engine
from hallwatch.core.model import Pixels
from hallwatch.entry.benchmarks.measuring import Spread, seconds_of, spread, timed
from hallwatch.entry.benchmarks.stages import frame_at
from hallwatch.entry.colour import bgr
from hallwatch.entry.worker import PackOrder
from hallwatch.errors import UserError

ENLARGED = 1
"""`face_recognition`'s default: the picture is enlarged twofold, once."""


@dataclass(frozen=True, slots=True)
class ComparisonOrder:
    """``bootstrap`` is the pack whose graph was built from ``weights``, dlib's published file."""

    bootstrap: PackOrder
    graph: Path
    weights: Path
    portrait: Path
    film: Path
    look_at_s: float
    turns: int
    hog_turns: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Processor milliseconds a face; ratios are medians over turns of dlib's time by ours.

    ``speedup`` is at the precision the pack chooses here, ``speedup_f32`` in float32, ``speedup_mirrored``
    with the mirror image too, as the pack uses it. ``largest_difference_f32`` is between unit templates.
    ``hog_detect`` is a 1280 x 720 frame; ``hog_faces`` what was found in it.
    """

    dlib_version: str
    precision: str
    speedup: float
    speedup_f32: float
    speedup_mirrored: float
    dlib: Spread
    ours: Spread
    ours_f32: Spread
    ours_mirrored: Spread
    largest_difference_f32: float
    hog_detect: Spread
    hog_faces: int
    face_recognition_way_ms: float


def compare(order: ComparisonOrder, link: Connection) -> None:
    """In the child: dlib and ours in turns, then the HOG detector; send Comparison."""
    import dlib

    pack = order.bootstrap.open()
    chip = _chip(pack, order.portrait)
    rgb = np.ascontiguousarray(chip[:, :, ::-1])
    theirs = dlib.face_recognition_model_v1(str(order.weights))
    single = replace(pack.embedders[0].spec, mirrored=False)
    ours = Embedder(make_engine("openvino", order.bootstrap.precision, "CPU"), order.graph, single)
    ours_f32 = Embedder(make_engine("openvino", "f32", "CPU"), order.graph, single)
    works = (
        lambda: theirs.compute_face_descriptor(rgb, 0),
        lambda: ours.embed_chip(chip),
        lambda: ours_f32.embed_chip(chip),
        lambda: pack.embedders[0].embed_chip(chip),
    )
    for work in works:
        work()
    turns = np.array([[seconds_of(work) for work in works] for _ in range(order.turns)])
    ratios = [median((turns[:, 0] / turns[:, column]).tolist()) for column in (1, 2, 3)]
    same = np.array(theirs.compute_face_descriptor(rgb, 0), dtype=np.float32)
    spreads = [spread(turns[:, column].tolist()) for column in range(4)]
    frame = np.ascontiguousarray(bgr(frame_at(order.film, order.look_at_s), False)[:, :, ::-1])
    hog = dlib.get_frontal_face_detector()
    hog_detect = timed(lambda: hog(frame, ENLARGED), order.hog_turns)
    link.send(
        Comparison(
            dlib_version=str(dlib.__version__),
            precision=ours.effect.precision,
            speedup=round(ratios[0], 1),
            speedup_f32=round(ratios[1], 1),
            speedup_mirrored=round(ratios[2], 1),
            dlib=spreads[0],
            ours=spreads[1],
            ours_f32=spreads[2],
            ours_mirrored=spreads[3],
            largest_difference_f32=float(np.abs(unit(same) - ours_f32.embed_chip(chip)).max()),
            hog_detect=hog_detect,
            hog_faces=len(hog(frame, ENLARGED)),
            face_recognition_way_ms=round(hog_detect.median + spreads[0].median, 3),
        )
    )


def _chip(pack: FacePack, portrait: Path) -> Pixels:
    image = read_image(portrait)
    faces = pack.detect_photo(image)
    if not faces:
        raise UserError(f"the pack {pack.name} finds no face in the portrait of the benchmark")
    return pack.embedders[0].chip(image, faces[0])
