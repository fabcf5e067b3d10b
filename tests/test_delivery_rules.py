"""The rules of deliveries: waits, clocks, who is told when, and the words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallwatch.core.alert import Answer
from hallwatch.core.alert_requests import AnswerAlert, SeeAlert
from hallwatch.core.delivery import (
    GIVEN_UP_AFTER,
    SAYINGS,
    WAITS_S,
    Delivery,
    Message,
    Result,
    State,
    What,
    key_of,
    remaining_s,
    wait_after,
)
from hallwatch.core.delivery_requests import KeepSubscription, NoteDelivery
from hallwatch.core.escalation import Chain, Plan, Told
from hallwatch.core.kept import Whereabouts
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By, DisableAccount
from hallwatch.entry.desk import Desk
from hallwatch.flow.delivering import answered, raised, seen
from tests.records import NOW, SIGHTING, Office

ONE = Delivery(
    delivery_id="d1",
    alert_id="a1",
    what=What.RAISED,
    channel="mail",
    target="",
    school="North",
    step=0,
    reaches=True,
    state=State.DUE,
    made=NOW,
    due=NOW,
    wait_s=0.0,
)


def test_waits_grow_and_spread() -> None:
    assert [wait_after(number, 0.5) for number in range(1, 9)] == list(WAITS_S)
    assert wait_after(50, 0.5) == WAITS_S[-1]
    assert wait_after(1, 0.0) < wait_after(1, 1.0) < wait_after(2, 0.0)


def test_a_failure_is_tried_again_until_a_day_is_over() -> None:
    failed = ONE.noted(Result.FAILED, "away", NOW, 0.5)
    assert (failed.state, failed.attempts, failed.due) == (State.DUE, 1, NOW + timedelta(seconds=1))
    assert failed.noted(Result.ARRIVED, "ok", NOW, 0.5).state is State.SENT
    late = NOW + GIVEN_UP_AFTER + timedelta(seconds=1)
    assert failed.noted(Result.FAILED, "away", late, 0.5).state is State.GAVE_UP
    assert ONE.noted(Result.HOPELESS, "gone", NOW, 0.5).state is State.GAVE_UP
    stopped = replace(ONE, state=State.STOPPED)
    assert stopped.noted(Result.FAILED, "away", NOW, 0.5).state is State.STOPPED
    assert (
        stopped.noted(Result.ARRIVED, "ok", NOW, 0.5).state is State.SENT
    )  # it was under way, and that is the truth


@given(st.floats(-4000, 4000), st.floats(0, 300))
def test_no_clock_makes_a_pause_longer_than_it_is(stepped_s: float, wait_s: float) -> None:
    one = replace(ONE, wait_s=wait_s, due=NOW + timedelta(seconds=wait_s))
    left = remaining_s(one, NOW + timedelta(seconds=stepped_s))
    assert 0 <= left <= wait_s


def test_the_chain_of_a_school() -> None:
    staff = [Told(name, before_answer=True) for name in ("mail", "chief", "head")]
    south = Told("south", frozenset({"South"}), before_answer=True)
    plan = Plan(
        (*staff, south, Told("police")),
        (Chain(frozenset(), ("chief", "south")), Chain(frozenset({"West"}), ("head",))),
        30.0,
    )
    assert [told.name for told in plan.at_once("North")] == ["console", "push", "mail", "head"]
    assert [(n, s, told.name) for n, s, told in plan.later("North")] == [(1, 30, "chief"), (2, 60, "siren")]
    assert [told.name for _, _, told in plan.later("South")] == ["chief", "south", "siren"]
    assert [told.name for _, _, told in plan.later("West")] == ["head", "siren"]
    assert [told.name for told in plan.at_once("West")] == ["console", "push", "mail", "chief"]
    assert [told.name for told in plan.after_answer("North")] == ["push", "mail", "chief", "head", "police"]


@pytest.mark.parametrize("language", SAYINGS)
@pytest.mark.parametrize("what", [what for what in What if what is not What.RING])
def test_messages_name_a_place_a_time_and_a_link_and_nobody(language: str, what: What) -> None:
    """Message has no field for a name, a list or a picture; every field that it has is one of these."""
    at = datetime(2026, 11, 24, 9, 4, 5, tzinfo=UTC)
    message = Message("k", "a1", what, "Site", "North", "Main", "Corridor A", at, "https://c/#a", language)
    text = message.text
    for part in ("North", "Main", "Corridor A", "09:04:05", "2026-11-24", "https://c/#a"):
        assert part in text
    assert ("TEST" in message.title or "PRUEBA" in message.title) == (what is What.TEST)
    assert "never touch" in text or "nunca toque" in text
    assert set(Message.__slots__) == {
        *(
            "key",
            "alert_id",
            "what",
            "site",
            "school",
            "building",
            "camera",
            "at",
            "link",
            "language",
            "step",
        ),
        "target",
        "incident",  # one of a few words, never free ones
    }
    if what in (What.RAISED, What.TEST):
        assert "possible match" in text.lower() or "posible coincidencia" in text.lower()


def test_keys_differ_where_it_matters() -> None:
    keys = {
        key_of("a1", What.RAISED, "mail"),
        key_of("a1", What.RAISED, "mail", step=1),
        key_of("a1", What.RAISED, "push", "b1"),
        key_of("a1", What.CONFIRMED, "mail"),
        key_of("a1", What.CONFIRMED, "mail", turn="2"),
        key_of("a2", What.RAISED, "mail"),
    }
    assert len(keys) == 6


PLAN = Plan(
    (Told("mail", before_answer=True), Told("chief", before_answer=True), Told("police")),
    (Chain(frozenset(), ("chief",)),),
)


def with_plan(office: Office, plan: Plan = PLAN) -> Office:
    office.desk.close()
    office.desk = Desk(office.place, office.chest, plan=plan)
    return office


def states(office: Office) -> dict[str, str]:
    with office.reader.deliveries() as found:
        return {f"{one.what}:{one.channel}": one.state for one in found.of_alert("a1")}


def test_an_alert_and_its_deliveries_are_one_transaction(office: Office) -> None:
    with_plan(office).keep(SIGHTING)
    assert states(office) == dict.fromkeys(
        ("raised:console", "raised:mail", "raised:chief", "raised:siren"), "due"
    )
    office.keep(replace(SIGHTING, improves=True, score=0.9, at=NOW + timedelta(seconds=9)))
    assert len(states(office)) == 4


def test_whatever_cuts_the_alert_off_takes_its_deliveries_along(office: Office) -> None:
    with_plan(office, Plan((Told("mail", before_answer=True),)))

    def cut_off() -> None:
        with office.desk.records.transaction() as books:
            kept = books.alerts.keep(SIGHTING, place=Whereabouts("Main", "North"), meaning="rare", now=NOW)
            raised(books, kept, office.desk.plan, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut_off()
    assert states(office) == {}
    assert office.reader.one("a1") is None


def test_being_seen_stops_the_chain_and_nothing_else(office: Office) -> None:
    with_plan(office).keep(SIGHTING)
    with office.desk.records.transaction() as books:
        seen(books, "a1", NOW)
    assert states(office) == {
        "raised:console": "stopped",
        "raised:mail": "due",
        "raised:chief": "stopped",
        "raised:siren": "stopped",
    }
    with office.reader.deliveries() as found:
        assert found.unreached() == []


def test_partners_are_told_after_the_answer(office: Office) -> None:
    kept = with_plan(office).keep(SIGHTING)
    for _ in range(2):
        with office.desk.records.transaction() as books:
            answered(books, kept, PLAN, NOW, same=True)
    told = {name for name, state in states(office).items() if name.startswith("confirmed") and state == "due"}
    assert told == {"confirmed:mail", "confirmed:chief", "confirmed:police"}


def test_whoever_was_told_is_told_that_it_was_somebody_else(office: Office) -> None:
    kept = with_plan(office).keep(SIGHTING)
    with office.desk.records.transaction() as books:
        mail = next(one for one in books.deliveries.of_alert("a1") if one.channel == "mail")
        books.deliveries.put(mail.noted(Result.ARRIVED, "ok", NOW, 0.5))
        answered(books, kept, PLAN, NOW, same=False)
    after = states(office)
    assert after["recalled:mail"] == "due"
    assert after["raised:chief"] == after["raised:siren"] == "stopped"
    assert not {name for name in after if name.startswith(("confirmed", "recalled:police", "recalled:chief"))}


def test_push_goes_to_browsers_of_the_schools_staff(office: Office) -> None:
    with_plan(office)
    for login, role, school in (
        ("sam", Role.SECURITY, "North"),
        ("kim", Role.SECURITY, "South"),
        ("pat", Role.SECURITY, "North"),
        ("lee", Role.TECHNICIAN, ""),
    ):
        office.enter(role, (school,), login)
        account = office.reader.by_login(login)
        assert account is not None
        by = By(account[0].account_id)
        request = KeepSubscription(by, f"https://push.example/{login}", "p", "a")
        if role is Role.TECHNICIAN:
            assert office.desk.keeping.answer(request).kind == "refused"
        else:
            office.done(request)
        if login == "pat":
            office.done(DisableAccount(By("machine:tests"), account[0].account_id))
    office.keep(SIGHTING)
    with office.reader.deliveries() as found:
        targets = [one.target for one in found.of_alert("a1") if one.channel == "push"]
        assert len(targets) == 1
        assert b"push.example/sam" in (found.subscription(targets[0]) or b"")


def test_people_who_look_and_answer_decide_who_is_told(office: Office) -> None:
    """The life of an alert and its deliveries, through the keeper's own requests."""
    with_plan(office)
    by = []
    for login in ("robin", "kim"):
        office.enter(Role.SECURITY, ("North",), login)
        known = office.reader.by_login(login)
        assert known is not None
        by.append(By(known[0].account_id))
    office.keep(SIGHTING)
    office.done(SeeAlert(by[0], "a1"))
    assert states(office)["raised:chief"] == states(office)["raised:siren"] == "stopped"
    assert states(office)["raised:mail"] == "due"
    office.done(AnswerAlert(by[0], "a1", Answer.SAME, shown=("ab" * 32, "cd" * 32)))
    assert states(office)["confirmed:police"] == "due"
    with office.reader.deliveries() as found:
        (police,) = (one for one in found.of_alert("a1") if one.channel == "police")
    office.done(NoteDelivery(By("system"), police.delivery_id, 1, Result.ARRIVED, "200"))
    office.done(
        AnswerAlert(by[0], "a1", Answer.DIFFERENT, words="another nose", shown=("ab" * 32, "cd" * 32))
    )
    after = states(office)
    assert after["recalled:police"] == "due"
    assert "recalled:chief" not in after  # was never told


def test_a_quiet_alert_is_for_the_console_alone(office: Office) -> None:
    kept = with_plan(office).keep(SIGHTING)
    new = Plan((Told("new", before_answer=True),))
    for braked in (True, False):
        with office.desk.records.transaction() as books:
            raised(books, replace(kept, braked=braked), new, NOW)
            assert ("new" in {one.channel for one in books.deliveries.of_alert("a1")}) is not braked
