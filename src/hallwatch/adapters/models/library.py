"""Opens a model pack for work: the one door through which every part of Hallwatch gets a FacePack."""

from __future__ import annotations

import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from hallwatch.adapters.models.calibrations import calibration_of
from hallwatch.adapters.models.catalogue import find_pack
from hallwatch.adapters.models.detector import Detector
from hallwatch.adapters.models.embedder import Embedder, EmbedderSpec
from hallwatch.adapters.models.engine import Engine
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.adapters.models.files import NotHere
from hallwatch.adapters.models.installation import Wish, install, is_installed, verified_folder
from hallwatch.adapters.models.manifest import EmbedderTable, PackManifest
from hallwatch.core.decide import Calibration
from hallwatch.errors import PackError

ENGINES = ("openvino", "onnxruntime")


def open_pack(
    name: str,
    *,
    home: Path,
    models_from: Path | None = None,
    precision: str = "auto",
    device: str = "CPU",
    engine: str = "openvino",
    calibrating: bool = False,
    turn: bytes | None = None,
    say: Callable[[str], None] | None = None,
) -> FacePack:
    """The pack ready for work, its files verified; to be used by one thread.

    A pack that is not installed yet is installed first when ``models_from`` or the cache holds its files
    (``say`` is told, by default standard error); nothing is downloaded. ``calibrating`` leaves out what an earlier
    calibration said; ``turn`` is the secret of a site by which its templates are turned. Raises PackError with what
    to type otherwise, when a file is altered, or when the engine cannot do what is asked.
    """
    pack = find_pack(name, home)
    if not is_installed(pack, home):
        _install_from_here(pack, home, models_from, say or _to_stderr)
    calibration = None if calibrating else calibration_of(pack, home)
    return assemble(
        pack, verified_folder(pack, home), make_engine(engine, precision, device), calibration, turn
    )


def assemble(
    pack: PackManifest,
    folder: Path,
    engine: Engine,
    calibration: Calibration | None,
    turn: bytes | None = None,
) -> FacePack:
    """The pack whose graphs lie in ``folder``, on ``engine``."""
    embedders = [Embedder(engine, folder / table.file, _spec(table)) for table in pack.embedders]
    precision = embedders[0].effect.precision
    if calibration is not None and len(calibration.centre) not in (0, pack.dimensions):
        raise PackError(
            f"the calibration of {pack.name} has a centre of {len(calibration.centre)} numbers, the pack's templates"
            f" have {pack.dimensions}; type: hallwatch calibrate DIR --pack {pack.name}"
        )
    return FacePack(
        name=pack.name,
        fingerprint=_of_site(
            pack.fingerprint(precision, () if calibration is None else calibration.centre), turn
        ),
        turn=turn,
        detector=Detector(engine, folder / pack.detector.file, pack.detector.family),
        embedders=embedders,
        calibration=calibration,
        warnings=(*pack.warnings, *_elsewhere(calibration, precision)),
    )


def _of_site(fingerprint: str, turn: bytes | None) -> str:
    """Templates of two sites are as different as those of two packs."""
    return fingerprint if turn is None else f"{fingerprint}-{sha256(turn).hexdigest()[:8]}"


def make_engine(engine: str, precision: str, device: str) -> Engine:
    """The engine of this name. Raises PackError when it is not there or cannot do what is asked."""
    if engine == "openvino":
        from hallwatch.adapters.models.openvino_engine import OpenVinoEngine

        return OpenVinoEngine(precision=precision, device=device)
    if engine == "onnxruntime":
        from hallwatch.adapters.models.onnx_engine import OnnxEngine

        return OnnxEngine(precision=precision, device=device)
    raise PackError(f"there is no engine {engine!r}; use one of {', '.join(ENGINES)}")


def _install_from_here(
    pack: PackManifest, home: Path, models_from: Path | None, say: Callable[[str], None]
) -> None:
    try:
        install(pack, home, Wish(models_from=models_from, reach_out=False, say=say))
    except NotHere as error:
        raise PackError(
            f"the model pack {pack.name} is not installed ({error}); type: hallwatch models pull {pack.name}"
        ) from error


def _elsewhere(calibration: Calibration | None, precision: str) -> tuple[str, ...]:
    """A warning when the thresholds were measured in another arithmetic than this machine's."""
    if calibration is None or precision in calibration.precisions:
        return ()
    return (
        f"Calibrated in {' and '.join(calibration.precisions)}, computing in {precision} here: the figures of the"
        f' thresholds were not measured in {precision}. With precision = "{calibration.precisions[0]}" they are as'
        " measured, and everything takes longer.",
    )


def _spec(table: EmbedderTable) -> EmbedderSpec:
    return EmbedderSpec(
        size=table.size,
        colour=table.colour,
        mean=table.mean,
        scale=table.scale,
        points=table.points,
        dimensions=table.dimensions,
        weight=table.weight,
        mirrored=table.mirrored,
    )


def _to_stderr(line: str) -> None:
    print(f"hallwatch: {line}", file=sys.stderr)
