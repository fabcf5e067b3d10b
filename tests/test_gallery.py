"""The gallery: its search against the plain product over everybody, and changes while somebody searches."""

from __future__ import annotations

import pickle
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hallwatch.core.model import Template, Templates
from hallwatch.core.recognise import gallery as module
from hallwatch.core.recognise.gallery import Gallery, Snapshot
from hallwatch.errors import TemplateMismatch

PACK = "abc123"
EDGE = 2e-6
"""Two orders of summing float32 products differ by less."""


def drawn(generator: np.random.Generator, count: int, dimensions: int, falling: float) -> Templates:
    """Unit templates whose strength falls by ``falling`` from direction to direction, turned at random."""
    strengths = falling ** np.arange(dimensions)
    turn = np.linalg.qr(generator.standard_normal((dimensions, dimensions)))[0]
    rows = (generator.standard_normal((count, dimensions)) * strengths) @ turn
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def plainly(people: dict[str, Templates], template: Template) -> dict[str, float]:
    """Everybody's score, one product at a time in float64."""
    return {
        person: max(float(row.astype(np.float64) @ template.astype(np.float64)) for row in rows)
        for person, rows in people.items()
    }


def assert_same(snapshot: Snapshot, people: dict[str, Templates], template: Template, floor: float) -> None:
    truth = plainly(people, template)
    found = snapshot.search(template, floor)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert len({person for person, _ in found}) == len(found)
    for person, score in found:
        assert score == pytest.approx(truth[person], abs=EDGE)
        assert score >= floor
    missed = set(truth) - {person for person, _ in found}
    assert all(truth[person] < floor + EDGE for person in missed)


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first pass at work in small galleries too."""
    monkeypatch.setattr(module, "INDEX_FROM", 8)


@settings(deadline=None, max_examples=150)
@given(
    seed=st.integers(0, 2**32 - 1),
    counts=st.lists(st.integers(1, 4), min_size=1, max_size=60),
    dimensions=st.sampled_from([3, 16, 48]),
    falling=st.floats(0.5, 1.0),
    floor=st.floats(-1.1, 1.1),
    indexed_from=st.sampled_from([2, 20, 20_000]),
    data=st.data(),
)
def test_search_is_the_plain_product_also_after_changes(
    seed: int,
    counts: list[int],
    dimensions: int,
    falling: float,
    floor: float,
    indexed_from: int,
    data: st.DataObject,
) -> None:
    generator = np.random.default_rng(seed)
    rows = drawn(generator, sum(counts), dimensions, falling)
    ends = np.cumsum(counts)
    people = {
        f"P{number}": rows[end - count : end]
        for number, (count, end) in enumerate(zip(counts, ends, strict=True))
    }
    probes = [rows[0], drawn(generator, 1, dimensions, falling)[0], drawn(generator, 1, dimensions, 1.0)[0]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "INDEX_FROM", indexed_from)
        gallery = Gallery(PACK, dimensions)
        gallery.put(people, PACK)
        for probe in probes:
            assert_same(gallery.snapshot, people, probe, floor)
        gone = data.draw(st.sets(st.sampled_from(sorted(people))))
        replaced = data.draw(st.sampled_from(sorted(people)))
        gallery.remove([*gone, "nobody"])
        left = {person: mine for person, mine in people.items() if person not in gone}
        left[replaced] = drawn(generator, 2, dimensions, falling)
        gallery.put({replaced: left[replaced]}, PACK)
        assert len(gallery) == len(left)
        assert gallery.size == sum(len(mine) for mine in left.values())
        for probe in probes:
            assert_same(gallery.snapshot, left, probe, floor)


@pytest.mark.parametrize("falling", [0.9, 0.97, 1.0])
def test_search_is_the_plain_product_in_a_large_gallery(falling: float) -> None:
    generator = np.random.default_rng(5)
    count = module.INDEX_FROM + 3
    rows = drawn(generator, count, 96, falling)
    gallery = Gallery(PACK, 96)
    gallery.put({f"P{number}": rows[number : number + 1] for number in range(count)}, PACK)
    assert (gallery.snapshot.head is None) == (falling == 1.0)
    for probe in (rows[17], drawn(generator, 1, 96, 1.0)[0], drawn(generator, 1, 96, falling)[0]):
        products = rows @ probe
        for floor in (0.9, 0.4, 0.2):
            found = gallery.snapshot.search(probe, floor)
            surely, perhaps = (np.flatnonzero(products >= floor + edge) for edge in (EDGE, -EDGE))
            numbers = {int(person[1:]) for person, _ in found}
            assert set(surely.tolist()) <= numbers <= set(perhaps.tolist())
            assert all(score == pytest.approx(float(products[int(p[1:])]), abs=EDGE) for p, score in found)


def test_templates_inside_the_first_pass_are_not_lost_to_rounding(indexed: None) -> None:
    """Vectors that leave nothing beyond the first pass: what rounding leaves there must not hide a match."""
    generator = np.random.default_rng(3)
    flat = np.zeros((64, 30), dtype=np.float32)
    flat[:, :10] = drawn(generator, 64, 10, 1.0)
    people = {f"P{number}": flat[number : number + 1] for number in range(len(flat))}
    gallery = Gallery(PACK, 30)
    gallery.put(people, PACK)
    assert gallery.snapshot.head is not None
    for probe in (flat[5], drawn(generator, 1, 30, 1.0)[0]):
        scores = sorted(plainly(people, probe).values())
        for floor in scores[-8:]:
            assert_same(gallery.snapshot, people, probe, floor - EDGE)


def test_scores_of_everybody_are_the_plain_product() -> None:
    generator = np.random.default_rng(4)
    rows = drawn(generator, 9, 16, 0.8)
    people = {"A": rows[:3], "B": rows[3:4], "C": rows[4:]}
    gallery = Gallery(PACK, 16)
    gallery.put(people, PACK)
    scores = dict(zip(gallery.snapshot.people, gallery.snapshot.scores(rows[7]).tolist(), strict=True))
    assert scores == pytest.approx(plainly(people, rows[7]), abs=EDGE)
    np.testing.assert_array_equal(gallery.snapshot.templates_of("C"), rows[4:])
    with pytest.raises(KeyError):
        gallery.snapshot.templates_of("D")


def test_an_empty_gallery_finds_nobody() -> None:
    gallery = Gallery(PACK, 16)
    probe = np.full(16, 0.25, dtype=np.float32)
    assert gallery.snapshot.search(probe, -1.0) == []
    assert gallery.snapshot.scores(probe).shape == (0,)
    gallery.put({"A": probe[None]}, PACK)
    assert dict(gallery.snapshot.search(probe, 0.9)) == pytest.approx({"A": 1.0})
    gallery.remove(["A"])
    assert (len(gallery), gallery.size, gallery.snapshot.search(probe, -1.0)) == (0, 0, [])


@pytest.mark.parametrize("shape", [(1, 8), (0, 16), (16,)])
def test_templates_of_another_shape_change_nothing(shape: tuple[int, ...]) -> None:
    gallery = Gallery(PACK, 16)
    good = np.eye(1, 16, dtype=np.float32)
    gallery.put({"A": good}, PACK)
    before = gallery.snapshot
    with pytest.raises(TemplateMismatch):
        gallery.put({"B": good, "C": np.zeros(shape, dtype=np.float32)}, PACK)
    assert gallery.snapshot is before
    assert len(gallery) == 1


def test_templates_of_another_pack_are_refused() -> None:
    gallery = Gallery(PACK, 16)
    with pytest.raises(TemplateMismatch):
        gallery.put({"A": np.eye(1, 16, dtype=np.float32)}, "def456")
    assert len(gallery) == 0


def test_nobody_can_alter_a_snapshot(indexed: None) -> None:
    rows = drawn(np.random.default_rng(6), 40, 16, 0.7)
    mine = rows.copy()
    gallery = Gallery(PACK, 16)
    gallery.put({f"P{number}": mine[number : number + 1] for number in range(40)}, PACK)
    snapshot, mine[:] = gallery.snapshot, 0.0
    assert snapshot.head is not None
    np.testing.assert_array_equal(snapshot.templates, rows)
    for array in (snapshot.templates, snapshot.starts, snapshot.head.near, snapshot.templates_of("P3")):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    gallery.put({"new": rows[:1]}, PACK)
    np.testing.assert_array_equal(gallery.snapshot.templates_of("P3"), rows[3:4])
    assert "new" not in snapshot.people


def test_a_gallery_travels_to_another_process_whole(indexed: None) -> None:
    rows = drawn(np.random.default_rng(8), 30, 16, 0.7)
    people = {f"P{number}": rows[2 * number : 2 * number + 2] for number in range(15)}
    gallery = Gallery(PACK, 16)
    gallery.put(people, PACK)
    arrived = pickle.loads(pickle.dumps(gallery))
    assert isinstance(arrived, Gallery)
    assert_same(arrived.snapshot, people, rows[3], 0.3)
    arrived.remove(["P1"])
    assert "P1" not in dict(arrived.snapshot.search(rows[3], -1.0))
    assert len(gallery) == 15


def test_searches_go_on_while_the_gallery_changes(indexed: None) -> None:
    """Every search sees one whole state: those who stay always, of the others all or none."""
    rows = drawn(np.random.default_rng(7), 60, 24, 0.8)
    stay = {f"S{number}": rows[number : number + 1] for number in range(30)}
    come = {f"C{number}": rows[number : number + 1] for number in range(30, 60)}
    gallery = Gallery(PACK, 24)
    gallery.put(stay, PACK)
    wrong: list[str] = []
    over = threading.Event()

    def search(probe: NDArray[np.float32]) -> None:
        while not over.is_set():
            found = {person for person, _ in gallery.snapshot.search(probe, -1.1)}
            if not found >= set(stay) or len(found - set(stay)) not in (0, len(come)):
                wrong.append(f"{len(found)} people")

    searchers = [threading.Thread(target=search, args=(rows[number],)) for number in (0, 45)]
    for searcher in searchers:
        searcher.start()
    for _ in range(150):
        gallery.put(come, PACK)
        gallery.remove(come)
    over.set()
    for searcher in searchers:
        searcher.join()
    assert wrong == []
