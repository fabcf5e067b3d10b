"""Listings: nobody lists a person alone; what holds is what was said yes to; ends are ends."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from hallwatch.core.ledger import digest_of as list_digest
from hallwatch.core.likeness import Likeness
from hallwatch.core.listing import EMERGENCY_LIFE, State, Terms, digest_of, faults, not_a_purpose
from hallwatch.core.listing_requests import (
    AnswerListing,
    EmergencyListing,
    ListingRequest,
    MoveListing,
    ProposeListing,
    WriteListing,
)
from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import (
    By,
    DisableAccount,
    Done,
    ErasePerson,
    KeepPerson,
    Note,
    PhotoKept,
    Refused,
    SetList,
)
from tests.records import Office

TODAY = datetime.now(UTC).date()
PHOTO = PhotoKept("p.jpg", b"a photo", "", b"")
ADULT, CHILD = date(1980, 5, 4), date(TODAY.year - 15, 1, 2)
MACHINE = By("machine:tests", "terminal")
NOBODY_ALIKE = Likeness(like=0, listed=(), matched=None, cohort=0, most=1)


def terms(**more: object) -> Terms:
    given = {
        "kind": "trespass",
        "reason": "threatened staff on 3 May",
        "authority": "Superintendent, order 12",
        "photo_source": "driver's licence",
        "starts": TODAY,
        "ends": TODAY + timedelta(days=365),
        "schools": frozenset({"North"}),
    }
    return Terms(**{**given, **more})  # type: ignore[arg-type]


class People:
    """Everybody who works with listings, and a person to be listed."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.author = self.of(Role.SCHOOL_ADMINISTRATOR, "author")
        self.second = self.of(Role.SCHOOL_ADMINISTRATOR, "second")
        self.third = self.of(Role.SCHOOL_ADMINISTRATOR, "third")
        self.head = self.of(Role.DISTRICT_ADMINISTRATOR, "head")
        self.watch = self.of(Role.SECURITY, "watch")
        self.keep("P1", ADULT)

    def of(self, role: Role, login: str, schools: tuple[str, ...] = ("North",)) -> By:
        self.office.enter(role, schools, login)
        found = self.office.reader.by_login(login)
        assert found is not None
        return By(found[0].account_id, "127.0.0.1", "because of the test")

    def keep(self, external_id: str, born: date | None) -> None:
        person = Person(external_id, "Dana", "Sample", (), date_of_birth=born)
        self.office.done(KeepPerson(MACHINE, person, (PHOTO,)))

    def answer(self, request: ListingRequest) -> Done | Refused:
        return self.office.desk.keeping.answer(request)

    def drafted(self, external_id: str = "P1", /, **more: object) -> str:
        return self.office.done(WriteListing(self.author, external_id, terms(**more))).subject

    def proposed(self, external_id: str = "P1", /, **more: object) -> str:
        listing = self.drafted(external_id, **more)
        self.office.done(ProposeListing(self.author, listing, NOBODY_ALIKE))
        return listing

    def digest(self, listing: str) -> str:
        with self.office.desk.records.transaction() as books:
            record = books.listings.listing(listing)
            assert record is not None
            photos = books.people.photo_digests(record.person_id)
            return digest_of(record.person_id, record.terms, photos, record.likeness)

    def yes(self, by: By, listing: str, *, approve: bool = True, digest: str = "") -> Done | Refused:
        return self.answer(AnswerListing(by, listing, digest or self.digest(listing), approve))

    def state(self, listing: str) -> State:
        with self.office.desk.records.transaction() as books:
            record = books.listings.listing(listing)
            assert record is not None
            return record.state

    def templates(self) -> int:
        with self.office.desk.records.transaction() as books:
            count = books.people._session.execute(text("SELECT count(*) FROM template")).scalar()
            return int(count or 0)

    def actions(self) -> list[str]:
        return [entry.deed.action for entry in self.office.reader.trail(30, None)]

    def on_the_list(self, external_id: str = "P1") -> bool:
        with self.office.reader.people() as people:
            version = people.list_at(datetime.now(UTC))
            return version is not None and version.names(people.tag(external_id))


@pytest.fixture
def people(lite: Office) -> People:
    return People(lite)


