"""Nobody is his own second person by an account that he made, or made a link for; and nobody is stuck for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hallwatch.core.audit import AuditEntry, Deed
from hallwatch.core.listing import State
from hallwatch.core.listing_requests import ProposeListing, WriteListing
from hallwatch.core.notice_requests import AnswerOwnList
from hallwatch.core.own_list import ListState, digest_of
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import AddAccount, By, ChangeSetting, DisableAccount, Done, MakeLink, Refused
from hallwatch.core.site_requests import AnswerSetting
from hallwatch.entry.settings_desk import SettingsDesk
from hallwatch.flow import bonds
from hallwatch.flow.bonds import bound_since
from tests.records import Office
from tests.test_listings import NOBODY_ALIKE, People, terms
from tests.test_own_lists import custody, own
from tests.test_web import SITE

WORDS = "somebody else has to answer"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def made(office: Office, by: By, login: str, role: Role = Role.DISTRICT_ADMINISTRATOR) -> By:
    """An account that somebody adds on the page."""
    schools = frozenset() if role is Role.DISTRICT_ADMINISTRATOR else frozenset({"North"})
    account = office.done(AddAccount(by, login, login.title(), role, schools)).subject
    return By(account, "127.0.0.1", "because of the test")


def proposed_by(people: People, author: By) -> str:
    listing = people.office.done(WriteListing(author, "P1", terms())).subject
    people.office.done(ProposeListing(author, listing, NOBODY_ALIKE))
    return listing


def refused(people: People, by: By, listing: str) -> bool:
    reply = people.yes(by, listing)
    return isinstance(reply, Refused) and WORDS in reply.reason


@pytest.fixture
def people(office: Office) -> People:
    """Three school administrators and a district administrator of long ago, on each kind of database."""
    return People(office)


def test_an_account_of_ones_own_making_is_no_second_person(people: People) -> None:
    puppet = made(people.office, people.head, "puppet")
    listing = proposed_by(people, people.head)
    assert refused(people, puppet, listing)
    assert "second.refused" in people.actions()
    assert isinstance(people.yes(people.second, listing), Done)
    assert people.state(listing) is State.ACTIVE


def test_nor_for_a_list_of_the_districts_own(people: People) -> None:
    puppet = made(people.office, people.head, "puppet")
    people.office.done(custody(people))
    asked = AnswerOwnList(puppet, "custody-order", digest_of(own(people)), True)
    reply = people.office.desk.keeping.answer(asked)
    assert isinstance(reply, Refused)
    assert WORDS in reply.reason
    assert own(people).state is ListState.WAITING
    people.office.done(replace(asked, by=people.second))
    assert own(people).state is ListState.IN_USE


def test_nor_does_one_answer_what_ones_puppet_asks(people: People) -> None:
    puppet = made(people.office, people.head, "puppet", Role.DISTRICT_ADMINISTRATOR)
    listing = proposed_by(people, puppet)
    assert refused(people, people.head, listing)
    other = made(people.office, people.head, "another")
    assert refused(people, other, listing)  # both are the head's
    assert refused(people, made(people.office, puppet, "hers"), listing)  # through one that is


def test_a_link_binds_as_an_account_does(people: People) -> None:
    people.office.done(MakeLink(people.head, people.third.actor, "digest"))
    listing = proposed_by(people, people.head)
    assert refused(people, people.third, listing)


def test_a_no_needs_nobody_else(people: People) -> None:
    puppet = made(people.office, people.head, "puppet")
    assert isinstance(people.yes(puppet, proposed_by(people, people.head), approve=False), Done)


def test_after_thirty_days_nothing_binds(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    late = made(people.office, people.head, "late")
    monkeypatch.setattr(bonds, "BOUND", timedelta(0))
    assert isinstance(people.yes(late, proposed_by(people, people.head)), Done)


def alone(people: People) -> By:
    """The head is the only one who may approve, by the machine's doing."""
    machine = By("machine:tests", "terminal", "they have left")
    for other in (people.author, people.second, people.third):
        people.office.done(DisableAccount(machine, other.actor))
    return made(people.office, people.head, "first")


def test_where_nobody_else_could_it_is_on_record(people: People) -> None:
    first = alone(people)
    listing = proposed_by(people, people.head)
    assert isinstance(people.yes(first, listing), Done)
    assert people.state(listing) is State.ACTIVE
    entry = next(one for one in people.office.reader.trail(9, None) if one.deed.action == "second.approve")
    assert entry.deed.detail["bound_since"] == datetime.now(UTC).date().isoformat()


def test_nobody_makes_himself_the_last_one(people: People) -> None:
    puppet = made(people.office, people.head, "puppet")
    for other in (people.author, people.second, people.third):
        people.office.done(DisableAccount(people.head, other.actor))
    assert refused(people, puppet, proposed_by(people, people.head))


def test_the_machine_binds_its_own_only(people: People) -> None:
    machine = By("machine:tests", "terminal")
    for account in (people.author, people.second):
        people.office.done(MakeLink(machine, account.actor, f"link of {account.actor}"))
    assert isinstance(people.yes(people.second, people.proposed()), Done)


def test_settings_that_take_two_hold_it_as_well(lite: Office) -> None:
    people = People(lite)
    puppet = made(lite, people.head, "puppet")
    other = people.of(Role.DISTRICT_ADMINISTRATOR, "other")
    name = "site.false_alerts_per_day"
    lite.done(ChangeSetting(people.head, name, "10.0"))
    asked = SettingsDesk(SITE, SITE, dict, lite.reader.setting).asked(name)
    assert asked is not None
    reply = lite.desk.keeping.answer(AnswerSetting(puppet, name, asked.digest(name), True))
    assert isinstance(reply, Refused)
    assert WORDS in reply.reason
    lite.done(AnswerSetting(other, name, asked.digest(name), True))


def deed(actor: str, subject: str, days: int = 0, action: str = "account.add") -> AuditEntry:
    return AuditEntry(1, NOW - timedelta(days=days), Deed(actor, action, subject), b"", b"")


def test_whom_what_binds() -> None:
    trail = [
        deed("a", "b", 3),
        deed("b", "c", 9),
        deed("d", "e"),
        deed("machine:x", "a"),
        deed("machine:x", "d"),
    ]
    assert bound_since(trail, "a", "b") == (NOW - timedelta(days=3)).date()
    assert bound_since(trail, "c", "a") is not None
    assert bound_since(trail, "a", "d") is None  # the machine's links bind nobody to each other
    assert bound_since(trail, "machine:x", "e") is not None  # but to whoever asks at the machine
    assert bound_since(trail, "a", "e") is None
    assert bound_since([deed("a", "b"), deed("b", "a")], "a", "b") is not None  # in a circle
    assert bound_since([], "a", "b") is None
