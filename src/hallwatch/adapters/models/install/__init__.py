"""What is done once to a published file so that it becomes a graph: read, rebuilt, checked, written.

Nothing read here is ever executed: an ONNX file, a stream of layers and a pickle are taken as data. This is
the only place that imports the ``onnx`` package, and only when a pack is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hallwatch.adapters.models.install.centerface import build_centerface
from hallwatch.adapters.models.install.dlib_graph import build_dlib
from hallwatch.adapters.models.install.mobilefacenet import build_mobilefacenet

RECIPES: dict[str, Callable[[Path, Path], None]] = {
    "centerface": build_centerface,
    "dlib": build_dlib,
    "mobilefacenet": build_mobilefacenet,
}
"""Recipe name -> function(published file, graph to write). Each raises PackError when the file is not as
expected."""