@pytest.fixture
def both(office: Office) -> People:
    """The same, once on each kind of database."""
    return People(office)


def test_a_second_person_makes_it_active(both: People) -> None:
    listing = both.proposed()
    assert both.state(listing) is State.WAITING
    assert not both.on_the_list()
    assert isinstance(both.yes(both.second, listing), Done)
    assert both.state(listing) is State.ACTIVE
    assert both.on_the_list()
    assert both.actions()[:4] == ["list.set", "listing.activate", "second.approve", "listing.propose"]


def test_nobody_approves_what_he_wrote(people: People) -> None:
    listing = people.proposed()
    reply = people.yes(people.author, listing)
    assert isinstance(reply, Refused)
    assert "own request" in reply.reason
    assert people.state(listing) is State.WAITING
    assert people.actions()[0] == "second.refused"


def test_nobody_proposes_what_another_wrote_to_approve_it_himself(people: People) -> None:
    listing = people.drafted()
    assert isinstance(people.answer(ProposeListing(people.second, listing)), Refused)


def test_a_yes_is_to_what_was_seen(people: People) -> None:
    listing = people.proposed()
    seen = people.digest(listing)
    people.office.done(
        WriteListing(people.author, "P1", terms(schools=frozenset({"North"}), reason="more"), listing)
    )
    people.office.done(ProposeListing(people.author, listing))
    reply = people.yes(people.second, listing, digest=seen)
    assert isinstance(reply, Refused)
    assert "changed since" in reply.reason
    assert people.state(listing) is State.WAITING


def test_a_photo_that_others_judge_or_said_yes_to_stays(people: People) -> None:
    listing = people.proposed()
    person = Person("P1", "Dana", "Sample", (), date_of_birth=ADULT)
    for by in (MACHINE, people.author, people.second, people.head):
        request = KeepPerson(by, person, (replace(PHOTO, jpeg=b"another face"),))
        assert isinstance(people.office.desk.keeping.answer(request), Refused)
    people.yes(people.second, listing)
    request = KeepPerson(people.second, person, (PHOTO, replace(PHOTO, jpeg=b"another face")))
    assert isinstance(people.office.desk.keeping.answer(request), Refused)
    people.office.done(KeepPerson(MACHINE, person, (PHOTO,)))  # the same photos again: list.csv at a start


def test_nobody_keeps_photos_of_another_schools_person(people: People) -> None:
    people.drafted()
    south = people.of(Role.SCHOOL_ADMINISTRATOR, "south", ("South",))
    guard = people.of(Role.SECURITY, "guard")
    person = Person("P1", "Dana", "Sample", (), date_of_birth=ADULT)
    for by in (south, guard):
        request = KeepPerson(by, person, (replace(PHOTO, jpeg=b"another face"),))
        assert isinstance(people.office.desk.keeping.answer(request), Refused)


def test_an_emergency_is_not_made_lasting_by_suspending_it(people: People) -> None:
    listing = people.drafted()
    people.office.done(EmergencyListing(people.author, listing))
    for to in (State.SUSPENDED, State.ACTIVE):
        assert isinstance(people.answer(MoveListing(people.author, listing, to)), Refused)
    assert len(people.office.desk.listings.sweep(datetime.now(UTC) + EMERGENCY_LIFE, emergencies=True)) == 1
    assert people.state(listing) is State.ENDED


def test_emergencies_are_not_strung_together(people: People) -> None:
    people.office.done(EmergencyListing(people.author, people.drafted()))
    again = people.answer(EmergencyListing(people.author, people.drafted()))
    assert isinstance(again, Refused)
    assert "emergency before" in again.reason


def test_a_school_that_no_camera_names_is_refused(people: People) -> None:
    object.__setattr__(people.office.desk.listings, "schools", frozenset({"North", "South"}))
    reply = people.answer(
        WriteListing(people.head, "P1", terms(schools=frozenset({"Dana Sample, born 1980"})))
    )
    assert isinstance(reply, Refused)


def test_the_base_of_the_list_names_nobody(people: People) -> None:
    people.office.done(SetList(By("system"), ("student-4711",)))
    with people.office.desk.records.transaction() as books:
        assert "4711" not in (books.settings.get("list/base") or "")


