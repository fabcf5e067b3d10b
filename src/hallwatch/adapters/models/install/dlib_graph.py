"""dlib's face recognition network (its stream of layers) as an ONNX graph that says the same 128 numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hallwatch.adapters.models.install.dlib_layers import (
    AddBranch,
    Convolution,
    Dense,
    Layer,
    Marks,
    Picture,
    Pool,
    Relu,
    fold_affine,
)
from hallwatch.adapters.models.install.dlib_reader import read_layers
from hallwatch.adapters.models.install.graph_writer import GraphWriter
from hallwatch.errors import PackError

Shape = tuple[int, int, int]
"""Channels, rows, columns of a value; the number of pictures is free."""


def build_dlib(source: Path, output: Path) -> None:
    """Write ``dlib_face_recognition_resnet_model_v1.dat`` as a graph: ``data`` (N x 3 x 150 x 150, RGB
    0..255, the normalisation is inside) to ``fc1`` (N x 128, not of unit length). Raises PackError."""
    layers = fold_affine(read_layers(source.read_bytes()))
    if not isinstance(layers[0], Picture) or not isinstance(layers[-1], Dense):
        raise PackError("not dlib's face recognition network: it does not lead from a picture to numbers")
    _Builder(layers[0]).build(layers[1:], output, layers[0].side, layers[-1].weight.shape[1])


class _Builder:
    """Walks the layers once, keeping the current value, the remembered ones and their shapes."""

    def __init__(self, picture: Picture) -> None:
        self._graph = GraphWriter()
        mean = self._graph.constant(np.array(picture.mean).reshape(1, 3, 1, 1))
        shifted = self._graph.add("Sub", "data", mean)
        self._value = self._graph.add("Mul", shifted, self._graph.constant(np.array(1 / 256)))
        self._shape: Shape = (3, picture.side, picture.side)
        self._remembered: tuple[str, Shape] | None = None
        self._branch: tuple[str, Shape] | None = None

    def build(self, layers: list[Layer], output: Path, side: int, length: int) -> None:
        for layer in layers:
            self._add(layer)
        self._graph.save(
            output, source=("data", side), result=("fc1", length), producer="dlib face recognition resnet v1"
        )

    def _add(self, layer: Layer) -> None:
        match layer:
            case Convolution():
                self._convolution(layer)
            case Relu():
                self._value = self._graph.add("Relu", self._value)
            case Pool():
                self._pool(layer)
            case Marks(count=1):
                self._remembered = self._branch = (self._value, self._shape)
            case Marks(count=2) if self._remembered:
                self._branch = (self._value, self._shape)
                self._value, self._shape = self._remembered
            case AddBranch() if self._branch:
                self._add_branch(*self._branch)
            case Dense() if self._shape == (layer.weight.shape[0], 1, 1):
                flat = self._graph.add("Flatten", self._value, axis=1)
                self._graph.add("MatMul", flat, self._graph.constant(layer.weight), output="fc1")
            case _:
                raise PackError(f"not dlib's face recognition network: {type(layer).__name__} out of place")

    def _convolution(self, layer: Convolution) -> None:
        filters, channels, size, _ = layer.weight.shape
        if channels != self._shape[0]:
            raise PackError("not dlib's face recognition network: channels do not fit together")
        self._value = self._graph.convolution(
            self._value, layer.weight, layer.bias, stride=layer.stride, pad=layer.pad
        )
        self._shape = (filters, *_reduced(self._shape, size, layer.stride, layer.pad))

    def _pool(self, layer: Pool) -> None:
        channels = self._shape[0]
        if layer.size == 0 and layer.kind == "avg":
            self._value = self._graph.add("GlobalAveragePool", self._value)
            self._shape = (channels, 1, 1)
            return
        operator = {"max": "MaxPool", "avg": "AveragePool"}[layer.kind]
        self._value = self._graph.add(
            operator,
            self._value,
            kernel_shape=[layer.size] * 2,
            strides=[layer.stride] * 2,
            pads=[layer.pad] * 4,
        )
        self._shape = (channels, *_reduced(self._shape, layer.size, layer.stride, layer.pad))

    def _add_branch(self, branch: str, branch_shape: Shape) -> None:
        most: Shape = (
            max(self._shape[0], branch_shape[0]),
            max(self._shape[1], branch_shape[1]),
            max(self._shape[2], branch_shape[2]),
        )
        self._value = self._graph.add(
            "Add", self._filled(self._value, self._shape, most), self._filled(branch, branch_shape, most)
        )
        self._shape, self._branch = most, None

    def _filled(self, value: str, shape: Shape, wanted: Shape) -> str:
        """``value`` with zeros after its last channel, row and column, as dlib's add_prev reads past the
        end."""
        if shape == wanted:
            return value
        missing = [want - have for want, have in zip(wanted, shape, strict=True)]
        pads = self._graph.constant(np.array([0, 0, 0, 0, 0, *missing], dtype=np.int64))
        return self._graph.add("Pad", value, pads)


def _reduced(shape: Shape, size: int, stride: int, pad: int) -> tuple[int, int]:
    rows, columns = ((length + 2 * pad - size) // stride + 1 for length in shape[1:])
    if rows < 1 or columns < 1:
        raise PackError("not dlib's face recognition network: a window is larger than its picture")
    return rows, columns
