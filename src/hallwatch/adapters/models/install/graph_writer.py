"""A thin hand on the onnx package: nodes in order, weights as constants, one input, one output."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from hallwatch.errors import PackError

OPSET = 13
IR_VERSION = 8
"""Old enough for every OpenVINO and ONNX Runtime that Hallwatch supports."""

Attribute = int | float | list[int]


class GraphWriter:
    """Collects nodes in the order they run; values are known by name."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def constant(self, values: NDArray[np.generic]) -> str:
        """A weight of the graph; floats are kept as float32. Returns its name."""
        kept = values if values.dtype == np.int64 else values.astype(np.float32)
        name = f"w{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(kept), name))
        return name

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: Attribute) -> str:
        """Append a node with one output; returns the output's name."""
        name = output or f"{operator.lower()}{len(self._nodes)}"
        node = helper.make_node(operator, list(inputs), [name])
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return name

    def convolution(
        self,
        value: str,
        weight: NDArray[np.float64],
        bias: NDArray[np.float64],
        *,
        stride: int = 1,
        pad: int = 0,
        groups: int = 1,
    ) -> str:
        """A 2-d convolution; ``weight`` is out x in/groups x rows x columns, ``bias`` one number per
        output."""
        return self.add(
            "Conv",
            value,
            self.constant(weight),
            self.constant(bias),
            kernel_shape=list(weight.shape[2:]),
            strides=[stride, stride],
            pads=[pad] * 4,
            group=groups,
        )

    def save(self, path: Path, *, source: tuple[str, int], result: tuple[str, int], producer: str) -> None:
        """Check and write the graph.

        ``source`` is the input's name and its side in pixels (any number of pictures x 3 x side x side),
        ``result`` the output's name and its length. Raises PackError when the nodes do not fit together.
        """
        (input_name, side), (output_name, length) = source, result
        graph = helper.make_graph(
            self._nodes,
            producer,
            [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, ["N", 3, side, side])],
            [helper.make_tensor_value_info(output_name, TensorProto.FLOAT, ["N", length])],
            self._weights,
        )
        model = helper.make_model(
            graph, producer_name="hallwatch", opset_imports=[helper.make_opsetid("", OPSET)]
        )
        model.ir_version = IR_VERSION
        try:
            onnx.checker.check_model(model, full_check=True)
        except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
            raise PackError(f"the weights do not make a whole {producer}: {error}".splitlines()[0]) from error
        path.write_bytes(model.SerializeToString(deterministic=True))
