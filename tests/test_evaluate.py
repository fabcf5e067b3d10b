"""The two evaluations: counts of the protocol on faces, and a small simulated film judged against its truth."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hallwatch.adapters.images import FolderImages, encode_jpeg, luma_of
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.core.model import Pixels
from hallwatch.entry.walkby_videos import read_truth
from hallwatch.errors import UserError
from hallwatch.flow.evaluating import FacesReport, evaluate_faces
from tests.watching import PACK, Said, environment, hallwatch, opened, pack_home

FACES_FIELDS = {
    "pack",
    "enrolled",
    "mated",
    "nonmated",
    "failed_to_enrol",
    "failed_to_acquire",
    "rank1",
    "fnir_at_fpir",
    "fnir_ci95",
}
WALKBY_FIELDS = {
    "passes",
    "listed",
    "unlisted",
    "tpir",
    "wrong_person",
    "false_alerts",
    "false_alerts_per_unlisted_pass",
    "seconds_to_alert",
    "face_px_at_alert",
    "by_size",
}


@pytest.fixture(scope="module")
def some_faces(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six people with several photos, eight with one."""
    folder = tmp_path_factory.mktemp("faces")
    everybody = sorted((shared / "data/faces").iterdir())
    many = [person for person in everybody if len(list(person.iterdir())) >= 3][:6]
    single = [person for person in everybody if len(list(person.iterdir())) == 1][:8]
    for number, person in enumerate(many + single):
        (folder / f"person{number:02d}").symlink_to(person)
    return folder


