"""hallwatch watch: cameras or videos and a folder of photos in, alerts out."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hallwatch.entry.cli.options import (
    Fpir,
    Json,
    Pack,
    Precision,
    PrecisionOption,
    Watchlist,
    calibrated,
    open_for,
    say,
)
from hallwatch.errors import SettingsError, SourceError, UserError

if TYPE_CHECKING:
    from hallwatch.adapters.models.face_pack import FacePack
    from hallwatch.core.decide import Threshold
    from hallwatch.core.watchlist import Watchlist as ReadList
    from hallwatch.entry.camera import Camera
    from hallwatch.entry.cli.told import Told
    from hallwatch.flow.importing import Enrolled
    from hallwatch.flow.watching import Watching


class Speed(StrEnum):
    """How stored video is watched: by its own clock, or as fast as it can be analysed."""

    REAL = "real"
    MAX = "max"


def watch(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Video file, rtsp:// address, webcam:0, or folder."),
    ],
    watchlist: Watchlist,
    pack: Pack = "duo",
    speed: Annotated[Speed, typer.Option(help="Of stored video.")] = Speed.REAL,
    as_json: Json = False,
    false_alerts_per_day: Annotated[
        float | None, typer.Option(min=0.001, max=1000, help="Allowed for the site. [default: 1]")
    ] = None,
    passes_per_day: Annotated[
        int | None, typer.Option(min=1, help="Strangers walking past all cameras in a day. [default: 20000]")
    ] = None,
    fpir: Fpir = None,
    rate: Annotated[
        float, typer.Option(min=0.2, max=30, help="Pictures analysed a second and camera.")
    ] = 5.0,
    precision: PrecisionOption = Precision.AUTO,
    jurisdiction: Annotated[
        str | None,
        typer.Option(help="Whose law applies; a live source needs it. See hallwatch jurisdictions."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="A bad row of the list ends the command.")] = False,
) -> None:
    """Watch cameras or videos for the people of a list, and tell when one walks past."""
    if fpir is not None and (false_alerts_per_day is not None or passes_per_day is not None):
        raise SettingsError("give either --fpir or --false-alerts-per-day (with --passes-per-day), not both")
    from hallwatch.adapters.importers.folder import read_watchlist
    from hallwatch.core.decide.threshold import PASSES_A_DAY, for_budget, for_rate
    from hallwatch.entry.cli.told import JsonLines, Table

    names = _names(sources)
    _under_law(sources, jurisdiction)
    listed = read_watchlist(watchlist, date.today())
    model = open_for(pack, precision)
    calibration = calibrated(model)
    enrolled = _enrol(listed, watchlist, model, strict)
    size = enrolled.gallery.size
    if fpir is not None:
        threshold = for_rate(calibration, fpir, size)
    else:
        threshold = for_budget(calibration, false_alerts_per_day or 1.0, size, passes_per_day or PASSES_A_DAY)
    with ExitStack() as stack:
        # Only now: a film that keeps its clock would run while the list is still being read.
        cameras = _cameras(names, sources, speed, rate, stack)
        told: Told = JsonLines() if as_json else stack.enter_context(Table())
        _say_what(model, enrolled, listed, threshold)
        watchings = _watchings(cameras, model, enrolled, threshold)
        ended = _run(cameras, watchings, speed, told)
        told.summary(cameras, watchings, enrolled)
        if ended and not any(camera.frames for camera in cameras):
            raise SourceError("none of the sources could be watched; see the lines above")


def _under_law(sources: list[str], jurisdiction: str | None) -> None:
    """Films are nobody's business; a live camera is."""
    from hallwatch.adapters.sources.address import is_live
    from hallwatch.entry.law import allow_live
    from hallwatch.settings.environment import Environment

    if any(is_live(source) for source in sources):
        here = Environment.from_environ()
        allow_live(jurisdiction or here.jurisdiction, here.home)


