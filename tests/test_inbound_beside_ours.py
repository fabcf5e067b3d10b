"""What other systems report beside what our own cameras see: neither swallows, silences or misplaces the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hallwatch.core.alert import Answer
from hallwatch.core.alert_requests import AnswerAlert
from hallwatch.core.delivery import What
from hallwatch.core.kept import KeptAlert
from hallwatch.core.requests import ErasePerson
from tests.test_api import Keys, Program, problem
from tests.test_inbound import (  # noqa: F401 - fixtures
    ALERT,
    BUTTON,
    SYSTEM,
    WRITES,
    alert_rows,
    caller,
    deeds,
    keys,
    our_sighting,
)

ELSEWHERE = {**ALERT, "camera": "Their 4", "school": "North", "building": "Pool"}


def one(keys: Keys, number: str) -> KeptAlert:  # noqa: F811
    alert = keys.office.reader.one(number)
    assert alert is not None
    return alert


def told(keys: Keys, number: str) -> set[str]:  # noqa: F811
    with keys.office.reader.deliveries() as deliveries:
        return {each.channel for each in deliveries.of_alert(number) if each.what is What.RAISED}


def ago(**of: float) -> str:
    return (datetime.now(UTC) - timedelta(**of)).isoformat()


def quieten(keys: Keys, caller: Program) -> None:  # noqa: F811
    """Their alerts of P7 are wrong so often that the next one is quiet."""
    for number in range(6):
        body = {**ELSEWHERE, "building": f"B{number}"}
        made = caller.client.post("/alerts", json=body).json()["alert_id"]
        keys.office.done(AnswerAlert(keys.account("author"), made, Answer.DIFFERENT, "face"))


def test_what_our_camera_sees_sounds_though_their_alert_was_quiet(keys: Keys, caller: Program) -> None:  # noqa: F811
    quieten(keys, caller)
    quiet = caller.client.post("/alerts", json=ALERT).json()["alert_id"]
    assert one(keys, quiet).braked
    assert told(keys, quiet) == {"console"}
    alerting = keys.office.desk.alerting
    with keys.office.lock:
        assert alerting.sighted(replace(our_sighting(datetime.now(UTC)), score=0.9))
    alert = one(keys, quiet)
    assert (alert.braked, alert.sounds, alert.pack) == (False, True, "duo")
    assert told(keys, quiet) == {"console", "siren"}
    assert deeds(keys.console)[0] == ("alert.raise", quiet)
    # once it is ours it is raised no second time, whoever sees the person next
    before = deeds(keys.console)
    with keys.office.lock:
        assert alerting.sighted(replace(our_sighting(datetime.now(UTC), "more"), score=0.95))
    assert deeds(keys.console) == before


def test_what_our_camera_sees_in_their_alerts_counts_for_our_own_brake(keys: Keys, caller: Program) -> None:  # noqa: F811
    """Or a bad photo would never go quiet where another system is always the first to speak."""
    now = datetime.now(UTC)
    quiet = []
    for number in range(6):
        at = now - timedelta(minutes=20 * (6 - number))
        made = caller.client.post("/alerts", json={**ALERT, "time": at.isoformat()}).json()["alert_id"]
        with keys.office.lock:
            seen = replace(our_sighting(at, f"s{number}"), score=0.6 + 0.06 * number)
            assert keys.office.desk.alerting.sighted(seen)
        quiet.append(one(keys, made).braked)
        keys.office.done(AnswerAlert(keys.account("author"), made, Answer.DIFFERENT, "face"))
    assert quiet[0] is False
    assert quiet[-1] is True
    assert "brake" in {each.what.value for each in keys.office.reader.restraints()}


def test_a_time_that_they_claim_sets_no_brake(keys: Keys, caller: Program) -> None:  # noqa: F811
    """Separate alerts are told apart by our own clock: five in a second are one."""
    made = [
        caller.client.post("/alerts", json={**ALERT, "time": ago(hours=10 - number)}).json()["alert_id"]
        for number in range(6)
    ]
    assert len(set(made)) == 6
    assert not any(one(keys, number).braked for number in made)


def test_a_camera_that_has_the_name_of_ours_is_where_they_say(keys: Keys, caller: Program) -> None:  # noqa: F811
    """Our Entrance hangs in North."""
    south = keys.program(keys.account("gina", school="South"), WRITES)
    weapon = {"source": "Hub", "kind": "weapon", "school": "South", "camera": "Entrance"}
    number = south.client.post("/incidents", json=weapon).json()["alert_id"]
    alert = one(keys, number)
    assert (alert.school, alert.building, alert.camera) == ("South", "South", "Entrance")
    assert "not for that school" in problem(caller.client.post("/incidents", json=weapon), 422)
    # in another building of the same school it is theirs, too; where they say no more, or the same, it is ours
    for more, building in (
        ({"school": "North", "building": "Pool"}, "Pool"),
        ({"school": "North"}, "Main building"),
    ):
        made = caller.client.post(
            "/incidents", json={"source": "Hub", "kind": "fire", "camera": "Entrance", **more}
        )
        assert one(keys, made.json()["alert_id"]).building == building
    unclear = {"source": "Hub", "kind": "fire", "camera": "Entrance", "building": "Pool"}
    assert "say where" in problem(caller.client.post("/incidents", json=unclear), 422)


def test_an_alert_before_a_camera_of_the_same_name_is_another_one(keys: Keys, caller: Program) -> None:  # noqa: F811
    with keys.office.lock:
        assert keys.office.desk.alerting.sighted(our_sighting(datetime.now(UTC)))
    south = keys.program(keys.account("gina", school="South"), WRITES)
    body = {**ALERT, "camera": "Entrance", "school": "South"}
    number = south.client.post("/alerts", json=body).json()["alert_id"]
    assert number != "ours"
    assert one(keys, number).school == "South"


def test_a_second_incident_elsewhere_or_with_other_words_is_told(keys: Keys, caller: Program) -> None:  # noqa: F811
    def press(**more: str) -> str:
        body = {"source": "Hub", "kind": "weapon", "school": "North", "building": "A", "camera": "Button 1"}
        return str(caller.client.post("/incidents", json={**body, **more}).json()["alert_id"])

    first = press(text="one")
    assert press() == press(text="one") == first
    elsewhere = press(building="B", text="shots in the gym")
    assert (one(keys, elsewhere).building, one(keys, elsewhere).text) == ("B", "shots in the gym")
    more = press(text="he has a gun")
    assert one(keys, more).text == "he has a gun"
    assert len({first, elsewhere, more}) == 3
    # each is found again by its own words
    assert (press(text="one"), press(text="he has a gun")) == (first, more)
    assert all(told(keys, number) == {"console", "siren"} for number in (first, elsewhere, more))


def test_pressed_again_after_somebody_looked_is_told_again(keys: Keys, caller: Program) -> None:  # noqa: F811
    first = caller.client.post("/incidents", json=BUTTON).json()["alert_id"]
    with keys.console.browser(keys.office.enter(login="robin")) as robin:
        assert robin.get(f"/alerts/{first}").status_code == 200
    again = caller.client.post("/incidents", json=BUTTON).json()["alert_id"]
    assert again != first
    assert told(keys, again) == {"console", "siren"}
    assert one(keys, again).sounds


def test_a_late_report_does_not_take_up_what_is_pressed_now(keys: Keys, caller: Program) -> None:  # noqa: F811
    late = caller.client.post("/incidents", json={**BUTTON, "time": ago(hours=20)}).json()["alert_id"]
    now = caller.client.post("/incidents", json=BUTTON).json()["alert_id"]
    assert late != now
    assert datetime.now(UTC) - one(keys, now).at < timedelta(minutes=5)
    # and the other way round, however late it comes
    assert caller.client.post("/incidents", json={**BUTTON, "time": ago(minutes=11)}).json()[
        "alert_id"
    ] not in (late, now)
    assert caller.client.post("/incidents", json={**BUTTON, "time": ago(hours=20)}).json()["alert_id"] == late


@pytest.mark.parametrize("score", ["Dana Sample 87 %", "high", "0.8\u00b2", "\u0663", "87 %\n1"])
def test_a_score_is_a_number(keys: Keys, caller: Program, score: str) -> None:  # noqa: F811
    line = problem(caller.client.post("/alerts", json={**ALERT, "score": score}), 422)
    assert "score: write a number, like 87 % or 0.87" in line
    assert alert_rows(keys.console) == 0


def test_nothing_that_they_said_of_somebody_stays_after_erasure(keys: Keys, caller: Program) -> None:  # noqa: F811
    number = caller.client.post("/alerts", json={**ALERT, "score": "87,654321 %"}).json()["alert_id"]
    keys.office.done(ErasePerson(SYSTEM, "P7"))
    assert [stop.said for stop in one(keys, number).path] == [""]
    assert caller.client.get(f"/alerts/{number}").json()["path"][0]["score"] == ""


def test_a_late_report_does_not_split_an_open_alert_of_ours(keys: Keys, caller: Program) -> None:  # noqa: F811
    now = datetime.now(UTC)
    alerting = keys.office.desk.alerting
    with keys.office.lock:
        alerting.sighted(our_sighting(now, "first"))
    late = {**ELSEWHERE, "time": (now - timedelta(hours=5)).isoformat()}
    assert caller.client.post("/alerts", json=late).status_code == 201
    with keys.office.lock:
        alerting.sighted(our_sighting(now + timedelta(seconds=20), "second"))
    assert alert_rows(keys.console) == 2
    assert one(keys, "first").last_at == now + timedelta(seconds=20)
