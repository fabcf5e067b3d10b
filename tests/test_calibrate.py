"""Calibrating: real films of real faces become a distribution of scores, and nothing of them is left behind."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hallwatch.core.decide.rule import RULE
from hallwatch.core.decide.threshold import for_budget, for_rate
from hallwatch.entry.calibration_films import Cast, Order, divide, enrol_cast, run_films
from hallwatch.entry.cli.options import Precision
from hallwatch.errors import UserError
from hallwatch.flow.calibrating import Scores, better, centre_of, describe, score
from tests.watching import PACK, environment, hallwatch, opened, pack_home

LISTED, STRANGERS = 30, 36


@pytest.fixture(scope="module")
def cast(shared: Path) -> Cast:
    """Some people with two photos, some with one."""
    everybody = {one.name: sorted(one.iterdir()) for one in sorted((shared / "data/faces").iterdir())}
    listed = {name: photos for name, photos in everybody.items() if len(photos) == 2}
    strangers = {name: photos for name, photos in everybody.items() if len(photos) == 1}
    return Cast(dict(list(listed.items())[:LISTED]), dict(list(strangers.items())[:STRANGERS]))


@pytest.mark.timeout(600)
def test_passes_become_a_calibration_that_gives_thresholds(
    cast: Cast, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = pack_home(tmp_path / "home", shared)
    monkeypatch.setenv("HALLWATCH_HOME", str(home))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    told: list[tuple[int, int]] = []
    order = Order((PACK,), Precision.F32, cast, rounds=1, seed=1, processes=1)
    recorded = run_films(order, lambda done, of: told.append((done, of)))[PACK]
    model = opened(home, shared, calibrating=True)
    centre = centre_of(recorded)
    gallery = enrol_cast(cast, model, centre).snapshot
    scores = score(recorded, gallery, centre, model.parts)

    assert told == [(1, 1)]
    assert len(scores.strangers) == STRANGERS
    assert len(set(scores.walkers)) == STRANGERS
    assert len(scores.mated) == LISTED
    assert list(temporary.iterdir()) == []
    # Listed people are like themselves, strangers like nobody: by far, and nearly everybody was seen well enough.
    strangers = np.stack(scores.strangers)
    assert np.median(scores.mated) > 0.5
    assert float(strangers.max(axis=1).mean()) < 0.45
    assert (strangers.max(axis=1) > -1).mean() > 0.8

    # Whoever walks beside is there: where two cross, a track can go from one to the other, and the alert is a true one.
    assert any(one.beside for one in recorded)
    for one, row in zip([r for r in recorded if r.walked.listed is None], scores.strangers, strict=True):
        assert all(row[gallery.places[person]] == -1 for person in one.beside)
    crossed = next(one for one in recorded if one.walked.listed is None and one.beside and one.tracks)
    person = min(crossed.beside)
    theirs = next(one for one in recorded if one.walked.listed == person)
    mixed = replace(crossed, tracks=theirs.tracks), replace(theirs, tracks=[], others=theirs.tracks)
    swapped = score(mixed, gallery, centre, model.parts)
    assert swapped.strangers[0][gallery.places[person]] == -1
    assert swapped.mated == pytest.approx(score([theirs], gallery, centre, model.parts).mated)

    # Without what all faces have in common, strangers are less like the listed.
    plain = score(recorded, enrol_cast(cast, model, 0 * centre).snapshot, 0 * centre, model.parts)
    assert float(strangers.mean()) < float(np.stack(plain.strangers).mean()) - 0.02

    calibration = describe(scores, gallery.templates, centre=centre, faces="a few", precisions=("f32",))
    assert (calibration.rule, calibration.strangers, calibration.passes) == (RULE, STRANGERS, STRANGERS)
    assert (calibration.mated_passes, calibration.gallery) == (LISTED, LISTED)
    assert list(calibration.energy) == sorted(calibration.energy)
    left_in = describe(plain, gallery.templates, centre=0 * centre, faces="a few", precisions=("f32",))
    assert (left_in.centre, len(calibration.centre)) == ((), model.dimensions)
    found = {for_rate(one, 0.003, 200).recognised: one for one in (left_in, calibration)}
    assert better(left_in, calibration) is found[max(found)]
    generous, strict = for_rate(calibration, 0.03, 30), for_budget(calibration, 1.0, 30)
    assert 0.2 < generous.score < strict.score < 1.0
    assert strict.extrapolated


def test_what_is_too_few_is_said_and_not_fitted(shared: Path, cast: Cast, tmp_path: Path) -> None:
    few = Scores([np.zeros(4, np.float32)] * 9, list(range(9)), [0.5])
    templates = np.eye(4, dtype=np.float32)
    with pytest.raises(ValueError, match="too few"):
        describe(few, templates, centre=templates[0], faces="nobody", precisions=("f32",))
    with pytest.raises(UserError, match="at least 20 people with two or more photos to list and 100 others"):
        divide({**cast.listed, **cast.strangers})
    everybody_twice = {f"p{number:03d}": [Path("a.jpg"), Path("b.jpg")] for number in range(240)}
    halves = divide(everybody_twice)
    assert (len(halves.listed), len(halves.strangers)) == (120, 120)
    assert not set(halves.listed) & set(halves.strangers)
    home = pack_home(tmp_path / "home", shared)
    for person in list(cast.listed)[:3]:
        (tmp_path / "faces").mkdir(exist_ok=True)
        (tmp_path / "faces" / person).symlink_to(shared / "data/faces" / person)
    said = hallwatch(environment(home, shared), "calibrate", tmp_path / "faces", "--pack", PACK)
    assert (said.status, said.out) == (2, "")
    assert "the folder gives 1 and 2" in said.err.splitlines()[-1]
