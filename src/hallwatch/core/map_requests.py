"""What the keeper is asked about column maps: the one that was used last for a source is offered again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hallwatch.core.by import By


@dataclass(frozen=True, slots=True)
class KeepMap:
    """Keep a column map's text (TOML) for the source that it names."""

    by: By
    text: str
    kind: Literal["keep-map"] = "keep-map"
