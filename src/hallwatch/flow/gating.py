"""The photo gate at work: one photo judged as enrolment will see it, and strangers' photos made a cohort."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import numpy as np

from hallwatch.core.model import Luma, Pixels, Template, Templates
from hallwatch.core.recognise.gate import Level, Verdict, judge_photo
from hallwatch.core.recognise.gate_table import GateTable
from hallwatch.errors import EnrolmentError, ImageError
from hallwatch.flow.importing import enrol_face, enrol_photo
from hallwatch.ports import FaceModel, Images


def gate_photo(
    photo: Pixels,
    model: FaceModel,
    luma_of: Callable[[Pixels], Luma],
    table: GateTable | None,
    *,
    taken: date | None = None,
    today: date | None = None,
) -> Verdict:
    """The verdict on a photo; ``table`` is what was measured for the model's pack, ``taken`` the photo's day."""
    return judge_photo(model.detect_photo(photo), luma_of(photo), table, taken=taken, today=today)


def gate_and_enrol(
    photo: Pixels, model: FaceModel, luma_of: Callable[[Pixels], Luma], table: GateTable | None
) -> tuple[Template, Verdict]:
    """Template and verdict of a photo, its faces detected once. Raises EnrolmentError for one that is refused."""
    faces = model.detect_photo(photo)
    verdict = judge_photo(faces, luma_of(photo), table)
    if verdict.level is Level.REFUSED:
        raise EnrolmentError(verdict.text)
    return enrol_face(photo, faces, model)[0], verdict


def cohort_of(photos: Iterable[str], images: Images, model: FaceModel) -> Templates:
    """Templates (N x D) of strangers, one a photo; photos that cannot be used are passed over."""
    templates = []
    for name in photos:
        try:
            templates.append(enrol_photo(images.read(name), model)[0])
        except (EnrolmentError, ImageError):
            continue
    return np.stack(templates) if templates else np.zeros((0, model.dimensions), np.float32)
