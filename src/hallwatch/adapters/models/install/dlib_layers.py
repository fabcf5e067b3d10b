"""The layers of dlib's face recognition network as plain data, in the order in which a picture meets them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hallwatch.errors import PackError

Weights: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The input: RGB, ``side`` pixels square, minus ``mean``, divided by 256."""

    side: int
    mean: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    weight: Weights
    bias: Weights
    stride: int
    pad: int


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """Scale and shift per channel: what is left of a batch normalisation."""

    gamma: Weights
    beta: Weights


@dataclass(frozen=True, slots=True)
class Relu:
    pass


@dataclass(frozen=True, slots=True)
class Pool:
    """A pooling window; ``size`` 0 is the whole picture."""

    kind: str
    size: int
    stride: int
    pad: int


@dataclass(frozen=True, slots=True)
class AddBranch:
    """Adds the remembered branch; where shapes differ the smaller one is filled up with zeros."""


@dataclass(frozen=True, slots=True)
class Marks:
    """``count`` tags and skips in a row: 1 remembers the value; 2 remembers it as the branch and goes back
    to the value remembered before."""

    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """A fully connected layer without bias: ``weight`` is inputs x outputs."""

    weight: Weights


Layer: TypeAlias = Picture | Convolution | Affine | Relu | Pool | AddBranch | Marks | Dense


def fold_affine(layers: list[Layer]) -> list[Layer]:
    """The same network with every affine layer taken into the convolution before it."""
    folded: list[Layer] = []
    for layer in layers:
        if not isinstance(layer, Affine):
            folded.append(layer)
            continue
        before = folded.pop()
        if not isinstance(before, Convolution) or before.bias.shape != layer.gamma.shape:
            raise PackError("not dlib's face recognition network: an affine layer without its convolution")
        weight = before.weight * layer.gamma[:, None, None, None]
        folded.append(replace(before, weight=weight, bias=before.bias * layer.gamma + layer.beta))
    return folded
