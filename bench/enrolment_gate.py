"""How the chance of recognising somebody depends on the listed photo, and the curves of it.

    python bench/enrolment_gate.py FACES --pack duo --pack bootstrap [--pairs 366]

FACES holds one folder of photos a person. Writes packs/NAME/gate-*.json; draw_gate.py draws it. The packs must be
installed. What is done stands in docs/measurements.md.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from hallwatch.adapters.images import FolderImages, encode_jpeg, luma_of
from hallwatch.adapters.models.catalogue import find_pack, shipped_folder
from hallwatch.adapters.models.gates import gate_name, write_gate
from hallwatch.adapters.models.library import open_pack
from hallwatch.core.decide.threshold import PASSES_A_DAY, for_budget
from hallwatch.core.model import Face, Pixels
from hallwatch.core.recognise.gate_table import Bin, GateTable
from hallwatch.entry.faces_folder import photos_of
from hallwatch.flow import gate_measuring as measuring
from hallwatch.flow.gate_measuring import AS_IT_IS, Pair, Room, Seen, Treatment
from hallwatch.settings.environment import Environment

SIZES = (20, 24, 28, 32, 40, 48, 60, 80, 112)
"""Face heights of the listed photo, in pixels."""
SIGMAS = (0.01, 0.015, 0.02, 0.03, 0.045, 0.06, 0.08)
"""Blur: sigma of a Gaussian, as a share of the face's height."""
DARK = (0.5, 0.3, 0.2, 0.15, 0.1)
BRIGHT = (1.5, 2.0, 2.5, 3.0)
"""Light: what brightness is multiplied by before it is cut off at 255."""
PASS_PX = (40, 50, 60, 70, 80)
"""Face heights of the five shots of a pass."""
PICTURE = (720, 1280)
NOISE = 2.0
PHOTOS, LISTED = 6, 100
"""Photos of one person that are used for turned heads; photos on the list that the threshold is for."""
FACES = "adults in press photos (Labeled Faces in the Wild)"
PROBE = (
    f"another photo of the person in a camera's picture of {PICTURE[1]} x {PICTURE[0]}, in {len(PASS_PX)} shots with"
    f" faces {PASS_PX[0]} to {PASS_PX[-1]} pixels high, decided by the rule of watching"
)


def resized(photo: Pixels, face: Face, px: float) -> Pixels:
    """The photo reduced until its face is ``px`` high."""
    scale = px / face.box.height
    size = tuple(max(1, round(side * scale)) for side in photo.shape[1::-1])
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def anew(photo: Pixels) -> Pixels:
    """The photo after it was saved as a JPEG."""
    with Image.open(io.BytesIO(encode_jpeg(photo))) as image:
        return np.ascontiguousarray(np.asarray(image.convert("RGB"), dtype=np.uint8)[:, :, ::-1])


def treatments() -> list[Treatment]:
    """Every way in which photos are made worse."""

    def size(px: int) -> Treatment:
        return Treatment("size", px, lambda photo, face: anew(resized(photo, face, px)))

    def blur(sigma: float) -> Treatment:
        def apply(photo: Pixels, face: Face) -> Pixels:
            soft = cv2.GaussianBlur(photo, (0, 0), sigma * face.box.height)
            return anew(np.asarray(soft, dtype=np.uint8))

        return Treatment("blur", sigma, apply)

    def light(factor: str, gain: float) -> Treatment:
        def apply(photo: Pixels, face: Face) -> Pixels:
            return anew(np.clip(photo * np.float32(gain), 0, 255).astype(np.uint8))

        return Treatment(factor, gain, apply)

    return [
        *map(size, SIZES),
        *map(blur, SIGMAS),
        *(light("dark", gain) for gain in DARK),
        *(light("bright", gain) for gain in BRIGHT),
    ]


