"""The films that are watched: somebody in view a fifth of the time, and all the time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from hallwatch.entry.cli.sim import detector_locator
from hallwatch.entry.worker import PackOrder
from hallwatch.sim.film import write_film
from hallwatch.sim.plan import Plan, plan_walkby

FPS = 12
SIZE = (1280, 720)
SHARE = 0.2
SEED = 11


@dataclass(frozen=True, slots=True)
class FilmsOrder:
    """``passes`` people of the ``portraits`` walk past in each of two films, written into ``folder``."""

    portraits: tuple[Path, ...]
    passes: int
    folder: Path
    pack: PackOrder


@dataclass(frozen=True, slots=True)
class Films:
    """Two films of the same passes. ``look_at_s`` is a moment of ``always`` with a large face."""

    fifth: Path
    always: Path
    look_at_s: float


def make_films(order: FilmsOrder, link: Connection) -> None:
    """In the child: plan the passes, write both films, send Films."""
    plan = plan_walkby(
        {f"walker {number}": [portrait] for number, portrait in enumerate(order.portraits)},
        unlisted_passes=order.passes,
        listed_passes=0,
        at_once=1,
        size=SIZE,
        fps=FPS,
        seed=SEED,
        locate=detector_locator(order.pack.open()),
    )
    films = Films(order.folder / "fifth.mp4", order.folder / "always.mp4", 0.9 * plan.passes[0].walk.walk_s)
    write_film(spaced(plan, SHARE), films.fifth)
    write_film(spaced(plan, 1.0), films.always)
    link.send(films)


def spaced(plan: Plan, share: float) -> Plan:
    """The same passes, evenly spaced, so that a face is in the picture for ``share`` of the film.

    Bodies are seen a little longer than faces, so that a little more than ``share`` of the film has motion.
    """
    seconds = [one.end_s - one.start_s for one in plan.passes]
    film_s, at_s, passes = sum(seconds) / share, 0.0, []
    for one, lasts in zip(plan.passes, seconds, strict=True):
        slot = lasts / share
        start = at_s + (slot - lasts) / 2
        passes.append(replace(one, start_s=start, end_s=start + lasts))
        at_s += slot
    return replace(plan, passes=tuple(passes), duration_s=film_s)
