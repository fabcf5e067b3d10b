"""The real command `hallwatch watch`: what it finds, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest

from hallwatch.adapters.images import encode_jpeg
from hallwatch.adapters.models.catalogue import shipped_folder
from hallwatch.entry.cli.watch import _names
from tests.rtsp_camera import RtspCamera, need_rtsp
from tests.test_images import png_of
from tests.watching import (
    COLUMNS,
    HALLWATCH,
    PACK,
    Said,
    environment,
    hallwatch,
    pack_home,
    portrait,
    write_list,
)

ALERT_FIELDS = {
    "type": str,
    "alert_id": str,
    "camera": str,
    "at": str,
    "media_time_s": float,
    "external_id": str,
    "name": str,
    "lists": list,
    "score": float,
    "threshold": float,
    "face_px": int,
    "shots": int,
    "pack": str,
}
SUMMARY_FIELDS = {"type", "frames", "analysed", "seconds", "tracks", "alerts", "people", "rows_refused"}


@dataclass(frozen=True)
class Stage:
    """Nine seconds of two known men on a stage, and the command at hand."""

    shared: Path
    environ: dict[str, str]

    @property
    def film(self) -> Path:
        return self.shared / "data/clip/stage.mp4"

    def photo(self, name: str) -> bytes:
        """One of the two men's photos: ``first`` or ``second``."""
        photos = sorted((self.shared / "data/clip/photos").iterdir(), reverse=True)
        return photos[("first", "second").index(name)].read_bytes()

    def watch(self, *more: str | Path, film: Path | None = None, pack: str = PACK) -> Said:
        """Watch the film at full speed as JSON."""
        return hallwatch(
            self.environ,
            "watch",
            film or self.film,
            "--pack",
            pack,
            "--speed",
            "max",
            "--json",
            "--watchlist",
            *more,
        )