def lay(photo: Pixels, face: Face) -> tuple[Pixels, Sequence[tuple[float, float, float]]]:
    """One camera's picture with the photo in it five times, a little noise over it, compressed."""
    rows, columns = PICTURE
    picture = np.full((rows, columns, 3), 110, dtype=np.uint8)
    places = []
    x, y = face.box.centre
    for number, px in enumerate(PASS_PX):
        small = resized(photo, face, px)[:rows, : columns // len(PASS_PX)]
        left, top = number * columns // len(PASS_PX), (rows - small.shape[0]) // 2
        picture[top : top + small.shape[0], left : left + small.shape[1]] = small
        scale = px / face.box.height
        places.append((left + x * scale, top + y * scale, float(px)))
    noise = np.random.default_rng(0).normal(0.0, NOISE, (rows, columns, 1)).astype(np.float32)
    return anew(np.clip(picture + noise, 0, 255).astype(np.uint8)), places


def pairs_in(folder: Path, most: int | None) -> tuple[list[Pair], list[Pair]]:
    """One pair a person (first photo listed, last one walking), and more pairs of neighbours for turned heads."""
    many = {who: photos for who, photos in photos_of(folder.resolve()).items() if len(photos) >= 2}
    chosen = list(many.values())[:: max(1, len(many) // most)][:most] if most else list(many.values())
    first = [Pair(str(photos[0]), str(photos[-1])) for photos in chosen]
    more = [
        Pair(str(photos[index]), str(photos[index + 1]))
        for photos in chosen
        for index in range(1, min(len(photos) - 1, PHOTOS))
    ]
    return first, more


def measure(name: str, folder: Path, most: int | None) -> None:
    """Measure a pack and write its file."""
    here = Environment.from_environ()
    model = open_pack(name, home=here.home, models_from=here.models, precision="f32")
    assert model.calibration is not None, f"{name} is not calibrated"
    threshold = for_budget(model.calibration, 1.0, LISTED).score
    room = Room(FolderImages(Path(folder.resolve().anchor)), model, luma_of, lay)
    first, more = pairs_in(folder, most)
    began = time.monotonic()

    def told(done: int, of: int) -> None:
        if done % 20 == 0 or done == of:
            print(f"{name}: {done} of {of}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    seen = measuring.measure(first, room, treatments(), progress=told)
    turned = measuring.measure(more, room, [], progress=told)
    table = table_of(seen, turned, threshold)
    path = write_gate(table, shipped_folder() / name / gate_name(find_pack(name, here.home)))
    print(f"{name}: {path.name}, threshold {threshold:.3f}")
    for (factor, level), (missing, among) in measuring.unseen(seen).items():
        same = [one for one in seen if (one.factor, one.level) == (factor, level)]
        found = sum(one.score >= threshold for one in same)
        print(f"{name}: {factor} {level:g}: {found} of {among} recognised, {missing} without a face")


def table_of(seen: Sequence[Seen], turned: Sequence[Seen], threshold: float) -> GateTable:
    """The table of what was seen."""
    plain = [one for one in seen if one.factor == AS_IT_IS and one.quality is not None]
    found = [one.score >= threshold for one in plain]
    median_px = float(np.median([one.quality.px for one in plain if one.quality]))
    return GateTable(
        day=date.today().isoformat(),
        precision="f32",
        faces=FACES,
        probe=PROBE,
        condition=f"one false alert a day in {PASSES_A_DAY:,} passes with {LISTED} photos listed",
        threshold=round(threshold, 4),
        plain=Bin(median_px, len(found), sum(found)),
        size=measuring.by_level(seen, "size", lambda one: one.px, threshold),
        sharpness=measuring.by_measure(
            seen, ("blur", AS_IT_IS), lambda one: one.sharpness, measuring.SHARPNESS, threshold
        ),
        turned=measuring.by_measure(
            [*plain, *turned],
            (AS_IT_IS,),
            lambda one: one.yaw_deg,
            measuring.YAW,
            threshold,
            more_is_better=False,
        ),
        dark=measuring.by_measure(
            seen, ("dark", AS_IT_IS), lambda one: one.brightness, measuring.DARK, threshold
        ),
        bright=measuring.by_measure(
            seen,
            ("bright", AS_IT_IS),
            lambda one: one.brightness,
            measuring.BRIGHT,
            threshold,
            more_is_better=False,
        ),
    )


def main() -> None:
    """Read the arguments, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("faces", type=Path, metavar="FACES")
    parser.add_argument("--pack", action="append", required=True)
    parser.add_argument("--pairs", type=int, help="how many people; default: all with two photos")
    asked = parser.parse_args()
    for name in asked.pack:
        measure(name, asked.faces, asked.pairs)


if __name__ == "__main__":
    main()
