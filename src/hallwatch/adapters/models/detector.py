"""Finding faces: one graph, compiled for each canvas it meets, and a decoder for its family."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np

from hallwatch.adapters.models import centerface, yunet
from hallwatch.adapters.models.canvas import cut_square, lay_out
from hallwatch.adapters.models.engine import Effect, Engine, Graph, Tensor
from hallwatch.core.geometry import Floats, suppress_doubles
from hallwatch.core.model import Box, Face, Pixels, Points

Decoder: TypeAlias = Callable[[Mapping[str, Tensor], int, int, float], tuple[Floats, Floats, Floats]]
"""(outputs, canvas rows, canvas columns, least score) -> boxes N x 4, points N x 5 x 2, scores N."""


FAMILIES: Mapping[str, Decoder] = {"yunet": yunet.decode, "centerface": centerface.decode}
CLOSER_SIDE, CLOSER_PX = 192, (96, 128)
"""A face is looked at again in a square canvas of this side, in which it has these heights; the first is for every
shot. What networks for small faces see best."""
LEAST_SIDE, LEAST_SCALE = 640, 0.5
"""Cameras are searched at half their size, but at no less than 640 pixels: faces that can be recognised are at
least twice as large as those that can be found (docs/decisions/007-half-size-and-a-closer-look.md)."""
LEAST_SCORE = 0.5
OFF_CENTRE = 0.15
"""In the closer look, the face's centre is this share of the canvas from its middle at most."""
MOST_OVERLAP = 0.4
COMPILED_SHAPES = 4
"""Each compiled canvas costs up to tens of MB. One is that of the closer look; cameras of one worker rarely have
more than three sizes."""


class Detector:
    """Detects faces; owned by one thread."""

    def __init__(self, engine: Engine, path: Path, family: str) -> None:
        self._engine, self._path, self._decode = engine, path, FAMILIES[family]
        self._graphs: OrderedDict[tuple[int, ...], Graph] = OrderedDict()
        self.effect: Effect | None = None

    def detect(self, image: Pixels, *, long_side: int | None = None, square: bool = False) -> list[Face]:
        """Every face in ``image`` (BGR), best score first, in the image's own pixels."""
        canvas = lay_out(image, long_side or working_side(image), square=square)
        _, _, rows, columns = canvas.tensor.shape
        outputs = self._graph(canvas.tensor.shape).run(canvas.tensor)
        boxes, points, scores = self._decode(outputs, rows, columns, LEAST_SCORE)
        keep = suppress_doubles(boxes, scores, MOST_OVERLAP)
        return [
            Face(Box(*(boxes[i] / canvas.scale).tolist()), points[i] / canvas.scale, float(scores[i]))
            for i in keep
        ]

    def look_closer(self, image: Pixels, face: Face, *, carefully: bool = False) -> Face:
        """The same face with its landmarks measured again: cut out at the size that the network sees best, once
        as it is and once mirrored, and averaged. Where neither look finds it, the face as it was.

        ``carefully`` takes more looks, for photos of a list: they are made once and searched for years.
        """
        looks = [
            points
            for px in (CLOSER_PX if carefully else CLOSER_PX[:1])
            for points in self._looks(image, face, px)
        ]
        if not looks:
            return face
        known = [face.points] if carefully else []
        return Face(face.box, np.mean([*known, *looks], axis=0, dtype=np.float32), face.score)

    def _looks(self, image: Pixels, face: Face, px: int) -> list[Points]:
        """The face's landmarks (in the picture) as found with the face ``px`` high, and mirrored."""
        cut = cut_square(image, face.box, CLOSER_SIDE, px)
        plain, turned = (
            self._middle_face(cut.pixels),
            self._middle_face(np.ascontiguousarray(cut.pixels[:, ::-1])),
        )
        found = [plain, None if turned is None else _mirrored(turned, CLOSER_SIDE)]
        return [cut.in_picture(points) for points in found if points is not None]

    def _middle_face(self, cut: Pixels) -> Points | None:
        """The landmarks of the best face in the middle of a square picture."""
        side = len(cut)
        for face in self.detect(cut, long_side=side, square=True):
            x, y = face.box.centre
            if max(abs(x - side / 2), abs(y - side / 2)) < OFF_CENTRE * side:
                return face.points
        return None

    def _graph(self, shape: tuple[int, ...]) -> Graph:
        graph = self._graphs.pop(shape, None) or self._engine.compile(self._path, shape)
        self._graphs[shape] = graph
        if len(self._graphs) > COMPILED_SHAPES:
            self._graphs.popitem(last=False)
        self.effect = graph.effect
        return graph


def working_side(image: Pixels) -> int:
    """The longer side of the canvas on which a camera's picture is searched, in pixels."""
    height, width = image.shape[:2]
    return max(LEAST_SIDE, int(LEAST_SCALE * max(height, width)))


def _mirrored(points: Points, side: int) -> Points:
    """Landmarks of a mirrored picture in the picture itself: left and right change places."""
    back = points[[1, 0, 2, 4, 3]].copy()
    back[:, 0] = side - 1 - back[:, 0]
    return back
