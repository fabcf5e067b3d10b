"""hallwatch calibrate: how a pack's decision scores are distributed on passes of strangers and of listed people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hallwatch.entry.cli.options import Pack, Precision, PrecisionOption, open_for, say
from hallwatch.errors import UserError
from hallwatch.settings.environment import Environment


def calibrate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder with one folder of photos a person.")],
    pack: Pack = "duo",
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Passes of everybody.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Another number makes other films.")] = 7_000,
    faces: Annotated[
        str, typer.Option(help="Who is in the folder, in words; shown wherever the figures are.")
    ] = "people of a local folder of photos, simulated passes",
    precision: PrecisionOption = Precision.AUTO,
) -> None:
    """Make simulated passes from photos, watch them, and keep the pack's calibration for this rule."""
    from hallwatch.adapters.models.calibrations import keep_calibration
    from hallwatch.adapters.models.catalogue import find_pack
    from hallwatch.entry.calibration_films import divide, enrol_cast, run_films
    from hallwatch.entry.cli.progress import counted
    from hallwatch.flow.calibrating import describe
    from hallwatch.sim.walkby import find_faces

    cast = divide(find_faces(folder))
    model = open_for(pack, precision)
    gallery = enrol_cast(cast, model)
    say(f"{len(gallery)} people enrolled, {len(cast.strangers)} strangers, {rounds} passes each")
    with counted("passes") as progress:
        scores = run_films(cast, model, gallery, rounds, seed, progress)
    try:
        calibration = describe(
            scores,
            gallery.snapshot.templates,
            faces=faces,
            precisions=(model.effects[0].precision,),
        )
    except ValueError as error:
        raise UserError(f"{error}: give more faces or more --rounds") from None
    here = Environment.from_environ()
    say(f"kept in {keep_calibration(find_pack(pack, here.home), calibration, here.home)}")
    say(
        f"{calibration.passes} passes of {calibration.strangers} strangers before {calibration.gallery} people;"
        f" {calibration.mated_passes} passes of listed people"
    )
