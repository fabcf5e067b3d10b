"""The way of a face in one camera: what is kept of a passing, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hallwatch.adapters.images import encode_jpeg, luma_of
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.core.decide import Incidents
from hallwatch.core.decide.rule import AGREE
from hallwatch.core.decide.threshold import for_rate
from hallwatch.core.events import Sighting
from hallwatch.core.model import Box, Face, Frame, Listing, Person, Pixels, Template, Templates
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.core.recognise.quality import plausible
from hallwatch.core.shield import BLOCKS
from hallwatch.flow.watching import Looking, Watching
from tests.faces import face
from tests.watching import END, made_up_calibration, opened, portrait

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def retail(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> FacePack:
    """The pack at work."""
    return opened(tmp_path_factory.getbasetemp() / "packs", shared)


def frame(picture: Pixels, at_s: float) -> Frame:
    """A picture of the camera "hall"."""
    return Frame(
        "hall", round(at_s * 10), START + timedelta(seconds=at_s), at_s, luma_of(picture), lambda: picture
    )


def passing_by(shared: Path, number: int, seconds: float, *, since_s: float = 0.0) -> list[Frame]:
    """A portrait that drifts through a grey picture, five frames a second."""
    frames = []
    for step in range(round(seconds * 5)):
        picture = np.full((360, 640, 3), 120, np.uint8)
        left = 60 + 12 * step
        picture[60:310, left : left + 250] = portrait(shared, number)
        frames.append(frame(picture, since_s + step / 5))
    return frames


def watching(model: FacePack, template: Template, today: date) -> Watching:
    """The camera "hall", watched for one person whose listing ends on END."""
    gallery = Gallery(model.fingerprint, model.dimensions)
    gallery.put({"P1": template[None]}, model.fingerprint)
    return Watching(
        camera="hall",
        building="main",
        looking=Looking(model),
        pack=model.name,
        gallery=gallery,
        people={"P1": Person("P1", "Sample", "One", (Listing("trespass", "test", END),))},
        threshold=for_rate(made_up_calibration(), 0.003, 1),
        incidents=Incidents(),
        encode=encode_jpeg,
        today=lambda: today,
    )


def template_of(model: FacePack, picture: Pixels) -> Template:
    """The template of a portrait."""
    return np.asarray(model.embed(picture, model.detect_photo(picture)[:1])[0])


def told(camera: Watching, frames: Sequence[Frame]) -> list[Sighting]:
    """Everything that the camera tells about these frames."""
    return [sighting for one in frames for sighting in camera.step(one)]


def test_a_listed_person_is_told_and_a_stranger_is_not(retail: FacePack, shared: Path) -> None:
    camera = watching(retail, template_of(retail, portrait(shared, 0)), END)
    assert told(camera, passing_by(shared, 1, 1.0)) == []
    sightings = told(camera, passing_by(shared, 0, 1.0, since_s=5.0))
    assert [one.improves for one in sightings] == [False] + [True] * (len(sightings) - 1)
    first = sightings[0]
    assert (first.external_id, first.lists, first.at) == (
        "P1",
        ("trespass",),
        START + timedelta(seconds=5.0 + (AGREE - 1) / 5),
    )
    assert first.score >= first.threshold
    assert first.shot_jpeg is not None
    assert first.shot_jpeg[:2] == b"\xff\xd8"


def test_somebody_seen_again_soon_improves_the_same_alert_and_later_is_another(
    retail: FacePack, shared: Path
) -> None:
    camera = watching(retail, template_of(retail, portrait(shared, 0)), END)
    runs = [told(camera, passing_by(shared, 0, 0.8, since_s=since)) for since in (0.0, 300.0, 1200.0)]
    assert [run[0].improves for run in runs] == [False, True, False]
    assert runs[0][0].alert_id == runs[1][0].alert_id != runs[2][0].alert_id


def test_a_listing_that_has_ended_meanwhile_raises_nothing(retail: FacePack, shared: Path) -> None:
    camera = watching(retail, template_of(retail, portrait(shared, 0)), END + timedelta(days=1))
    assert told(camera, passing_by(shared, 0, 1.0)) == []


def test_of_a_passing_nothing_is_kept_when_it_has_ended_even_if_nothing_moves_any_more(
    retail: FacePack, shared: Path
) -> None:
    looking = Looking(retail)
    frames = passing_by(shared, 0, 1.0)
    for one in frames:
        looking.step(one)
    assert [len(passing.evidence.shots) > 0 for passing in looking.passings.values()] == [True]
    empty = np.full((360, 640, 3), 120, np.uint8)
    for step in range(10):
        looking.step(frame(empty, 1.0 + step / 5))
    assert looking.looked == len(frames) + 1
    assert looking.passings == {}


class Seeing:
    """A face model that sees two chosen faces; the second has landmarks that no face can have."""

    fingerprint, dimensions = "chosen", 4

    def __init__(self) -> None:
        mine = face(300, 180, 80)
        self.faces = [mine, Face(Box(360, 140, 424, 220), np.full((5, 2), 392, np.float32), 0.6)]

    def detect(self, image: Pixels) -> list[Face]:
        return self.faces

    def detect_photo(self, photo: Pixels) -> list[Face]:
        return self.faces

    def embed(self, image: Pixels, faces: Sequence[Face]) -> Templates:
        return np.eye(4, dtype=np.float32)[: len(faces)]

    def embed_photo(self, photo: Pixels, face: Face) -> Template:
        return np.asarray(self.embed(photo, [face])[0])


def test_whatever_the_detector_takes_for_a_face_is_shielded_in_a_shot() -> None:
    model = Seeing()
    assert [plausible(one) for one in model.faces] == [True, False]
    picture = np.random.default_rng(0).integers(0, 255, (360, 640, 3), dtype=np.uint8)
    (passing,) = Looking(model).step(frame(picture, 0.0))
    shot = passing.evidence.shots[0].around
    assert shot is not None
    left, top = (300 - 32 - 80), 180 - 40 - 80
    other = shot[145 - top : 215 - top, 362 - left :]
    assert len(np.unique(other.reshape(-1, 3), axis=0)) <= BLOCKS * BLOCKS