@pytest.fixture(scope="module")
def environ(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = pack_home(tmp_path_factory.getbasetemp() / "packs", shared)
    return environment(home, shared)


@pytest.fixture(scope="module")
def retail(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> FacePack:
    """The pack at work."""
    return opened(tmp_path_factory.getbasetemp() / "packs", shared)


def the_object(said: Said) -> SimpleNamespace:
    """Standard output, which must be one JSON object."""
    assert said.status == 0, said.err
    return SimpleNamespace(**json.loads(said.out))


def test_faces_gives_one_object_with_the_protocol_s_counts(some_faces: Path, environ: dict[str, str]) -> None:
    report = the_object(hallwatch(environ, "evaluate", "faces", some_faces, "--pack", PACK, "--json"))
    assert set(vars(report)) == FACES_FIELDS
    probes = sum(min(3, len(list(person.iterdir())) - 1) for person in sorted(some_faces.iterdir())[:6])
    assert (report.pack, report.enrolled, report.failed_to_enrol) == (PACK, 6, 0)
    assert (report.mated, report.nonmated) == (probes, 8)
    assert report.failed_to_acquire <= 1
    assert report.rank1 >= 0.9
    for rates in (report.fnir_at_fpir, report.fnir_ci95):
        assert list(rates) == ["0.003", "0.01", "0.03"]
    for rate, value in report.fnir_at_fpir.items():
        low, high = report.fnir_ci95[rate]
        assert 0 <= low <= value <= high <= 1


def evaluated(photos: Mapping[str, Sequence[Pixels | bytes]], folder: Path, model: FacePack) -> FacesReport:
    """The report on these people's photos."""
    names: dict[str, list[str]] = {}
    for person, pictures in photos.items():
        for number, picture in enumerate(pictures):
            name = f"{person}{number}.jpg"
            (folder / name).write_bytes(picture if isinstance(picture, bytes) else encode_jpeg(picture))
            names.setdefault(person, []).append(name)
    return evaluate_faces(names, FolderImages(folder), model, luma_of)


def test_what_fails_counts_against_the_pack(some_faces: Path, retail: FacePack, tmp_path: Path) -> None:
    grey = np.full((250, 250, 3), 90, np.uint8)
    people = [
        [path.read_bytes() for path in sorted(person.iterdir())] for person in sorted(some_faces.iterdir())
    ]
    report = evaluated(
        {
            "good": people[0][:2],
            "unenrolled": [grey, people[1][0], people[1][1]],
            "unreadable": [b"not a picture", people[2][0]],
            "unseen": [people[3][0], grey, people[3][1]],
            "many": people[4][:1] * 7,
            "stranger": people[6][:1],
            "nobody": [grey],
        },
        tmp_path,
        retail,
    )
    assert (report.enrolled, report.failed_to_enrol) == (3, 2)
    # One of "good", two and one of those who could not be enrolled, two of "unseen", and at most three of "many".
    assert (report.mated, report.nonmated) == (1 + 2 + 1 + 2 + 3, 2)
    assert report.failed_to_acquire == 2
    assert report.rank1 == pytest.approx(5 / 9)
    assert report.fnir_at_fpir[0.01] == pytest.approx(4 / 9)


def test_a_folder_without_strangers_or_without_listed_is_refused(
    environ: dict[str, str], some_faces: Path, tmp_path: Path
) -> None:
    (tmp_path / "only").mkdir()
    (tmp_path / "only/person").symlink_to(sorted(some_faces.iterdir())[0].resolve())
    for folder, said in (
        (tmp_path / "only", "needs people with two or more"),
        (tmp_path / "none", "no such folder"),
    ):
        ran = hallwatch(environ, "evaluate", "faces", folder, "--pack", PACK)
        assert (ran.status, ran.out) == (2, "")
        (line,) = ran.err.splitlines()
        assert said in line


@pytest.fixture(scope="module")
def walkby(some_faces: Path, environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of three listed people and three strangers."""
    out = tmp_path_factory.mktemp("walkby") / "out"
    made = hallwatch(
        environ,
        *("sim", "walkby", "--faces", some_faces, "--out", out, "--people", "4", "--pack", PACK),
        *("--listed-passes", "3", "--unlisted-passes", "3", "--size", "640x360", "--largest-face", "60..80"),
        *("--seed", "3", "--shortest-face", "35", "--at-once", "3", "--pause", "0.2", "--fps", "10"),
    )
    assert made.status == 0, made.err
    return out


def test_walkby_gives_one_object_and_finds_most(walkby: Path, environ: dict[str, str]) -> None:
    report = the_object(
        hallwatch(
            environ,
            *("evaluate", "walkby", walkby / "walkby.mp4", "--watchlist", walkby / "watchlist"),
            *("--truth", walkby / "truth.json", "--pack", PACK, "--fpir", "0.003", "--json"),
        )
    )
    assert set(vars(report)) >= WALKBY_FIELDS
    assert (report.passes, report.listed, report.unlisted) == (6, 3, 3)
    assert report.tpir >= 1 / 3
    assert report.false_alerts + report.wrong_person <= 1
    assert report.false_alerts_per_unlisted_pass == report.false_alerts / 3
    assert 0 <= report.seconds_to_alert["median"] <= report.seconds_to_alert["p95"] < 30
    assert 20 <= report.face_px_at_alert["median"] <= 130
    assert sum(size["listed"] for size in report.by_size) == 3
    low, high = report.tpir_ci95
    assert low <= report.tpir <= high


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        ("", "truth.json: the file"),
        ("{", "truth.json"),
        ('{"passes": [{"start": 0, "end": 5, "largest_face_px": 60}]}', "passes.0.listed"),
        ('{"passes": [{"start": "x", "end": 5, "listed": null, "largest_face_px": 60}]}', "passes.0.start"),
        (
            '{"passes": [{"start": 9, "end": 5, "listed": null, "largest_face_px": 60}]}',
            "ends before it starts",
        ),
    ],
)
def test_a_truth_that_cannot_be_true_is_refused(tmp_path: Path, truth: str, said: str) -> None:
    (tmp_path / "truth.json").write_text(truth)
    with pytest.raises(UserError) as caught:
        read_truth(tmp_path / "truth.json")
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_every_video_needs_a_truth_that_can_be_read(
    walkby: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    for count, said in ((2, "2 videos need 2 --truth"), (1, "truth.json: cannot be read")):
        videos = [Path("a.mp4")] * count
        ran = hallwatch(
            environ,
            "evaluate",
            "walkby",
            *videos,
            *("--watchlist", walkby / "watchlist", "--truth", tmp_path / "truth.json", "--pack", PACK),
        )
        assert (ran.status, ran.out) == (2, "")
        assert said in ran.err.splitlines()[-1]
