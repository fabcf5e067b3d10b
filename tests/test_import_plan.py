"""The dry run: what a file would add, change, end and refuse, and when it is refused as a whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallwatch.core.imports import (
    Change,
    Entry,
    Found,
    RowFault,
    changed_fields,
    merged,
    plan,
    without_zeros,
)


def people(*ids: str) -> tuple[Entry, ...]:
    return tuple(Entry(one, f"Given {one}", "Sample", row=2) for one in ids)


def known(*ids: str) -> dict[str, Entry]:
    return {one.external_id: one for one in people(*ids)}


def test_every_row_is_a_step() -> None:
    changed = replace(people("b")[0], last_name="Other", born=date(1980, 2, 3))
    planned = plan(Found((*people("a", "n"), changed)), known("a", "b", "z"))
    assert [(step.change, step.external_id, step.fields) for step in planned.steps] == [
        (Change.SAME, "a", ()),
        (Change.ADD, "n", ()),
        (Change.CHANGE, "b", ("last_name", "born")),
        (Change.END, "z", ()),
    ]
    assert [planned.count(change) for change in Change] == [1, 1, 1, 1]
    assert planned.steps[0].row == 2


def test_the_same_file_again_changes_nothing() -> None:
    planned = plan(Found(people("a", "b")), known("a", "b"))
    assert planned.count(Change.SAME) == len(planned.steps) == 2


@pytest.mark.parametrize(("left", "guarded"), [(20, False), (18, False), (17, True), (0, True)])
def test_a_file_without_a_tenth_of_the_people_is_refused(left: int, guarded: bool) -> None:
    ids = [f"p{number}" for number in range(20)]
    planned = plan(Found(people(*ids[:left])), known(*ids))
    assert bool(planned.guard) is guarded
    if planned.guard:
        assert f"{20 - left} of 20 people would vanish" in planned.guard
        assert len(planned.guard.splitlines()) == 1


def test_the_guard_looks_at_changes_too_and_at_nothing_known() -> None:
    ids = [f"p{number}" for number in range(20)]
    assert plan(Found((), gone=tuple(ids[:3]), delta=True), known(*ids)).guard
    assert plan(Found((), gone=(*ids[:2], "stranger"), delta=True), known(*ids)).guard is None
    assert plan(Found(()), {}).guard is None


def test_whoever_stands_in_a_refused_row_stays() -> None:
    fault = RowFault("list.csv", 3, "no reason", "b")
    planned = plan(Found(people("a"), (fault,)), known("a", "b"))
    assert (planned.count(Change.END), planned.guard) == (0, None)


def test_ids_that_differ_in_leading_zeros_are_a_fault_and_nobody_ends() -> None:
    planned = plan(Found(people("123", "77")), known("00123", "77"))
    assert [(step.change, step.external_id) for step in planned.steps] == [(Change.SAME, "77")]
    (fault,) = planned.faults
    assert "differs from 00123 in leading zeros only" in fault.reason
    within = plan(Found(people("5", "05", "6")), {})
    assert ([step.external_id for step in within.steps], len(within.faults)) == (["6"], 2)
    both_known = plan(Found(people("5", "05")), known("5", "05"))
    assert both_known.count(Change.SAME) == 2
    assert not both_known.faults


@pytest.mark.parametrize(
    ("written", "said"),
    [("007", "7"), ("000", "0"), ("0", "0"), ("A07", "A07"), ("0x", "0x"), ("٠٧", "٠٧"), ("", "")],
)
def test_only_plain_numbers_lose_zeros(written: str, said: str) -> None:
    assert without_zeros(written) == said


def test_what_a_file_of_changes_does_not_say_is_kept() -> None:
    before = replace(people("a")[0], born=date(2011, 1, 1), schools=("North",), role="student")
    after = replace(
        people("a")[0],
        schools=("South", "North"),
        unsaid=frozenset({"born", "role"}),
        joining=frozenset({"schools"}),
    )
    assert changed_fields(before, after) == ("schools",)
    will = merged(before, after)
    assert (will.born, will.role, will.schools) == (date(2011, 1, 1), "student", ("North", "South"))
    assert merged(None, after).unsaid == frozenset()


entries = st.lists(
    st.builds(
        Entry,
        external_id=st.text("012ab", min_size=1, max_size=3),
        first_name=st.sampled_from(["A", "B"]),
        last_name=st.just("Sample"),
        unsaid=st.sets(st.sampled_from(["born", "role", "schools"])).map(frozenset),
    ),
    unique_by=lambda one: one.external_id,
    max_size=12,
)


@given(found=entries, before=entries, delta=st.booleans())
def test_taking_in_what_was_planned_and_reading_again_changes_nothing(
    found: list[Entry], before: list[Entry], delta: bool
) -> None:
    kept = {one.external_id: merged(None, one) for one in before}
    planned = plan(Found(tuple(found), delta=delta), kept)
    touched = [step.external_id for step in planned.steps] + [fault.external_id for fault in planned.faults]
    assert len(touched) == len(set(touched))
    byid = {one.external_id: one for one in found}
    after = dict(kept)
    for step in planned.steps:
        if step.change is Change.END:
            del after[step.external_id]
        else:
            after[step.external_id] = merged(kept.get(step.external_id), byid[step.external_id])
    again = plan(Found(tuple(found), delta=delta), after)
    assert again.count(Change.CHANGE) == 0
    assert again.count(Change.END) == 0
    assert again.count(Change.ADD) == 0
