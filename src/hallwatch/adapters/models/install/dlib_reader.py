"""Reads dlib's face recognition network layer by layer, and refuses every other network."""

from __future__ import annotations

import math

from hallwatch.adapters.models.install.dlib_layers import (
    AddBranch,
    Affine,
    Convolution,
    Dense,
    Layer,
    Marks,
    Picture,
    Pool,
    Relu,
)
from hallwatch.adapters.models.install.dlib_stream import DlibStream
from hallwatch.errors import PackError

_LAYER, _MARK, _FIRST_LAYER = 2, 1, 3


def read_layers(content: bytes) -> list[Layer]:
    """Every layer of a dlib metric network. Raises PackError for anything unknown, cut short or left over."""
    stream = DlibStream(content)
    stream.expect(1, "the loss layer")
    if (loss := stream.name()) != "loss_metric_2":
        raise PackError(f"not dlib's face recognition network: its loss is {loss!r}, not loss_metric_2")
    stream.real(), stream.real()  # margin and distance threshold of the training
    plan = _plan(stream)
    layers: list[Layer] = [_picture(stream), _layer(stream)]
    stream.expect(1, "one picture a sample")
    for count in plan:
        layers.append(Marks(count) if count else _layer(stream))
    if not stream.ended:
        raise PackError("not dlib's face recognition network: bytes are left over after the last layer")
    return layers


def _plan(stream: DlibStream) -> list[int]:
    """The nesting above the first layer, innermost first: 0 for a layer, n for n tags and skips in a row.

    dlib writes each wrapper's version on the way in, outermost first, and the layers themselves on the way
    out.
    """
    plan: list[int] = []
    while (version := stream.integer()) != _FIRST_LAYER:
        if version == _LAYER:
            plan.append(0)
        elif version == _MARK and plan and plan[-1]:
            plan[-1] += 1
        elif version == _MARK:
            plan.append(1)
        else:
            raise PackError(f"not dlib's face recognition network: unknown layer version {version}")
    return plan[::-1]


def _picture(stream: DlibStream) -> Picture:
    if (name := stream.name()) != "input_rgb_image_sized":
        raise PackError(f"not dlib's face recognition network: its input is {name!r}")
    red, green, blue = stream.real(), stream.real(), stream.real()
    rows, columns = stream.size(), stream.size()
    if rows != columns or not rows:
        raise PackError(f"not dlib's face recognition network: its input is {rows} x {columns}")
    return Picture(rows, (red, green, blue))


def _layer(stream: DlibStream) -> Layer:
    name = stream.name()
    layer = _details(stream, name)
    for _ in range(3):  # set up, gradient stale, output disabled: states of the training
        stream.flag()
    for _ in range(3):  # gradients and cached output, empty in a published network
        stream.tensor()
    return layer


def _details(stream: DlibStream, name: str) -> Layer:
    match name:
        case "con_4":
            return _convolution(stream)
        case "affine_":
            return _affine(stream)
        case "relu_":
            return Relu()
        case "max_pool_2" | "avg_pool_2":
            return _pool(stream, name.split("_")[0])
        case "add_prev_":
            return AddBranch()
        case "fc_2":
            return _dense(stream)
        case _:
            raise PackError(f"not dlib's face recognition network: unknown layer {name!r}")


def _convolution(stream: DlibStream) -> Convolution:
    parameters = stream.tensor().reshape(-1)
    filters, rows, columns = stream.size(), stream.size(), stream.size()
    strides, pads = {stream.size(), stream.size()}, {stream.size(), stream.size()}
    weight_shape, bias_shape = stream.alias(), stream.alias()
    for _ in range(4):  # learning rates and weight decays
        stream.real()
    cut = math.prod(weight_shape)
    agreed = (
        weight_shape[0] == filters == bias_shape[1]
        and weight_shape[2:] == (rows, columns)
        and parameters.size == cut + filters
    )
    if not agreed or len(strides) != 1 or len(pads) != 1 or 0 in strides:
        raise PackError("not dlib's face recognition network: a convolution contradicts itself")
    return Convolution(parameters[:cut].reshape(weight_shape), parameters[cut:], strides.pop(), pads.pop())


def _affine(stream: DlibStream) -> Affine:
    parameters = stream.tensor().reshape(-1)
    gamma, beta = stream.alias(), stream.alias()
    stream.integer()  # whether it stood for a batch normalisation after a convolution or a dense layer
    if gamma != beta or parameters.size != 2 * gamma[1] or gamma[0] * gamma[2] * gamma[3] != 1:
        raise PackError("not dlib's face recognition network: an affine layer contradicts itself")
    return Affine(parameters[: gamma[1]], parameters[gamma[1] :])


def _pool(stream: DlibStream, kind: str) -> Pool:
    sizes, strides = {stream.size(), stream.size()}, {stream.size(), stream.size()}
    pads = {stream.size(), stream.size()}
    if not len(sizes) == len(strides) == len(pads) == 1 or 0 in strides:
        raise PackError("not dlib's face recognition network: a pooling window is not square")
    return Pool(kind, sizes.pop(), strides.pop(), pads.pop())


def _dense(stream: DlibStream) -> Dense:
    outputs, inputs = stream.size(), stream.size()
    parameters = stream.tensor().reshape(-1)
    stream.alias(), stream.alias()
    without_bias = stream.integer()
    for _ in range(4):  # learning rates and weight decays
        stream.real()
    if parameters.size != inputs * outputs or not without_bias:
        raise PackError("not dlib's face recognition network: its last layer contradicts itself")
    return Dense(parameters.reshape(inputs, outputs))
