"""Notices and appeals in the keeper: what is due, whose answer counts, and that words are gone with the person."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from hallwatch.core.appeal import ACKNOWLEDGE_DAYS, Appeal, Outcome
from hallwatch.core.listing import State, digest_of
from hallwatch.core.listing_requests import EmergencyListing, MoveListing
from hallwatch.core.notice import Notice, Way, days_due, is_overdue
from hallwatch.core.notice_requests import (
    AcknowledgeAppeal,
    AnswerAppeal,
    AppealRequest,
    GiveNotice,
    ReceiveAppeal,
)
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By, DisableAccount, Done, ErasePerson, KeepPerson, Refused
from tests.records import Office
from tests.test_listings import DANA, MACHINE, TEMPLATED, TODAY, People, terms

WORDS = "I was never there; ask the driver of bus 7."
ANSWER_BY = TODAY + timedelta(days=30)


@pytest.fixture
def people(lite: Office) -> People:
    return People(lite)


@pytest.fixture
def both(office: Office) -> People:
    """The same, once on each kind of database."""
    return People(office)


def listed(people: People, /, **more: object) -> str:
    """An active listing: written by the author, approved by the second."""
    listing = people.proposed(**more)
    assert isinstance(people.yes(people.second, listing), Done)
    return listing


def asked(people: People, request: AppealRequest) -> Done | Refused:
    return people.office.desk.keeping.answer(request)


def appealed(people: People, listing: str, **more: object) -> str:
    request = ReceiveAppeal(people.author, listing, TODAY, ANSWER_BY, "Dana Sample", WORDS)
    return people.office.done(replace(request, **more)).subject  # type: ignore[arg-type]


def answered(
    people: People, by: By, appeal: str, outcome: Outcome, words: str = "We looked again."
) -> Done | Refused:
    return asked(people, AnswerAppeal(by, appeal, outcome, words))


def notice_of(people: People, listing: str) -> Notice | None:
    with people.office.desk.records.transaction() as books:
        return books.appeals.notice(listing)


def appeal_of(people: People, appeal: str) -> Appeal:
    found = people.office.reader.appeal(appeal)
    assert found is not None
    return found


def test_a_notice_is_due_with_the_last_yes(both: People) -> None:
    listing = both.proposed()
    assert notice_of(both, listing) is None
    both.yes(both.second, listing)
    notice = notice_of(both, listing)
    assert notice is not None
    assert notice.given is None
    assert isinstance(asked(both, GiveNotice(both.author, listing, TODAY, Way.POST, "the mother")), Done)
    notice = notice_of(both, listing)
    assert notice is not None
    assert (notice.given, notice.way, notice.to_whom) == (TODAY, Way.POST, "the mother")
    assert notice.recorded_by == both.author.actor
    assert both.actions()[0] == "notice.give"
    again = asked(both, GiveNotice(both.author, listing, TODAY, Way.POST, "the father"))
    assert isinstance(again, Refused)


def test_an_emergency_is_told_when_it_is_approved(people: People) -> None:
    listing = people.drafted()
    people.office.done(EmergencyListing(people.author, listing))
    assert notice_of(people, listing) is None
    people.yes(people.second, listing)
    assert notice_of(people, listing) is not None


def test_why_nobody_is_told_is_said_yes_to(people: People) -> None:
    listing = people.proposed(untold="He has said what he would do to whoever tells on him.")
    silent = people.digest(listing)
    with people.office.desk.records.transaction() as books:
        record = books.listings.listing(listing)
        assert record is not None
        photos = books.people.photo_digests(record.person_id)
    without = digest_of(record.person_id, replace(record.terms, untold=""), photos)
    assert silent != without
    assert isinstance(people.yes(people.second, listing, digest=without), Refused)
    assert isinstance(people.yes(people.second, listing), Done)
    assert notice_of(people, listing) is None
    assert isinstance(asked(people, GiveNotice(people.author, listing, TODAY, Way.POST, "x")), Refused)


def test_what_waits_since_before_there_were_notices_stays_valid() -> None:
    now = terms()
    said = {
        "kind": "trespass",
        "reason": now.reason,
        "authority": now.authority,
        "photo_source": now.photo_source,
        "starts": now.starts,
        "ends": now.ends,
        "document": "",
        "photo_date": None,
        "schools": ["North"],
        "conditions": "",
        "conditions_until": None,
        "review": None,
    }
    text = json.dumps(["person-1", said, ["00"]], default=str, sort_keys=True)
    assert digest_of("person-1", now, (b"\x00",)) == sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"given": TODAY + timedelta(days=1)}, "not in the future"),
        ({"given": TODAY - timedelta(days=9)}, "after the listing was written"),
        ({"to_whom": "  "}, "who was given"),
        ({"listing_id": "listing-none"}, "do not include"),
    ],
)
def test_a_notice_that_cannot_be_is_not_recorded(people: People, more: dict[str, object], words: str) -> None:
    request = GiveNotice(people.author, listed(people), TODAY, Way.HANDED_OVER, "Dana")
    reply = asked(people, replace(request, **more))  # type: ignore[arg-type]
    assert isinstance(reply, Refused)
    assert words in reply.reason


def test_overdue_is_after_seven_days() -> None:
    now = datetime.now(UTC)
    week = Notice("l", "p", now - timedelta(days=7))
    assert (days_due(week, now), is_overdue(week, now)) == (7, False)
    assert is_overdue(replace(week, due=week.due - timedelta(seconds=1)), now)


def test_an_appeal_suspends_and_one_that_is_granted_ends(both: People) -> None:
    listing = listed(both)
    assert both.on_the_list()
    appeal = appealed(both, listing, suspend=True)
    assert both.state(listing) is State.SUSPENDED
    assert not both.on_the_list()
    assert isinstance(asked(both, AcknowledgeAppeal(both.third, appeal, TODAY)), Done)
    assert isinstance(asked(both, AcknowledgeAppeal(both.third, appeal, TODAY)), Refused)
    assert isinstance(answered(both, both.third, appeal, Outcome.GRANTED), Done)
    assert both.state(listing) is State.ENDED
    kept = appeal_of(both, appeal)
    assert (kept.words, kept.answer, kept.involved) == (WORDS, "We looked again.", False)
    assert (kept.acknowledged, kept.answered, kept.answered_by) == (TODAY, TODAY, both.third.actor)
    with both.office.desk.records.transaction() as books:
        record = books.listings.listing(listing)
        assert record is not None
        assert record.ended_why == "an appeal was granted"
    assert both.actions()[:3] == ["appeal.answer", "listing.end", "appeal.acknowledge"]
    assert both.office.desk.list_changes()[0].person is None  # the cameras hear of it
    assert isinstance(answered(both, both.head, appeal, Outcome.DENIED), Refused)


def test_a_denied_appeal_can_be_followed_by_another(people: People) -> None:
    listing = listed(people)
    appeal = appealed(people, listing)
    second = asked(people, ReceiveAppeal(people.author, listing, TODAY, ANSWER_BY, "her lawyer", "x"))
    assert isinstance(second, Refused)
    assert isinstance(answered(people, people.head, appeal, Outcome.DENIED, " "), Refused)  # without reasons
    assert isinstance(answered(people, people.head, appeal, Outcome.DENIED), Done)
    assert people.state(listing) is State.ACTIVE
    assert people.office.reader.open_appeals() == []
    assert appealed(people, listing, said_by="her lawyer") != appeal


def test_what_a_granted_appeal_ends_leaves_no_template(both: People) -> None:
    both.office.done(KeepPerson(MACHINE, DANA, (TEMPLATED,)))
    listing = listed(both)
    assert both.templates() == 1
    assert isinstance(answered(both, both.third, appealed(both, listing), Outcome.GRANTED), Done)
    assert (both.state(listing), both.templates()) == (State.ENDED, 0)


def test_granted_in_part_leaves_the_listing_to_be_written_anew(people: People) -> None:
    listing = listed(people)
    appeal = appealed(people, listing)
    assert isinstance(answered(people, people.third, appeal, Outcome.PARTLY, "Until June only."), Done)
    assert people.state(listing) is State.ACTIVE


def test_an_emergency_cannot_be_suspended_and_ends(people: People) -> None:
    listing = people.drafted()
    people.office.done(EmergencyListing(people.author, listing))
    appealed(people, listing, suspend=True)
    assert people.state(listing) is State.ENDED
    assert len(people.office.reader.open_appeals()) == 1  # an answer is owed all the same


@pytest.mark.parametrize("who", ["author", "second"])
def test_whoever_listed_the_person_does_not_answer(people: People, who: str) -> None:
    appeal = appealed(people, listed(people))
    reply = answered(people, getattr(people, who), appeal, Outcome.DENIED)
    assert isinstance(reply, Refused)
    assert "while somebody else can" in reply.reason
    assert people.actions()[0] == "appeal.refused"
    assert appeal_of(people, appeal).is_open


def test_where_nobody_else_can_it_is_answered_and_said_so(people: People) -> None:
    appeal = appealed(people, listed(people))
    for other in (people.third, people.head):
        people.office.done(DisableAccount(MACHINE, other.actor))
    reply = answered(people, people.second, appeal, Outcome.DENIED)
    assert isinstance(reply, Done)
    assert reply.number == 1
    assert appeal_of(people, appeal).involved
    (entry,) = [one for one in people.office.reader.trail(5, None) if one.deed.action == "appeal.answer"]
    assert dict(entry.deed.detail) == {"outcome": "denied", "involved": True}


@pytest.mark.parametrize(
    ("role", "schools"),
    [
        (Role.SECURITY, ("North",)),
        (Role.FRONT_DESK, ("North",)),
        (Role.AUDITOR, ()),
        (Role.TECHNICIAN, ()),
        (Role.SCHOOL_ADMINISTRATOR, ("South",)),
    ],
)
def test_another_schools_listing_is_nobodys_to_tell_or_answer(
    people: People, role: Role, schools: tuple[str, ...]
) -> None:
    listing, other = listed(people), people.of(role, "other", schools)
    appeal = appealed(people, listing)
    for request in (
        GiveNotice(other, listing, TODAY, Way.POST, "x"),
        ReceiveAppeal(other, listing, TODAY, ANSWER_BY, "x", "y"),
        AcknowledgeAppeal(other, appeal, TODAY),
        AnswerAppeal(other, appeal, Outcome.GRANTED, "because"),
    ):
        reply = asked(people, request)
        assert isinstance(reply, Refused)
        assert "do not include" in reply.reason
    assert isinstance(asked(people, GiveNotice(MACHINE, listing, TODAY, Way.POST, "x")), Refused)
    assert people.state(listing) is State.ACTIVE


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"received": TODAY + timedelta(days=1)}, "future"),
        ({"answer_by": TODAY}, "answered within"),
        ({"answer_by": TODAY + timedelta(days=61)}, "answered within"),
        ({"words": " \n"}, "in whose words"),
        ({"said_by": ""}, "who appeals"),
    ],
)
def test_an_appeal_without_words_or_days_is_refused(
    people: People, more: dict[str, object], words: str
) -> None:
    request = ReceiveAppeal(people.author, listed(people), TODAY, ANSWER_BY, "Dana", WORDS)
    reply = asked(people, replace(request, **more))  # type: ignore[arg-type]
    assert isinstance(reply, Refused)
    assert words in reply.reason


def test_nobody_appeals_against_what_does_not_hold(people: People) -> None:
    listing = people.proposed()
    assert isinstance(
        asked(people, ReceiveAppeal(people.author, listing, TODAY, ANSWER_BY, "x", "y")), Refused
    )
    people.yes(people.second, listing)
    people.office.done(MoveListing(people.author, listing, State.ENDED))
    assert isinstance(
        asked(people, ReceiveAppeal(people.author, listing, TODAY, ANSWER_BY, "x", "y")), Refused
    )


def test_when_an_appeal_is_overdue() -> None:
    appeal = Appeal(
        "a",
        "l",
        "p",
        TODAY,
        TODAY + timedelta(days=ACKNOWLEDGE_DAYS),
        ANSWER_BY,
        "x",
        datetime.now(UTC),
        "d",
        "w",
    )
    assert not appeal.is_overdue(TODAY + timedelta(days=7))
    assert appeal.is_overdue(TODAY + timedelta(days=8))
    said = replace(appeal, acknowledged=TODAY)
    assert not said.is_overdue(ANSWER_BY)
    assert said.is_overdue(ANSWER_BY + timedelta(days=1))
    assert not replace(said, outcome=Outcome.DENIED).is_overdue(ANSWER_BY + timedelta(days=9))


def test_words_are_sealed_in_the_database(people: People) -> None:
    listing = listed(people)
    asked(people, GiveNotice(people.author, listing, TODAY, Way.HANDED_OVER, "Aunt Wilhelmina Sample"))
    appeal = appealed(people, listing)
    answered(people, people.third, appeal, Outcome.DENIED, "Bus 7 had no driver that day.")
    written = b"".join(path.read_bytes() for path in _files(people.office.folder))
    assert b"appeal.answer" in written  # the search finds what is in the clear
    for secret in (b"never there", b"bus 7", b"Bus 7", b"Wilhelmina", b"Dana Sample"):
        assert secret not in written, secret


def test_an_erased_persons_appeal_cannot_be_read(both: People) -> None:
    listing = listed(both)
    asked(both, GiveNotice(both.author, listing, TODAY, Way.HANDED_OVER, "the aunt"))
    appeal = appealed(both, listing)
    both.office.done(ErasePerson(MACHINE, "P1"))
    assert both.office.reader.appeal(appeal) is None
    assert both.office.reader.open_appeals() == []
    notice = notice_of(both, listing)
    assert notice is None or notice.to_whom == ""
    assert isinstance(answered(both, both.head, appeal, Outcome.GRANTED), Refused)


def test_a_key_that_is_gone_opens_no_appeal_of_a_restored_database(people: People) -> None:
    """What a backup brings back of an erased person's words stays closed."""
    listing = listed(people)
    appeal = appealed(people, listing)
    with people.office.desk.records.transaction() as books:
        record = books.listings.listing(listing)
        assert record is not None
    people.office.desk.store.destroy(record.person_id)
    assert people.office.reader.appeal(appeal) is None
    assert people.office.reader.open_appeals() == []


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
