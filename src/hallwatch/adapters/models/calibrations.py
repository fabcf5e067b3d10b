"""The calibration of a pack: made here for this site, written in its manifest, or shipped beside it."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from hallwatch.adapters.models.calibration_table import CalibrationTable
from hallwatch.adapters.models.catalogue import shipped_folder
from hallwatch.adapters.models.manifest import PackManifest
from hallwatch.core.decide import Calibration
from hallwatch.errors import PackError

_ADAPTER: TypeAdapter[Calibration] = TypeAdapter(CalibrationTable)


def calibration_of(pack: PackManifest, home: Path) -> Calibration | None:
    """What was made here, else what the manifest says, else what ships; None when nobody has calibrated it.

    Raises PackError when a calibration is there and cannot be read.
    """
    made_here = _read(_path(pack, home / "calibrations"), pack)
    return made_here or pack.calibration or _read(_path(pack, shipped_folder()), pack)


def keep_calibration(pack: PackManifest, calibration: Calibration, home: Path) -> Path:
    """Keep a calibration made here, in one step; returns where. Raises PackError when it cannot be written.

    A pack ships its calibration as the very file that this writes, laid beside its manifest.
    """
    path = _path(pack, home / "calibrations")
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(_ADAPTER.dump_json(calibration, indent=1) + b"\n")
        os.replace(part, path)
    except OSError as error:
        raise PackError(f"cannot keep the calibration in {path.parent}: {error.strerror}") from error
    return path


def calibration_name(pack: PackManifest) -> str:
    """The file's name: it changes with the pack's files and settings, so that no stale calibration is used.

    For which precisions it holds, the calibration itself says.
    """
    return f"calibration-{pack.fingerprint('any')}.json"


def _path(pack: PackManifest, folder: Path) -> Path:
    return folder / pack.name / calibration_name(pack)


def _read(path: Path, pack: PackManifest) -> Calibration | None:
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise PackError(
            f"the calibration {path} cannot be read; remove it, "
            f"or type: hallwatch calibrate DIR --pack {pack.name}"
        ) from error
