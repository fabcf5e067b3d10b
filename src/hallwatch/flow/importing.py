"""From rows of a list to people in the gallery: each photo read, its person found, its template made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hallwatch.core.model import Face, Person, Pixels, Template
from hallwatch.core.recognise.enrol import dominant
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.core.recognise.quality import LEAST_PX, plausible
from hallwatch.core.watchlist import Refusal, Watchlist, people_of
from hallwatch.errors import EnrolmentError, ImageError
from hallwatch.ports import FaceModel, Images


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The people who can be found, and what could not be used.

    ``photos`` names each person's usable photos, in the order of the gallery's templates.
    """

    gallery: Gallery
    people: dict[str, Person]
    photos: dict[str, tuple[str, ...]]
    refused: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]


def enrol_photo(photo: Pixels, model: FaceModel) -> tuple[Template, str | None]:
    """The template of a photo's person, and a warning when other faces were passed over.

    Raises EnrolmentError when there is no face, when the face is too small, or when two may be meant.
    """
    return enrol_face(photo, model.detect_photo(photo), model)


def enrol_face(photo: Pixels, faces: Sequence[Face], model: FaceModel) -> tuple[Template, str | None]:
    """The same of a photo in which these faces were detected."""
    height, width = photo.shape[:2]
    chosen = dominant([face for face in faces if plausible(face)], width, height)
    if chosen is None:
        raise EnrolmentError("no face found; use a photo that shows one face from the front")
    if chosen.rival is not None:
        raise EnrolmentError("two faces are about as large and central; cut the photo to the one person")
    if chosen.face.px < LEAST_PX:
        raise EnrolmentError(
            f"the face is {chosen.face.px} pixels high, needs {LEAST_PX}; use a larger photo"
        )
    warning = None
    if chosen.others:
        others = "1 other face" if chosen.others == 1 else f"{chosen.others} other faces"
        warning = f"{others} in the photo passed over, the largest and most central is used"
    return model.embed_photo(photo, chosen.face), warning


def enrol(
    watchlist: Watchlist,
    images: Images,
    model: FaceModel,
    *,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Enrolled:
    """Put everybody on the list whose photo can be used into a new gallery.

    ``progress`` hears (photos done, photos in all). Rows whose photo cannot be used join the refused ones; a
    person stays when another row's photo is good.
    """
    templates: dict[str, dict[str, Template]] = {}
    refused, warnings, good = list(watchlist.refused), [], []
    for done, row in enumerate(watchlist.rows, start=1):
        mine = templates.setdefault(row.external_id, {})
        try:
            if row.photo not in mine:
                mine[row.photo], warning = enrol_photo(images.read(row.photo), model)
                if warning:
                    warnings.append(Refusal(row.number, f"{row.photo}: {warning}"))
            good.append(row)
        except ImageError as error:
            refused.append(Refusal(row.number, str(error)))
        except EnrolmentError as error:
            refused.append(Refusal(row.number, f"{row.photo}: {error}"))
        progress(done, len(watchlist.rows))
    gallery = Gallery(model.fingerprint, model.dimensions)
    found = {person: np.stack(list(mine.values())) for person, mine in templates.items() if mine}
    gallery.put(found, model.fingerprint)
    people = {person.external_id: person for person in people_of(good)}
    photos = {person: tuple(mine) for person, mine in templates.items() if mine}
    return Enrolled(gallery, people, photos, tuple(sorted(refused, key=lambda r: r.row)), tuple(warnings))
