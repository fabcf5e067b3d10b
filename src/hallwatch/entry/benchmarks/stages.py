"""What each step of a face's way costs: decode, motion, colour, detect, align and embed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from hallwatch.adapters.sources.address import parse
from hallwatch.adapters.sources.opening import open_source
from hallwatch.adapters.sources.picture import Picture
from hallwatch.core.model import Luma
from hallwatch.core.motion import Motion
from hallwatch.core.recognise.quality import assess
from hallwatch.entry.benchmarks.measuring import Spread, spread, timed
from hallwatch.entry.colour import bgr
from hallwatch.entry.worker import PackOrder
from hallwatch.errors import UserError


@dataclass(frozen=True, slots=True)
class StagesOrder:
    """``film`` is decoded whole; the frame at ``look_at_s`` (with a face) is looked at ``repeats`` times."""

    film: Path
    look_at_s: float
    repeats: int
    pack: PackOrder


@dataclass(frozen=True, slots=True)
class Stages:
    """Processor milliseconds, one frame or face each.

    ``decode``, ``motion`` and ``colour`` are of a 1280 x 720 frame, ``hand_over`` is its copy into shared
    memory, ``detect`` finds all its faces; ``quality`` is of one face; ``embed`` aligns a face and runs every
    embedder of the pack, mirrored where the pack says so; ``embedders`` are each of them alone.
    """

    precision: str
    face_px: int
    decode: Spread
    hand_over: Spread
    motion: Spread
    colour: Spread
    detect: Spread
    quality: Spread
    embed: Spread
    embedders: tuple[Spread, ...]


def time_stages(order: StagesOrder, link: Connection) -> None:
    """In the child: decode the film, then every other step on one of its frames; send Stages."""
    decode, hand_over, motion, picture = _watch(order)
    rows = picture.shape[0] * 2 // 3
    image, luma = bgr(picture, False), picture[:rows]
    model = order.pack.open()
    faces = model.detect(image)
    if not faces:
        raise UserError(f"the pack {model.name} finds no face in the film of the benchmark")
    face = faces[0]
    link.send(
        Stages(
            precision=model.effects[0].precision,
            face_px=face.px,
            decode=decode,
            hand_over=hand_over,
            motion=motion,
            colour=timed(lambda: bgr(picture, False), order.repeats),
            detect=timed(lambda: model.detect(image), order.repeats),
            quality=timed(lambda: assess(face, luma), order.repeats),
            embed=timed(lambda: model.embed(image, [face]), order.repeats),
            embedders=tuple(
                timed(lambda part=part: part.embed(image, face), order.repeats)  # type: ignore[misc]
                for part in model.embedders
            ),
        )
    )


def frame_at(film: Path, at_s: float) -> Luma:
    """The film's frame at ``at_s`` or the first after it, as planar YUV 4:2:0 (H * 3 // 2 x W)."""
    for picture in _pictures(film):
        if picture.media_time_s >= at_s:
            return _room_and_copy(picture)
    raise UserError(f"{film.name} ends before {at_s:.1f} s")


def _watch(order: StagesOrder) -> tuple[Spread, Spread, Spread, Luma]:
    """Decode every frame; hand over and compare each; keep the one to look at."""
    times: list[tuple[float, float, float]] = []
    motion, kept = Motion(), None
    pictures = _pictures(order.film)
    room = _room(next(pictures))
    began = time.process_time()
    for picture in pictures:
        decoded = time.process_time()
        picture.write_i420(room)
        handed = time.process_time()
        motion.moved(room[: picture.height])
        compared = time.process_time()
        times.append((decoded - began, handed - decoded, compared - handed))
        if kept is None and picture.media_time_s >= order.look_at_s:
            kept = room.copy()
        began = time.process_time()
    if kept is None:
        raise UserError(f"{order.film.name} ends before {order.look_at_s:.1f} s")
    decode, hand_over, compare = (spread(column) for column in zip(*times, strict=True))
    return decode, hand_over, compare, kept


def _pictures(film: Path) -> Iterator[Picture]:
    return open_source(
        parse(str(film)), rate=240, alive=lambda: None, note=lambda _: None, networks=()
    ).frames()


def _room(picture: Picture) -> Luma:
    return np.empty((picture.height * 3 // 2, picture.width), np.uint8)


def _room_and_copy(picture: Picture) -> Luma:
    room = _room(picture)
    picture.write_i420(room)
    return room
