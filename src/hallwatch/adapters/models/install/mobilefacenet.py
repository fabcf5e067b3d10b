"""MobileFaceNet (Chen et al. 2018) from its PyTorch tensors: the architecture is written here, the numbers
are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hallwatch.adapters.models.install.graph_writer import GraphWriter
from hallwatch.adapters.models.install.torch_tensors import read_tensors
from hallwatch.errors import PackError

SIDE, DIMENSIONS = 112, 128
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
"""Of ImageNet, for RGB 0..1 (torchvision's documentation)."""
EPSILON = 1e-5
"""PyTorch's default in BatchNorm2d."""
STAGES = ((2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1))
"""Inverted residuals: expansion, channels, repeats, stride of the first."""

Numbers = NDArray[np.float64]


def build_mobilefacenet(source: Path, output: Path) -> None:
    """Write ``mobile_face.pth`` as a graph: ``data`` (N x 3 x 112 x 112, RGB 0..255, the normalisation is
    inside) to ``fc1`` (N x 128, not of unit length). Raises PackError when tensors are missing or have
    other shapes."""
    builder = _Builder(read_tensors(source.read_bytes()))
    builder.build()
    builder.graph.save(output, source=("data", SIDE), result=("fc1", DIMENSIONS), producer="MobileFaceNet")


class _Builder:
    """Lays the network out layer by layer; ``tensors`` are named as the authors' modules."""

    def __init__(self, tensors: Mapping[str, NDArray[np.generic]]) -> None:
        self.graph = GraphWriter()
        self._tensors = tensors
        self._low, self._high = self.graph.constant(np.array(0.0)), self.graph.constant(np.array(6.0))

    def build(self) -> None:
        mean, deviation = (
            self.graph.constant(np.array(values).reshape(1, 3, 1, 1) * 255) for values in (MEAN, DEVIATION)
        )
        value = self.graph.add("Div", self.graph.add("Sub", "data", mean), deviation)
        value = self._relu6(self._normed(value, "conv1.0", "conv1.1", (64, 3, 3), stride=2, pad=1))
        value = self._normed(value, "dw_conv.depthwise", "dw_conv.bn1", (64, 1, 3), pad=1, groups=64)
        value = self.graph.add("Relu", value)
        value = self._normed(value, "dw_conv.pointwise", "dw_conv.bn2", (64, 64, 1))
        value = self.graph.add("Relu", value)
        value, block, channels = value, 0, 64
        for expansion, wanted, repeats, first in STAGES:
            for repeat in range(repeats):
                stride = first if repeat == 0 else 1
                value = self._inverted_residual(value, block, channels, expansion, wanted, stride)
                block, channels = block + 1, wanted
        value = self._relu6(self._normed(value, "conv2.0", "conv2.1", (512, 128, 1)))
        value = self._normed(value, "gdconv.depthwise", "gdconv.bn", (512, 1, 7), groups=512)
        value = self._normed(value, "conv3", "bn", (DIMENSIONS, 512, 1))
        self.graph.add("Flatten", value, output="fc1", axis=1)

    def _inverted_residual(
        self, value: str, block: int, channels: int, expansion: int, wanted: int, stride: int
    ) -> str:
        name, wide = f"features.{block}.conv", channels * expansion
        inner = self._relu6(self._normed(value, f"{name}.0.0", f"{name}.0.1", (wide, channels, 1)))
        inner = self._relu6(
            self._normed(inner, f"{name}.1.0", f"{name}.1.1", (wide, 1, 3), stride=stride, pad=1, groups=wide)
        )
        inner = self._normed(inner, f"{name}.2", f"{name}.3", (wanted, wide, 1))
        return self.graph.add("Add", value, inner) if stride == 1 and channels == wanted else inner

    def _relu6(self, value: str) -> str:
        return self.graph.add("Clip", value, self._low, self._high)

    def _normed(
        self,
        value: str,
        layer: str,
        norm: str,
        shape: tuple[int, int, int],
        *,
        stride: int = 1,
        pad: int = 0,
        groups: int = 1,
    ) -> str:
        """A convolution with the batch normalisation after it taken in. ``shape``: outputs, inputs, side."""
        outputs, inputs, side = shape
        weight = self._tensor(f"{layer}.weight", (outputs, inputs, side, side))
        # Only the one to the 128 numbers has a bias of its own.
        has_bias = f"{layer}.bias" in self._tensors
        bias = self._tensor(f"{layer}.bias", (outputs,)) if has_bias else np.zeros(outputs)
        gamma, beta, mean, variance = (
            self._tensor(f"{norm}.{part}", (outputs,))
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        if (variance < 0).any():
            raise PackError(f"not the MobileFaceNet weights: {norm}.running_var is negative")
        factor = gamma / np.sqrt(variance + EPSILON)
        return self.graph.convolution(
            value,
            weight * factor[:, None, None, None],
            (bias - mean) * factor + beta,
            stride=stride,
            pad=pad,
            groups=groups,
        )

    def _tensor(self, name: str, shape: tuple[int, ...]) -> Numbers:
        found = self._tensors.get(name)
        if found is None or found.shape != shape:
            has = "missing" if found is None else f"{found.shape}"
            raise PackError(f"not the MobileFaceNet weights: {name} should be {shape}, is {has}")
        return found.astype(np.float64)
