"""Keys for programs, where they are kept: who makes them, what they never do, and when they are over."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallwatch.adapters.store import engine, schema
from hallwatch.adapters.store.place import Place
from hallwatch.core.api_key_requests import DropKey, MakeKey, UseKey
from hallwatch.core.api_keys import MOST_KEYS, RANDOM_BYTES, ApiKey, digest_of_key, is_token, token_of
from hallwatch.core.listing import State
from hallwatch.core.listing_requests import (
    AnswerListing,
    EmergencyListing,
    MoveListing,
    ProposeListing,
    WriteListing,
)
from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Role
from hallwatch.core.policy.scopes import Scope
from hallwatch.core.requests import (
    AddAccount,
    AfterRestore,
    AnswerSecond,
    AskSecond,
    BindJurisdiction,
    By,
    ChangeSetting,
    CloseSession,
    DisableAccount,
    Done,
    ErasePerson,
    KeepPerson,
    MakeLink,
    Note,
    OpenSession,
    Refused,
    ReleaseDeletion,
    Request,
    RotateMaster,
    SetList,
    SetPassword,
)
from hallwatch.core.roster_requests import LetGo, TakeIn
from tests.records import Office
from tests.test_listings import ADULT, CHILD, MACHINE, PHOTO, People, terms

BOTH = frozenset(Scope)


def key_of(
    people: People,
    by: By,
    scopes: frozenset[Scope] = BOTH,
    schools: frozenset[str] = frozenset(),
    days: int = 90,
) -> tuple[By, ApiKey]:
    """A new key of this account, and who acts with it."""
    digest = digest_of_key(token_of(secrets.token_bytes(RANDOM_BYTES)))
    made = people.office.done(MakeKey(by, digest, "SIS", scopes, schools, days))
    found = people.office.reader.by_key(digest)
    assert found is not None
    assert found[1].key_id == made.subject
    return By(by.actor, "10.0.0.9", "for the test", made.subject), found[1]


def _same(moment: datetime) -> datetime:
    return moment


def why(people: People, request: Request) -> str:
    """Why it is refused."""
    reply = people.office.desk.keeping.answer(request)
    assert isinstance(reply, Refused), reply
    return reply.reason


@pytest.fixture
def people(lite: Office) -> People:
    return People(lite)


@pytest.fixture
def both(office: Office) -> People:
    return People(office)


@given(st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES), st.data())
def test_a_key_is_known_by_its_form_and_one_letter_tells(random: bytes, data: st.DataObject) -> None:
    token = token_of(random)
    assert is_token(token)
    assert token.startswith("hw_")
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda one: one != token[at]))
    assert not is_token(token[:at] + other + token[at + 1 :])


@given(st.text())
def test_other_text_is_no_key(text: str) -> None:
    assert not is_token(text)
    assert not is_token(f"hw_{text}")


def test_the_text_of_a_key_is_nowhere_in_the_database(people: People) -> None:
    token = token_of(secrets.token_bytes(RANDOM_BYTES))
    made = MakeKey(people.author, digest_of_key(token), "Zebedee's export", BOTH, frozenset(), 90)
    people.office.done(made)
    assert digest_of_key(token) not in repr(made)
    held = people.office.file.read_bytes()
    assert token.encode() not in held
    assert b"Zebedee" not in held
    assert digest_of_key(token).encode() in held  # the search can find something


def test_a_key_is_kept_as_it_was_made(both: People) -> None:
    by, key = key_of(both, both.author, frozenset({Scope.READ_LISTS}), days=30)
    assert (key.name, key.scopes, key.schools) == ("SIS", frozenset({Scope.READ_LISTS}), frozenset({"North"}))
    assert key.ends - key.made == timedelta(days=30)
    assert [one.key_id for one in both.office.reader.keys(by.actor)] == [key.key_id]
    deed = both.office.reader.trail(1, None)[0].deed
    assert (deed.action, deed.actor, deed.detail["key"]) == ("key.make", by.actor, key.key_id)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "x" * 81}, "needs a name"),
        ({"name": "two\nlines"}, "needs a name"),
        ({"scopes": frozenset()}, "choose what"),
        ({"days": 0}, "1 to 365 days"),
        ({"days": 366}, "1 to 365 days"),
        ({"schools": frozenset({"North", "South"})}, "schools of your own"),
    ],
)
def test_what_no_key_is(people: People, more: dict[str, object], words: str) -> None:
    made = MakeKey(people.author, "d", "SIS", BOTH, frozenset(), 90)
    assert words in why(people, replace(made, **more))  # type: ignore[arg-type]
    assert people.office.reader.keys(people.author.actor) == []


@pytest.mark.parametrize(
    "role", [Role.SECURITY, Role.FRONT_DESK, Role.POLICE_LIAISON, Role.AUDITOR, Role.TECHNICIAN]
)
def test_only_administrators_make_keys(people: People, role: Role) -> None:
    other = people.of(role, "other")
    assert "your role" in why(people, MakeKey(other, "d", "SIS", BOTH, frozenset(), 90))
    assert "your role" in why(people, MakeKey(MACHINE, "d", "SIS", BOTH, frozenset(), 90))


def test_an_account_has_not_any_number_of_keys(people: People) -> None:
    made = [key_of(people, people.author)[1] for _ in range(MOST_KEYS)]
    one_more = MakeKey(people.author, "d", "SIS", BOTH, frozenset(), 90)
    assert "revoke one first" in why(people, one_more)
    people.office.done(DropKey(people.author, made[0].key_id))
    people.office.done(one_more)


def test_a_key_does_what_its_scopes_say(people: People) -> None:
    by, _ = key_of(people, people.author)
    listing = people.office.done(WriteListing(by, "P1", terms())).subject
    people.office.done(ProposeListing(by, listing))
    people.office.done(MoveListing(by, listing, State.ENDED))
    deed = people.office.reader.trail(1, None)[0].deed
    assert (deed.actor, deed.detail["key"]) == (people.author.actor, by.key)
    reads, _ = key_of(people, people.author, frozenset({Scope.READ_LISTS}))
    people.office.done(Note(reads, "roster.search"))
    for request in (
        WriteListing(reads, "P1", terms()),
        ProposeListing(reads, listing),
        MoveListing(reads, listing, State.ENDED),
        KeepPerson(reads, Person("P9", "Robin", "Else", (), schools=("North",)), (PHOTO,)),
    ):
        assert "a key does not do this" in why(people, request)


def test_a_key_never_says_yes_erases_or_manages(people: People) -> None:
    """Not even that of a district administrator, who may do all of it."""
    by, key = key_of(people, people.head)
    listing, draft = people.proposed(), people.drafted()
    requests: list[Request] = [
        AnswerListing(by, listing, people.digest(listing), True),
        AnswerListing(by, listing, people.digest(listing), False),
        EmergencyListing(by, draft),
        ErasePerson(by, "P1"),
        AddAccount(by, "eve", "Eve", Role.DISTRICT_ADMINISTRATOR),
        DisableAccount(by, people.author.actor),
        MakeLink(by, people.author.actor, "d"),
        SetPassword(by, by.actor, "hash"),
        OpenSession(by, by.actor, "d"),
        CloseSession(by, "d"),
        AskSecond(by, "x", "y", "d", 60),
        AnswerSecond(by, "x", "d", True),
        ChangeSetting(by, "site.passes_per_day", "1"),
        MakeKey(by, "d", "another", BOTH, frozenset(), 90),
        DropKey(by, key.key_id),
        SetList(by, ()),
        RotateMaster(by, "x"),
        BindJurisdiction(by, "US-NY"),
        AfterRestore(by, {}),
        ReleaseDeletion(by),
        TakeIn(by, Person("S1", "A", "B", (), role="student"), ()),
        LetGo(by, "P1"),
    ]
    for request in requests:
        assert "a key does not do this" in why(people, request), request.kind
        assert people.actions()[0] == "key.refused", request.kind
    assert people.state(listing) is State.WAITING
    assert people.state(draft) is State.DRAFT
    assert people.on_the_list() is False


def test_a_key_of_a_district_is_for_its_schools_alone(people: People) -> None:
    by, _ = key_of(people, people.head, schools=frozenset({"North"}))
    people.office.done(WriteListing(by, "P1", terms()))
    for schools in (frozenset({"South"}), frozenset({"North", "South"}), frozenset()):
        assert "schools" in why(people, WriteListing(by, "P1", terms(schools=schools)))
    south = people.office.done(WriteListing(people.head, "P1", terms(schools=frozenset({"South"})))).subject
    for request in (ProposeListing(by, south), MoveListing(by, south, State.ENDED)):
        assert "schools do not include" in why(people, request)
    elsewhere = Person("P9", "Robin", "Else", (), schools=("South",))
    assert "not yours" in why(people, KeepPerson(by, elsewhere, (PHOTO,)))


def test_a_key_acts_for_its_own_account_only(people: People) -> None:
    by, _ = key_of(people, people.author)
    for forged in (
        replace(by, actor=people.head.actor),
        replace(by, key="key-none"),
        replace(by, actor="system"),
    ):
        assert "no such key" in why(people, WriteListing(forged, "P1", terms()))
    assert "no such key" in why(people, DropKey(people.head, by.key))  # somebody else's, as if it were not


@pytest.mark.parametrize("end", ["revoked", "disabled", "restored", "over"])
def test_a_key_that_is_over_does_nothing(people: People, end: str) -> None:
    by, key = key_of(people, people.author, days=1)
    people.office.done(WriteListing(by, "P1", terms()))
    if end == "revoked":
        people.office.done(DropKey(people.author, key.key_id))
    elif end == "disabled":
        people.office.done(DisableAccount(MACHINE, people.author.actor))
    elif end == "restored":
        people.office.done(AfterRestore(MACHINE, {}))
    keeping = people.office.desk.keeping
    if end == "over":
        keeping = replace(keeping, now=lambda: key.ends)
    reply = keeping.answer(WriteListing(by, "P1", terms()))
    assert isinstance(reply, Refused)
    assert "does not hold any more" in reply.reason
    if end != "over":
        assert people.office.reader.keys(people.author.actor)[0].revoked is not None


def test_its_use_is_written_down_once_an_hour(people: People) -> None:
    by, _key = key_of(people, people.author)
    keeping = people.office.desk.keeping
    start = datetime.now(UTC)
    for minutes in (0, 1, 59, 61, 62, 122):
        at = start + timedelta(minutes=minutes)
        assert isinstance(replace(keeping, now=partial(_same, at)).answer(UseKey(by)), Done)
    assert people.actions().count("key.use") == 3
    (kept,) = people.office.reader.keys(by.actor)
    assert kept.used == start + timedelta(minutes=122)


@pytest.mark.parametrize(("born", "others"), [(ADULT, 2), (CHILD, 3)])
def test_the_terminal_needs_one_yes_more_and_gives_none(people: People, born: date, others: int) -> None:
    people.keep("P2", born)
    listing = people.office.done(WriteListing(MACHINE, "P2", terms())).subject
    assert "own word" in why(people, EmergencyListing(MACHINE, listing))
    assert people.office.done(ProposeListing(MACHINE, listing)).number == others
    digest = people.digest(listing)
    for approve in (True, False):
        assert "a yes is given in the console" in why(
            people, AnswerListing(MACHINE, listing, digest, approve)
        )
    voices = [people.second, people.head, people.third]
    for left, voice in zip(range(others - 1, -1, -1), voices, strict=False):
        assert people.state(listing) is State.WAITING
        reply = people.yes(voice, listing)
        assert isinstance(reply, Done), reply
        assert reply.number == left
    assert people.state(listing) is State.ACTIVE
    assert "write down why" in why(people, MoveListing(MACHINE, listing, State.SUSPENDED))
    reasoned = replace(MACHINE, reason="the order is being looked at")
    people.office.done(MoveListing(reasoned, listing, State.SUSPENDED))
    people.office.done(MoveListing(reasoned, listing, State.ACTIVE))
    people.office.done(MoveListing(reasoned, listing, State.ENDED))
    assert {entry.deed.actor for entry in people.office.reader.trail(3, None)} <= {MACHINE.actor, "system"}


def test_back_and_forward_again_keys_are_still_there(place: Place, tmp_path: Path) -> None:
    office = Office(place, tmp_path)
    people = People(office)
    by, key = key_of(people, people.author)
    office.close()
    writer = engine.writer(place)
    schema.downgrade(writer, "0004", office.desk.store)
    writer.dispose()
    office.reopen()
    assert [one.key_id for one in office.reader.keys(by.actor)] == [key.key_id]
    office.done(WriteListing(by, "P1", terms()))
    office.close()