def test_many_people_of_list_csv_do_not_stop_the_keeper(people: People) -> None:
    for number in range(3):
        people.keep(f"C{number}", ADULT)
    assert people.office.desk.list_changes() == []  # nobody with a listing: nobody is told


def test_an_earlier_yes_is_void_when_it_is_written_anew(people: People) -> None:
    people.keep("P2", CHILD)
    listing = people.proposed("P2")
    assert isinstance(people.yes(people.second, listing), Done)
    people.office.done(WriteListing(people.author, "P2", terms(reason="another"), listing))
    people.office.done(ProposeListing(people.author, listing))
    people.yes(people.head, listing)
    assert people.state(listing) is State.WAITING
    people.yes(people.second, listing)
    assert people.state(listing) is State.ACTIVE


@pytest.mark.parametrize("born", [CHILD, None])
def test_somebody_under_18_needs_an_elevated_yes_too(people: People, born: date | None) -> None:
    people.keep("P2", born)
    listing = people.proposed("P2")
    assert isinstance(people.yes(people.second, listing), Done)
    assert people.state(listing) is State.WAITING
    refused = people.yes(people.second, listing)
    assert isinstance(refused, Refused)
    assert "answered already" in refused.reason
    refused = people.yes(people.third, listing)
    assert isinstance(refused, Refused)
    assert "district administrator" in refused.reason
    assert isinstance(people.yes(people.head, listing), Done)
    assert people.state(listing) is State.ACTIVE


