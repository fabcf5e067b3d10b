"""What the environment says about this installation."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from hallwatch.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Environment:
    """Where Hallwatch keeps its own files (``home``), where it may find models (``models``), what runs them, and the
    master key when the environment gives it."""

    home: Path
    models: Path | None
    engine: str = "openvino"
    device: str = "CPU"
    master_key: str | None = field(default=None, repr=False)
    master_key_file: Path | None = None
    jurisdiction: str | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Environment:
        """HALLWATCH_HOME (default: the user's data folder), HALLWATCH_MODELS (default: none), HALLWATCH_ENGINE
        (openvino or onnxruntime) and HALLWATCH_DEVICE (CPU, GPU, CUDA ... as the engine calls it).

        HALLWATCH_JURISDICTION is whose law applies to a live camera, where a command does not say.

        The master key, first found: HALLWATCH_MASTER_KEY (the key itself), HALLWATCH_MASTER_KEY_FILE, systemd's
        credential ``hallwatch-master-key``.

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
            environ.get("HALLWATCH_MASTER_KEY") or None,
            _master_key_file(environ),
            environ.get("HALLWATCH_JURISDICTION") or None,
        )


def _master_key_file(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get("HALLWATCH_MASTER_KEY_FILE"):
        return Path(named).absolute()
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        credential = Path(folder) / "hallwatch-master-key"
        return credential if credential.exists() else None
    return None
