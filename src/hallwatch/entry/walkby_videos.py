"""Watching videos whose truth is known, at several thresholds in one look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hallwatch.adapters.images import encode_jpeg
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.core.decide import Threshold
from hallwatch.core.events import CameraState, Sighting
from hallwatch.core.model import Frame
from hallwatch.entry.camera import Camera
from hallwatch.entry.rounds import in_media_order
from hallwatch.errors import UserError
from hallwatch.flow.importing import Enrolled
from hallwatch.flow.measuring import TruePass, WalkbyReport, judge_alerts, together
from hallwatch.flow.watching import Looking, Watching


class _Pass(BaseModel):
    model_config = ConfigDict(strict=True)
    start: float = Field(strict=False, ge=0)
    end: float = Field(strict=False, ge=0)
    listed: str | None
    largest_face_px: float = Field(strict=False, ge=0)


class _Truth(BaseModel):
    passes: list[_Pass]


class Apart:
    """Joins nothing: in an evaluation every track's alert counts for itself."""

    def join(
        self, person: str, camera: str, building: str, at: datetime, score: float, fresh_id: str
    ) -> tuple[str, bool]:
        """Always a new alert."""
        return fresh_id, True

    def seen(self, person: str, alert_id: str, at: datetime) -> None:
        """Does not matter here."""


def read_truth(path: Path) -> list[TruePass]:
    """The passes of a truth file. Raises UserError naming what is wrong in it."""
    try:
        truth = _Truth.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UserError(f"{path.name}: {where or 'the file'}: {first['msg']}") from None
    for number, one in enumerate(truth.passes):
        if one.end < one.start:
            raise UserError(
                f"{path.name}: passes.{number} ends before it starts ({one.start} to {one.end} s)"
            )
    return [TruePass(one.start, one.end, one.listed, round(one.largest_face_px)) for one in truth.passes]


def measure_videos(
    videos: Sequence[Path],
    truths: Sequence[Sequence[TruePass]],
    model: FacePack,
    enrolled: Enrolled,
    thresholds: Sequence[Threshold],
    tell: Callable[[CameraState], None],
) -> list[WalkbyReport]:
    """One report a threshold over all videos; ``tell`` hears what a video says of itself (cut short, say).

    Raises SourceError for a video that cannot be watched.
    """
    reports: list[list[WalkbyReport]] = [[] for _ in thresholds]
    for video, truth in zip(videos, truths, strict=True):
        for mine, alerts in zip(reports, _alerts(video, model, enrolled, thresholds, tell), strict=True):
            mine.append(judge_alerts(alerts, truth))
    return [together(mine) for mine in reports]


def _alerts(
    video: Path,
    model: FacePack,
    enrolled: Enrolled,
    thresholds: Sequence[Threshold],
    tell: Callable[[CameraState], None],
) -> list[list[Sighting]]:
    """Alerts of one video at each threshold, from one look at it."""
    looking = Looking(model)
    judges = [
        Watching(
            camera=video.stem,
            building="",
            looking=looking,
            pack=model.name,
            gallery=enrolled.gallery,
            people=enrolled.people,
            threshold=threshold,
            incidents=Apart(),
            encode=encode_jpeg,
            today=date.today,
        )
        for threshold in thresholds
    ]
    alerts: list[list[Sighting]] = [[] for _ in thresholds]
    with Camera.start(video.stem, str(video), speed="max") as camera:
        for _, news in in_media_order([camera]):
            if not isinstance(news, Frame):
                tell(news)
                continue
            passings = looking.step(news)
            for judge, mine in zip(judges, alerts, strict=True):
                mine += [told for told in judge.decide(passings, news) if not told.improves]
    return alerts
