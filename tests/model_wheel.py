"""Makes small wheels, so that pip itself can be asked for them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest


def empty_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for wheels, and pip's own settings that name it and nothing else."""
    index = folder / "index"
    index.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return index


def make_wheel(folder: Path, project: str, version: str, members: Mapping[str, bytes]) -> Path:
    """Write a wheel with ``members`` to ``folder``, valid enough for ``pip download``."""
    name = project.replace("-", "_")
    info = f"{name}-{version}.dist-info"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    metadata = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for member, content in {**members, **metadata}.items():
            wheel.writestr(member, content)
    return path
