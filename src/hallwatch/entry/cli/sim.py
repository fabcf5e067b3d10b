"""hallwatch sim: cameras that do not exist."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hallwatch.errors import PackError, SettingsError
from hallwatch.settings.environment import Environment

if TYPE_CHECKING:
    from hallwatch.adapters.models.face_pack import FacePack
    from hallwatch.sim.photo import Locate

app = typer.Typer(
    help="Make films of people who walk past a camera that does not exist.", no_args_is_help=True
)


class Locator(StrEnum):
    """How the face is found in a photo."""

    AUTO = "auto"
    PACK = "pack"
    CENTRE = "centre"


@app.callback()
def sim() -> None:
    """Make films of people who walk past a camera that does not exist."""


@app.command()
def walkby(
    faces: Annotated[Path, typer.Option(help="A folder with one folder of photos a person.")],
    out: Annotated[Path, typer.Option(help="A new or empty folder for film, truth and watchlist.")],
    people: Annotated[int, typer.Option(min=0, help="How many people are on the list.")] = 200,
    listed_passes: Annotated[int, typer.Option(min=0, help="Passes of listed people.")] = 50,
    unlisted_passes: Annotated[int, typer.Option(min=0, help="Passes of people on no list.")] = 200,
    at_once: Annotated[int, typer.Option(help="People in the picture at once, at most.")] = 3,
    pause: Annotated[float, typer.Option(help="Mean seconds before the next person takes a place.")] = 1.5,
    size: Annotated[str, typer.Option(help="Size of the film in pixels.")] = "1280x720",
    fps: Annotated[int, typer.Option(help="Frames a second.")] = 12,
    seed: Annotated[int, typer.Option(min=0, help="Another number makes another film.")] = 0,
    shortest_face: Annotated[float, typer.Option(help="Height of a face at the far end, pixels.")] = 20.0,
    conditions: Annotated[
        str, typer.Option(help="What the camera makes of it: entrance, corridor or poor.")
    ] = "entrance",
    largest_face: Annotated[
        str | None,
        typer.Option(help="Range of the largest face height of a pass, pixels; by the conditions."),
    ] = None,
    locator: Annotated[
        Locator, typer.Option(help="Find faces in photos with an installed model pack, or assume the middle.")
    ] = Locator.AUTO,
    pack: Annotated[
        str, typer.Option(help="The model pack whose detector finds the faces in the photos.")
    ] = "duo",
) -> None:
    """Make a film of people walking towards a camera, with its truth and a watchlist, from face photos."""
    from hallwatch.sim.cast import choose_listed
    from hallwatch.sim.conditions import conditions_named
    from hallwatch.sim.plan import plan_walkby
    from hallwatch.sim.walkby import find_faces, write_walkby

    width, height = _pair(size, "x", "--size", "1280x720")
    largest = _pair(largest_face, "..", "--largest-face", "60..140") if largest_face else None
    found = find_faces(faces)
    listed = choose_listed(found, people, seed)
    plan = plan_walkby(
        found,
        listed=listed,
        listed_passes=listed_passes,
        unlisted_passes=unlisted_passes,
        at_once=at_once,
        pause_s=pause,
        size=(int(width), int(height)),
        fps=fps,
        seed=seed,
        far_px=(shortest_face * 0.9, shortest_face * 1.1),
        conditions=conditions_named(conditions),
        largest_px=largest,
        locate=_locator(locator, pack),
    )
    if plan.skipped:
        print(f"{plan.skipped} photos passed over: no face found in them", file=sys.stderr)
    started = time.monotonic()
    write_walkby(out, plan, found, listed, progress=_progress)
    took = time.monotonic() - started
    print(
        f"\r{out}: {len(plan.passes)} passes in {plan.duration_s:.0f} s of film, made in {took:.0f} s, "
        f"{people} people listed",
        file=sys.stderr,
    )


def _locator(kind: Locator, pack: str) -> Locate:
    from hallwatch.sim.photo import locate_centre

    if kind is Locator.CENTRE:
        return locate_centre
    try:
        return _pack_locator(pack)
    except PackError as error:
        if kind is Locator.PACK:
            raise
        print(
            f"{error}; taking the middle of each photo for the face (as in Labeled Faces in the Wild)",
            file=sys.stderr,
        )
        return locate_centre


def _pack_locator(name: str) -> Locate:
    from hallwatch.adapters.models.library import open_pack

    here = Environment.from_environ()
    return detector_locator(open_pack(name, home=here.home, models_from=here.models))


def detector_locator(pack: FacePack) -> Locate:
    """Finds the most prominent face of a photo with a pack's detector."""
    from hallwatch.core.model import Face, Pixels
    from hallwatch.sim.photo import FaceBox

    def locate(photo: Pixels) -> FaceBox | None:
        height, width = photo.shape[:2]

        def prominence(face: Face) -> float:
            x, y = face.box.centre
            aside = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) ** 0.5
            return float(face.box.height * (1 - aside))

        faces = pack.detect_photo(photo)
        if not faces:
            return None
        box = max(faces, key=prominence).box
        return FaceBox(box.left, box.top, box.width, box.height)

    return locate


def _pair(text: str, between: str, option: str, example: str) -> tuple[float, float]:
    try:
        first, second = (float(part) for part in text.split(between))
    except ValueError:
        raise SettingsError(f"{option} {text}: write two numbers like {example}") from None
    return first, second


def _progress(done: int, total: int) -> None:
    if done % 24 == 0 or done == total:
        print(f"\r{done * 100 // total:3d} %  {done} of {total} frames", end="", file=sys.stderr, flush=True)
