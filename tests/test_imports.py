"""Imports: read person by person, approved as one by others, taken over some at a time, and nothing before that."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hallwatch.core.import_batch import Act, BatchItem, BatchState
from hallwatch.core.import_requests import AnswerImport, ImportEntry, OpenImport
from hallwatch.core.import_terms import external_id_of
from hallwatch.core.imports import Change
from hallwatch.core.listing import APPROVAL_LIFE, State
from hallwatch.core.listing_requests import AnswerListing, MoveListing, WriteListing
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By, Done, ErasePerson, KeepPerson, PhotoKept, Refused, Request
from hallwatch.entry.keeper_client import KeeperAway
from hallwatch.errors import StoreUnwritable, UserError
from hallwatch.flow import import_turns
from tests.import_files import SOURCE, TERMINAL, TODAY, Imports, Row, picture
from tests.records import Office
from tests.test_listings import terms

MANY = [Row(f"R{number}") for number in range(12)]


@pytest.fixture
def imports(lite: Office, tmp_path: Path) -> Imports:
    return Imports(lite, tmp_path)


@pytest.fixture
def both(office: Office, tmp_path: Path) -> Imports:
    """The same, once on each kind of database."""
    return Imports(office, tmp_path)


def test_nobody_is_looked_for_before_two_people_have_said_yes(both: Imports) -> None:
    taken = both.take(both.order(*MANY))
    assert (taken.number, taken.counts.added) == (1, 12)
    assert both.states("R3") == [State.WAITING]
    assert both.turns() == 0
    assert not both.on_the_list("R3")
    assert isinstance(both.yes(both.author, taken.import_id), Done)
    assert both.batch(taken.import_id).state is BatchState.WAITING
    assert both.turns() == 0
    assert isinstance(both.yes(both.second, taken.import_id), Done)
    assert both.states("R3") == [State.WAITING]
    assert both.turns() > 0
    assert both.batch(taken.import_id).state is BatchState.TAKEN_OVER
    assert both.states("R3") == [State.ACTIVE]
    assert all(both.on_the_list(row.id) for row in MANY)
    changes = both.office.desk.list_changes()
    assert {change.external_id for change in changes} == {external_id_of(SOURCE, row.id) for row in MANY}
    assert all(change.person is not None and change.templates for change in changes)
    (listing,) = both.listings("R3")
    assert (listing.terms.kind, listing.terms.authority) == ("registry", SOURCE)
    assert listing.terms.photo_source == f"{SOURCE}, of 2026-10-01"
    assert listing.listing_id in both.due()  # the person has to be told, as of every listing
    assert (listing.terms.ends - TODAY).days == 365


def test_the_same_file_again_changes_nothing(both: Imports) -> None:
    order = both.order(*MANY)
    taken = both.take(order)
    both.yes(both.author, taken.import_id)
    again = both.take(order)  # before the second yes: the first stays
    assert (again.import_id, again.counts.added) == (taken.import_id, 0)
    assert both.batch(taken.import_id).words.counts.added == 12
    assert both.people() == 12
    both.yes(both.second, taken.import_id)
    both.turns()
    version = both.office.reader.photos_listed("pack")
    replayed = both.take(order)
    assert (replayed.import_id, replayed.counts.same) == ("", 12)
    assert both.turns() == 0
    assert (both.people(), both.states("R3")) == (12, [State.ACTIVE])
    assert both.office.reader.photos_listed("pack") == version == 12


def test_turns_are_short_and_versions_few(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_turns, "AT_ONCE", 5)
    monkeypatch.setattr(import_turns, "TURN_S", -1.0)  # as if each person took long
    taken = imports.take(imports.order(*MANY))
    imports.yes(imports.author, taken.import_id)
    imports.yes(imports.second, taken.import_id)
    assert imports.turns() == 12
    assert imports.actions(100).count("list.set") == 3
    assert imports.actions(100).count("listing.activate") == 12


def test_a_keeper_that_dies_between_turns_goes_on(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_turns, "TURN_S", -1.0)
    taken = imports.take(imports.order(*MANY))
    imports.yes(imports.author, taken.import_id)
    imports.yes(imports.second, taken.import_id)
    for _ in range(3):
        imports.office.desk.turn()
    assert imports.office.desk.list_changes() == []
    imports.office.reopen()
    imports.office.desk.tidy()
    assert [imports.on_the_list(row.id) for row in MANY].count(True) == 3
    assert sum(change.person is not None for change in imports.office.desk.all_listed()) == 3
    imports.turns()
    assert imports.batch(taken.import_id).state is BatchState.TAKEN_OVER
    assert [imports.states(row.id) for row in MANY] == [[State.ACTIVE]] * 12


def test_whoever_brings_it_does_not_approve_it(imports: Imports) -> None:
    taken = imports.take(imports.order(*MANY), imports.author)
    reply = imports.yes(imports.author, taken.import_id)
    assert isinstance(reply, Refused)
    assert "own request" in reply.reason
    assert imports.actions()[0] == "second.refused"
    assert isinstance(imports.yes(imports.second, taken.import_id), Done)
    imports.turns()
    assert imports.states("R1") == [State.ACTIVE]


def test_nobody_answers_twice(imports: Imports) -> None:
    taken = imports.take(imports.order(*MANY))
    assert isinstance(imports.yes(imports.author, taken.import_id), Done)
    reply = imports.yes(imports.author, taken.import_id)
    assert isinstance(reply, Refused)
    assert "answered already" in reply.reason
    assert imports.batch(taken.import_id).state is BatchState.WAITING


@pytest.mark.parametrize("born", ["", f"{TODAY.year - 15}-01-02", f"{TODAY.year - 18}"])
def test_one_who_is_young_or_of_unknown_age_asks_more_of_the_whole(imports: Imports, born: str) -> None:
    """Somebody of whom only a year is known may have been born on its last day."""
    taken = imports.take(imports.order(*MANY, Row("young", born=born), schools=("North",)), imports.author)
    south = imports.of(Role.SCHOOL_ADMINISTRATOR, "north two")
    assert isinstance(imports.yes(imports.north, taken.import_id), Done)
    reply = imports.yes(south, taken.import_id)
    assert isinstance(reply, Refused)
    assert "district administrator" in reply.reason
    assert isinstance(imports.yes(imports.second, taken.import_id), Done)
    imports.turns()
    assert imports.states("young") == [State.ACTIVE]


def test_of_the_terminal_two_others_say_yes_besides_the_elevated_one(imports: Imports) -> None:
    taken = imports.take(imports.order(Row("young", born="")))
    for by in (imports.author, imports.second):
        assert isinstance(imports.yes(by, taken.import_id), Done)
        assert imports.batch(taken.import_id).state is BatchState.WAITING
    assert isinstance(imports.yes(imports.third, taken.import_id), Done)
    assert imports.batch(taken.import_id).state is BatchState.APPROVED


def test_two_yeses_in_a_race_are_one(both: Imports) -> None:
    taken = both.take(both.order(*MANY), both.author)
    digest = both.batch(taken.import_id).digest
    lock, replies = threading.Lock(), []

    def press(by: By) -> None:
        with lock:  # the keeper's one thread
            replies.append(both.yes(by, taken.import_id, digest=digest))

    threads = [threading.Thread(target=press, args=(by,)) for by in (both.second, both.third, both.second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(reply).__name__ for reply in replies) == ["Done", "Refused", "Refused"]
    assert both.actions(100).count("import.approve") == 1


def test_a_replayed_yes_does_nothing(imports: Imports) -> None:
    taken = imports.approved(*MANY)
    replayed = AnswerImport(imports.second, taken.import_id, imports.batch(taken.import_id).digest, True)
    assert isinstance(imports.office.desk.keeping.answer(replayed), Refused)
    imports.office.done(MoveListing(imports.author, imports.listings("R1")[0].listing_id, State.ENDED))
    assert isinstance(imports.office.desk.keeping.answer(replayed), Refused)
    assert imports.turns() == 0
    assert imports.states("R1") == [State.ENDED]


def test_a_changed_file_voids_the_yes(both: Imports) -> None:
    taken = both.take(both.order(*MANY))
    seen = both.batch(taken.import_id).digest
    assert isinstance(both.yes(both.author, taken.import_id), Done)
    changed = both.take(both.order(*MANY[1:], replace(MANY[0], why="Offence B")))
    assert changed.import_id == taken.import_id
    reply = both.yes(both.second, taken.import_id, digest=seen)
    assert isinstance(reply, Refused)
    assert "changed since" in reply.reason
    assert isinstance(both.yes(both.second, taken.import_id), Done)
    assert both.batch(taken.import_id).state is BatchState.WAITING  # one yes to what it is now, not two
    assert isinstance(both.yes(both.author, taken.import_id), Done)
    both.turns()
    assert [one.terms.reason for one in both.listings("R0")] == ["Offence B"]
    assert (both.people(), len(both.listings("R5"))) == (12, 1)


@pytest.mark.parametrize("photo", [True, False])
def test_another_photo_or_another_row_is_another_digest(imports: Imports, photo: bool) -> None:
    taken = imports.take(imports.order(*MANY))
    seen = imports.batch(taken.import_id).digest
    pictures = {f"{row.id}.jpg": picture(row.id) for row in MANY}
    if photo:
        imports.take(imports.order(*MANY, photos=pictures | {"R0.jpg": picture("other")}))
    else:
        imports.take(replace(imports.order(*MANY[1:]), many_vanish=True))
    assert imports.batch(taken.import_id).digest != seen
    assert isinstance(imports.yes(imports.second, taken.import_id, digest=seen), Refused)


def test_while_it_is_read_nobody_answers(imports: Imports) -> None:
    order = imports.order(*MANY)
    taken = imports.take(order)
    imports.yes(imports.author, taken.import_id)
    words = imports.batch(taken.import_id).words
    key = imports.batch(taken.import_id).key
    imports.office.done(OpenImport(TERMINAL, key, words))
    reply = imports.yes(imports.second, taken.import_id)
    assert isinstance(reply, Refused)
    assert "reading" in reply.reason
    imports.take(order)
    assert isinstance(imports.yes(imports.second, taken.import_id), Done)
    assert imports.batch(taken.import_id).state is BatchState.APPROVED


def test_whoever_reads_it_anew_is_its_author(imports: Imports) -> None:
    order = imports.order(*MANY)
    taken = imports.take(order, imports.author)
    imports.take(order, imports.second)
    assert isinstance(imports.yes(imports.second, taken.import_id), Refused)
    assert isinstance(imports.yes(imports.third, taken.import_id), Done)


def test_a_yes_of_whoever_reads_it_anew_is_none(imports: Imports) -> None:
    """Three people are needed: two who take turns as author and second are two."""
    order = imports.order(Row("young", born=""))
    taken = imports.take(order, imports.author)
    assert isinstance(imports.yes(imports.second, taken.import_id), Done)
    imports.take(order, imports.second)
    assert isinstance(imports.yes(imports.author, taken.import_id), Done)
    assert imports.batch(taken.import_id).state is BatchState.WAITING
    assert isinstance(imports.yes(imports.third, taken.import_id), Done)
    assert imports.batch(taken.import_id).state is BatchState.APPROVED


def test_what_comes_into_it_by_another_way_voids_it(imports: Imports) -> None:
    """As if somebody had written the database by hand after the others were asked."""
    taken = imports.take(imports.order(*MANY[1:]))
    listing = imports.office.done(
        WriteListing(imports.author, external_id_of(SOURCE, "R1"), terms(schools=frozenset()))
    ).subject
    with imports.office.desk.records.transaction() as books:
        number = imports.number("R1")
        assert number is not None
        books.imports.put_item(taken.import_id, BatchItem(listing, number, Act.LIST, "0"))
    reply = imports.yes(imports.second, taken.import_id)
    assert isinstance(reply, Refused)
    assert "changed since" in reply.reason


def test_nobody_else_adds_to_it(imports: Imports) -> None:
    taken = imports.take(imports.order(*MANY), imports.author)
    batch = imports.batch(taken.import_id)
    imports.office.done(OpenImport(imports.author, batch.key, batch.words))
    number = imports.number("R1")
    assert number is not None
    with imports.office.reader.imports() as asked:
        mine = asked.person(taken.import_id, number)
    assert mine is not None
    assert mine.person is not None
    other = (replace(imports.listings("R1")[0].terms, reason="another"),)
    for by in (imports.second, imports.of(Role.SECURITY, "guard"), TERMINAL):
        request = ImportEntry(by, taken.import_id, mine.person, other, None)
        assert isinstance(imports.office.desk.keeping.answer(request), Refused)
    imports.office.done(ImportEntry(imports.author, taken.import_id, mine.person, other, None))


def test_a_listing_of_an_import_is_not_answered_rewritten_or_ended_singly(imports: Imports) -> None:
    imports.take(imports.order(*MANY), imports.author)
    (listing,) = imports.listings("R1")
    theirs = external_id_of(SOURCE, "R1")
    for request in (
        AnswerListing(imports.second, listing.listing_id, "", True),
        WriteListing(imports.second, theirs, terms(schools=frozenset()), listing.listing_id),
        MoveListing(imports.second, listing.listing_id, State.ENDED),
        MoveListing(imports.second, listing.listing_id, State.ACTIVE),
    ):
        reply = imports.office.desk.keeping.answer(request)
        assert isinstance(reply, Refused)
        assert "import 1" in reply.reason
    assert imports.states("R1") == [State.WAITING]


@pytest.mark.parametrize("role", [Role.SECURITY, Role.AUDITOR, Role.TECHNICIAN])
def test_whoever_may_not_does_not(imports: Imports, role: Role) -> None:
    other = imports.of(role, "other")
    with pytest.raises(UserError):
        imports.take(imports.order(*MANY, schools=("North",)), other)
    taken = imports.take(imports.order(*MANY, schools=("North",)))
    assert isinstance(imports.yes(other, taken.import_id), Refused)


def test_a_school_answers_for_itself_only(imports: Imports) -> None:
    south = imports.of(Role.SCHOOL_ADMINISTRATOR, "south", ("South",))
    taken = imports.take(imports.order(*MANY, schools=("North",)))
    assert isinstance(imports.yes(south, taken.import_id), Refused)
    assert isinstance(imports.yes(imports.north, taken.import_id), Done)
    with pytest.raises(UserError):
        imports.take(imports.order(*MANY), imports.north)  # for all schools
    assert imports.listings("R1")[0].terms.schools == frozenset({"North"})


def broken_off(imports: Imports, after: int) -> Callable[[Request], Done]:
    """An ask after which the importer is gone, in the middle."""
    left = [after]

    def ask(request: Request) -> Done:
        left[0] -= 1
        if left[0] < 0:
            raise KeeperAway("gone")
        return imports.ask(request)

    return ask


def test_broken_off_and_repeated_it_goes_on_without_doubling(both: Imports) -> None:
    order = both.order(*MANY)
    with pytest.raises(KeeperAway):
        both.take(order, ask=broken_off(both, 6))
    assert both.people() == 5
    assert both.office.desk.keeping.answer(
        AnswerImport(both.author, both.batch(both_import(both)).import_id, "", True)
    ) == Refused("it is reading: there is nothing to answer")
    asked: list[Request] = []

    def ask(request: Request) -> Done:
        asked.append(request)
        return both.ask(request)

    taken = both.take(order, ask=ask)
    assert (
        sum(isinstance(request, ImportEntry) for request in asked) == 7
    )  # the others are not looked at again
    assert (taken.number, both.people()) == (1, 12)
    assert both.batch(taken.import_id).words.counts.added == 12
    assert [len(both.listings(row.id)) for row in MANY] == [1] * 12


def test_on_a_full_disk_it_stops_in_one_line_and_goes_on_later(imports: Imports) -> None:
    large = {f"{row.id}.jpg": picture(row.id) + bytes(100_000) for row in MANY}
    order = imports.order(*MANY, photos=large)
    with imports.office.desk.records._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 150}")
    with pytest.raises(StoreUnwritable, match="disk is full"):
        imports.take(order)
    half = imports.people()
    assert 0 < half < 12
    with imports.office.desk.records._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    taken = imports.take(order)
    assert imports.people() == 12
    assert imports.batch(taken.import_id).words.counts.added == 12


def both_import(imports: Imports) -> str:
    with imports.office.reader.imports() as asked:
        (batch,) = asked.batches()
        return batch.import_id


def test_other_terms_replace_the_old_ones_when_they_are_approved(both: Imports) -> None:
    both.approved(*MANY)
    changed = both.order(replace(MANY[0], why="Offence B"), *MANY[1:])
    dry = both.read(changed)
    (step,) = [step for step in dry.steps if step.change is Change.CHANGE]
    assert (step.external_id, step.fields) == ("R0", ("reason",))
    taken = both.take(changed)
    assert both.states("R0") == [State.ACTIVE, State.WAITING]
    both.yes(both.author, taken.import_id)
    both.yes(both.second, taken.import_id)
    both.turns()
    old, new = both.listings("R0")
    assert (old.state, old.ended_why) == (State.ENDED, "replaced by a newer import")
    assert (new.state, new.terms.reason) == (State.ACTIVE, "Offence B")
    assert len(both.photos("R0")) == 1
    assert both.office.reader.photos_listed("pack") == 12
    assert both.take(changed).import_id == ""


def test_other_photos_wait_until_they_are_approved(both: Imports) -> None:
    both.approved(*MANY)
    other = {f"{row.id}.jpg": picture(row.id) for row in MANY} | {"R0.jpg": picture("other")}
    taken = both.take(both.order(*MANY, photos=other))
    assert both.photos("R0") == [picture("R0")]
    both.yes(both.author, taken.import_id)
    both.yes(both.second, taken.import_id)
    both.turns()
    assert both.photos("R0") == [picture("other")]
    assert both.states("R0") == [State.ENDED, State.ACTIVE]
    assert both.office.reader.photos_listed("pack") == 12
    assert both.take(both.order(*MANY, photos=other)).import_id == ""


def test_photos_that_were_declined_are_gone_and_the_old_ones_stay(imports: Imports) -> None:
    imports.approved(*MANY)
    other = {f"{row.id}.jpg": picture(row.id) for row in MANY} | {"R0.jpg": picture("other")}
    taken = imports.take(imports.order(*MANY, photos=other))
    imports.yes(imports.author, taken.import_id, approve=False)
    imports.turns()
    assert imports.photos("R0") == [picture("R0")]
    assert imports.states("R0") == [State.ACTIVE]
    number = imports.number("R0")
    assert number is not None
    with imports.office.reader.imports() as asked:
        assert asked.staged(taken.import_id, number) == ()


def test_a_name_changes_at_once(imports: Imports) -> None:
    imports.approved(*MANY)
    imports.office.desk.list_changes()
    taken = imports.take(imports.order(replace(MANY[0], first="Kit"), *MANY[1:]))
    assert (taken.import_id, taken.counts.changed) == ("", 1)
    (change,) = imports.office.desk.list_changes()
    assert change.person is not None
    assert change.person.name == "Kit Sample"
    assert imports.states("R0") == [State.ACTIVE]


def test_a_birth_date_does_not(imports: Imports) -> None:
    """Whether a third person has to say yes hangs on it."""
    imports.approved(*MANY)
    taken = imports.take(imports.order(replace(MANY[0], born=f"{TODAY.year - 10}-01-01"), *MANY[1:]))
    assert imports.states("R0") == [State.ACTIVE, State.WAITING]
    imports.yes(imports.author, taken.import_id)
    imports.yes(imports.second, taken.import_id)
    assert imports.batch(taken.import_id).state is BatchState.WAITING


def test_whoever_is_not_in_it_any_more_ends_with_its_approval(both: Imports) -> None:
    both.approved(*MANY)
    taken = both.take(both.order(*MANY[1:]))
    assert taken.counts.ended == 1
    assert both.states("R0") == [State.ACTIVE]
    both.yes(both.author, taken.import_id)
    both.yes(both.second, taken.import_id)
    both.turns()
    assert both.listings("R0")[0].ended_why == "no longer in the file of its source"
    assert not both.on_the_list("R0")
    assert both.office.reader.photos_listed("pack") == 11
    # and comes back like anybody new, by others' yes
    again = both.take(both.order(*MANY))
    assert again.counts.added == 1
    assert both.states("R0") == [State.ENDED, State.WAITING]


def test_a_file_that_was_cut_off_is_refused_unless_somebody_says_that_it_is_right(imports: Imports) -> None:
    imports.approved(*MANY)
    cut = imports.order(*MANY[:6])
    dry = imports.read(cut)
    assert dry.refusal is not None
    assert "6 of 12 people" in dry.refusal
    with pytest.raises(UserError, match="more than a tenth"):
        imports.take(cut)
    taken = imports.take(replace(cut, many_vanish=True))
    assert imports.on_the_list("R11")  # nothing ends by one person's word
    imports.yes(imports.author, taken.import_id)
    imports.turns()
    assert imports.on_the_list("R11")
    imports.yes(imports.second, taken.import_id)
    imports.turns()
    assert not imports.on_the_list("R11")


def test_whoever_goes_out_of_a_waiting_import_is_gone(imports: Imports) -> None:
    imports.take(imports.order(*MANY))
    number = imports.number("R0")
    imports.take(imports.order(*MANY[1:]))
    assert imports.number("R0") is None
    assert number not in imports.office.desk.store.ids()
    assert imports.people() == 11


@pytest.mark.parametrize("lapse", [True, False])
def test_an_import_that_is_not_approved_leaves_nobody_behind(both: Imports, lapse: bool) -> None:
    taken = both.take(both.order(*MANY))
    keys = set(both.office.desk.store.ids())
    both.yes(both.author, taken.import_id)
    if lapse:
        both.office.desk.imports.lapse(datetime.now(UTC) + APPROVAL_LIFE - timedelta(minutes=1))
        assert both.batch(taken.import_id).state is BatchState.WAITING
        both.office.desk.imports.lapse(datetime.now(UTC) + APPROVAL_LIFE)
    else:
        both.yes(both.second, taken.import_id, approve=False)
    assert isinstance(both.yes(both.third, taken.import_id), Refused)
    both.turns()
    assert both.people() == 0
    assert len(keys - set(both.office.desk.store.ids())) == 12
    # and may come again
    again = both.take(both.order(*MANY))
    assert again.counts.added == 12


def test_an_import_that_comes_again_before_the_declined_one_is_cleared_away(imports: Imports) -> None:
    taken = imports.take(imports.order(*MANY))
    imports.yes(imports.author, taken.import_id, approve=False)
    again = imports.take(imports.order(*MANY))
    assert again.import_id != taken.import_id
    imports.turns()
    assert imports.people() == 12
    imports.yes(imports.author, again.import_id)
    imports.yes(imports.second, again.import_id)
    imports.turns()
    assert [imports.states(row.id) for row in MANY] == [[State.ACTIVE]] * 12


def test_what_a_person_has_ended_no_file_begins_again(imports: Imports) -> None:
    imports.approved(*MANY)
    imports.office.done(MoveListing(imports.author, imports.listings("R0")[0].listing_id, State.ENDED))
    for rows in (MANY, [replace(MANY[0], why="Offence B"), *MANY[1:]]):
        dry = imports.read(imports.order(*rows))
        assert ["a person has ended" in fault.reason for fault in dry.faults] == [True]
        assert imports.take(imports.order(*rows)).import_id == ""
    assert imports.states("R0") == [State.ENDED]


def test_what_a_person_has_suspended_stays_so(imports: Imports) -> None:
    imports.approved(*MANY)
    imports.office.done(MoveListing(imports.author, imports.listings("R0")[0].listing_id, State.SUSPENDED))
    assert imports.take(imports.order(*MANY)).faults == ()
    taken = imports.take(imports.order(replace(MANY[0], why="Offence B"), *MANY[1:]))
    assert ["is suspended here" in fault.reason for fault in taken.faults] == [True]
    assert imports.states("R0") == [State.SUSPENDED]


@pytest.mark.parametrize("to", [State.ENDED, State.SUSPENDED])
def test_what_a_person_does_between_the_file_and_the_yes_counts(imports: Imports, to: State) -> None:
    imports.approved(*MANY)
    taken = imports.take(imports.order(replace(MANY[0], why="Offence B"), *MANY[1:]))
    (old, _) = imports.listings("R0")
    imports.office.done(MoveListing(imports.author, old.listing_id, to))
    imports.yes(imports.author, taken.import_id)
    imports.yes(imports.second, taken.import_id)
    imports.turns()
    assert imports.states("R0") == [to]
    assert "import.skip" in imports.actions()


def test_what_differs_from_what_was_approved_does_not_begin(imports: Imports) -> None:
    """As if somebody had written the database by hand between the last yes and its turn."""
    taken = imports.take(imports.order(*MANY))
    imports.yes(imports.author, taken.import_id)
    imports.yes(imports.second, taken.import_id)
    (listing,) = imports.listings("R1")
    with imports.office.desk.records.transaction() as books:
        number = imports.number("R0")
        assert number is not None
        person = books.people.person(number)
        books.people.keep(person, (PhotoKept("p", picture("forged"), "pack", b"\0" * 64),), datetime.now(UTC))
        books.listings.put(replace(listing, terms=replace(listing.terms, reason="forged")))
    imports.turns()
    assert imports.states("R0") == imports.states("R1") == []
    assert imports.states("R2") == [State.ACTIVE]
    assert imports.actions().count("import.skip") == 2


def test_photos_of_somebody_in_an_import_are_not_exchanged(imports: Imports) -> None:
    imports.take(imports.order(*MANY))
    number = imports.number("R0")
    assert number is not None
    with imports.office.reader.people() as people:
        person = people.person(number)
    assert person is not None
    for by in (TERMINAL, imports.author, imports.second):
        request = KeepPerson(by, person, (PhotoKept("p", picture("other"), "pack", b"\0" * 64),))
        assert isinstance(imports.office.desk.keeping.answer(request), Refused)


def test_somebody_listed_in_the_console_too_keeps_the_photos_that_were_said_yes_to(imports: Imports) -> None:
    imports.approved(*MANY)
    listing = imports.office.done(
        WriteListing(imports.author, external_id_of(SOURCE, "R0"), terms(schools=frozenset()))
    ).subject
    with imports.office.desk.records.transaction() as books:
        record = books.listings.listing(listing)
        assert record is not None
        books.listings.put(replace(record, state=State.ACTIVE))
    other = {f"{row.id}.jpg": picture(row.id) for row in MANY} | {"R0.jpg": picture("other")}
    taken = imports.take(imports.order(*MANY, photos=other))
    assert ["in the console" in fault.reason for fault in taken.faults] == [True]
    assert imports.photos("R0") == [picture("R0")]


def test_somebody_erased_meanwhile_stays_erased(both: Imports) -> None:
    taken = both.take(both.order(*MANY))
    both.office.done(ErasePerson(TERMINAL, external_id_of(SOURCE, "R0")))
    both.yes(both.author, taken.import_id)
    both.yes(both.second, taken.import_id)
    both.turns()
    assert not both.on_the_list("R0")
    assert both.states("R1") == [State.ACTIVE]
    assert both.batch(taken.import_id).state is BatchState.TAKEN_OVER
    again = both.take(both.order(*MANY))
    assert ["erased" in fault.reason for fault in again.faults] == [True]
    assert not both.on_the_list("R0")


def test_a_listing_without_a_last_day_in_the_file_is_renewed_before_it_ends(imports: Imports) -> None:
    imports.approved(*MANY)
    soon = TODAY + timedelta(days=340)
    assert imports.take(imports.order(*MANY), today=TODAY + timedelta(days=300)).import_id == ""
    object.__setattr__(imports.office.desk.imports, "today", lambda: soon)
    dry = imports.read(imports.order(*MANY), today=soon)
    assert {(step.change, step.fields) for step in dry.steps} == {(Change.CHANGE, ("ends",))}
    taken = imports.take(imports.order(*MANY), today=soon)
    imports.yes(imports.author, taken.import_id)
    imports.yes(imports.second, taken.import_id)
    imports.turns()
    old, new = imports.listings("R0")
    assert (old.state, new.state) == (State.ENDED, State.ACTIVE)
    assert new.terms.ends == soon + timedelta(days=365)


def test_whoever_was_over_comes_again_with_photos(imports: Imports) -> None:
    imports.approved(*MANY)
    later = TODAY + timedelta(days=400)
    for rules in (imports.office.desk.listings, imports.office.desk.imports):
        object.__setattr__(rules, "today", lambda: later)
    imports.office.desk.listings.sweep(datetime.now(UTC))
    assert imports.states("R0") == [State.ENDED]
    without = replace(imports.order(*MANY), photos=None)
    assert {fault.reason for fault in imports.read(without, today=later).faults} == {"no photo; not listed"}
    taken = imports.take(imports.order(*MANY), today=later)
    imports.yes(imports.author, taken.import_id)
    imports.yes(imports.second, taken.import_id)
    imports.turns()
    assert imports.states("R0") == [State.ENDED, State.ACTIVE]
    assert imports.office.reader.photos_listed("pack") == 12