def _cameras(
    names: list[str], sources: list[str], speed: Speed, rate: float, stack: ExitStack
) -> list[Camera]:
    from hallwatch.entry.camera import Camera

    return [
        stack.enter_context(
            Camera.start(name, source, speed=speed.value, rate=rate, networks=("0.0.0.0/0", "::/0"))
        )
        for name, source in zip(names, sources, strict=True)
    ]


def _names(sources: list[str]) -> list[str]:
    """Short names without credentials: a file's stem, a camera's host; numbered where they repeat."""
    from hallwatch.adapters.sources.address import parse

    named = [parse(source).name for source in sources]
    taken = {name for name in named if named.count(name) == 1}
    unique: list[str] = []
    for name in named:
        numbers = (f"{name}-{number}" for number in count(1))
        unique.append(name if named.count(name) == 1 else next(one for one in numbers if one not in taken))
        taken.add(unique[-1])
    return unique


def _enrol(listed: ReadList, folder: Path, model: FacePack, strict: bool) -> Enrolled:
    from hallwatch.adapters.images import FolderImages
    from hallwatch.entry.cli.progress import counted
    from hallwatch.flow.importing import enrol

    with counted("photos") as progress:
        enrolled = enrol(listed, FolderImages(folder), model, progress=progress)
    for refusal in enrolled.refused:
        say(f"refused: {refusal}")
    for warning in enrolled.warnings:
        say(f"note: {warning}")
    if strict and enrolled.refused:
        raise UserError(f"{_rows(len(enrolled.refused))} of list.csv refused and --strict was given")
    if not enrolled.people:
        raise UserError(
            f"nobody on the list can be watched for: {_rows(len(enrolled.refused))} refused{_passed_over(listed)};"
            " mend list.csv"
        )
    return enrolled


def _say_what(model: FacePack, enrolled: Enrolled, listed: ReadList, threshold: Threshold) -> None:
    effect = model.effects[0]
    say(f"pack {model.name}: {effect.engine} on {effect.device} in {effect.precision}")
    for warning in model.warnings:
        say(f"pack {model.name}: {warning}")
    people = "1 person" if len(enrolled.people) == 1 else f"{len(enrolled.people)} people"
    say(f"{people} listed{_passed_over(listed)}. {threshold.meaning()}")


def _passed_over(listed: ReadList) -> str:
    """How many rows are out of their time, as the end of a sentence; empty when none is."""
    ended = f", {_rows(listed.expired)} expired" if listed.expired else ""
    return ended + (f", {_rows(listed.not_begun)} not begun yet" if listed.not_begun else "")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _watchings(
    cameras: list[Camera], model: FacePack, enrolled: Enrolled, threshold: Threshold
) -> dict[str, Watching]:
    from hallwatch.adapters.images import encode_jpeg
    from hallwatch.core.decide import Incidents
    from hallwatch.flow.watching import Looking, Watching

    incidents = Incidents()
    return {
        camera.name: Watching(
            camera=camera.name,
            building="",
            looking=Looking(model),
            pack=model.name,
            gallery=enrolled.gallery,
            people=enrolled.people,
            threshold=threshold,
            incidents=incidents,
            encode=encode_jpeg,
            today=date.today,
        )
        for camera in cameras
    }


def _run(cameras: list[Camera], watchings: dict[str, Watching], speed: Speed, told: Told) -> bool:
    """Until every source has ended (True) or somebody says stop (False)."""
    from hallwatch.core.events import GONE
    from hallwatch.core.model import Frame
    from hallwatch.entry.rounds import as_they_come, in_media_order

    stored = all(not camera.live for camera in cameras)
    order = in_media_order if speed is Speed.MAX and stored else as_they_come
    with _interruptible():
        try:
            for camera, news in order(cameras):
                if isinstance(news, Frame):
                    for sighting in watchings[camera.name].step(news):
                        told.sighting(sighting)
                    told.progress(camera, news, watchings[camera.name])
                else:
                    if news.condition in GONE:
                        watchings[camera.name].stopped()
                    told.state(news)
        except KeyboardInterrupt:
            say("stopped")
            return False
    return True


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM ends like Ctrl-C: with the summary."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
