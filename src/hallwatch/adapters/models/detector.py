"""Finding faces: one graph, compiled for each canvas it meets, and a decoder for its family."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from hallwatch.adapters.models import centerface, yunet
from hallwatch.adapters.models.canvas import lay_out
from hallwatch.adapters.models.engine import Effect, Engine, Graph, Tensor
from hallwatch.core.geometry import Floats, suppress_doubles
from hallwatch.core.model import Box, Face, Pixels

Decoder: TypeAlias = Callable[[Mapping[str, Tensor], int, int, float], tuple[Floats, Floats, Floats]]
"""(outputs, canvas rows, canvas columns, least score) -> boxes N x 4, points N x 5 x 2, scores N."""


@dataclass(frozen=True, slots=True)
class Family:
    """How a kind of detector is used: its decoder, and the longer side of its canvas in pixels.

    Canvases are a measured compromise: at 960 a 20-pixel face of a 1280 x 720 camera is still found, and the
    median decision score of listed people stayed the same as at 1280 for half the time (docs/measurements.md).
    """

    decode: Decoder
    working_side: int


FAMILIES = {"yunet": Family(yunet.decode, 960), "centerface": Family(centerface.decode, 640)}
LEAST_SCORE = 0.5
MOST_OVERLAP = 0.4
COMPILED_SHAPES = 3
"""Each compiled canvas costs tens of MB; cameras of one building rarely have more than three sizes."""


class Detector:
    """Detects faces; owned by one thread."""

    def __init__(self, engine: Engine, path: Path, family: str) -> None:
        self._engine, self._path, self._family = engine, path, FAMILIES[family]
        self._graphs: OrderedDict[tuple[int, ...], Graph] = OrderedDict()
        self.effect: Effect | None = None

    def detect(self, image: Pixels, *, long_side: int | None = None, square: bool = False) -> list[Face]:
        """Every face in ``image`` (BGR), best score first, in the image's own pixels."""
        canvas = lay_out(image, long_side or self._family.working_side, square=square)
        _, _, rows, columns = canvas.tensor.shape
        outputs = self._graph(canvas.tensor.shape).run(canvas.tensor)
        boxes, points, scores = self._family.decode(outputs, rows, columns, LEAST_SCORE)
        keep = suppress_doubles(boxes, scores, MOST_OVERLAP)
        return [
            Face(Box(*(boxes[i] / canvas.scale).tolist()), points[i] / canvas.scale, float(scores[i]))
            for i in keep
        ]

    def _graph(self, shape: tuple[int, ...]) -> Graph:
        graph = self._graphs.pop(shape, None) or self._engine.compile(self._path, shape)
        self._graphs[shape] = graph
        if len(self._graphs) > COMPILED_SHAPES:
            self._graphs.popitem(last=False)
        self.effect = graph.effect
        return graph