def test_two_yeses_in_a_race_are_one(both: People) -> None:
    listing = both.proposed()
    digest = both.digest(listing)
    lock, replies = threading.Lock(), []

    def press(by: By) -> None:
        with lock:  # the keeper's one thread
            replies.append(both.yes(by, listing, digest=digest))

    threads = [threading.Thread(target=press, args=(by,)) for by in (both.second, both.third, both.second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(reply).__name__ for reply in replies) == ["Done", "Refused", "Refused"]
    assert both.actions().count("listing.activate") == 1


TEMPLATED = PhotoKept("p.jpg", b"a photo", "pack", b"\0" * 16)
DANA = Person("P1", "Dana", "Sample", (), date_of_birth=ADULT)


def test_an_ended_listing_leaves_no_template(both: People) -> None:
    """The photo stays for whoever asks why; what a search could find does not."""
    both.office.done(KeepPerson(MACHINE, DANA, (TEMPLATED,)))
    first, other = both.proposed(), both.proposed(kind="threat", document="letter", review=TODAY)
    both.office.done(AnswerListing(both.second, first, both.digest(first), True))
    both.office.done(MoveListing(both.author, first, State.SUSPENDED))
    both.office.done(MoveListing(both.author, first, State.ENDED))
    assert both.templates() == 1, "the other listing still waits"
    both.office.done(AnswerListing(both.second, other, both.digest(other), False))
    assert both.templates() == 0
    ((number, _),) = both.office.reader.people_named("P1", 5)
    dossier = both.office.reader.dossier(number)
    assert dossier is not None
    assert len(dossier.photos) == 1


def test_nor_does_one_whose_last_day_is_over(people: People) -> None:
    people.office.done(KeepPerson(MACHINE, DANA, (TEMPLATED,)))
    listing = people.proposed(ends=TODAY)
    people.office.done(AnswerListing(people.second, listing, people.digest(listing), True))
    assert people.templates() == 1
    object.__setattr__(people.office.desk.listings, "today", lambda: TODAY + timedelta(days=1))
    people.office.desk.listings.sweep(datetime.now(UTC))
    assert (people.state(listing), people.templates()) == (State.ENDED, 0)


def test_a_replayed_yes_does_nothing(people: People) -> None:
    listing = people.proposed()
    request = AnswerListing(people.second, listing, people.digest(listing), True)
    assert isinstance(people.answer(request), Done)
    people.office.done(MoveListing(people.author, listing, State.ENDED))
    assert isinstance(people.answer(request), Refused)
    assert people.state(listing) is State.ENDED


def test_a_no_sends_it_back(people: People) -> None:
    listing = people.proposed()
    assert isinstance(people.yes(people.second, listing, approve=False), Done)
    assert people.state(listing) is State.DRAFT
    assert isinstance(people.yes(people.third, listing), Refused)


@pytest.mark.parametrize(
    ("role", "schools"),
    [
        (Role.SECURITY, ("North",)),
        (Role.FRONT_DESK, ("North",)),
        (Role.POLICE_LIAISON, ("North",)),
        (Role.AUDITOR, ()),
        (Role.TECHNICIAN, ()),
        (Role.SCHOOL_ADMINISTRATOR, ("South",)),
    ],
)
def test_whoever_may_not_does_not(people: People, role: Role, schools: tuple[str, ...]) -> None:
    listing = people.proposed()
    other = people.of(role, "other", schools)
    for request in (
        WriteListing(other, "P1", terms()),
        WriteListing(other, "P1", terms(), listing),
        AnswerListing(other, listing, people.digest(listing), True),
        MoveListing(other, listing, State.ENDED),
    ):
        assert isinstance(people.answer(request), Refused)
    assert isinstance(people.answer(WriteListing(By("system"), "P1", terms())), Refused)
    assert people.state(listing) is State.WAITING


def test_a_school_lists_for_itself_only(people: People) -> None:
    for schools in (frozenset[str](), frozenset({"North", "South"})):
        assert isinstance(people.answer(WriteListing(people.author, "P1", terms(schools=schools))), Refused)
    assert isinstance(people.answer(WriteListing(people.head, "P1", terms(schools=frozenset()))), Done)


def test_whoever_was_disabled_since_approves_nothing(people: People) -> None:
    listing = people.proposed()
    people.office.done(DisableAccount(MACHINE, people.second.actor))
    assert isinstance(people.yes(people.second, listing), Refused)


def test_an_emergency_holds_four_hours_and_ends_unless_approved(both: People) -> None:
    listing = both.drafted()
    reply = both.answer(EmergencyListing(both.author, listing))
    assert isinstance(reply, Done)
    now = datetime.now(UTC)
    assert reply.at is not None
    assert reply.at - now <= EMERGENCY_LIFE
    assert both.state(listing) is State.ACTIVE
    desk = both.office.desk
    assert desk.listings.sweep(now + EMERGENCY_LIFE - timedelta(minutes=1)) == []
    assert len(desk.listings.sweep(reply.at)) == 1
    assert both.state(listing) is State.ENDED
    assert isinstance(both.yes(both.second, listing), Refused)
    assert isinstance(both.answer(EmergencyListing(both.author, listing)), Refused)


def test_an_approved_emergency_is_an_ordinary_listing(people: People) -> None:
    listing = people.drafted()
    people.office.done(EmergencyListing(people.author, listing))
    assert isinstance(people.yes(people.author, listing), Refused)
    assert isinstance(people.yes(people.second, listing), Done)
    assert people.office.desk.listings.sweep(datetime.now(UTC) + timedelta(hours=5)) == []
    assert people.state(listing) is State.ACTIVE


def test_an_emergency_that_is_refused_ends_at_once(people: People) -> None:
    listing = people.drafted()
    people.office.done(EmergencyListing(people.author, listing))
    people.yes(people.second, listing, approve=False)
    assert people.state(listing) is State.ENDED


def test_an_emergency_is_for_one_school(people: People) -> None:
    both = people.of(Role.SCHOOL_ADMINISTRATOR, "both", ("North", "South"))
    wide = terms(schools=frozenset({"North", "South"}))
    listing = people.office.done(WriteListing(both, "P1", wide)).subject
    assert isinstance(people.answer(EmergencyListing(both, listing)), Refused)


def test_it_ends_on_its_day_and_never_comes_back(both: People) -> None:
    listing = both.proposed(ends=TODAY)
    both.yes(both.second, listing)
    assert both.on_the_list()
    desk = both.office.desk
    object.__setattr__(desk.listings, "today", lambda: TODAY + timedelta(days=1))
    desk.listings.sweep(datetime.now(UTC))
    assert both.state(listing) is State.ENDED
    assert not both.on_the_list()
    object.__setattr__(desk.listings, "today", lambda: TODAY)  # the clock is set back
    desk.listings.sweep(datetime.now(UTC))
    assert both.state(listing) is State.ENDED
    for to in (State.ACTIVE, State.SUSPENDED):
        assert isinstance(both.answer(MoveListing(both.author, listing, to)), Refused)


def test_suspended_and_resumed(people: People) -> None:
    listing = people.proposed()
    people.yes(people.second, listing)
    people.office.done(MoveListing(people.author, listing, State.SUSPENDED))
    assert not people.on_the_list()
    people.office.done(MoveListing(people.author, listing, State.ACTIVE))
    assert people.on_the_list()
    silent = replace(people.author, reason="")
    assert isinstance(people.answer(MoveListing(silent, listing, State.ENDED)), Refused)


def test_the_csv_list_and_listings_are_one_list_on_record(both: People) -> None:
    both.office.done(SetList(By("system"), ("C1", "C2")))
    listing = both.proposed()
    both.yes(both.second, listing)
    assert both.on_the_list("C1")
    assert both.on_the_list("P1")
    both.office.done(SetList(By("system"), ("C1",)))
    assert both.on_the_list("P1")
    assert not both.on_the_list("C2")
    with both.office.reader.people() as questions:
        version = questions.list_at(datetime.now(UTC))
        assert version is not None
        assert version.digest == list_digest(questions.tag(one) for one in ("C1", "P1"))


def test_an_erased_persons_listing_is_gone(both: People) -> None:
    listing = both.proposed()
    both.yes(both.second, listing)
    both.office.done(ErasePerson(MACHINE, "P1"))
    assert not both.on_the_list()
    with both.office.desk.records.transaction() as books:
        assert books.listings.listing(listing) is None
        assert books.listings.listings() == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": " "}, "reason is missing"),
        ({"authority": ""}, "authority"),
        ({"photo_source": ""}, "source of the photo"),
        ({"reason": "chronic truancy"}, "is no reason"),
        ({"reason": "Immigration status"}, "is no reason"),
        ({"reason": "3-day suspension"}, "is no reason"),
        ({"ends": TODAY + timedelta(days=5 * 366)}, "at most"),
        ({"ends": TODAY - timedelta(days=1), "starts": TODAY - timedelta(days=9)}, "ended already"),
        ({"starts": TODAY + timedelta(days=9), "ends": TODAY + timedelta(days=1)}, "before it begins"),
        ({"kind": "threat"}, "day of review"),
        ({"conditions_until": TODAY}, "no words"),
    ],
)
def test_what_is_missing_or_no_list_is_not_proposed(
    people: People, more: dict[str, object], words: str
) -> None:
    listing = people.drafted(**more)
    reply = people.answer(ProposeListing(people.author, listing))
    assert isinstance(reply, Refused)
    assert words in reply.reason
    assert people.state(listing) is State.DRAFT


