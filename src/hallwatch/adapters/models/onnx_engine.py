"""ONNX Runtime: the optional engine for CUDA, behind the same port as OpenVINO. Float32 only, no second
choice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hallwatch.adapters.models.engine import Effect, Tensor
from hallwatch.errors import PackError

try:
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as native
except ModuleNotFoundError as error:
    raise PackError("ONNX Runtime is not installed; type: pip install 'hallwatch[onnx]'") from error

PROVIDERS = {"CPU": "CPUExecutionProvider", "CUDA": "CUDAExecutionProvider"}
FAILURES: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    *(kind for kind in vars(native).values() if isinstance(kind, type) and issubclass(kind, Exception)),
)
"""ONNX Runtime's errors; they have no common base of their own."""
FATAL_ONLY = 4
"""Its warnings about unused initialisers say nothing to a user; errors are raised anyhow."""


class OnnxGraph:
    """One session; owned by one thread."""

    def __init__(self, session: onnxruntime.InferenceSession, effect: Effect) -> None:
        self._session, self.effect = session, effect
        self._input = session.get_inputs()[0].name
        self._outputs = [output.name for output in session.get_outputs()]

    def run(self, tensor: Tensor) -> Mapping[str, Tensor]:
        """Run on a float32 tensor of the compiled shape; outputs by name, each a copy."""
        values = self._session.run(self._outputs, {self._input: tensor})
        return {
            name: np.asarray(value, dtype=np.float32)
            for name, value in zip(self._outputs, values, strict=True)
        }


class OnnxEngine:
    """Loads for one device; a device that is not there is an error, never the processor in its place."""

    def __init__(self, *, precision: str = "auto", device: str = "CPU") -> None:
        if precision not in ("auto", "f32"):
            raise PackError(f"ONNX Runtime computes in f32 here, not {precision}; use precision auto or f32")
        if device not in PROVIDERS:
            raise PackError(f"ONNX Runtime has no device {device!r}; use one of {', '.join(PROVIDERS)}")
        self._device, self._provider = device, PROVIDERS[device]
        if self._provider not in onnxruntime.get_available_providers():
            raise PackError(
                f"this ONNX Runtime cannot use {device}; for CUDA type: pip install onnxruntime-gpu"
            )

    def compile(self, path: Path, shape: tuple[int, ...]) -> OnnxGraph:
        """The graph in ``path`` for one input shape (N, C, H, W). Raises PackError when it cannot."""
        if path.suffix != ".onnx":
            raise PackError(f"ONNX Runtime cannot read {path.name}; use the engine openvino for this pack")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = FATAL_ONLY
        try:
            session = onnxruntime.InferenceSession(str(path), options, providers=[self._provider])
        except FAILURES as error:
            first = str(error).strip().splitlines()[0]
            raise PackError(f"ONNX Runtime cannot load {path.name}: {first}") from error
        if session.get_providers()[0] != self._provider:
            raise PackError(
                f"ONNX Runtime loaded {path.name} on {session.get_providers()[0]}, not on {self._device}"
            )
        session.disable_fallback()
        expected = session.get_inputs()[0].shape
        fits = len(expected) == len(shape) and all(
            not isinstance(want, int) or want == have for want, have in zip(expected, shape, strict=True)
        )
        if not fits:
            raise PackError(f"ONNX Runtime cannot load {path.name} for input {shape}: it wants {expected}")
        return OnnxGraph(session, Effect("onnxruntime", self._device, "f32"))
