"""Before a yes: whom the cameras may take the person for is compared, kept with the listing, and held by the keeper."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import numpy as np
import pytest

from hallwatch.adapters.store.place import SqliteFile
from hallwatch.core.events import ListChange
from hallwatch.core.likeness import Likeness
from hallwatch.core.listing import State
from hallwatch.core.listing_requests import AnswerListing, EmergencyListing, ProposeListing, WriteListing
from hallwatch.core.model import Listing, Person, Template
from hallwatch.core.policy.roles import Role
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.core.requests import BindJurisdiction, By, Done, KeepPerson, PhotoKept, Refused
from hallwatch.core.site_requests import KeepCohort
from hallwatch.entry.comparing import Comparing
from hallwatch.entry.live_list import LiveList
from hallwatch.flow.cohort import COHORT
from tests.faces import unit
from tests.records import Office
from tests.serving import environment, write_config
from tests.test_listings import ADULT, MACHINE, NOBODY_ALIKE, TODAY, People, terms
from tests.test_lists_pages import browser_of
from tests.test_sign_in import csrf
from tests.test_web import Running, running
from tests.watching import Said, hallwatch, made_up_calibration, opened, pack_home, write_list

WIDTH, PACK = 64, "pack-1"
WOLF = Likeness(like=0, listed=(), matched=9, cohort=200, most=2)
STAFF = By("machine:tests", "terminal", "staff who have agreed")


def somebody(seed: int) -> Template:
    return unit(np.random.default_rng(seed).normal(size=WIDTH))


def like(template: Template, score: float, seed: int = 0) -> Template:
    other = somebody(10_000 + seed)
    across = unit(other - (other @ template) * template)
    return unit(score * template + np.sqrt(1 - score**2) * across)


DANA = somebody(1)


def with_face(office: Office, external_id: str, template: Template, pack: str = PACK, **more: str) -> str:
    photo = PhotoKept("p.jpg", f"photo of {external_id}".encode(), pack, template.tobytes())
    names = {"first_name": "Dana", "last_name": "Sample"} | more
    person = Person(external_id, names["first_name"], names["last_name"], (), date_of_birth=ADULT)
    return office.done(KeepPerson(MACHINE, person, (photo,))).subject


def strangers(alike: int = 0, count: int = 200) -> bytes:
    some = [like(DANA, 0.8, seed) if seed < alike else somebody(100 + seed) for seed in range(count)]
    return np.stack(some).tobytes()


def live_list() -> LiveList:
    return LiveList(Gallery(PACK, WIDTH), {}, made_up_calibration(), 1.0, 20_000)


@pytest.fixture
def people(lite: Office) -> People:
    made = People(lite)
    with_face(lite, "P1", DANA)
    return made


def test_nobody_with_a_template_is_proposed_uncompared(people: People) -> None:
    listing = people.drafted()
    for request in (ProposeListing(people.author, listing), EmergencyListing(people.author, listing)):
        reply = people.answer(request)
        assert isinstance(reply, Refused)
        assert "were not compared" in reply.reason
    people.office.done(ProposeListing(people.author, listing, NOBODY_ALIKE))
    assert isinstance(people.yes(people.second, listing), Done)


def test_what_was_found_is_part_of_what_is_said_yes_to(people: People) -> None:
    listing = people.drafted()
    people.office.done(ProposeListing(people.author, listing, Likeness(1, ("person-x",), None, 0, 1)))
    seen = people.digest(listing)
    people.office.done(WriteListing(people.author, "P1", terms(), listing))
    people.office.done(ProposeListing(people.author, listing, NOBODY_ALIKE))
    assert people.digest(listing) != seen
    assert isinstance(people.yes(people.second, listing, digest=seen), Refused)


def test_a_yes_to_whom_many_strangers_match_says_why(people: People) -> None:
    listing = people.drafted()
    people.office.done(ProposeListing(people.author, listing, WOLF))
    silent = replace(people.second, reason=" ")
    digest = people.digest(listing)
    for by, despite in ((people.second, False), (silent, True), (silent, False)):
        reply = people.answer(AnswerListing(by, listing, digest, True, NOBODY_ALIKE, despite))
        assert isinstance(reply, Refused)
        assert "9 of 200 strangers match" in reply.reason
    assert people.state(listing) is State.WAITING
    assert isinstance(people.answer(AnswerListing(people.second, listing, digest, True, None, True)), Done)
    assert people.state(listing) is State.ACTIVE
    entry = next(one for one in people.office.reader.trail(9, None) if one.deed.action == "second.approve")
    assert (entry.deed.detail["strangers"], entry.deed.detail["cohort"]) == (9, 200)
    assert entry.deed.reason


def test_a_no_needs_no_tick(people: People) -> None:
    listing = people.drafted()
    people.office.done(ProposeListing(people.author, listing, WOLF))
    assert isinstance(people.yes(people.second, listing, approve=False), Done)


def test_what_is_found_at_the_yes_counts_as_well(people: People) -> None:
    """The cohort may have come since, or the list grown."""
    listing = people.proposed()
    digest = people.digest(listing)
    assert isinstance(people.answer(AnswerListing(people.second, listing, digest, True, WOLF)), Refused)
    assert people.state(listing) is State.WAITING


def test_an_emergency_of_such_a_person_says_why_too(people: People) -> None:
    listing = people.drafted()
    assert isinstance(people.answer(EmergencyListing(people.author, listing, WOLF)), Refused)
    assert people.state(listing) is State.DRAFT
    assert isinstance(people.answer(EmergencyListing(people.author, listing, WOLF, True)), Done)
    assert people.state(listing) is State.ACTIVE


def test_everybody_listed_and_the_strangers_are_compared_with(lite: Office) -> None:
    live = live_list()
    listing = Listing("trespass", "r", TODAY)
    for name, template in {"L1": like(DANA, 0.7), "L2": somebody(50)}.items():
        lite.done(KeepPerson(MACHINE, Person(name, name, "", ()), (PhotoKept("p", name.encode(), "", b""),)))
        live.change(ListChange(name, Person(name, name, "", (listing,)), ((PACK, template.tobytes()),)))
    comparing = Comparing(live, lite.reader)
    number = with_face(lite, "P1", DANA)
    found = comparing.likeness_of(number)
    assert found == Likeness(1, (lite.reader.person_of("L1") or "",), None, 0, 1)

    lite.done(KeepCohort(STAFF, PACK, WIDTH, strangers(alike=9)))
    found = comparing.likeness_of(number)
    assert found is not None
    assert (found.matched, found.cohort, found.wolf) == (9, 200, True)
    lite.done(KeepCohort(STAFF, "pack-2", WIDTH, strangers(alike=9)))
    found = comparing.likeness_of(number)
    assert found is not None
    assert (found.matched, found.cohort) == (None, 0)  # of another pack: nothing to compare with
    lite.done(KeepCohort(STAFF, PACK, WIDTH, b""))
    assert lite.reader.setting("cohort") == ""
    assert comparing.likeness_of(with_face(lite, "P3", DANA, "pack-2")) is None


def test_a_cohort_says_by_what_right_and_is_sealed(lite: Office) -> None:
    assert isinstance(lite.desk.keeping.answer(KeepCohort(MACHINE, PACK, WIDTH, strangers())), Refused)
    assert isinstance(lite.desk.keeping.answer(KeepCohort(STAFF, PACK, WIDTH, b"123")), Refused)
    numbers = strangers()
    lite.done(KeepCohort(STAFF, PACK, WIDTH, numbers))
    assert lite.reader.trail(1, None)[0].deed.action == "cohort.keep"
    assert numbers[:64] not in lite.file.read_bytes()


def test_where_matching_is_forbidden_no_cohort_is_kept(tmp_path: Path) -> None:
    office = Office.bare(SqliteFile(tmp_path / "hallwatch.db"), tmp_path)
    office.done(BindJurisdiction(By("system"), "US-NY"))
    assert isinstance(office.desk.keeping.answer(KeepCohort(STAFF, PACK, WIDTH, strangers())), Refused)
    office.close()


@pytest.fixture
def live() -> LiveList:
    return live_list()


@pytest.fixture
def console(tmp_path: Path, live: LiveList) -> Iterator[Running]:
    with running(tmp_path, live) as it:
        yield it


def propose(console: Running, found: Likeness | None) -> str:
    """Dana, proposed by a colleague; the path of her page."""
    office = console.office
    by = _author(office)
    number = with_face(office, "D1", DANA)
    listing = office.done(WriteListing(by, "D1", terms())).subject
    office.done(ProposeListing(by, listing, found))
    return f"/lists/person/{number}"


def _author(office: Office) -> By:
    office.enter(Role.SCHOOL_ADMINISTRATOR, ("North",), "author")
    found = office.reader.by_login("author")
    assert found is not None
    return By(found[0].account_id, "127.0.0.1")


def answer(client: httpx2.Client, page: str, **fields: str) -> httpx2.Response:
    form = re.search(r'action="([^"]+/approve)">(.*?)</form>', client.get(page).text, re.S)
    assert form is not None
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', form[2])
    assert digest is not None
    return client.post(form[1], data={"csrf": csrf(client), "digest": digest[1]} | fields)


def test_the_page_says_it_before_the_button(console: Running, live: LiveList) -> None:
    office = console.office
    page = propose(console, NOBODY_ALIKE)
    with browser_of(console, "second") as second:
        shown = second.get(page).text
        assert "Looks like nobody else on the list." in shown
        assert "Not checked against strangers: this site has no cohort." in shown
        assert shown.index("Looks like nobody") < shown.index("/approve")

        near = {"N1": ("Nora", ("North",)), "S1": ("Sola", ("South",))}
        for seed, (name, (first, schools)) in enumerate(near.items()):
            template = like(DANA, 0.8, seed)
            person = Person(name, first, "Near", (), schools=schools)
            office.done(KeepPerson(MACHINE, person, (PhotoKept("p", b"1", PACK, template.tobytes()),)))
            listed = replace(person, listings=(Listing("trespass", "r", TODAY),))
            live.change(ListChange(name, listed, ((PACK, template.tobytes()),)))
        shown = second.get(page).text
        assert "May be mistaken for 2 others on the list." in shown
        assert "Nora Near" in shown
        assert "Sola" not in shown  # another school's business


def test_a_wolf_is_approved_with_a_tick_and_a_reason(console: Running) -> None:
    page = propose(console, NOBODY_ALIKE)
    console.office.done(KeepCohort(STAFF, PACK, WIDTH, strangers(alike=9)))
    with browser_of(console, "second") as second:
        shown = second.get(page).text
        assert "Matches 9 of 200 strangers, where at most" in shown
        assert 'name="despite"' in shown
        refused = answer(second, page, reason="she was seen here twice")
        assert refused.status_code == 422
        assert "tick that you list the person all the same" in refused.text
        assert answer(second, page, despite="1").status_code == 422
        assert answer(second, page, despite="1", reason="seen here twice").status_code == 303
        assert "Active" in second.get(page).text


@pytest.mark.timeout(400)
def test_a_cohort_is_made_by_a_command(shared: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    office = Office(SqliteFile(data / "hallwatch.db"), data)
    site = write_config(tmp_path, write_list(tmp_path / "people", []), {})
    environ = environment(tmp_path, shared)
    faces = tmp_path / "staff"
    faces.mkdir()
    for number, person in enumerate(sorted((shared / "data" / "faces").iterdir())[:105]):
        os.symlink(sorted(person.iterdir())[0], faces / f"{number}.jpg")
    (faces / "broken.jpg").write_bytes(b"no picture")

    def cohort(*arguments: object) -> Said:
        return hallwatch(
            environ, "models", "cohort", *map(str, arguments), "--config", str(site), timeout_s=300
        )

    office.close()
    assert cohort(faces).status == 2  # nobody says by what right
    done = cohort(faces, "--who", "staff who have agreed")
    assert done.status == 0, done.err
    assert "1 of 106 photos cannot be used" in done.err + done.out
    office.reopen()
    fingerprint, _space, numbers = office.reader.setting(COHORT).partition(" ")
    home = pack_home(tmp_path, shared)
    pack = opened(home, shared)
    assert len(numbers) >= 100 * 4 * pack.dimensions
    assert fingerprint
    entry = office.reader.trail(1, None)[0]
    assert (entry.deed.action, entry.deed.reason) == ("cohort.keep", "staff who have agreed")
    office.close()
    assert cohort("--end", "--who", "they asked for it").status == 0
    office.reopen()
    assert office.reader.setting(COHORT) == ""
    office.close()
