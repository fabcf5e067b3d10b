"""Options that several commands share, and how a pack is opened for a command."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from hallwatch.settings.environment import Environment

if TYPE_CHECKING:
    from hallwatch.adapters.models.face_pack import FacePack
    from hallwatch.core.decide import Calibration


class Precision(StrEnum):
    """How the networks calculate."""

    AUTO = "auto"
    F32 = "f32"
    BF16 = "bf16"


Pack: TypeAlias = Annotated[str, typer.Option("--pack", help="The model pack; see hallwatch models list.")]
PrecisionOption: TypeAlias = Annotated[
    Precision, typer.Option("--precision", help="auto: bfloat16 where the processor has it.")
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="JSON on standard output, nothing else.")]
Watchlist: TypeAlias = Annotated[
    Path,
    typer.Option("--watchlist", help="A folder with list.csv and the photos it names.", show_default=False),
]
Fpir: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--fpir",
        min=1e-9,
        max=0.5,
        help="Wished share of strangers' passes with a false alert (for evaluation).",
    ),
]


def open_for(pack: str, precision: Precision, *, calibrating: bool = False) -> FacePack:
    """The pack at work, from where the environment says, ``calibrating`` without its calibration. Raises PackError."""
    from hallwatch.adapters.models.library import open_pack

    here = Environment.from_environ()
    return open_pack(
        pack,
        home=here.home,
        models_from=here.models,
        precision=precision.value,
        engine=here.engine,
        device=here.device,
        calibrating=calibrating,
    )


def calibrated(model: FacePack) -> Calibration:
    """The pack's calibration. Raises PackError when there is none: it may then evaluate, but not alert."""
    from hallwatch.errors import PackError

    if model.calibration is None:
        raise PackError(
            f"the pack {model.name} is not calibrated, so no threshold is known; type: hallwatch calibrate DIR"
            f" --pack {model.name} (DIR: a folder with one folder of photos a person)"
        )
    return model.calibration


def say(line: str) -> None:
    """One line to the person at the terminal; standard output stays for results."""
    print(line, file=sys.stderr, flush=True)
