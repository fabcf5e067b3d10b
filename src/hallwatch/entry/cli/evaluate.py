"""hallwatch evaluate: how well a pack recognises still photos, and how well the whole rule watches videos."""

from __future__ import annotations

import json
from datetime import date
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
)
from hallwatch.entry.cli.options import say as say_line
from hallwatch.errors import SettingsError

if TYPE_CHECKING:
    from hallwatch.adapters.models.face_pack import FacePack
    from hallwatch.core.decide import Threshold
    from hallwatch.flow.evaluating import FacesReport
    from hallwatch.flow.measuring import WalkbyReport

app = typer.Typer(help="Measure accuracy on data whose truth is known.", no_args_is_help=True)


@app.command()
def faces(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder with one folder of photos a person.")
    ],
    pack: Pack = "duo",
    as_json: Json = False,
    precision: PrecisionOption = Precision.AUTO,
) -> None:
    """Still photos: one enrolled a person, the others searched; people with one photo are the strangers."""
    from hallwatch.adapters.images import FolderImages, luma_of
    from hallwatch.entry.cli.progress import counted
    from hallwatch.entry.faces_folder import photos_of
    from hallwatch.flow.evaluating import evaluate_faces

    photos = {person: [str(path.resolve()) for path in paths] for person, paths in photos_of(folder).items()}
    if not any(len(names) >= 2 for names in photos.values()) or all(
        len(names) >= 2 for names in photos.values()
    ):
        raise SettingsError(
            f"{folder.name}: measuring needs people with two or more photos (listed) and people with one (strangers)"
        )
    model = open_for(pack, precision)
    with counted("people") as progress:
        # Only a watchlist is confined to its folder: subsets of a collection are often made of links.
        images = FolderImages(Path(folder.resolve().anchor))
        report = evaluate_faces(photos, images, model, luma_of, progress=progress)
    record = _faces_record(model, report)
    print(json.dumps(record) if as_json else json.dumps(record, indent=2))


@app.command()
def walkby(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="Videos, watched at full speed.")],
    watchlist: Watchlist,
    truth: Annotated[
        list[Path], typer.Option("--truth", help="What really happened: one a video, in their order.")
    ],
    pack: Pack = "duo",
    fpir: Fpir = None,
    as_json: Json = False,
    precision: PrecisionOption = Precision.AUTO,
    curve: Annotated[
        bool, typer.Option("--curve", help="Also the figures at other thresholds, from the same look.")
    ] = False,
) -> None:
    """Videos of people walking past, judged alert by alert against the truth."""
    if len(truth) != len(videos):
        raise SettingsError(
            f"{len(videos)} videos need {len(videos)} --truth, in the same order; {len(truth)} given"
        )
    from hallwatch.adapters.images import FolderImages
    from hallwatch.adapters.importers.folder import read_watchlist
    from hallwatch.core.decide.threshold import for_budget, for_rate
    from hallwatch.entry.cli.told import States
    from hallwatch.entry.walkby_videos import measure_videos, read_truth
    from hallwatch.flow.importing import enrol

    truths = [read_truth(path) for path in truth]
    listed = read_watchlist(watchlist, date.today())
    model = open_for(pack, precision)
    calibration = calibrated(model)
    enrolled = enrol(listed, FolderImages(watchlist), model)
    for refusal in enrolled.refused:
        say_line(f"refused: {refusal}")
    for warning in enrolled.warnings:
        say_line(f"note: {warning}")
    size = max(enrolled.gallery.size, 1)
    rates = [] if not curve else [0.1, 0.03, 0.01, 0.003, 0.001, 3e-4, 1e-4, 5e-5]
    wished = for_rate(calibration, fpir, size) if fpir else for_budget(calibration, 1.0, size)
    thresholds = [wished, *(for_rate(calibration, rate, size) for rate in rates)]
    say_line(f"{_people(len(enrolled.people))} listed. {wished.meaning()}")
    named = {one.listed for passes in truths for one in passes if one.listed}
    if missing := sorted(named - set(enrolled.people)):
        say_line(
            f"note: {', '.join(missing)} of the truth cannot be found with this list; each pass is a miss"
        )
    reports = measure_videos(videos, truths, model, enrolled, thresholds, States().say)
    record = _walkby_record(model, wished, reports[0])
    if curve:
        record["curve"] = [
            _walkby_record(model, threshold, report)
            for threshold, report in zip(thresholds[1:], reports[1:], strict=True)
        ]
    print(json.dumps(record) if as_json else json.dumps(record, indent=2))


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _faces_record(model: FacePack, report: FacesReport) -> dict[str, object]:
    return {
        "pack": model.name,
        "enrolled": report.enrolled,
        "mated": report.mated,
        "nonmated": report.nonmated,
        "failed_to_enrol": report.failed_to_enrol,
        "failed_to_acquire": report.failed_to_acquire,
        "rank1": report.rank1,
        "fnir_at_fpir": {str(rate): value for rate, value in report.fnir_at_fpir.items()},
        "fnir_ci95": {str(rate): list(interval) for rate, interval in report.fnir_ci95.items()},
    }


def _walkby_record(model: FacePack, threshold: Threshold, report: WalkbyReport) -> dict[str, object]:
    return {
        "pack": model.name,
        **report.as_json(),
        "threshold": threshold.score,
        "expected_false_alerts_per_unlisted_pass": threshold.fpir,
        "expected_ci95": list(threshold.interval),
        "meaning": threshold.meaning(),
    }
