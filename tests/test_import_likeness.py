"""Whom somebody in an import may be taken for: compared while the file is taken in, seen by whoever says yes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hallwatch.core.import_requests import ImportEntry
from hallwatch.core.likeness import Likeness
from hallwatch.core.listing import State
from hallwatch.core.requests import Refused
from hallwatch.core.site_requests import KeepCohort
from tests.import_files import ALIKE, TERMINAL, WIDTH, Imports, Row, picture, template_of
from tests.records import Office


@pytest.fixture
def imports(office: Office, tmp_path: Path) -> Imports:
    return Imports(office, tmp_path)


def alike(imports: Imports, external_id: str) -> Likeness:
    (listing,) = imports.listings(external_id)[-1:]
    assert listing.likeness is not None
    return listing.likeness


def cohort(imports: Imports, *alike_to: bytes) -> None:
    """A cohort of 200 strangers, these among them."""
    drawn = np.random.default_rng(5).normal(size=(200, WIDTH)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    for place, data in enumerate(alike_to):
        drawn[place] = template_of(data)
    imports.office.done(KeepCohort(imports.author, "pack", WIDTH, drawn.tobytes()))


def test_two_of_one_file_who_look_alike_are_told_to_whoever_says_yes(imports: Imports) -> None:
    taken = imports.take(
        imports.order(
            Row("R1"),
            Row("R2"),
            Row("R3"),
            photos={"R1.jpg": picture("R1"), "R2.jpg": picture("R1") + ALIKE, "R3.jpg": picture("R3")},
        )
    )
    assert taken.faults == ()
    assert (alike(imports, "R1").like, alike(imports, "R3").like) == (0, 0)
    assert alike(imports, "R2") == Likeness(1, (imports.number("R1") or "",), None, 0, 1)
    imports.yes(imports.author, taken.import_id)
    imports.yes(imports.second, taken.import_id)
    imports.turns()
    assert imports.states("R2") == [State.ACTIVE]


def test_everybody_listed_is_compared_with_and_nobody_with_themselves(imports: Imports) -> None:
    imports.approved(Row("R1"), Row("R2"))
    imports.take(
        imports.order(
            Row("R1", why="Offence B"),
            Row("R2", photo="new.jpg"),
            Row("R4"),
            photos={
                "R1.jpg": picture("R1"),
                "new.jpg": picture("R1") + ALIKE,
                "R4.jpg": picture("R1") + ALIKE + b"2",
            },
        )
    )
    assert alike(imports, "R4").like == 2  # R1 who is listed, and R2 who came with that photo just before
    assert imports.number("R1") in alike(imports, "R4").listed
    assert alike(imports, "R2").listed == (imports.number("R1"),)
    assert alike(imports, "R1").like == 0  # as when the photo was looked at: only words changed


def test_who_matches_many_strangers_does_not_come_in_by_an_import(imports: Imports) -> None:
    cohort(imports, *[picture("R1")] * 5)
    taken = imports.take(imports.order(Row("R1"), Row("R2")))
    assert (taken.counts.added, taken.counts.refused) == (1, 1)
    (fault,) = taken.faults
    assert fault.reason.startswith("5 of 200 strangers match this person, at most 1 expected")
    assert "list the person by hand" in fault.reason
    assert imports.number("R1") is None
    assert alike(imports, "R2") == Likeness(0, (), 0, 200, 1)


def test_the_keeper_takes_nobody_in_uncompared(imports: Imports) -> None:
    refused: list[str] = []

    def forgetful(request: object) -> object:
        if isinstance(request, ImportEntry):
            uncompared = ImportEntry(
                TERMINAL, request.import_id, request.person, request.terms, request.photos
            )
            reply = imports.office.desk.keeping.answer(uncompared)
            assert isinstance(reply, Refused)
            refused.append(reply.reason)
        return imports.ask(request)  # type: ignore[arg-type]

    imports.take(imports.order(Row("R1")), ask=forgetful)  # type: ignore[arg-type]
    (why,) = refused
    assert "not compared" in why
