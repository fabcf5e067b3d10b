"""What the environment says about this installation."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from hallwatch.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Environment:
    """Where Hallwatch keeps its own files (``home``), where it may find models (``models``), and what runs them."""

    home: Path
    models: Path | None
    engine: str = "openvino"
    device: str = "CPU"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Environment:
        """HALLWATCH_HOME (default: the user's data folder), HALLWATCH_MODELS (default: none), HALLWATCH_ENGINE
        (openvino or onnxruntime) and HALLWATCH_DEVICE (CPU, GPU, CUDA ... as the engine calls it).

        Raises SettingsError when HALLWATCH_MODELS names something that is not a folder.
        """
        home = environ.get("HALLWATCH_HOME") or platformdirs.user_data_dir("hallwatch", appauthor=False)
        models = environ.get("HALLWATCH_MODELS")
        if models and not Path(models).is_dir():
            raise SettingsError(f"HALLWATCH_MODELS names {models}, which is not a folder; mend or unset it")
        return cls(
            Path(home).expanduser().absolute(),
            Path(models).absolute() if models else None,
            environ.get("HALLWATCH_ENGINE") or "openvino",
            environ.get("HALLWATCH_DEVICE") or "CPU",
        )