def test_without_a_photo_nobody_is_proposed(people: People) -> None:
    people.office.done(KeepPerson(MACHINE, Person("P3", "No", "Photo", (), date_of_birth=ADULT), ()))
    listing = people.drafted("P3")
    reply = people.answer(ProposeListing(people.author, listing))
    assert isinstance(reply, Refused)
    assert "no photo" in reply.reason


def test_a_threat_with_its_notice_is_a_list(people: People) -> None:
    threat = terms(kind="threat", document="notice of 3 May", review=TODAY + timedelta(days=90))
    rules = people.office.desk._listing_rules()
    assert rules is not None
    assert faults(threat, rules, TODAY) == []


@pytest.mark.parametrize("reason", ["He fought in the hall", "Suspended ceiling damaged", "iced the floor"])
def test_other_words_are_not_taken_for_what_is_no_list(reason: str) -> None:
    assert not_a_purpose(reason) is None


def test_a_persons_history_is_there_however_long_the_trail_is(both: People) -> None:
    listing = both.proposed()
    for number in range(30):
        both.office.done(Note(MACHINE, "alert.look", f"a{number}"))
    found = [entry.deed.action for entry in both.office.reader.history({listing, "nobody"}, 5)]
    assert found == ["listing.propose", "listing.write"]
    assert len(both.office.reader.history({listing}, 1)) == 1
