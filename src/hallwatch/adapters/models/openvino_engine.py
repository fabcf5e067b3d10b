"""OpenVINO: reads ONNX and IR, one thread a request, precision and device as asked or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import openvino

from hallwatch.adapters.models.engine import Effect, Tensor
from hallwatch.errors import PackError

PRECISIONS = {"auto": None, "f32": "f32", "bf16": "bf16"}
_SHORT = {"float32": "f32", "bfloat16": "bf16", "float16": "f16"}


class OpenVinoGraph:
    """One compiled graph with one inference request; owned by one thread."""

    def __init__(self, compiled: openvino.CompiledModel, device: str) -> None:
        self._request = compiled.create_infer_request()
        # A port may bear several names (its own and that of the node before it); answer to each.
        self._names = [port.get_names() or {str(index)} for index, port in enumerate(compiled.outputs)]
        kind = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
        self.effect = Effect("openvino", device, _SHORT.get(kind, kind))

    def run(self, tensor: Tensor) -> Mapping[str, Tensor]:
        """Run on a float32 tensor of the compiled shape; outputs by name, each a copy."""
        self._request.infer({0: tensor}, share_inputs=True)
        outputs: dict[str, Tensor] = {}
        for index, names in enumerate(self._names):
            value = np.array(self._request.get_output_tensor(index).data, dtype=np.float32)
            outputs.update(dict.fromkeys(names, value))
        return outputs


class OpenVinoEngine:
    """Compiles for one device at one precision; a wish the device cannot fulfil is an error."""

    def __init__(self, *, precision: str = "auto", device: str = "CPU") -> None:
        if precision not in PRECISIONS:
            raise PackError(f"precision {precision!r} is unknown; use one of {', '.join(PRECISIONS)}")
        self._core = openvino.Core()
        if device.split(".")[0] not in {name.split(".")[0] for name in self._core.available_devices}:
            raise PackError(
                f"OpenVINO has no device {device!r} here; it has {', '.join(self._core.available_devices)}"
            )
        able = self._core.get_property(device, "OPTIMIZATION_CAPABILITIES")
        if precision == "bf16" and "BF16" not in able:
            raise PackError("this processor has no bfloat16; use precision auto or f32")
        self._device = device
        self._settings: dict[str, object] = {"NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
        if device == "CPU":
            self._settings["INFERENCE_NUM_THREADS"] = 1
            # Otherwise the calling thread is bound to a core, every process to the same one, and workers share it.
            self._settings["ENABLE_CPU_PINNING"] = False
        if wish := PRECISIONS[precision]:
            self._settings["INFERENCE_PRECISION_HINT"] = wish
        elif device == "CPU":
            # Say what auto means here instead of leaving it to the plug-in: bfloat16 where the processor has it.
            self._settings["INFERENCE_PRECISION_HINT"] = "bf16" if "BF16" in able else "f32"

    def compile(self, path: Path, shape: tuple[int, ...]) -> OpenVinoGraph:
        """The graph in ``path`` for one input shape (N, C, H, W). Raises PackError when it cannot."""
        try:
            model = self._core.read_model(str(path))
            model.reshape(list(shape))
            return OpenVinoGraph(self._core.compile_model(model, self._device, self._settings), self._device)
        except RuntimeError as error:
            first = str(error).strip().splitlines()[0]
            raise PackError(f"OpenVINO cannot load {path.name} for input {shape}: {first}") from error
