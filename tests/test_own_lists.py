"""Lists of the district's own: a resolution, one who writes it down, another who confirms; some things are no list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hallwatch.core.listing import State
from hallwatch.core.listing_requests import ProposeListing, WriteListing
from hallwatch.core.notice_requests import AnswerOwnList, OwnListRequest, RetireOwnList, WriteOwnList
from hallwatch.core.own_list import ListState, OwnList, digest_of, not_a_list
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import Done, Refused
from tests.records import Office
from tests.test_listings import MACHINE, TODAY, People, terms


@pytest.fixture
def people(lite: Office) -> People:
    return People(lite)


@pytest.fixture
def both(office: Office) -> People:
    """The same, once on each kind of database."""
    return People(office)


def asked(people: People, request: OwnListRequest) -> Done | Refused:
    return people.office.desk.keeping.answer(request)


def custody(people: People, **more: object) -> WriteOwnList:
    request = WriteOwnList(
        people.head,
        "custody-order",
        "Custody order",
        "Orden de custodia",
        "2026-41",
        TODAY - timedelta(days=3),
        "Parents whom a court has ordered not to come near a child at school.",
    )
    return replace(request, **more)  # type: ignore[arg-type]


def own(people: People, slug: str = "custody-order") -> OwnList:
    return next(one for one in people.office.reader.own_lists() if one.slug == slug)


def in_use(people: People) -> None:
    people.office.done(custody(people))
    people.office.done(AnswerOwnList(people.second, "custody-order", digest_of(own(people)), True))


def test_a_second_person_confirms_and_people_are_listed_on_it(both: People) -> None:
    assert isinstance(both.answer(WriteListing(both.author, "P1", terms(kind="custody-order"))), Refused)
    both.office.done(custody(both))
    assert own(both).state is ListState.WAITING
    assert isinstance(both.answer(WriteListing(both.author, "P1", terms(kind="custody-order"))), Refused)
    digest = digest_of(own(both))
    assert isinstance(
        asked(both, AnswerOwnList(both.head, "custody-order", digest, True)), Refused
    )  # his own
    assert isinstance(asked(both, AnswerOwnList(both.second, "custody-order", "0" * 64, True)), Refused)
    assert isinstance(asked(both, AnswerOwnList(both.second, "custody-order", digest, True)), Done)
    assert isinstance(
        asked(both, AnswerOwnList(both.third, "custody-order", digest, True)), Refused
    )  # answered
    assert own(both).state is ListState.IN_USE
    listing = both.proposed(kind="custody-order")
    assert isinstance(both.yes(both.second, listing), Done)
    assert both.state(listing) is State.ACTIVE
    assert (own(both).label("en"), own(both).label("es")) == ("Custody order", "Orden de custodia")


def test_nobody_confirms_what_he_wrote(people: People) -> None:
    people.office.done(custody(people))
    reply = asked(people, AnswerOwnList(people.head, "custody-order", digest_of(own(people)), True))
    assert isinstance(reply, Refused)
    assert "own request" in reply.reason
    assert people.actions()[0] == "second.refused"
    assert own(people).state is ListState.WAITING


def test_a_yes_is_to_the_list_as_it_was_seen(people: People) -> None:
    people.office.done(custody(people))
    seen = digest_of(own(people))
    people.office.done(custody(people, purpose="Something else."))
    reply = asked(people, AnswerOwnList(people.second, "custody-order", seen, True))
    assert isinstance(reply, Refused)
    assert "changed since" in reply.reason


def test_a_retired_list_takes_nobody_new_and_lets_nobody_go(people: People) -> None:
    in_use(people)
    old, drafted, waiting = (
        people.proposed(kind="custody-order"),
        people.drafted(kind="custody-order"),
        people.proposed(kind="custody-order"),
    )
    people.yes(people.second, old)
    assert isinstance(asked(people, RetireOwnList(replace(people.head, reason=""), "custody-order")), Refused)
    assert isinstance(asked(people, RetireOwnList(people.author, "custody-order")), Refused)
    assert isinstance(asked(people, RetireOwnList(people.head, "custody-order")), Done)
    assert people.state(old) is State.ACTIVE
    assert people.on_the_list()
    assert isinstance(people.answer(ProposeListing(people.author, drafted)), Refused)
    assert isinstance(people.yes(people.second, waiting), Refused)
    assert isinstance(people.answer(WriteListing(people.author, "P1", terms(kind="custody-order"))), Refused)
    assert isinstance(asked(people, custody(people)), Refused)  # nor does it come back under its id


def test_a_no_is_final_until_it_is_written_anew(people: People) -> None:
    people.office.done(custody(people))
    people.office.done(AnswerOwnList(people.second, "custody-order", digest_of(own(people)), False))
    assert own(people).state is ListState.REFUSED
    assert isinstance(
        asked(people, AnswerOwnList(people.third, "custody-order", digest_of(own(people)), True)), Refused
    )
    people.office.done(custody(people))
    assert own(people).state is ListState.WAITING


@pytest.mark.parametrize(
    "role", [Role.SCHOOL_ADMINISTRATOR, Role.SECURITY, Role.AUDITOR, Role.TECHNICIAN, Role.FRONT_DESK]
)
def test_only_a_district_administrator_writes_one(people: People, role: Role) -> None:
    other = people.of(role, "other")
    assert isinstance(asked(people, custody(people, by=other)), Refused)
    assert isinstance(asked(people, custody(people, by=MACHINE)), Refused)
    if role is not Role.SCHOOL_ADMINISTRATOR:
        people.office.done(custody(people))
        digest = digest_of(own(people))
        assert isinstance(asked(people, AnswerOwnList(other, "custody-order", digest, True)), Refused)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"slug": "Custody Order"}, "small letters"),
        ({"slug": "a"}, "small letters"),
        ({"slug": "threat"}, "is a list already"),
        ({"slug": "other"}, "is a list already"),
        ({"english": " "}, "English name is missing"),
        ({"spanish": ""}, "Spanish name is missing"),
        ({"resolution": ""}, "resolution is missing"),
        ({"purpose": ""}, "purpose is missing"),
        ({"resolved": TODAY + timedelta(days=1)}, "in the future"),
        ({"slug": "truants"}, "truancy is no list"),
        ({"english": "Chronic absentees"}, "truancy is no list"),
        ({"spanish": "Ausentismo crónico"}, "truancy is no list"),
        ({"english": "Out-of-school suspensions"}, "suspension is no list"),
        ({"english": "Undocumented families"}, "immigration is no list"),
        ({"spanish": "Inmigración"}, "immigration is no list"),
        ({"english": "ICE"}, "immigration is no list"),
        ({"english": "Past faces"}, "faces of the past is no list"),
        ({"spanish": "Caras del pasado"}, "faces of the past is no list"),
        ({"purpose": "Families who are to be handed over for deportation"}, "immigration is no list"),
    ],
)
def test_what_is_no_list_is_refused(people: People, more: dict[str, object], words: str) -> None:
    reply = asked(people, custody(people, **more))
    assert isinstance(reply, Refused)
    assert words in reply.reason
    assert people.office.reader.own_lists() == []


@pytest.mark.parametrize(
    "words", ["Custody order", "Restraining order", "Orden de alejamiento", "Former staff"]
)
def test_other_names_are_not_taken_for_it(words: str) -> None:
    assert not_a_list(words) is None
