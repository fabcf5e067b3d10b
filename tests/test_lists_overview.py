"""The lists page: a hundred at a time, without opening a photo; the same rules of whose business it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from hallwatch.adapters.store.sealed import Seals
from hallwatch.core.dossier import AskedLines
from hallwatch.core.listing import ListingRecord, State
from hallwatch.core.listing_requests import EmergencyListing
from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Account, Role
from hallwatch.core.requests import ErasePerson
from hallwatch.web.overview import PAGE
from tests.records import NOW, Office
from tests.test_listings import ADULT, MACHINE, NOBODY_ALIKE, PHOTO, People, terms
from tests.test_lists_pages import browser_of
from tests.test_sign_in import csrf
from tests.test_web import Running, running


def fill(office: Office, count: int, *, state: State = State.ACTIVE, **more: object) -> None:
    """So many listed people, the last of them changed last."""
    with office.desk.records.transaction() as books:
        for number in range(count):
            person = Person(f"N{number}", f"First{number}", "Numbered", (), date_of_birth=ADULT)
            person_id, _new = books.people.keep(person, (PHOTO,), NOW)
            at = NOW + timedelta(minutes=number)
            said = terms(**more)
            books.listings.put(
                ListingRecord(f"listing-{number}", person_id, said, state, "account-x", at, at)
            )


def account_of(people: People, login: str) -> Account:
    found = people.office.reader.by_login(login)
    assert found is not None
    return found[0]


@pytest.fixture
def people(office: Office) -> People:
    return People(office)


def shown(
    people: People, login: str, number: int = 1, size: int = 10, **asked: object
) -> tuple[list[str], bool]:
    with people.office.reader.overview() as overview:
        lines, more = overview.page(
            account_of(people, login),
            AskedLines(**asked),  # type: ignore[arg-type]
            number,
            size,
        )
    return [line.person.external_id for line in lines], more


def test_page_after_page_the_newest_change_first(people: People) -> None:
    fill(people.office, 23)
    assert shown(people, "head") == ([f"N{number}" for number in range(22, 12, -1)], True)
    assert shown(people, "head", 3) == (["N2", "N1", "N0"], False)
    assert shown(people, "head", 4) == ([], False)
    assert shown(people, "head", 1, 23)[1] is False


def test_no_photo_is_opened(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(people.office, 3)

    def never(*arguments: object) -> bytes:
        raise AssertionError("a photo was opened")

    monkeypatch.setattr(Seals, "open_photo", never)
    assert len(shown(people, "head")[0]) == 3


def test_what_is_asked_for(people: People) -> None:
    fill(people.office, 5)
    assert shown(people, "head", words="numbered FIRST3") == (["N3"], False)
    assert shown(people, "head", words="n4") == (["N4"], False)
    assert shown(people, "head", words="nobody") == ([], False)
    assert shown(people, "head", 2, 2, words="numbered") == (["N2", "N1"], True)
    assert shown(people, "head", kind="registry") == ([], False)
    assert shown(people, "head", states=(State.DRAFT,)) == ([], False)


def test_another_schools_listings_are_not_there(people: People) -> None:
    fill(people.office, 3, schools=frozenset({"South"}))
    assert shown(people, "author") == ([], False)
    assert len(shown(people, "head")[0]) == 3
    with people.office.reader.overview() as overview:
        assert overview.waiting(account_of(people, "author"), 10) == []


def test_an_erased_person_is_not_there(people: People) -> None:
    fill(people.office, 3)
    people.office.done(ErasePerson(MACHINE, "N1"))
    assert shown(people, "head") == (["N2", "N0"], False)


def test_what_waits_for_whom(people: People) -> None:
    first = people.proposed()
    people.keep("P2", ADULT)
    urgent = people.drafted("P2")
    people.office.done(EmergencyListing(people.author, urgent, NOBODY_ALIKE))
    with people.office.reader.overview() as overview:

        def waits(login: str) -> set[str]:
            lines = overview.waiting(account_of(people, login), 10)
            return {line.standing.record.listing_id for line in lines}

        assert waits("author") == set()
        assert waits("second") == waits("head") == {first, urgent}
        assert waits("watch") == set()
        assert len(overview.waiting(account_of(people, "second"), 1)) == 1
    people.yes(people.second, first)
    with people.office.reader.overview() as overview:
        assert first not in waits("head")


def test_notices_that_are_late_are_counted(people: People) -> None:
    listing = people.proposed()
    people.yes(people.second, listing)
    with people.office.reader.overview() as overview:
        head = account_of(people, "head")
        with people.office.desk.records.transaction() as books:
            notice = books.appeals.notice(listing)
        assert notice is not None
        assert overview.overdue(head, notice.due + timedelta(days=6)) == 0
        assert overview.overdue(head, notice.due + timedelta(days=8)) == 1
        south = replace(head, role=Role.SCHOOL_ADMINISTRATOR, schools=frozenset({"South"}))
        assert overview.overdue(south, notice.due + timedelta(days=8)) == 0
    assert shown(people, "head", due=True) == (["P1"], False)


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def rows(page: httpx2.Response) -> list[str]:
    return re.findall(r">First(\d+) Numbered<", page.text.split("Everybody listed")[-1])


def test_the_page_turns(console: Running) -> None:
    fill(console.office, PAGE + 5)
    with browser_of(console, "head", Role.DISTRICT_ADMINISTRATOR) as head:
        first = head.get("/lists")
        assert len(rows(first)) == PAGE
        assert "Older" in first.text
        assert "Newer" not in first.text
        asked = {"csrf": csrf(head), "kind": "trespass"}
        second = head.post("/lists", data=asked | {"number": "2"})
        assert rows(second) == ["4", "3", "2", "1", "0"]
        assert "Newer" in second.text
        assert "Older" not in second.text
        assert rows(head.post("/lists", data=asked | {"q": "first104"})) == ["104"]
        assert head.post("/lists", data=asked | {"number": "-1"}).status_code == 200