@pytest.fixture(scope="module")
def stage(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    home = pack_home(tmp_path_factory.getbasetemp() / "packs", shared)
    return Stage(shared, environment(home, shared))


@pytest.fixture(scope="module")
def long_list(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first man by two rows, strangers, and every kind of bad row."""
    folder = tmp_path_factory.mktemp("list")
    (folder / "first.png").write_bytes(stage.photo("first"))
    (folder / "stranger.jpg").write_bytes(encode_jpeg(portrait(stage.shared, 0)))
    (folder / "grey.jpg").write_bytes(encode_jpeg(np.full((200, 200, 3), 90, np.uint8)))
    (folder / "text.jpg").write_text("not a picture")
    (folder / "bomb.png").write_bytes(png_of(30_000, 30_000, lines=2))
    return write_list(
        folder,
        [
            {"external_id": "P1", "photo": "first.png", "list": "trespass"},
            {"external_id": "P1", "photo": "first.png", "list": "expulsion"},
            {"external_id": "P2", "photo": "stranger.jpg"},
            {"external_id": "P3", "photo": "first.png", "expires": "2020-01-01"},
            {"external_id": "P4", "photo": "grey.jpg"},
            {"external_id": "P5", "photo": "text.jpg"},
            {"external_id": "P6", "photo": "bomb.png"},
            {"external_id": "P1", "photo": "first.png", "first_name": "Other"},
            {"external_id": "P7", "photo": "none.jpg"},
            {"external_id": "P8", "photo": "stranger.jpg", "expires": "tomorrow"},
        ],
    )


@pytest.fixture(scope="module")
def watched(stage: Stage, long_list: Path) -> Said:
    """One run over the long list."""
    return stage.watch(long_list)


def one_man(stage: Stage, folder: Path, name: str) -> Path:
    """A list of one of the two men."""
    folder.mkdir(exist_ok=True)
    (folder / "photo.png").write_bytes(stage.photo(name))
    return write_list(folder, [{"external_id": "P9", "photo": "photo.png", "last_name": "Listed"}])


def test_the_listed_man_raises_one_alert_and_nobody_else_any(watched: Said) -> None:
    assert watched.status == 0, watched.err
    (alert,) = watched.of_type("alert")
    assert alert["external_id"] == "P1"
    assert {record["external_id"] for record in watched.records if record["type"] != "summary"} == {"P1"}


def test_the_alert_has_the_fields_of_the_contract(watched: Said) -> None:
    (alert,) = watched.of_type("alert")
    assert list(alert) == list(ALERT_FIELDS)
    assert {name: type(value) for name, value in alert.items()} == ALERT_FIELDS
    assert alert["lists"] == ["expulsion", "trespass"]
    assert (alert["camera"], alert["pack"], alert["name"]) == ("stage", PACK, "Sample Person")
    assert str(alert["at"]).endswith("Z")
    assert float(str(alert["score"])) >= float(str(alert["threshold"]))
    assert 2 <= int(str(alert["shots"])) <= 5


def test_improvements_are_updates_of_the_same_alert(watched: Said) -> None:
    (alert,) = watched.of_type("alert")
    updates = watched.of_type("update")
    assert updates
    assert {update["alert_id"] for update in updates} == {alert["alert_id"]}
    assert list(updates[0]) == list(ALERT_FIELDS)


def test_the_summary_counts_and_comes_last(watched: Said) -> None:
    (summary,) = watched.of_type("summary")
    assert watched.records[-1] == summary
    assert set(summary) == SUMMARY_FIELDS
    assert (summary["frames"], summary["alerts"], summary["people"], summary["rows_refused"]) == (
        275,
        1,
        2,
        6,
    )
    assert 40 <= int(str(summary["analysed"])) <= 47
    assert float(str(summary["seconds"])) == pytest.approx(9.0, abs=0.3)


def test_every_bad_row_is_named_in_one_line_and_the_expired_are_counted(watched: Said) -> None:
    refused = [line for line in watched.err.splitlines() if line.startswith("refused: ")]
    assert [line.split(": ", 2)[1] for line in refused] == [
        f"list.csv line {n}" for n in (6, 7, 8, 9, 10, 11)
    ]
    for line, said in zip(
        refused,
        (
            "grey.jpg: no face found",
            "text.jpg: not a picture",
            "bomb.png: ",
            "'P1' already stands for another name",
            "none.jpg: there is no such photo",
            "expires 'tomorrow' is not a date",
        ),
        strict=True,
    ):
        assert said in line
    assert "2 people listed, 1 row expired. At threshold " in watched.err
    assert "Traceback" not in watched.err


def test_the_rate_is_told_with_its_sample(watched: Said) -> None:
    assert "false alert a day" in watched.err
    assert "extrapolated from " in watched.err


def test_two_runs_give_the_same_output(stage: Stage, long_list: Path, watched: Said) -> None:
    assert stage.watch(long_list).out == watched.out


def test_with_the_other_man_listed_the_first_does_not_stand_in_for_him(
    stage: Stage, watched: Said, tmp_path: Path
) -> None:
    # The other man's face stays small and turned away, so he may be missed.
    said = stage.watch(one_man(stage, tmp_path, "second"))
    assert said.status == 0
    assert said.of_type("summary")[0]["people"] == 1
    of_the_first = {(one["media_time_s"], one["face_px"]) for one in watched.records[:-1] if "face_px" in one}
    assert not [one for one in said.of_type("alert") if (one["media_time_s"], one["face_px"]) in of_the_first]


def test_without_json_there_is_a_table_and_a_warning_about_matches(stage: Stage, long_list: Path) -> None:
    said = hallwatch(
        stage.environ,
        "watch",
        stage.film,
        "--pack",
        PACK,
        "--speed",
        "max",
        "--watchlist",
        long_list,
        "--fpir",
        "0.003",
    )
    assert said.status == 0, said.err
    assert "Possible matches" in said.out
    assert "Sample Person (P1)" in said.out
    assert "275 frames" in said.out
    assert "never touch, search or" in said.out
    assert "of 1,000 strangers' passes" in said.err


def test_with_strict_a_bad_row_ends_the_command(stage: Stage, long_list: Path) -> None:
    said = stage.watch(long_list, "--strict")
    assert (said.status, said.out) == (2, "")
    assert said.err.splitlines()[-1] == "hallwatch: 6 rows of list.csv refused and --strict was given"


def test_a_list_with_no_good_row_ends_the_command(stage: Stage, tmp_path: Path) -> None:
    said = stage.watch(write_list(tmp_path, [{"external_id": "P1", "photo": "none.jpg"}]))
    assert (said.status, said.out) == (2, "")
    assert "refused: list.csv line 2: none.jpg: there is no such photo" in said.err
    assert "nobody on the list can be watched for" in said.err


def test_a_list_whose_rows_have_all_expired_says_so(stage: Stage, tmp_path: Path) -> None:
    said = stage.watch(
        write_list(tmp_path, [{"external_id": "P1", "photo": "a.jpg", "expires": "2020-01-01"}])
    )
    assert (said.status, said.out) == (2, "")
    assert "0 rows refused, 1 row expired; mend list.csv" in said.err


def only_line(said: Said) -> str:
    """The one line of a command that could not begin."""
    assert (said.status, said.out) == (2, ""), said.err
    (line,) = said.err.splitlines()
    assert line.startswith("hallwatch: ")
    return line


def test_a_missing_column_is_named(stage: Stage, tmp_path: Path) -> None:
    write_list(tmp_path, [{"external_id": "P1", "photo": "a.jpg"}], [c for c in COLUMNS if c != "expires"])
    line = only_line(stage.watch(tmp_path))
    assert "lacks the column expires" in line


def test_a_missing_list_folder_is_named(stage: Stage, tmp_path: Path) -> None:
    assert "list.csv" in only_line(stage.watch(tmp_path / "none"))


def test_a_missing_video_is_named(stage: Stage, long_list: Path) -> None:
    said = stage.watch(long_list, film=Path("no-such-film.mp4"))
    assert (said.status, said.out) == (2, "")
    assert "no-such-film.mp4" in said.err.splitlines()[-1]
    assert "Traceback" not in said.err


def test_a_file_that_is_no_video_is_named(stage: Stage, long_list: Path, tmp_path: Path) -> None:
    (tmp_path / "page.mp4").write_text("<html></html>" * 100)
    said = stage.watch(long_list, film=tmp_path / "page.mp4")
    assert (said.status, said.of_type("alert")) == (2, [])
    assert "page.mp4" in said.err.splitlines()[-1]
    assert "Traceback" not in said.err


def test_a_truncated_video_is_watched_as_far_as_it_goes(stage: Stage, tmp_path: Path) -> None:
    # Cut in a container that can be read from the front, as a camera writes it.
    whole = tmp_path / "whole.mkv"
    _remux(stage.film, whole)
    (tmp_path / "cut.mkv").write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    said = stage.watch(one_man(stage, tmp_path, "first"), film=tmp_path / "cut.mkv")
    assert said.status == 0, said.err
    (summary,) = said.of_type("summary")
    assert 20 < int(str(summary["frames"])) < 275
    assert len(said.of_type("alert")) == 1


def _remux(source: Path, target: Path) -> None:
    import av

    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(old.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)


def test_a_pack_that_is_not_installed_says_what_to_type(
    long_list: Path, stage: Stage, tmp_path: Path
) -> None:
    said = hallwatch(
        environment(tmp_path, None), "watch", stage.film, "--watchlist", long_list, "--pack", "mobile"
    )
    line = only_line(said)
    assert "mobile is not installed" in line
    assert line.endswith("type: hallwatch models pull mobile")


def test_a_pack_that_is_not_calibrated_says_what_to_type(
    stage: Stage, long_list: Path, tmp_path: Path
) -> None:
    manifest = (shipped_folder() / PACK / "manifest.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(manifest.replace(f'name = "{PACK}"', 'name = "own"', 1), encoding="utf-8")
    environ = environment(tmp_path / "home", stage.shared)
    assert hallwatch(environ, "models", "add", own).status == 0
    said = hallwatch(environ, "watch", stage.film, "--watchlist", long_list, "--pack", "own")
    assert (said.status, said.out) == (2, "")
    assert "not calibrated" in said.err.splitlines()[-1]
    assert "type: hallwatch calibrate DIR --pack own" in said.err.splitlines()[-1]


def test_both_ways_to_set_the_threshold_at_once_are_refused(stage: Stage, long_list: Path) -> None:
    said = stage.watch(long_list, "--fpir", "0.003", "--false-alerts-per-day", "1")
    assert "either --fpir or --false-alerts-per-day" in only_line(said)


LAW = ("--jurisdiction", "US-MO")
EASY = ("--fpir", "0.03")
"""These tests are about a process, not about how sure it is: the alert comes early on a busy machine, too."""


@contextmanager
def watching_live(stage: Stage, source: str | Path, watchlist: Path) -> Iterator[subprocess.Popen[str]]:
    """The command watching a source by its own clock, in a process group of its own."""
    with subprocess.Popen(
        [HALLWATCH, "watch", source, "--watchlist", watchlist, "--pack", PACK, "--json", *LAW, *EASY],
        env=stage.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        process.kill()


def repeated(film: Path, target: Path, times: int) -> Path:
    """The film so many times in a row: long enough for the slowest machine to be in the middle of it."""
    with av.open(str(film)) as source, av.open(str(target), "w") as out:
        picture = source.streams.video[0]
        stream = out.add_stream_from_template(picture)
        length = picture.duration or 0
        for turn in range(times):
            source.seek(0, stream=picture)
            for packet in source.demux(picture):
                if packet.dts is None or packet.pts is None:
                    continue
                packet.pts, packet.dts = packet.pts + turn * length, packet.dts + turn * length
                packet.stream = stream
                out.mux(packet)
    return target


@pytest.fixture
def running(stage: Stage, long_list: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The command watching a film of 1,375 pictures by its own clock."""
    with watching_live(stage, repeated(stage.film, tmp_path / "stage.mp4", 5), long_list) as process:
        yield process


def test_the_listed_man_is_found_through_a_real_camera(stage: Stage, tmp_path: Path) -> None:
    need_rtsp()
    watchlist = one_man(stage, tmp_path / "list", "first")
    with RtspCamera(file=stage.film) as camera, watching_live(stage, camera.address, watchlist) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        assert (first["type"], first["external_id"], first["camera"]) == ("alert", "P9", "127.0.0.1")
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, err
        records = [json.loads(line) for line in out.splitlines()]
    assert {record["external_id"] for record in records[:-1]} <= {"P9"}
    assert (records[-1]["type"], records[-1]["alerts"]) == ("summary", 1)


def test_ctrl_c_ends_it_with_the_summary(running: subprocess.Popen[str]) -> None:
    assert running.stdout is not None
    first = json.loads(running.stdout.readline())
    assert (first["type"], first["external_id"]) == ("alert", "P1")
    # A terminal sends it to the decoder too.
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=90)
    assert running.returncode == 0, err
    assert "Traceback" not in err
    summary = json.loads(out.splitlines()[-1])
    assert (summary["type"], summary["alerts"]) == ("summary", 1)
    assert 0 < summary["frames"] < 5 * 275


def test_a_broken_film_among_good_ones_ends_alone(stage: Stage, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_text("no film")
    watchlist = one_man(stage, tmp_path / "list", "first")
    said = stage.watch(watchlist, broken)
    assert said.status == 0, said.err
    assert [record["camera"] for record in said.of_type("alert")] == ["stage"]
    assert "broken: ended: cannot be used" in said.err
    none = stage.watch(watchlist, broken, film=broken)
    assert none.status == 2
    assert "none of the sources could be watched" in none.err.splitlines()[-1]


def test_every_source_has_a_name_of_its_own(tmp_path: Path) -> None:
    sources = []
    for name in ("x/clip.mp4", "y/clip.mp4", "z/clip-1.mp4", "z/other.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
        sources.append(str(tmp_path / name))
    assert _names(sources) == ["clip-2", "clip-3", "clip-1", "other"]


def test_the_engine_is_said_and_one_that_cannot_is_an_error(stage: Stage, long_list: Path) -> None:
    environ = {**stage.environ, "HALLWATCH_ENGINE": "onnxruntime"}
    said = hallwatch(environ, "watch", stage.film, "--watchlist", long_list, "--pack", PACK, "--json")
    assert said.status == 2
    assert "use the engine openvino" in said.err.splitlines()[-1]


def test_what_computes_is_said(watched: Said) -> None:
    assert f"pack {PACK}: openvino on CPU in" in watched.err
