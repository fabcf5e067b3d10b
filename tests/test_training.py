"""The course: who may answer with it and without it, in the keeper and on the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from hallwatch.adapters.store.place import Place
from hallwatch.core.alert import OF_MATCHES, Act, Answer, Outcome
from hallwatch.core.alert_requests import AnswerAlert, CloseAlert, SeeAlert
from hallwatch.core.delivery import State
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import BindJurisdiction, By, Done, Refused
from hallwatch.core.training import HOLDS, PRACTICE, QUIZ, REMINDED
from hallwatch.core.training_requests import DemonstrateCourse
from tests.browser import Browser
from tests.records import NOW, SIGHTING, Office, course_of
from tests.test_alert_life import why
from tests.test_alert_pages import own, press
from tests.test_migrations import downgraded
from tests.test_pages_axe import axe, violations  # noqa: F401 - a fixture
from tests.test_sign_in import csrf
from tests.test_web import Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

MACHINE = By("machine:tests", "terminal")
LATER = datetime.now(UTC) + HOLDS


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def entered(office: Office, login: str, role: Role = Role.SECURITY, *, trained: bool = False) -> By:
    office.enter(role, ("North",), login, trained=trained)
    found = office.reader.by_login(login)
    assert found is not None
    return By(found[0].account_id)


def says(
    office: Office, by: By, answer: Answer, now: datetime = NOW, reason: str = "blurred"
) -> Done | Refused:
    given = {Answer.SAME: "", Answer.DIFFERENT: "face", Answer.UNSURE: reason}[answer]
    return office.desk.keeping.answering.answer(AnswerAlert(by, "a1", answer, given), now)


def actions(office: Office) -> list[str]:
    return [entry.deed.action for entry in office.reader.trail(5, None)]


def test_without_the_course_nothing_is_answered_where_somebody_has_taken_it(office: Office) -> None:
    office.keep(SIGHTING)
    nora, robin = entered(office, "nora"), entered(office, "robin", trained=True)
    for answer in OF_MATCHES:
        assert "needs the course" in why(says(office, nora, answer))
    assert actions(office)[0] == "alert.refused"
    life = office.reader.life("a1")
    assert life is not None
    assert not life.steps
    assert isinstance(office.desk.keeping.answering.answer(SeeAlert(nora, "a1"), NOW), Done)
    assert isinstance(says(office, robin, Answer.SAME), Done)
    # closing is no answer
    closing = CloseAlert(nora, "a1", Outcome.LEFT)
    assert isinstance(office.desk.keeping.answering.answer(closing, NOW), Done)


def test_a_look_of_somebody_who_cannot_answer_ends_no_chain(lite: Office) -> None:
    lite.keep(SIGHTING)
    nora, robin = entered(lite, "nora"), entered(lite, "robin", trained=True)

    def waits() -> bool:
        with lite.reader.deliveries() as deliveries:
            return any(one.step and one.state is State.DUE for one in deliveries.of_alert("a1"))

    lite.done(SeeAlert(nora, "a1"))
    assert waits()
    lite.done(SeeAlert(robin, "a1"))
    assert not waits()


def test_on_the_first_day_only_that_nothing_can_be_told_and_it_counts_until_somebody_knows(
    office: Office,
) -> None:
    office.keep(SIGHTING)
    nora = entered(office, "nora")
    office.enter(schools=("South",), login="elsewhere")
    for answer in (Answer.SAME, Answer.DIFFERENT):
        assert "nobody at this school" in why(says(office, nora, answer))
    assert "say why" in why(says(office, nora, Answer.UNSURE, reason=""))
    assert isinstance(says(office, nora, Answer.UNSURE), Done)
    assert actions(office)[0] == "alert.untrained"
    alert = office.reader.one("a1")
    assert alert is not None
    assert (alert.answer, alert.sounds) == (Answer.UNSURE, False)
    robin = entered(office, "robin", trained=True)
    assert isinstance(says(office, robin, Answer.SAME), Done)
    alert, life = office.reader.one("a1"), office.reader.life("a1")
    assert alert is not None
    assert life is not None
    # what was said without the course is no dissent, and holds nobody up
    assert (alert.answer, alert.disputed) == (Answer.SAME, False)
    assert [step.act for step in life.steps] == [Act.UNTRAINED, Act.ANSWER]


def test_whoever_takes_the_course_looks_anew(lite: Office) -> None:
    lite.keep(SIGHTING)
    nora = entered(lite, "nora")
    assert isinstance(says(lite, nora, Answer.UNSURE), Done)
    lite.done(course_of(nora))
    assert isinstance(says(lite, nora, Answer.SAME), Done)
    life = lite.reader.life("a1")
    assert life is not None
    assert (life.agreed, life.steps[-1].act) == (Answer.SAME, Act.ANSWER)


def test_the_keeper_judges_the_course_and_it_holds_a_year(office: Office) -> None:
    office.keep(SIGHTING)
    nora, desk = entered(office, "nora"), entered(office, "desk", Role.FRONT_DESK)
    office.enter(login="robin")
    right = course_of(nora)
    wrong = (
        replace(right, answers={**right.answers, "hold": QUIZ["hold"][1]}),
        replace(right, answers={}),
        replace(right, practised={**right.practised, "far-away": "same"}),
        replace(right, course=right.course + 1),
        replace(right, by=desk),
        replace(right, by=MACHINE),
    )
    for request in wrong:
        assert isinstance(office.desk.keeping.answer(request), Refused)
    done = office.done(right)
    assert done.at is not None
    assert done.at > LATER - timedelta(hours=1)
    deed = office.reader.trail(1, None)[0].deed
    assert (deed.action, deed.subject) == ("training.pass", nora.actor)
    assert isinstance(says(office, nora, Answer.SAME, LATER - timedelta(hours=1)), Done)
    assert "nobody at this school" in why(says(office, nora, Answer.SAME, LATER + timedelta(days=1)))


def test_only_a_demonstration_goes_without_it(place: Place, tmp_path: Path) -> None:
    demo = Office.bare(place, tmp_path)
    demo.done(BindJurisdiction(By("system"), "DEMO"))
    demo.keep(SIGHTING)
    guest, desk = entered(demo, "guest"), entered(demo, "desk", Role.FRONT_DESK)
    assert isinstance(demo.desk.keeping.answer(DemonstrateCourse(guest, guest.actor)), Refused)
    assert isinstance(demo.desk.keeping.answer(DemonstrateCourse(MACHINE, desk.actor)), Refused)
    demo.done(DemonstrateCourse(MACHINE, guest.actor))
    assert actions(demo)[0] == "training.demonstrate"
    assert isinstance(says(demo, guest, Answer.SAME), Done)
    demo.close()


def test_a_school_has_no_demonstration(lite: Office) -> None:
    nora = entered(lite, "nora")
    assert isinstance(lite.desk.keeping.answer(DemonstrateCourse(MACHINE, nora.actor)), Refused)


def test_courses_survive_the_way_back_and_forward(office: Office) -> None:
    office.keep(SIGHTING)
    nora = entered(office, "nora")
    assert isinstance(says(office, nora, Answer.UNSURE), Done)
    robin = entered(office, "robin", trained=True)
    downgraded(office, "0010")
    office.reopen()
    assert isinstance(says(office, robin, Answer.SAME), Done)
    life = office.reader.life("a1")
    assert life is not None
    assert life.steps[0].act is Act.ANSWER  # an earlier version knew no other


def walked(client: httpx2.Client) -> str:
    """The practice alerts with one mistake, as somebody presses; the path of the quiz."""
    path = "/training/practice"
    for number, (case, right) in enumerate(PRACTICE.items(), 1):
        page = client.get(path).text
        assert f"Practice alert {number} of 4" in page
        form = dict(re.findall(r'type="hidden" name="(csrf|case)" value="([^"]*)"', page))
        carried = re.findall(r'type="hidden" name="given" value="([^"]*)"', page)[: number - 1]
        assert form["case"] == case
        fields = {**form, "given": carried, "reason": "words"}
        wrong = next(one for one in OF_MATCHES if one is not right)
        again = client.post("/training/practice", data={**fields, "answer": wrong.value}, headers=own(client))
        assert "Look again." in again.text
        assert "Is it the same person?" in again.text
        well = client.post("/training/practice", data={**fields, "answer": right.value}, headers=own(client))
        assert "Right." in well.text
        given = re.findall(r'type="hidden" name="given" value="([^"]*)"', well.text)
        path = "/training/practice?" + "&".join(f"given={one}" for one in given)
    return client.get(path).headers["location"]


def test_the_course_from_the_alert_to_the_answer_without_a_script(console: Running) -> None:
    console.sight(SIGHTING)
    admin = console.browser(console.office.enter(Role.DISTRICT_ADMINISTRATOR, login="head", trained=False))
    with console.browser(console.office.enter(login="nora", trained=False)) as nora, admin as head:
        page = nora.get("/alerts/a1").text
        assert "Answering needs the course (10 minutes)" in page
        assert "/alerts/a1/answer" not in page
        assert nora.get("/alerts/a1/path/0/shot").status_code == 200  # everything is shown
        csrf = re.findall(r'name="csrf" value="(\w+)"', page)[0]
        forced = nora.post("/alerts/a1/answer", data={"csrf": csrf, "answer": "same"}, headers=own(nora))
        assert forced.status_code == 422
        assert "needs the course" in forced.text
        assert "<strong>not taken</strong>" in head.get("/people").text
        assert "You cannot answer alerts yet" in nora.get("/account").text
        for number in range(1, 7):
            assert f"Page {number} of 6" in nora.get(f"/training?page={number}").text
        assert nora.get("/training?page=7").status_code == 404
        assert nora.get("/training/quiz").status_code == 303
        quiz = walked(nora)
        assert quiz.startswith("/training/quiz?")
        with console.browser(console.office.enter(login="omar", trained=False)) as omar:
            assert (
                omar.get(quiz).headers["location"] == "/training/practice"
            )  # not by somebody else's address
        page = nora.get(quiz).text
        given = re.findall(r'name="given" value="([^"]*)"', page)
        answers = {name: choices[0] for name, choices in QUIZ.items()}
        fields = {"csrf": csrf, "given": given, **answers, "hold": QUIZ["hold"][1]}
        again = nora.post("/training/quiz", data=fields, headers=own(nora))
        assert again.status_code == 422
        assert "Not at a high score, and no bag either." in again.text
        assert again.text.count("<fieldset") == 1
        passed = nora.post("/training/quiz", data={**fields, **answers}, headers=own(nora))
        assert passed.status_code == 303
        assert "You have passed." in nora.get("/training").text
        assert "You cannot answer" not in nora.get("/account").text
        assert "You took the course on" in nora.get("/account").text
        assert press(nora, "answer", within='value="same"').status_code == 303
        assert head.get("/people").text.count("holds until") == 2


def test_pages_say_when_nobody_can_answer_and_when_the_course_ends(tmp_path: Path) -> None:
    with running(tmp_path) as console:
        nora = console.browser(console.office.enter(schools=("South",), login="nora", trained=False))
        robin = console.browser(console.token)
        with nora, robin:
            assert "<strong>Nobody at South has taken the course.</strong>" in nora.get("/").text
            assert "has taken the course" not in robin.get("/").text
            assert "Take it again before that" not in robin.get("/").text
            with console.office.lock, console.office.desk.records.transaction() as books:
                for one in books.training.all():
                    books.training.put(replace(one, passed=one.passed - HOLDS + REMINDED))
            assert "Take it again before that" in robin.get("/account").text
            with console.office.lock, console.office.desk.records.transaction() as books:
                for one in books.training.all():
                    books.training.put(replace(one, passed=one.passed - REMINDED))
            assert "your course held until" in robin.get("/").text
            assert "<strong>Nobody at North has taken the course.</strong>" in robin.get("/").text


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_course_in_a_browser(
    console: Running,
    program: str,  # noqa: F811
    axe: str,  # noqa: F811
    width: int,
    dark: bool,
) -> None:
    console.sight(SIGHTING)
    nora = console.office.enter(login="nora", trained=False)
    with Browser(program, width=width, dark=dark) as browser:

        def fine() -> None:
            assert violations(browser, axe) == [], browser.value("location.href")
            assert browser.value("document.documentElement.scrollWidth <= innerWidth")

        console.show(browser, "/alerts/a1", nora)
        fine()
        browser.value("document.querySelector('.notice.course a').click()")
        browser.wait_for("location.pathname === '/training' && document.readyState === 'complete'")
        for number in range(1, 7):
            browser.value("[...document.querySelectorAll('main a.button')].at(-1).click()")
            browser.wait_for(f"location.search === '?page={number}' && document.readyState === 'complete'")
        fine()
        browser.value("[...document.querySelectorAll('main a.button')].at(-1).click()")
        for case, right in PRACTICE.items():
            browser.wait_for(f"document.querySelector('[name=case]')?.value === '{case}'")
            fine()
            button = "button" if right is Answer.SAME else "[name=reason]"
            browser.value(f"document.querySelector('.choice.{right.value} {button}').click()")
            browser.wait_for("document.querySelector('.said') !== null")
            fine()
            browser.value("document.querySelector('main form button').click()")
        browser.wait_for("document.querySelector('.quiz') !== null")
        fine()
        for name, choices in QUIZ.items():
            browser.value(f"document.querySelector('[name={name}][value={choices[0]}]').click()")
        browser.value("document.querySelector('.quiz button').click()")
        browser.wait_for("document.querySelector('.said')?.textContent.includes('You have passed')")
        console.show(browser, "/alerts/a1", nora)
        assert browser.value("document.querySelectorAll('.choice').length") == 3


def test_what_was_said_before_the_course_holds_no_place_after_it(office: Office) -> None:
    office.keep(SIGHTING)
    nora = entered(office, "nora")
    assert isinstance(says(office, nora, Answer.UNSURE), Done)
    robin = entered(office, "robin", trained=True)
    assert isinstance(says(office, robin, Answer.SAME), Done)
    office.done(course_of(nora))
    request = AnswerAlert(nora, "a1", Answer.DIFFERENT, "face")
    assert isinstance(office.desk.keeping.answering.answer(request, NOW), Done)
    life = office.reader.life("a1")
    assert life is not None
    assert life.answer is Answer.SAME  # the first trained voice stands
    assert [one.account_id for one in life.dissents] == [nora.actor]


@pytest.mark.parametrize("case", list(PRACTICE))
def test_every_button_of_the_practice_answers(console: Running, case: str) -> None:
    with console.browser(console.office.enter(login="nora", trained=False)) as client:
        client.headers["Origin"] = console.url
        page = client.get("/training/practice").text
        assert "It is real" not in page
        for answer in OF_MATCHES:
            reply = client.post(
                "/training/practice", data={"csrf": csrf(client), "case": case, "answer": answer.value}
            )
            assert reply.status_code == 200
        reply = client.post("/training/practice", data={"csrf": csrf(client), "case": case, "answer": "real"})
        assert reply.status_code == 404
