"""What other systems report, through the API: incidents with their life, and alerts of another face recognition."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hallwatch.core.alert import Answer, Outcome, State
from hallwatch.core.alert_requests import AnswerAlert, CloseAlert
from hallwatch.core.delivery import Message, What
from hallwatch.core.events import Sighting
from hallwatch.core.inbound import IncidentKind
from hallwatch.core.model import Listing, Person, Pixels
from hallwatch.core.policy.scopes import Scope
from hallwatch.core.requests import By, ErasePerson, KeepPerson, PhotoKept, SetList
from hallwatch.core.retain import Passed
from hallwatch.entry.photo_desk import PhotoDesk
from hallwatch.entry.worker import PackOrder
from tests.browser import Browser
from tests.records import Office
from tests.test_alert_pages import press
from tests.test_api import Keys, Program, problem
from tests.test_pages_axe import axe, violations  # noqa: F401 - a fixture
from tests.test_web import PHOTO, Running, listening, running
from tests.test_web_browser import program  # noqa: F401 - a fixture
from tests.watching import PACK, opened, pack_home, portrait

SYSTEM = By("system")
LISTED = Person("P7", "Dana", "Sample", (Listing("trespass", "threatened staff", date(2199, 1, 1)),))
WRITES = frozenset({Scope.WRITE_ALERTS, Scope.WRITE_INCIDENTS, Scope.READ_ALERTS})
ALERT = {"source": "Gatewatch", "external_id": "P7", "camera": "Corridor A", "score": "87 %"}
BUTTON = {"source": "Button 4", "kind": "panic", "school": "North", "building": "Gym hall"}


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    with running(tmp_path) as console:
        it = Keys(console)
        console.office.done(KeepPerson(SYSTEM, LISTED, (PhotoKept("p", PHOTO, "", b""),)))
        console.office.done(SetList(SYSTEM, ("P7",)))
        yield it
        for client in it.clients:
            client.close()


@pytest.fixture
def caller(keys: Keys) -> Program:
    return keys.program(keys.account("author"), WRITES)


def deeds(console: Running) -> list[tuple[str, str]]:
    return [(one.deed.action, one.deed.subject) for one in console.office.reader.trail(30, None)]


def alert_rows(console: Running) -> int:
    return len(console.office.reader.latest(100))


def our_sighting(at: datetime, alert_id: str = "ours") -> Sighting:
    return Sighting(
        alert_id,
        "Entrance",
        at,
        0.0,
        "P7",
        LISTED.name,
        ("trespass",),
        0.61,
        0.51,
        70,
        3,
        "duo",
        shot_jpeg=PHOTO,
    )


def test_an_incident_from_the_button_to_its_end(keys: Keys, caller: Program) -> None:
    console = keys.console
    with listening(console) as stream:
        assert stream.next("waiting")[1]["sounding"] == "0"
        made = caller.client.post("/incidents", json={**BUTTON, "text": "Somebody <b>shouts</b>"})
        assert made.status_code == 201, made.text
        number = made.json()["alert_id"]
        assert made.headers["location"] == f"/api/v1/alerts/{number}"
        card = stream.next("alert")[1]
        assert "Reported by Button 4." in card["html"]
        assert "Somebody &lt;b&gt;shouts&lt;/b&gt;" in card["html"]
        assert 'class="alert incident open"' in card["html"]
        assert stream.next("waiting")[1]["sounding"] == "1"
    with console.office.reader.deliveries() as deliveries:
        told = {one.channel for one in deliveries.of_alert(number)}
    assert told == {"console", "siren"}
    # pressed again it is the same one; another button's is another
    assert caller.client.post("/incidents", json=BUTTON).json()["alert_id"] == number
    other = caller.client.post("/incidents", json={**BUTTON, "source": "Button 5"}).json()["alert_id"]
    assert other != number
    with console.browser(console.office.enter(login="robin")) as robin:
        page = robin.get(f"/alerts/{number}").text
        assert "Treat it as real." in page
        assert "Somebody &lt;b&gt;shouts&lt;/b&gt;" in page
        assert "Never touch" not in page
        assert press(robin, "answer", alert_id=number, within='value="real"').status_code == 303
        assert "Wrong person" not in robin.get(f"/alerts/{number}").text
        refused = press(robin, "close", alert_id=number, outcome="false-alarm")
        assert refused.status_code == 422
        assert press(robin, "close", alert_id=number, outcome="resolved").status_code == 303
        assert "Closed: It is over" in robin.get("/").text
        # a false alarm wants a reason; a face's answers do not go with an incident
        assert press(robin, "answer", alert_id=other, within='value="false"').status_code == 422
        assert press(robin, "answer", alert_id=other, within='value="real"', answer="same").status_code == 422
        assert (
            press(robin, "answer", alert_id=other, within='value="false"', reason="faulty").status_code == 303
        )
    facts = caller.client.get(f"/alerts/{number}").json()
    assert (facts["incident"], facts["source"], facts["state"]) == ("panic", "Button 4", "closed")
    assert (facts["answer"], facts["outcome"], facts["external_id"]) == ("real", "resolved", "")
    assert "text" not in facts
    said = deeds(console)
    assert ("incident.raise", number) in said
    assert ("incident.again", number) in said
    assert not any("Somebody" in str(one) for one in console.office.reader.trail(50, None))


def test_a_report_says_where_when_and_nothing_else(keys: Keys, caller: Program) -> None:
    now = datetime.now(UTC)
    for body, line in (
        ({**BUTTON, "school": ""}, "say where"),
        ({**BUTTON, "school": "South"}, "not for that school"),
        ({**BUTTON, "school": "", "building": "", "camera": "Gym"}, "not for that school"),
        ({**BUTTON, "time": (now + timedelta(hours=1)).isoformat()}, "clock"),
        ({**BUTTON, "time": (now - timedelta(days=2)).isoformat()}, "older than a day"),
        ({**BUTTON, "time": "2026-01-01 10:00"}, "time: write a moment with its zone"),
        ({**BUTTON, "kind": "aliens"}, "kind:"),
        ({**BUTTON, "source": " "}, "source:"),
        ({**BUTTON, "text": "x" * 201}, "text:"),
        ({**BUTTON, "name": "x"}, "no such field"),
    ):
        answer = caller.client.post("/incidents", json=body)
        assert line in problem(answer, 422), body
    assert "no JSON" in problem(caller.client.post("/alerts", content=b"{"), 422)
    problem(caller.client.post("/alerts", json=[]), 422)
    assert alert_rows(keys.console) == 0
    # a camera of ours says where it is; another system's own does not
    made = caller.client.post("/incidents", json={"source": "Button 9", "kind": "fire", "camera": "Entrance"})
    facts = caller.client.get(made.headers["location"].removeprefix("/api/v1")).json()
    assert (facts["school"], facts["building"], facts["camera"]) == ("North", "Main building", "Entrance")


def test_the_same_key_twice_is_one_report(keys: Keys, caller: Program) -> None:
    mark = {"Idempotency-Key": "press-1"}
    body = {**BUTTON, "time": datetime.now(UTC).isoformat()}
    first, again = (caller.client.post("/incidents", json=body, headers=mark) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert "take a new one" in problem(
        caller.client.post("/incidents", json={**body, "kind": "fire"}, headers=mark), 422
    )
    assert alert_rows(keys.console) == 1
    assert sum(action.startswith("incident.") for action, _ in deeds(keys.console)) == 1


def test_scopes_are_for_one_thing_each(keys: Keys) -> None:
    by = keys.account("author")
    listings = keys.program(by, frozenset({Scope.READ_LISTS, Scope.WRITE_LISTINGS})).client
    buttons = keys.program(by, frozenset({Scope.WRITE_INCIDENTS})).client
    faces = keys.program(by, frozenset({Scope.WRITE_ALERTS})).client
    for client, path, body in (
        (listings, "/incidents", BUTTON),
        (listings, "/alerts", ALERT),
        (buttons, "/alerts", ALERT),
        (faces, "/incidents", BUTTON),
    ):
        problem(client.post(path, json=body), 403)
    problem(faces.get("/alerts"), 403)
    assert alert_rows(keys.console) == 0


def test_an_alert_of_another_system(keys: Keys, caller: Program) -> None:
    console = keys.console
    made = caller.client.post("/alerts", json=ALERT)
    assert made.status_code == 201, made.text
    number = made.json()["alert_id"]
    (alert,) = console.office.reader.latest(5)
    assert (alert.name, alert.lists, alert.source, alert.pack) == (
        "Dana Sample",
        ("trespass",),
        "Gatewatch",
        "",
    )
    assert [action for action, _ in deeds(console)][:2] == ["alert.report", "alert.raise"]
    with console.browser(console.office.enter(login="robin")) as robin:
        page = robin.get(f"/alerts/{number}").text
        assert "Found by another system (Gatewatch)," in page
        assert "87 %" not in page  # it would be an answer
        assert (
            press(robin, "answer", alert_id=number, within='value="unsure"', reason="blurred").status_code
            == 303
        )
        page = robin.get(f"/alerts/{number}").text
        assert "its score: 87 %" in page
        assert "threshold" not in page
    facts = caller.client.get(f"/alerts/{number}").json()
    assert facts["path"][0]["score"] == "87 %"
    assert facts["external_id"] == "P7"
    now = datetime.now(UTC)
    assert list(console.office.reader.counted(now - timedelta(days=1), now + timedelta(days=1))) == []
    page = caller.client.get("/alerts").json()
    assert [one["alert_id"] for one in page["alerts"]] == [number]
    assert caller.client.get("/alerts", params={"after": page["after"]}).json()["alerts"] == []


def test_of_somebody_on_no_list_nothing_is_kept(keys: Keys, caller: Program) -> None:
    console = keys.console
    known = replace(LISTED, external_id="P8", listings=(Listing("trespass", "over", date(2020, 1, 1)),))
    south = Listing("trespass", "there only", date(2199, 1, 1), schools=frozenset({"South"}))
    console.office.done(KeepPerson(SYSTEM, known, (PhotoKept("p", PHOTO, "", b""),)))
    elsewhere = replace(LISTED, external_id="P9", listings=(south,))
    console.office.done(KeepPerson(SYSTEM, elsewhere, (PhotoKept("p", PHOTO, "", b""),)))
    console.office.done(SetList(SYSTEM, ("P7", "P8", "P9")))
    before = console.office.file.read_bytes()
    for who in ("nobody", "P8", "P9"):
        line = problem(caller.client.post("/alerts", json={**ALERT, "external_id": who}), 422)
        assert "nothing was kept" in line
    assert alert_rows(console) == 0
    assert b"nobody" not in console.office.file.read_bytes()
    assert len(before) == len(console.office.file.read_bytes())
    console.office.done(ErasePerson(SYSTEM, "P7"))
    assert "nothing was kept" in problem(caller.client.post("/alerts", json=ALERT), 422)


def test_a_person_with_an_open_incident_gets_a_stop_of_the_path(keys: Keys, caller: Program) -> None:
    """Both ways round; what another system says is never mixed into our figures."""
    desk, reader = keys.office.desk, keys.office.reader
    now = datetime.now(UTC)
    with keys.office.lock:
        assert desk.alerting.sighted(our_sighting(now - timedelta(minutes=2)))
    joined = caller.client.post("/alerts", json={**ALERT, "score": "99 %"}).json()["alert_id"]
    assert joined == "ours"
    alert = reader.one("ours")
    assert alert is not None
    assert [(one.camera, one.source, one.said) for one in alert.path] == [
        ("Entrance", "", ""),
        ("Corridor A", "Gatewatch", "99 %"),
    ]
    assert (alert.source, alert.score, alert.pack, alert.last_camera) == ("", 0.61, "duo", "Corridor A")
    assert ("alert.join", "ours") in deeds(keys.console)
    # at another place it is another alert, which takes our own sightings up in its turn
    elsewhere = {
        "source": "Gatewatch",
        "external_id": "P7",
        "camera": "Their 4",
        "school": "North",
        "building": "Pool",
    }
    other = caller.client.post("/alerts", json=elsewhere).json()["alert_id"]
    assert other != "ours"
    answered = AnswerAlert(keys.account("author"), "ours", Answer.DIFFERENT, "face")
    keys.office.done(answered)
    fresh = caller.client.post("/alerts", json=ALERT).json()["alert_id"]
    assert fresh not in ("ours", other)
    # the answer has raised our own threshold: it does not concern what they say, and keeps ours out of their alert
    with keys.office.lock:
        assert not desk.alerting.sighted(replace(our_sighting(now, "weak"), score=0.52))
        assert desk.alerting.sighted(replace(our_sighting(now, "strong"), score=0.9))
    alert = reader.one(fresh)
    assert alert is not None
    assert (alert.source, alert.score, alert.pack, alert.threshold) == ("Gatewatch", 0.9, "duo", 0.51)


def test_their_wrong_alerts_raise_no_threshold_and_quieten_none_of_ours(keys: Keys, caller: Program) -> None:
    by = keys.account("author")
    quiet = []
    for number in range(7):
        body = {**ALERT, "camera": f"Their {number}", "school": "North", "building": f"B{number}"}
        body["time"] = (datetime.now(UTC) - timedelta(minutes=11 * number)).isoformat()
        made = caller.client.post("/alerts", json=body).json()["alert_id"]
        alert = keys.office.reader.one(made)
        assert alert is not None
        quiet.append(alert.braked)
        keys.office.done(AnswerAlert(by, made, Answer.DIFFERENT, "face"))
    assert quiet[0] is False
    assert quiet[-1] is True
    assert keys.office.reader.restraints() == []
    with keys.office.lock:
        assert keys.office.desk.alerting.sighted(our_sighting(datetime.now(UTC)))
    ours = keys.office.reader.one("ours")
    assert ours is not None
    assert not ours.braked


def later(days: int) -> Passed:
    """The moment that many days from now, on both clocks."""
    return Passed(datetime.now(UTC) + timedelta(days=days), days * 86400.0)


def test_what_was_said_of_an_incident_goes_when_its_time_is_over(keys: Keys, caller: Program) -> None:
    made = caller.client.post("/incidents", json={**BUTTON, "text": "with words"}).json()["alert_id"]
    by = keys.account("author")
    keys.office.done(AnswerAlert(by, made, Answer.TEST))
    keys.office.done(CloseAlert(by, made, Outcome.OTHER, "and more words"))
    desk = keys.office.desk
    for days, text in ((29, "with words"), (31, "")):
        desk.retaining.clock = partial(later, days)
        desk.retaining._last = None
        desk.retaining.turn()
        alert, life = keys.office.reader.one(made), keys.office.reader.life(made)
        assert alert is not None
        assert life is not None
        assert (alert.text, alert.state, alert.erased) == (text, State.CLOSED, False)
        assert bool(life.steps[-1].words) == bool(text)


def test_the_words_of_an_incident_are_its_own() -> None:
    at = datetime(2026, 11, 24, 15, 4, 5, tzinfo=UTC)
    for language in ("en", "es"):
        for what in set(What) - {What.RING}:  # a ring is of no alert
            for kind in IncidentKind:
                message = Message(
                    "k", "a", what, "Site", "North", "Gym", "Gym", at, "https://c", language, incident=kind
                )
                assert "match" not in message.text
                assert "coincidencia" not in message.text + message.title
                assert "{" not in message.text + message.title


def two_faces(shared: Path) -> tuple[Image.Image, bytes]:
    """A face beside a smaller one of somebody else, and the same as a JPEG with something in its metadata."""
    large, small = (Image.fromarray(portrait(shared, number)[:, :, ::-1].copy()) for number in (0, 1))
    large, small = large.resize((400, 400)), small.resize((180, 180))
    both = Image.new("RGB", (600, 400), "grey")
    both.paste(large, (0, 0))
    both.paste(small, (410, 110))
    out = io.BytesIO()
    both.save(out, "JPEG", quality=95, comment=b"secret")
    return both, out.getvalue()


def test_nothing_of_strangers_is_kept_of_a_shot(shared: Path, tmp_path: Path) -> None:
    both, jpeg = two_faces(shared)
    home = pack_home(tmp_path / "packs", shared, PACK)
    desk = PhotoDesk(PackOrder(PACK, "f32", home, shared / "models"))
    try:
        with running(tmp_path, photos=desk) as console:
            keys = Keys(console)
            console.office.done(KeepPerson(SYSTEM, LISTED, (PhotoKept("p", PHOTO, "", b""),)))
            console.office.done(SetList(SYSTEM, ("P7",)))
            client = keys.program(keys.account("author"), WRITES).client
            stranger = client.post(
                "/alerts", data={**ALERT, "external_id": "P1"}, files={"shot": ("a.jpg", jpeg, "image/jpeg")}
            )
            assert "nothing was kept" in problem(stranger, 422)
            made = client.post("/alerts", data=ALERT, files={"shot": ("a.jpg", jpeg, "image/jpeg")})
            assert made.status_code == 201, made.text
            kept = console.office.reader.shot(made.json()["alert_id"])
            assert kept is not None
            again = client.post("/alerts", json={**ALERT, "shot": base64.b64encode(jpeg).decode()})
            assert again.json() == made.json()  # the same incident
            for shot, line in ((blank(), "no face"), (b"GIF89a", "the shot"), (b"x" * (5 << 20), "4 MB")):
                sent = {**ALERT, "shot": base64.b64encode(shot).decode()}
                assert line in problem(client.post("/alerts", json=sent), 422)
            client.close()
        assert b"secret" in jpeg
        assert b"secret" not in kept
        pack = opened(tmp_path / "packs", shared)
        counts = [len(pack.detect_photo(pixels(one))) for one in (both, Image.open(io.BytesIO(kept)))]
        assert counts == [2, 1]
    finally:
        desk.close()


def blank() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 300), "grey").save(out, "JPEG")
    return out.getvalue()


def pixels(image: Image.Image) -> Pixels:
    return np.asarray(image.convert("RGB"))[:, :, ::-1].copy()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_pages_of_an_incident_are_in_nobodys_way(
    keys: Keys,
    caller: Program,
    program: str,  # noqa: F811
    axe: str,  # noqa: F811
    width: int,
    dark: bool,
) -> None:
    """It appears on an open page with sound, is answered there, and the page stays readable with long words."""
    console, robin = keys.console, keys.office.enter(login="robin")
    with Browser(program, width=width, dark=dark) as browser:
        console.show(browser, "/", robin)
        browser.wait_for("document.getElementById('live').className === 'live on'")
        text = "Unverzüglich" * 6 + " somebody is in the gym and does not leave"
        number = caller.client.post("/incidents", json={**BUTTON, "text": text}).json()["alert_id"]
        console.board.committed()
        browser.wait_for("document.querySelectorAll('#list article.incident').length === 1")
        browser.wait_for("document.documentElement.dataset.sounding === 'yes'")
        reported = caller.client.post("/alerts", json=ALERT).json()["alert_id"]
        for path in ("/", f"/alerts/{number}", f"/alerts/{reported}"):
            console.show(browser, path, robin)
            assert violations(browser, axe) == []
            assert browser.value("document.documentElement.scrollWidth <= innerWidth")
        console.show(browser, f"/alerts/{number}", robin)
        browser.value("document.querySelector('.choice.same button').click()")
        browser.wait_for("document.body?.textContent.includes('Answered: It is real')")
        assert violations(browser, axe) == []
        assert browser.value("document.documentElement.scrollWidth <= innerWidth")


def staff(office: Office, login: str) -> By:
    office.enter(login=login)
    found = office.reader.by_login(login)
    assert found is not None
    return By(found[0].account_id)


def test_one_who_says_that_it_is_real_is_heard_whatever_was_said_before(keys: Keys, caller: Program) -> None:
    office = keys.office
    number = caller.client.post("/incidents", json={**BUTTON, "kind": "weapon"}).json()["alert_id"]
    robin, sasha = staff(office, "robin"), staff(office, "sasha")
    office.done(AnswerAlert(robin, number, Answer.FALSE, "by-mistake"))
    quiet = office.reader.one(number)
    assert quiet is not None
    assert not quiet.sounds
    office.done(AnswerAlert(sasha, number, Answer.REAL))
    loud = office.reader.one(number)
    assert loud is not None
    assert (loud.disputed, loud.sounds) == (True, True)
    life = office.reader.life(number)
    assert life is not None
    assert life.told is Answer.REAL
    found = office.reader.by_login("sasha")
    assert found is not None
    assert office.reader.waiting(found[0]).sounding == 1
    office.done(AnswerAlert(robin, number, Answer.REAL, words="I was wrong"))
    settled = office.reader.one(number)
    assert settled is not None
    assert (settled.disputed, settled.sounds) == (False, False)


def test_a_report_without_a_picture_can_be_answered_again(keys: Keys, caller: Program) -> None:
    office = keys.office
    number = caller.client.post("/alerts", json=ALERT).json()["alert_id"]
    robin, sasha = staff(office, "robin"), staff(office, "sasha")
    office.done(AnswerAlert(robin, number, Answer.UNSURE, "blurred"))
    office.done(AnswerAlert(sasha, number, Answer.SAME))
    office.done(AnswerAlert(robin, number, Answer.SAME, words="found him"))
    office.done(AnswerAlert(sasha, number, Answer.DIFFERENT, "face"))  # his brother: it is taken back
    office.done(AnswerAlert(robin, number, Answer.DIFFERENT, "face"))
    life = office.reader.life(number)
    assert life is not None
    assert life.agreed is Answer.DIFFERENT
