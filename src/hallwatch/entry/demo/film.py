"""The demo's films: the listed portrait and the other one walk down a corridor, once each."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from hallwatch.core.model import Pixels
from hallwatch.entry.child import Child, Failed
from hallwatch.entry.worker import PackOrder
from hallwatch.errors import UserError
from hallwatch.sim.film import frame_count, write_film
from hallwatch.sim.photo import FaceBox
from hallwatch.sim.plan import plan_walkby

FPS = 12
SIZE = (1280, 720)
LARGEST_PX = (110.0, 140.0)


@dataclass(frozen=True, slots=True)
class FilmOrder:
    """A film of two portraits: where they are, where it goes, and the seed of everything random."""

    listed: Path
    other: Path
    external_id: str
    out: Path
    seed: int
    pack: PackOrder


def make_films(orders: Sequence[FilmOrder]) -> list[int]:
    """Make all films at once, each in a process of its own; the number of frames of each.

    Raises UserError when one cannot be made.
    """
    children = [Child(f"hw-film-{order.seed}", make_film, order) for order in orders]
    try:
        answers = [child.link.recv() for child in children]
    except EOFError as error:
        raise UserError("a film of the demo could not be made; see the lines above") from error
    finally:
        for child in children:
            child.end(5)
    for answer in answers:
        if isinstance(answer, Failed):
            raise UserError(answer.reason)
    return answers


def make_film(order: FilmOrder, link: Connection) -> None:
    """In the child: find the faces, plan the walks, write the film, send the number of its frames."""
    model = order.pack.open()

    def locate(photo: Pixels) -> FaceBox | None:
        faces = model.detect_photo(photo)
        if not faces:
            return None
        box = max(faces, key=lambda face: face.box.height).box
        return FaceBox(box.left, box.top, box.width, box.height)

    folder = order.out.parent / f"{order.out.stem}-cast"
    faces = {
        # the simulator never shows a listed person's first photo, so the portrait stands there twice
        "listed": [_copy(order.listed, folder / f"listed-{number}") for number in (1, 2)],
        "other": [_copy(order.other, folder / "other")],
    }
    plan = plan_walkby(
        faces,
        listed={"listed": order.external_id},
        listed_passes=1,
        unlisted_passes=1,
        at_once=1,
        pause_s=0.5,
        size=SIZE,
        fps=FPS,
        seed=order.seed,
        largest_px=LARGEST_PX,
        locate=locate,
    )
    write_film(plan, order.out)
    link.send(frame_count(plan))


def _copy(photo: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(photo, target.with_suffix(photo.suffix)))
