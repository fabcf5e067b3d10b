"""What was measured about listed photos for a pack: a file that ships beside its manifest."""

from __future__ import annotations

import os
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from hallwatch.adapters.models.catalogue import shipped_folder
from hallwatch.adapters.models.manifest import PackManifest
from hallwatch.core.recognise.gate_table import Bin, Curve, GateTable
from hallwatch.errors import PackError

CURVES = ("size", "sharpness", "turned", "dark", "bright")


def _checked(value: object) -> object:
    """Pydantic passes over unknown keys of plain dataclasses; a misspelt one must not. Counts must make sense."""
    if isinstance(value, dict):
        _refuse_unknown(value, GateTable)
        for name in CURVES:
            curve = value.get(name)
            if isinstance(curve, dict):
                _refuse_unknown(curve, Curve)
                _check_bins(curve.get("bins"))
        _check_bins([value.get("plain")])
    return value


def _refuse_unknown(table: dict[str, object], kind: type[GateTable] | type[Curve] | type[Bin]) -> None:
    assert is_dataclass(kind)
    if unknown := set(table) - {field.name for field in fields(kind)}:
        raise ValueError(f"unknown key {min(unknown)!r}")


def _check_bins(bins: object) -> None:
    last = float("-inf")
    for one in bins if isinstance(bins, list) else []:
        if not isinstance(one, dict):
            continue
        _refuse_unknown(one, Bin)
        at, pairs, found = (one.get(key) for key in ("at", "pairs", "found"))
        if isinstance(pairs, int) and isinstance(found, int) and not 0 <= found <= pairs:
            raise ValueError(f"{found} of {pairs} found")
        if isinstance(at, int | float):
            if at < last:
                raise ValueError("bins out of order")
            last = at


_ADAPTER: TypeAdapter[GateTable] = TypeAdapter(Annotated[GateTable, BeforeValidator(_checked)])


def gate_of(pack: PackManifest) -> GateTable | None:
    """What was measured about listed photos for this pack; None when nobody has measured it.

    Raises PackError when the file is there and cannot be read.
    """
    path = shipped_folder() / pack.name / gate_name(pack)
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise PackError(f"the photo gate's table {path} cannot be read; install Hallwatch again") from error


def write_gate(table: GateTable, path: Path) -> Path:
    """Write the table in one step; returns where."""
    part = path.with_suffix(".part")
    part.write_bytes(_ADAPTER.dump_json(table, indent=1) + b"\n")
    os.replace(part, path)
    return path


def gate_name(pack: PackManifest) -> str:
    """The file's name: like a calibration's, it changes with the pack's files and settings."""
    return f"gate-{pack.fingerprint('any')}.json"
