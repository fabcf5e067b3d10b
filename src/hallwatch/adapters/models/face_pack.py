"""A model pack at work: one detector, one or more embedders whose templates are joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

import cv2
import numpy as np

from hallwatch.adapters.models.detector import Detector
from hallwatch.adapters.models.embedder import Embedder, join
from hallwatch.adapters.models.engine import Effect
from hallwatch.core.decide import Calibration
from hallwatch.core.model import Box, Face, Pixels, Template, Templates
from hallwatch.core.recognise.centre import centred
from hallwatch.core.recognise.turning import turned, turning_matrix

PHOTO_SIDE, WIDE_PHOTO_SIDE = 320, 640
"""Canvases for photos: a portrait's face is large on the first, which is the cheaper to keep; the second is for photos
that show somebody far off (the detectors are made for faces of about 10 to 300 pixels)."""
LARGE_SHARE = 0.15
"""A face that is this share of a photo's longer side high is large."""


class FacePack:
    """Implements ports.FaceModel; owned by one thread."""

    def __init__(
        self,
        *,
        name: str,
        fingerprint: str,
        detector: Detector,
        embedders: Sequence[Embedder],
        calibration: Calibration | None = None,
        warnings: tuple[str, ...] = (),
        turn: bytes | None = None,
    ) -> None:
        """``turn`` is the secret of a site (32 bytes): templates then come turned by its matrix."""
        self.name, self.fingerprint = name, fingerprint
        self.calibration, self.warnings = calibration, warnings
        self.detector, self.embedders = detector, tuple(embedders)
        self.dimensions = sum(embedder.spec.dimensions for embedder in embedders)
        self.parts = _parts(embedder.spec.dimensions for embedder in embedders)
        self._weights = [embedder.spec.weight for embedder in embedders]
        self._centre = _centre_of(calibration)
        self._turn = None if turn is None else turning_matrix(turn, self.dimensions)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What each embedder really runs on."""
        return tuple(embedder.effect for embedder in self.embedders)

    def detect(self, image: Pixels, *, long_side: int | None = None, square: bool = False) -> list[Face]:
        """Every face in the picture (BGR), best score first, in the picture's own coordinates."""
        return self.detector.detect(image, long_side=long_side, square=square)

    def detect_photo(self, photo: Pixels) -> list[Face]:
        """The same for a still photo of a person, of any size and however tightly cut."""
        longer = max(photo.shape[:2])
        faces = self.detect(photo, long_side=PHOTO_SIDE, square=True)
        if longer > PHOTO_SIDE and all(face.box.height < LARGE_SHARE * longer for face in faces):
            faces = self.detect(photo, long_side=WIDE_PHOTO_SIDE, square=True)
        return faces or self._detect_with_margin(photo)

    def _detect_with_margin(self, photo: Pixels) -> list[Face]:
        """A face that fills the photo is only found when there is something around it."""
        small, scale = _at_most(photo, WIDE_PHOTO_SIDE)
        edge = max(small.shape[:2]) // 2
        wider = np.pad(small, ((edge, edge), (edge, edge), (0, 0)), mode="edge")
        faces = self.detect(wider, long_side=PHOTO_SIDE, square=True)
        return [
            Face(
                Box(*((side - edge) / scale for side in (f.box.left, f.box.top, f.box.right, f.box.bottom))),
                np.asarray((f.points - edge) / scale, dtype=np.float32),
                f.score,
            )
            for f in faces
        ]

    def embed(self, image: Pixels, faces: Sequence[Face]) -> Templates:
        """One unit template a face, cut from the full-size picture (len(faces) x dimensions, float32)."""
        if not faces:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.stack([self._template(image, self.detector.look_closer(image, face)) for face in faces])

    def embed_photo(self, photo: Pixels, face: Face) -> Template:
        """The unit template (dimensions,) of the person of a still photo, with more care than a shot is given."""
        return self._template(photo, self.detector.look_closer(photo, face, carefully=True))

    def _template(self, image: Pixels, face: Face) -> Template:
        template = join([part.embed(image, face) for part in self.embedders], self._weights)
        if self._centre is not None:
            template = centred(template[None], self._centre, self.parts)[0]
        return template if self._turn is None else turned(template, self._turn)


def _parts(dimensions: Iterable[int]) -> tuple[slice, ...]:
    """Each embedder's place in the joined template."""
    ends = list(accumulate(dimensions))
    return tuple(slice(start, end) for start, end in zip([0, *ends], ends, strict=False))


def _centre_of(calibration: Calibration | None) -> Template | None:
    if calibration is None or not calibration.centre:
        return None
    return np.array(calibration.centre, dtype=np.float32)


def _at_most(photo: Pixels, side: int) -> tuple[Pixels, float]:
    """The photo with its longer side at most ``side`` pixels, and its scale."""
    rows, columns = photo.shape[:2]
    scale = min(1.0, side / max(rows, columns))
    if scale == 1.0:
        return photo, scale
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), dtype=np.uint8), scale
