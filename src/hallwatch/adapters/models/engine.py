"""What runs a graph: one small port behind which OpenVINO and ONNX Runtime are alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Tensor: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Effect:
    """What an engine really does, for the person who looks: never a wish, always read back."""

    engine: str
    device: str
    precision: str


class Graph(Protocol):
    """One graph compiled for one input shape."""

    effect: Effect

    def run(self, tensor: Tensor) -> Mapping[str, Tensor]:
        """Run on a float32 tensor of the compiled shape; outputs by name, each a copy."""


class Engine(Protocol):
    """Compiles graphs, one thread a request."""

    def compile(self, path: Path, shape: tuple[int, ...]) -> Graph:
        """The graph in ``path`` for one input shape (N, C, H, W). Raises PackError when it cannot."""
