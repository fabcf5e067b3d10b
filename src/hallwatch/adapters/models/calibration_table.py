"""A calibration as it stands in a file: the fields of ``core.decide.Calibration``, none unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Annotated

from pydantic import BeforeValidator

from hallwatch.core.decide import Calibration, Tail


def _refuse_unknown_keys(value: object) -> object:
    """Pydantic passes over unknown keys of plain dataclasses; a misspelt one must not."""
    if isinstance(value, dict):
        resampled = value.get("resampled", ())
        tails = [value.get("tail"), *(resampled if isinstance(resampled, Sequence) else ())]
        _refuse(value, Calibration)
        for tail in tails:
            if isinstance(tail, dict):
                _refuse(tail, Tail)
    return value


def _refuse(table: dict[str, object], kind: type[Calibration] | type[Tail]) -> None:
    if unknown := set(table) - {field.name for field in fields(kind)}:
        raise ValueError(f"unknown key {min(unknown)!r}")


CalibrationTable = Annotated[Calibration, BeforeValidator(_refuse_unknown_keys)]
