"""CenterFace for any picture: the published graph is fixed to ten pictures of 32 x 32 and lists its weights
as inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import TensorProto, helper, numpy_helper

from hallwatch.errors import PackError

_FAILURES = (
    DecodeError,
    onnx.checker.ValidationError,
    onnx.shape_inference.InferenceError,
    ValueError,
    LookupError,
    StopIteration,
)
"""What the onnx package raises for bytes that are no graph, and what another graph leads to here."""
OUTPUTS = {"537": ("heat", 1), "538": ("size", 2), "539": ("offset", 2), "540": ("points", 10)}
"""Published name -> (name that says what it is, channels); all at a quarter of the input's resolution."""
IR_VERSION = 8


def build_centerface(source: Path, output: Path) -> None:
    """Write ``centerface.onnx`` for input ``data``, N x 3 x H x W, **BGR** 0..255, H and W multiples of 32.

    The published graph wants RGB; the swap goes into the first convolution, so that every detector of
    Hallwatch takes the same picture. Raises PackError when the file is not that graph.
    """
    try:
        model = onnx.load_from_string(source.read_bytes())
        _mend(model)
        onnx.checker.check_model(model, full_check=True)
    except _FAILURES as error:
        raise PackError(f"{source.name} is not the CenterFace graph; fetch the file again") from error
    output.write_bytes(model.SerializeToString(deterministic=True))


def _mend(model: onnx.ModelProto) -> None:
    graph = model.graph
    weights = {weight.name: weight for weight in graph.initializer}
    pictures = [value.name for value in graph.input if value.name not in weights]
    if pictures != ["input.1"] or [value.name for value in graph.output] != list(OUTPUTS):
        raise PackError("not the CenterFace graph: its inputs and outputs have other names")
    first = next(node for node in graph.node if pictures[0] in node.input)
    _take_bgr(weights[first.input[1]])
    renamed = {"input.1": "data"} | {old: new for old, (new, _) in OUTPUTS.items()}
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        node.output[:] = [renamed.get(name, name) for name in node.output]
    del graph.input[:], graph.output[:], graph.value_info[:]
    graph.input.append(helper.make_tensor_value_info("data", TensorProto.FLOAT, ["N", 3, "H", "W"]))
    for name, channels in OUTPUTS.values():
        shape: list[str | int | None] = ["N", channels, "rows", "columns"]
        graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    # Weights may stand outside the inputs only from the fourth version of the format on; it was declared
    # already.
    model.ir_version = IR_VERSION


def _take_bgr(weight: onnx.TensorProto) -> None:
    values = numpy_helper.to_array(weight)
    if values.ndim != 4 or values.shape[1] != 3:
        raise PackError("not the CenterFace graph: its first layer does not take three colours")
    weight.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values[:, ::-1]), weight.name))
