"""A face as numbers: cut out of the picture, turned upright, run through one network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from hallwatch.adapters.models.engine import Effect, Engine, Tensor
from hallwatch.core.geometry import similarity_transform
from hallwatch.core.model import Face, Pixels, Template

DETAIL = 1.5
"""A face more than this many times larger than the chip is first averaged down, or it would alias."""

ENLARGED = 1.3
"""A face enlarged by more than this is sharpened: the networks were trained on faces of chip size, and on simulated
passes sharpening found 81 instead of 76 of 100 listed faces at one false match in 10,000 comparisons."""


@dataclass(frozen=True, slots=True)
class EmbedderSpec:
    """One embedder of a pack: ``points`` are the five landmarks in the chip (pixels of ``size`` x ``size``)."""

    size: int
    colour: str
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]
    points: tuple[tuple[float, float], ...]
    dimensions: int
    weight: float
    mirrored: bool


class Embedder:
    """Runs one network; owned by one thread. Templates have unit length."""

    def __init__(self, engine: Engine, path: Path, spec: EmbedderSpec) -> None:
        self.spec = spec
        self._points = np.array(spec.points, dtype=np.float32)
        self._mean = np.array(spec.mean, dtype=np.float32)[:, None, None]
        self._scale = np.array(spec.scale, dtype=np.float32)[:, None, None]
        # A face and its mirror image go through in one request.
        self._batch = 2 if spec.mirrored else 1
        self._graph = engine.compile(path, (self._batch, 3, spec.size, spec.size))

    @property
    def effect(self) -> Effect:
        return self._graph.effect

    def embed(self, image: Pixels, face: Face) -> Template:
        """The unit template (dimensions,) of a face in ``image`` (BGR 0..255)."""
        return self.embed_chip(self.chip(image, face))

    def chip(self, image: Pixels, face: Face) -> Pixels:
        """The aligned face: size x size x 3, BGR 0..255, black where the picture ends."""
        side = self.spec.size
        matrix = similarity_transform(face.points, self._points)
        shrink = 1.0 / max(float(np.hypot(matrix[0, 0], matrix[1, 0])), 1e-6)
        if shrink > DETAIL:
            image, matrix = _averaged(image, face, matrix, shrink)
        if shrink > 1.0 / ENLARGED:
            chip = cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR)
        else:
            chip = _crisp(cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_CUBIC), 1.0 / shrink)
        return np.asarray(chip, dtype=np.uint8)

    def embed_chip(self, chip: Pixels) -> Template:
        """The unit template of an aligned face (size x size x 3, BGR 0..255)."""
        colours = chip if self.spec.colour == "bgr" else chip[:, :, ::-1]
        planes = (colours.transpose(2, 0, 1).astype(np.float32) - self._mean) / self._scale
        batch = np.stack([planes, planes[:, :, ::-1]]) if self._batch == 2 else planes[None]
        output = next(iter(self._graph.run(np.ascontiguousarray(batch)).values()))
        return unit(output.reshape(self._batch, -1).sum(axis=0))


def join(templates: Sequence[Template], weights: Sequence[float]) -> Template:
    """Unit templates of several embedders as one, whose inner product is the weighted mean of their cosines."""
    return unit(np.concatenate([t * np.sqrt(w) for t, w in zip(templates, weights, strict=True)]))


def unit(vector: Tensor) -> Template:
    """``vector`` at length one."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)


def _crisp(chip: MatLike, enlarged: float) -> NDArray[np.uint8]:
    """Unsharp masking at the scale of the original's pixels: the chip plus what its blurred copy lacks."""
    blurred = cv2.GaussianBlur(chip, (0, 0), 0.5 * enlarged)
    return np.asarray(cv2.addWeighted(chip, 2.0, blurred, -1.0, 0.0), dtype=np.uint8)


def _averaged(image: Pixels, face: Face, matrix: Tensor, shrink: float) -> tuple[Pixels, Tensor]:
    """The face's surroundings at about chip size, and the transform that fits them."""
    margin = max(face.box.width, face.box.height)
    left, top = max(0, int(face.box.left - margin)), max(0, int(face.box.top - margin))
    crop = image[top : int(face.box.bottom + margin) + 1, left : int(face.box.right + margin) + 1]
    rows, columns = crop.shape[:2]
    size = max(1, round(columns / shrink)), max(1, round(rows / shrink))
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
    ratio_x, ratio_y = columns / size[0], rows / size[1]
    # Pixel centres: x_full = (x_small + 0.5) * ratio - 0.5 + left
    into = np.array(
        [
            [ratio_x, 0, 0.5 * ratio_x - 0.5 + left],
            [0, ratio_y, 0.5 * ratio_y - 0.5 + top],
            [0, 0, 1],
        ],
        dtype=np.float64,
    )
    return np.asarray(small, dtype=np.uint8), (matrix.astype(np.float64) @ into).astype(np.float32)
