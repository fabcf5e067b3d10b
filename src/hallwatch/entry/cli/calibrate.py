"""hallwatch calibrate: how a pack's decision scores are distributed on passes of strangers and of listed people."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hallwatch.entry.cli.options import Precision, PrecisionOption, open_for, say
from hallwatch.errors import UserError
from hallwatch.settings.environment import Environment

if TYPE_CHECKING:
    from hallwatch.adapters.models.face_pack import FacePack
    from hallwatch.core.decide import Calibration
    from hallwatch.core.model import Template
    from hallwatch.entry.calibration_films import Cast
    from hallwatch.flow.calibrating import Recorded


def calibrate(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder with one folder of photos a person.")
    ],
    pack: Annotated[
        list[str] | None,
        typer.Option("--pack", help="May be given several times: the films are shared. [duo]"),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Passes of everybody.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Another number makes other films.")] = 7_000,
    faces: Annotated[
        str, typer.Option(help="Who is in the folder, in words; shown wherever the figures are.")
    ] = "people of a local folder of photos, simulated passes",
    processes: Annotated[int | None, typer.Option(min=1, help="[default: one a core]")] = None,
    precision: PrecisionOption = Precision.AUTO,
) -> None:
    """Make simulated passes from photos, watch them, and keep the pack's calibration for this rule."""
    from hallwatch.entry.calibration_films import Order, divide, run_films
    from hallwatch.entry.cli.progress import counted
    from hallwatch.sim.walkby import find_faces

    packs = tuple(dict.fromkeys(pack or ["duo"]))
    cast = divide(find_faces(folder))
    for name in packs:
        open_for(name, precision)
    say(f"{len(cast.listed)} people to enrol, {len(cast.strangers)} strangers, {rounds} passes each")
    order = Order(packs, precision, cast, rounds, seed, processes or os.cpu_count() or 1)
    with counted("films") as progress:
        recorded = run_films(order, progress)
    for name in packs:
        _keep(name, precision, cast, recorded[name], faces)


def _keep(name: str, precision: Precision, cast: Cast, recorded: list[Recorded], faces: str) -> None:
    from hallwatch.adapters.models.calibrations import keep_calibration
    from hallwatch.adapters.models.catalogue import find_pack
    from hallwatch.flow.calibrating import better, centre_of

    model = open_for(name, precision, calibrating=True)
    try:
        centre = centre_of(recorded)
        tried = [_described(model, cast, recorded, one, faces) for one in (centre, 0.0 * centre)]
    except ValueError as error:
        raise UserError(f"{error}: give more faces or more --rounds") from None
    calibration = better(*tried)
    home = Environment.from_environ().home
    say(f"{name}: kept in {keep_calibration(find_pack(name, home), calibration, home)}")
    say(
        f"{name}: {calibration.passes} passes of {calibration.strangers} strangers before {calibration.gallery}"
        f" people; {calibration.mated_passes} passes of listed people; what all faces have in common is"
        f" {'taken out' if calibration.centre else 'left in: taking it out finds fewer'}"
    )


def _described(
    model: FacePack, cast: Cast, recorded: list[Recorded], centre: Template, faces: str
) -> Calibration:
    """The calibration with this centre taken out. Raises ValueError when there are too few scores."""
    from hallwatch.entry.calibration_films import enrol_cast
    from hallwatch.flow.calibrating import describe, score

    gallery = enrol_cast(cast, model, centre).snapshot
    return describe(
        score(recorded, gallery, centre, model.parts),
        gallery.templates,
        centre=centre,
        faces=faces,
        precisions=(model.effects[0].precision,),
    )
