"""What the gate says of a listed photo, and that it follows from what was measured."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from hallwatch.adapters.images import FolderImages, encode_jpeg, luma_of
from hallwatch.adapters.models import gates
from hallwatch.adapters.models.catalogue import find_pack, shipped_folder
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.adapters.models.gates import gate_name, gate_of, write_gate
from hallwatch.core.model import Face, Pixels
from hallwatch.core.recognise.gate import (
    NOT_MEASURED,
    OLD_YEARS,
    Level,
    Verdict,
    judge_photo,
    judge_quality,
    of_person,
)
from hallwatch.core.recognise.gate_table import HALF, PLATEAU, Bin, Curve, GateTable, rising
from hallwatch.core.recognise.quality import LEAST_PX, assess_photo
from hallwatch.entry.cli import app
from hallwatch.errors import ImageError, PackError
from hallwatch.flow.gate_measuring import (
    AS_IT_IS,
    Pair,
    Room,
    Treatment,
    by_level,
    by_measure,
    measure,
    the_face,
    unseen,
)
from hallwatch.flow.gating import cohort_of, gate_photo
from tests.faces import face, quality
from tests.watching import environment, opened, pack_home, portrait

MEASURED = ("duo", "bootstrap")
COUNTS = st.lists(
    st.integers(1, 400).flatmap(lambda pairs: st.tuples(st.integers(0, pairs), st.just(pairs))),
    min_size=1,
    max_size=12,
)


def curve(*bins: tuple[float, int, int], more_is_better: bool = True) -> Curve:
    """A curve of (at, found, pairs)."""
    return Curve(tuple(Bin(at, pairs, found) for at, found, pairs in bins), more_is_better)


SIZE = curve((20, 10, 100), (40, 60, 100), (60, 90, 100), (130, 94, 100))
TABLE = GateTable(
    day="2026-01-01",
    precision="f32",
    faces="nobody, made up for tests",
    probe="none",
    condition="none",
    threshold=0.5,
    plain=Bin(130, 100, 94),
    size=SIZE,
    sharpness=curve((0.02, 20, 100), (0.10, 90, 100), (0.2, 94, 100)),
    turned=curve((5, 94, 100), (20, 92, 100), (40, 30, 100), more_is_better=False),
    dark=curve((10, 20, 100), (30, 90, 100), (100, 94, 100)),
    bright=curve((100, 94, 100), (200, 92, 100), (250, 20, 100), more_is_better=False),
)


@pytest.fixture(scope="module")
def duo(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> FacePack:
    """The pack at work."""
    return opened(tmp_path_factory.getbasetemp() / "packs", shared, "duo")


@cache
def shipped(name: str) -> GateTable:
    """What ships with a pack."""
    table = gate_of(find_pack(name, Path("nowhere")))
    assert table is not None
    return table


# Reading the table


@given(COUNTS)
def test_shares_never_fall_and_keep_all_that_was_found(counts: list[tuple[int, int]]) -> None:
    found, pairs = [one for one, _ in counts], [one for _, one in counts]
    shares = rising(found, pairs)
    assert len(shares) == len(counts)
    assert all(one <= other + 1e-12 for one, other in pairwise(shares))
    assert sum(share * many for share, many in zip(shares, pairs, strict=True)) == pytest.approx(sum(found))
    plain = [one / many for one, many in counts]
    if plain == sorted(plain):
        assert shares == pytest.approx(plain)


@given(COUNTS, st.booleans(), st.lists(st.floats(-50, 300), min_size=2, max_size=9))
def test_better_is_never_less_likely(
    counts: list[tuple[int, int]], more_is_better: bool, values: list[float]
) -> None:
    one = curve(*((10.0 * i, *both) for i, both in enumerate(counts)), more_is_better=more_is_better)
    shares = [one.chance(value).share for value in sorted(values, reverse=not more_is_better)]
    assert all(0 <= share <= one.best + 1e-12 for share in shares)
    assert all(worse <= better + 1e-9 for worse, better in pairwise(shares))


@given(COUNTS, st.booleans(), st.floats(0.01, 1))
def test_where_a_chance_is_reached(counts: list[tuple[int, int]], more_is_better: bool, part: float) -> None:
    one = curve(*((10.0 * i, *both) for i, both in enumerate(counts)), more_is_better=more_is_better)
    wished = part * one.best
    place = one.reaches(wished)
    if place is None:
        assert min(one.chance(10.0 * i).share for i in range(len(counts))) >= wished
        return
    assert one.chance(place).share == pytest.approx(wished, abs=1e-6)
    beyond = place - 5 if more_is_better else place + 5
    assert one.chance(beyond).share <= wished + 1e-6


def test_between_two_places_the_chance_lies_on_a_line_and_beyond_them_it_stays() -> None:
    assert SIZE.chance(50).share == pytest.approx(0.75)
    assert SIZE.chance(5).share == pytest.approx(0.10)
    assert SIZE.chance(4000).share == pytest.approx(0.94)
    assert SIZE.chance(50).pairs == 100
    assert TABLE.good(SIZE) == pytest.approx(40 + 20 * (0.94 - PLATEAU - 0.6) / 0.3)
    assert TABLE.usable(SIZE) == pytest.approx(20 + 20 * (0.94 * HALF - 0.1) / 0.5)
    with pytest.raises(ValueError, match="says nothing"):
        Curve(()).chance(3)
    assert (TABLE.good(Curve(())), TABLE.good(curve((40, 9, 10), (80, 9, 10)))) == (None, None)
    assert TABLE.good(curve((40, 1, 10), (80, 5, 10))) == 80


# The verdict


def names(verdict: Verdict) -> list[str]:
    return [one.name for one in verdict.findings]


def test_a_good_photo_has_nothing_against_it() -> None:
    verdict = judge_quality(quality(130), TABLE, years=1)
    assert (verdict.level, verdict.name, verdict.text, verdict.findings) == (
        Level.GOOD,
        "good",
        "good photo",
        (),
    )
    assert verdict.chance is not None
    assert verdict.chance.share == pytest.approx(0.94, abs=0.01)
    assert verdict.expected == (
        "about 9 of 10 passes at an entrance, measured on 100 pairs of photos: nobody, made up for tests"
    )


def test_everything_against_a_photo_is_named_the_worst_first() -> None:
    poor = replace(quality(48), sharpness=0.03, yaw_deg=24.2, brightness=28.0, score=0.4)
    verdict = judge_quality(poor, TABLE, years=9)
    assert names(verdict) == ["blurred", "small", "turned", "dark", "unsure", "old"]
    assert (verdict.level, verdict.name) == (Level.REFUSED, "blurred")
    said = [one.text for one in verdict.findings]
    assert said == [
        "blurred: sharpness 3 of 100, needs 10",
        "face 48 pixels high, needs 60",
        "turned 25 degrees to the side, at most 20",
        "dark: brightness 28 of 255, needs 30",
        "only 40 % sure that this is a face, needs 56",
        f"photo is 9 years old, at most {OLD_YEARS} is better",
    ]
    assert verdict.chance is not None
    # One at a time was measured: the lowest, not a product.
    assert verdict.chance.share == pytest.approx(0.2875, abs=0.001)
    bright = judge_quality(replace(quality(130), brightness=249.0), TABLE)
    assert bright.text == "too bright: brightness 249 of 255, at most 202"
    assert bright.level is Level.REFUSED


@given(st.integers(10, 200), st.floats(0, 1), st.floats(0, 89), st.floats(0, 255))
def test_what_is_not_enough_never_looks_like_enough(
    px: int, sharpness: float, yaw: float, brightness: float
) -> None:
    seen = replace(quality(px), sharpness=sharpness, yaw_deg=yaw, brightness=brightness)
    verdict = judge_quality(seen, TABLE)
    for one in verdict.findings:
        assert one.number is not None
        assert one.needs is not None
        least = one.name in ("small", "blurred", "dark")
        assert one.number < one.needs if least else one.number > one.needs, one.text
    assert verdict.chance is not None
    assert 0 <= verdict.chance.share <= 0.94 + 1e-9


@given(st.lists(st.integers(5, 300), min_size=2, max_size=8))
def test_smaller_never_has_a_better_chance(sizes: list[int]) -> None:
    for table in (TABLE, *map(shipped, MEASURED)):
        verdicts = [judge_quality(quality(px), table) for px in sorted(sizes)]
        chances = [one.chance.share for one in verdicts if one.chance]
        assert chances == sorted(chances)
        levels = [[Level.REFUSED, Level.WEAK, Level.GOOD].index(one.level) for one in verdicts]
        assert levels == sorted(levels)


def test_without_a_measurement_only_the_limits_of_watching_hold() -> None:
    good = judge_quality(quality(60), None)
    assert (good.level, good.chance, good.expected) == (Level.GOOD, None, NOT_MEASURED)
    small = judge_quality(replace(quality(LEAST_PX - 1), yaw_deg=80.0, brightness=12.0), None)
    assert (small.level, small.text) == (Level.REFUSED, f"face {LEAST_PX - 1} pixels high, needs {LEAST_PX}")
    assert names(small) == ["small", "turned", "dark"]
    assert names(judge_quality(replace(quality(80), brightness=250.0), None)) == ["bright"]


def test_what_was_not_measured_is_named_by_the_limits_of_watching() -> None:
    frontal = replace(TABLE, turned=curve((5, 94, 100), (40, 93, 100), more_is_better=False))
    profile = judge_quality(replace(quality(130), yaw_deg=80.0), frontal)
    assert (profile.level, profile.chance) == (Level.WEAK, None)
    assert profile.text == "turned 80 degrees to the side, at most 70"
    assert profile.expected == NOT_MEASURED


def test_a_small_face_is_refused_where_enrolment_refuses_it() -> None:
    flat = replace(TABLE, size=curve((10, 80, 100), (60, 90, 100)))
    assert judge_quality(quality(LEAST_PX - 1), flat).level is Level.REFUSED
    assert judge_quality(quality(LEAST_PX), flat).level is Level.WEAK


@pytest.mark.parametrize(
    ("taken", "old"),
    [(date(2017, 6, 2), True), (date(2021, 6, 2), False), (None, False), (date(2030, 1, 1), False)],
)
def test_years_are_whole_ones(taken: date | None, old: bool) -> None:
    luma = np.random.default_rng(0).integers(60, 180, (300, 300)).astype(np.uint8)
    verdict = judge_photo([face(150, 150, 130)], luma, None, taken=taken, today=date(2026, 6, 1))
    assert ("old" in names(verdict)) is old
    if old:
        assert verdict.text == f"photo is 8 years old, at most {OLD_YEARS} is better"


def test_several_photos_are_used_together_and_the_weak_ones_named() -> None:
    good, weak = judge_quality(quality(130), TABLE), judge_quality(quality(48), TABLE)
    no_face = judge_photo([], np.zeros((9, 9), np.uint8), TABLE)
    together = of_person([no_face, weak, good])
    assert (together.level, together.used, together.weak, together.refused) == (
        Level.GOOD,
        (1, 2),
        (1,),
        (0,),
    )
    assert together.chance == good.chance
    assert of_person([weak, no_face]).level is Level.WEAK
    nothing = of_person([no_face])
    assert (nothing.level, nothing.used, nothing.chance) == (Level.REFUSED, (), None)
    assert of_person([]).level is Level.REFUSED


# What ships


@pytest.mark.parametrize("name", MEASURED)
def test_what_ships_belongs_to_the_pack_and_says_something(name: str) -> None:
    kept = {path.name for path in (shipped_folder() / name).glob("gate-*.json")}
    assert kept == {gate_name(find_pack(name, Path("nowhere")))}
    table = shipped(name)
    assert table.plain.pairs >= 300
    assert date.fromisoformat(table.day)
    assert table.good(table.sharpness) is not None
    assert LEAST_PX < (table.good(table.size) or 0) < table.plain.at
    for one in (table.size, table.sharpness, table.turned, table.dark, table.bright):
        assert all(inside.pairs >= 20 for inside in one.bins)
        low, high = one.bins[0].interval
        assert 0 <= low <= high <= 1


def test_a_pack_that_nobody_has_measured_has_no_table() -> None:
    assert gate_of(find_pack("mobile", Path("nowhere"))) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"nonsense": 1}, "unknown"),
        ({"size": {"bins": [{"at": 3, "pairs": 2, "found": 3}]}}, "more found than there were"),
        ({"size": {"bins": [{"at": 3, "pairs": 2, "found": 1}, {"at": 2, "pairs": 2, "found": 1}]}}, "order"),
        ({"plain": {"at": 3, "pairs": 2}}, "missing"),
        (None, "no JSON"),
    ],
)
def test_a_damaged_table_is_refused(
    change: dict[str, object] | None, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = find_pack("duo", tmp_path)
    monkeypatch.setattr(gates, "shipped_folder", lambda: tmp_path)
    (tmp_path / "duo").mkdir()
    path = write_gate(TABLE, tmp_path / "duo" / gate_name(pack))
    assert gate_of(pack) == TABLE
    whole = json.loads(path.read_text(encoding="utf-8"))
    path.write_text("{" if change is None else json.dumps({**whole, **change}), encoding="utf-8")
    with pytest.raises(PackError, match="cannot be read"):
        gate_of(pack)


# Real photos


def reduced(photo: Pixels, by: float) -> Pixels:
    """The photo with its sides divided by ``by``."""
    size = tuple(round(side / by) for side in photo.shape[1::-1])
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def test_a_good_photo_is_good_and_a_thumbnail_of_it_is_not(duo: FacePack, shared: Path) -> None:
    table, photo = shipped("duo"), portrait(shared, 0)
    verdicts = [gate_photo(reduced(photo, by), duo, luma_of, table) for by in (1, 2, 3, 4.2)]
    assert (verdicts[0].level, verdicts[0].name) == (Level.GOOD, "good")
    assert verdicts[0].chance is not None
    assert f"{verdicts[0].chance.pairs} pairs" in verdicts[0].expected
    small = verdicts[-1]
    assert small.px is not None
    assert 25 <= small.px <= 36
    assert small.level is not Level.GOOD
    assert "small" in names(small)
    finding = next(one for one in small.findings if one.name == "small")
    assert (finding.number, finding.needs) == (small.px, int(np.ceil(table.good(table.size) or 0)))
    chances = [one.chance.share for one in verdicts if one.chance]
    assert chances[-1] < chances[0]


def test_blurred_and_dark_photos_are_called_so(duo: FacePack, shared: Path) -> None:
    table, photo = shipped("duo"), portrait(shared, 0)
    blurred = gate_photo(np.asarray(cv2.GaussianBlur(photo, (0, 0), 9), np.uint8), duo, luma_of, table)
    assert "blurred" in names(blurred)
    assert blurred.level is not Level.GOOD
    dark = gate_photo((photo * 0.08).astype(np.uint8), duo, luma_of, table)
    assert "dark" in names(dark)
    assert dark.level is not Level.GOOD


def test_how_sharp_a_photo_is_does_not_depend_on_its_size(duo: FacePack, shared: Path) -> None:
    photo = portrait(shared, 0)
    crisp, soft = (
        [
            assess_photo(the_face(small, duo) or face(0, 0, 9), luma_of(small)).sharpness
            for small in (reduced(one, by) for by in (1, 1.3, 1.65, 2.0, 2.3))
        ]
        for one in (photo, np.asarray(cv2.GaussianBlur(photo, (0, 0), 3), np.uint8))
    )
    assert max(crisp) < 1.4 * min(crisp)
    assert max(soft) < 0.7 * min(crisp)


def test_two_faces_and_none(duo: FacePack, shared: Path) -> None:
    photo = portrait(shared, 0)
    both = np.concatenate([photo, photo[:, ::-1]], axis=1)
    two = gate_photo(both, duo, luma_of, shipped("duo"))
    assert (two.level, two.name, two.chance) == (Level.REFUSED, "two faces", None)
    none = gate_photo(np.full((300, 300, 3), 90, np.uint8), duo, luma_of, shipped("duo"))
    assert (none.level, none.name) == (Level.REFUSED, "no face")


def test_a_cohort_is_made_of_the_photos_that_can_be_used(duo: FacePack, shared: Path) -> None:
    photos = [str(min(folder.iterdir())) for folder in sorted((shared / "data/faces").iterdir())[:3]]
    cohort = cohort_of([*photos, str(shared / "none.jpg")], FolderImages(shared), duo)
    assert cohort.shape == (3, duo.dimensions)
    assert cohort_of([], FolderImages(shared), duo).shape == (0, duo.dimensions)


def test_measuring_watches_one_photo_and_lists_the_other(duo: FacePack, shared: Path) -> None:
    folders = [one for one in sorted((shared / "data/faces").iterdir()) if len(list(one.iterdir())) >= 2][:3]
    pairs = [Pair(*map(str, sorted(folder.iterdir())[:2])) for folder in folders]
    room = Room(FolderImages(shared), duo, luma_of, three_times)
    gone = Treatment("size", 1, lambda photo, seen: np.zeros_like(photo))
    half = Treatment("size", 2, lambda photo, seen: reduced(photo, 2))
    told: list[tuple[int, int]] = []
    seen = measure(pairs, room, [gone, half], progress=lambda *step: told.append(step))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert unseen(seen) == {(AS_IT_IS, 0.0): (0, 3), ("size", 1): (3, 3), ("size", 2): (0, 3)}
    assert all(one.score > 0.3 for one in seen if one.quality)
    sizes = by_level(seen, "size", lambda one: one.px, 0.3)
    assert [(one.pairs, one.found) for one in sizes.bins] == [(3, 3), (3, 3)]
    assert sizes.bins[0].at == pytest.approx(sizes.bins[1].at / 2, rel=0.1)
    turned = by_measure(seen, (AS_IT_IS,), lambda one: one.yaw_deg, (0, 45, 90), 2.0, more_is_better=False)
    assert [(one.pairs, one.found) for one in turned.bins] == [(3, 0)]


def three_times(photo: Pixels, seen: Face) -> tuple[Pixels, Sequence[tuple[float, float, float]]]:
    """A picture with the photo in it three times."""
    x, y = seen.box.centre
    width = photo.shape[1]
    return np.concatenate([photo] * 3, axis=1), [(x + width * i, y, seen.box.height) for i in range(3)]


def test_the_command_says_it_of_each_photo(shared: Path, tmp_path: Path) -> None:
    home = pack_home(tmp_path / "home", shared, "duo")
    good, grey = tmp_path / "good.jpg", tmp_path / "grey.jpg"
    good.write_bytes(encode_jpeg(portrait(shared, 0)))
    grey.write_bytes(encode_jpeg(np.full((200, 200, 3), 90, np.uint8)))
    command, environ = CliRunner(), environment(home, shared)
    said = command.invoke(app, ["models", "gate", str(good), str(grey)], env=environ)
    assert said.exit_code == 0, said.output
    assert "good.jpg: good: nothing against it" in said.stdout
    assert "pairs of photos: adults in press photos" in said.stdout
    assert "grey.jpg: refused: no face found" in said.stdout
    lines = command.invoke(app, ["models", "gate", str(good), str(grey), "--json"], env=environ).stdout
    first, second = map(json.loads, lines.splitlines())
    assert (first["level"], first["findings"], second["level"]) == ("good", [], "refused")
    assert second["chance"] is None
    missing = command.invoke(app, ["models", "gate", str(tmp_path / "none.jpg")], env=environ)
    assert isinstance(missing.exception, ImageError)
