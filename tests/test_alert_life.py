"""The life of an alert through the keeper: first answers and dissents, ends, paths, raised thresholds, the brake."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hallwatch.core.alert import Act, Answer, Outcome, State
from hallwatch.core.alert_requests import AlertRequest, AnswerAlert, CloseAlert, ReviewPerson, SeeAlert
from hallwatch.core.events import Sighting
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.listing_requests import EmergencyListing, WriteListing
from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Role, Sight
from hallwatch.core.requests import By, Done, ErasePerson, KeepPerson, PhotoKept, Refused
from hallwatch.core.restraint import What
from hallwatch.flow.alerting import Alerting
from tests.records import NOW, SIGHTING, Office
from tests.test_listings import People, terms

EVERYBODY = Sight(None, emergencies=True, reviews=True)
PLACES = {f"Camera {n}": Whereabouts(f"Building {n % 5}", "North") for n in range(20)}
PLACES |= {
    "Corridor A": Whereabouts("Main", "North"),
    "Gym": Whereabouts("Gym", "South"),
    "Lab": Whereabouts("Lab", "East"),
    "Hall": Whereabouts("Hall", "West"),
}


class Staff:
    """Whoever answers, a keeper that alerts, and its clock."""

    def __init__(self, office: Office) -> None:
        self.office, self.told, self.now = office, list[KeptAlert](), NOW
        office.done(
            KeepPerson(
                By("machine:tests"), Person("P1", "Dana", "Sample", ()), (PhotoKept("p", b"x", "", b""),)
            )
        )
        self.robin, self.kim = self.of("robin"), self.of("kim")
        self.south = self.of("south", schools=("South",))
        self.head = self.of("head", Role.DISTRICT_ADMINISTRATOR)
        self.alerting = self.keeper()

    def of(self, login: str, role: Role = Role.SECURITY, schools: tuple[str, ...] = ("North",)) -> By:
        self.office.enter(role, schools, login)
        found = self.office.reader.by_login(login)
        assert found is not None
        return By(found[0].account_id, "127.0.0.1", "looked at it")

    def keeper(self) -> Alerting:
        return Alerting(
            book=self.office.desk,
            announce=self.told.append,
            now=lambda: self.now,
            places=PLACES,
            meaning=lambda: "rare",
        )

    def sight(self, alert_id: str = "a1", after: timedelta = timedelta(0), **more: object) -> bool:
        self.now = NOW + after
        given = replace(SIGHTING, alert_id=alert_id, at=self.now, **more)  # type: ignore[arg-type]
        return self.alerting.sighted(given)

    def say(self, request: AlertRequest) -> Done | Refused:
        """As the desk does it, at this test's time."""
        return self.office.desk.keeping.answering.answer(request, self.now)

    def answers(self, by: By, answer: Answer, alert_id: str = "a1", words: str = "") -> Done | Refused:
        said = words or ("" if answer is Answer.SAME else "another nose")
        return self.say(AnswerAlert(by, alert_id, answer, words=said))

    def one(self, alert_id: str = "a1") -> KeptAlert:
        found = self.office.reader.one(alert_id)
        assert found is not None
        return found

    def actions(self) -> list[str]:
        return [entry.deed.action for entry in self.office.reader.trail(40, None)]


@pytest.fixture
def staff(lite: Office) -> Staff:
    return Staff(lite)


@pytest.fixture
def both(office: Office) -> Staff:
    """The same, once on each kind of database."""
    return Staff(office)


def why(reply: Done | Refused) -> str:
    assert isinstance(reply, Refused), reply
    return reply.reason


def test_raised_seen_answered_closed(both: Staff) -> None:
    both.sight()
    assert both.one().state is State.RAISED
    assert both.one().sounds
    both.say(SeeAlert(both.robin, "a1"))
    assert both.one().state is State.SEEN
    shown = ("ab" * 32, "cd" * 32)
    reply = both.say(AnswerAlert(both.robin, "a1", Answer.SAME, shown=shown))
    assert isinstance(reply, Done)
    assert (both.one().state, both.one().answer, both.one().sounds) == (State.ANSWERED, Answer.SAME, False)
    both.say(CloseAlert(both.kim, "a1", Outcome.LEFT_WHEN_ASKED, "went home"))
    alert, life = both.one(), both.office.reader.life("a1")
    assert (alert.state, alert.outcome) == (State.CLOSED, Outcome.LEFT_WHEN_ASKED)
    assert life is not None
    assert [step.act for step in life.steps] == [Act.SEE, Act.ANSWER, Act.CLOSE]
    assert life.steps[1].shown == shown
    assert life.steps[2].words == "went home"
    assert both.actions()[:4] == ["alert.close", "alert.answer", "alert.see", "alert.raise"]
    deed = both.office.reader.trail(2, None)[1].deed
    assert deed.detail["shown"] == " ".join(shown)


def test_nothing_is_closed_without_an_answer_and_a_fitting_outcome(staff: Staff) -> None:
    staff.sight()
    assert "answer first" in why(staff.say(CloseAlert(staff.robin, "a1", Outcome.LEFT)))
    staff.answers(staff.robin, Answer.DIFFERENT)
    assert "does not go with" in why(staff.say(CloseAlert(staff.robin, "a1", Outcome.POLICE)))
    assert "needs words" in why(staff.say(CloseAlert(staff.robin, "a1", Outcome.OTHER)))
    assert isinstance(staff.say(CloseAlert(staff.robin, "a1", Outcome.WRONG_PERSON)), Done)
    assert "closed" in why(staff.answers(staff.kim, Answer.SAME))
    assert "closed already" in why(staff.say(CloseAlert(staff.robin, "a1", Outcome.WRONG_PERSON)))


def test_a_reason_is_asked_for_and_has_to_fit(staff: Staff) -> None:
    staff.sight()
    for answer in (Answer.DIFFERENT, Answer.UNSURE):
        assert "say why" in why(staff.say(AnswerAlert(staff.robin, "a1", answer)))
        assert "say why" in why(staff.say(AnswerAlert(staff.robin, "a1", answer, "words")))
    assert "does not go" in why(staff.say(AnswerAlert(staff.robin, "a1", Answer.UNSURE, "face")))
    assert isinstance(staff.say(AnswerAlert(staff.robin, "a1", Answer.UNSURE, "blurred")), Done)


def test_another_answer_is_a_dissent_that_is_neither_lost_nor_takes_anything_away(both: Staff) -> None:
    both.sight()
    both.answers(both.robin, Answer.DIFFERENT)
    both.answers(both.kim, Answer.SAME)
    alert = both.one()
    assert (alert.answer, alert.disputed) == (Answer.DIFFERENT, True)
    # a dispute suppresses nothing
    assert both.office.reader.restraints() == []
    assert "how it was settled" in why(both.say(CloseAlert(both.robin, "a1", Outcome.LEFT)))
    assert "your answer already" in why(both.answers(both.kim, Answer.SAME))
    assert "why you correct" in why(both.say(AnswerAlert(both.robin, "a1", Answer.SAME)))
    both.answers(both.robin, Answer.SAME, words="together we think so")
    assert (both.one().answer, both.one().disputed) == (Answer.SAME, False)
    life = both.office.reader.life("a1")
    assert life is not None
    assert [step.act for step in life.steps] == [Act.ANSWER, Act.DISSENT, Act.CORRECT]


def test_another_school_and_other_roles_have_no_say(staff: Staff) -> None:
    staff.sight()
    for request in (
        SeeAlert(staff.south, "a1"),
        AnswerAlert(staff.south, "a1", Answer.SAME),
        CloseAlert(staff.south, "a1", Outcome.LEFT),
        AnswerAlert(By("machine:tests"), "a1", Answer.SAME),
        AnswerAlert(staff.robin, "none", Answer.SAME),
    ):
        assert why(staff.say(request)) == "there is no such alert"
    desk = staff.of("desk", Role.FRONT_DESK)
    assert "your role" in why(staff.say(AnswerAlert(desk, "a1", Answer.SAME)))
    assert staff.one().state is State.RAISED


def test_a_person_is_one_alert_with_a_path(both: Staff) -> None:
    both.sight(shot_jpeg=b"first")
    both.sight(after=timedelta(seconds=20), score=0.7, shot_jpeg=b"better", improves=True)
    for number, minutes in ((0, 2), (5, 4), (0, 6)):
        both.sight(
            f"b{minutes}", timedelta(minutes=minutes), camera=f"Camera {number}", shot_jpeg=b"%d" % minutes
        )
    assert len({alert.alert_id for alert in both.told}) == 2  # Main, and Building 0
    path = both.one("b2").path
    assert [(stop.camera, stop.pictured) for stop in path] == [
        ("Camera 0", True),
        ("Camera 5", True),
        ("Camera 0", True),
    ]
    assert [both.office.reader.shot("b2", stop.number) for stop in path] == [b"2", b"4", b"6"]
    (stop,) = both.one().path
    assert (stop.first, stop.last) == (NOW, NOW + timedelta(seconds=20))
    assert both.office.reader.shot("a1") == both.office.reader.shot("a1", 0) == b"better"
    both.office.done(ErasePerson(By("machine:tests"), "P1"))
    assert both.office.reader.shot("b2", 1) is None


def test_a_closed_alert_takes_what_the_camera_still_sees_and_then_there_is_a_new_one(both: Staff) -> None:
    both.sight()
    both.answers(both.robin, Answer.SAME)
    both.say(CloseAlert(both.robin, "a1", Outcome.LEFT))
    both.sight(after=timedelta(seconds=30), improves=True, score=0.6)
    assert both.told[-1].alert_id == "a1"
    both.sight(after=timedelta(minutes=3), improves=True, score=0.6)
    again = both.told[-1]
    assert again.alert_id != "a1"
    assert (again.state, again.sounds) == (State.RAISED, True)
    both.sight(after=timedelta(minutes=4), improves=True, score=0.6)
    assert both.told[-1].alert_id == again.alert_id
    # a new keeper that is sent the last sighting once more finds the same alert
    both.alerting = both.keeper()
    both.alerting.remember(reversed(both.office.reader.latest(9)))
    both.sight(after=timedelta(minutes=4), improves=True, score=0.6)
    assert both.told[-1].alert_id == again.alert_id
    assert len(both.office.reader.latest(9)) == 2


def test_a_wrong_answer_raises_the_threshold_until_somebody_has_reviewed_it(both: Staff) -> None:
    both.sight(score=0.58)
    both.answers(both.robin, Answer.DIFFERENT)
    (held,) = both.office.reader.restraints()
    assert held.what is What.THRESHOLD
    assert held.threshold == pytest.approx(0.63)
    # below it nothing is announced and no picture kept; a little later, better seen, it is an alert
    told = len(both.told)
    assert not both.sight("a2", timedelta(hours=1), score=0.62)
    assert not both.sight("a2", timedelta(hours=1), score=0.625, improves=True)
    assert (len(both.told), both.office.reader.one("a2")) == (told, None)
    assert both.office.reader.restraints()[0].kept_out == 1
    assert both.sight("a2", timedelta(hours=1), score=0.64, improves=True)
    assert both.one("a2").sounds
    # even in the very incident that was answered, the listed person is a new alert
    assert both.sight("a1", timedelta(minutes=2), score=0.9, improves=True)
    assert both.told[-1].alert_id not in ("a1", "a2")
    # another pack's scores are other numbers
    assert both.sight("a3", timedelta(hours=2), score=0.55, pack="retail")
    # whoever may not write listings does not review; whoever may says why
    assert "your role" in why(both.say(ReviewPerson(both.robin, held.person_id, What.THRESHOLD)))
    silent = By(both.head.actor)
    assert "write down" in why(both.say(ReviewPerson(silent, held.person_id, What.THRESHOLD)))
    assert isinstance(both.say(ReviewPerson(both.head, held.person_id, What.THRESHOLD)), Done)
    assert both.office.reader.restraints() == []
    assert both.sight("a4", timedelta(hours=3), score=0.55)
    assert "threshold.review" in both.actions()


def test_a_corrected_answer_takes_the_raised_threshold_back(staff: Staff) -> None:
    staff.sight()
    staff.answers(staff.robin, Answer.DIFFERENT)
    assert staff.office.reader.restraints()
    staff.answers(staff.robin, Answer.SAME, words="pressed the wrong one")
    assert staff.office.reader.restraints() == []
    assert staff.sight("a2", timedelta(hours=1))


def wrong_incidents(staff: Staff, count: int, *, answered: bool = True) -> None:
    """So many separate incidents within an hour, each above the threshold that the one before has raised."""
    for number in range(count):
        alert_id = f"w{number}"
        assert staff.sight(alert_id, timedelta(minutes=11 * number), score=0.55 + 0.06 * number)
        if answered:
            staff.answers(staff.robin, Answer.DIFFERENT, alert_id)


def test_a_runaway_listing_goes_quiet_and_its_owner_is_told(both: Staff) -> None:
    wrong_incidents(both, 5)
    (brake,) = [one for one in both.office.reader.restraints() if one.what is What.BRAKE]
    assert brake.why == "5 separate wrong or unanswered alerts within an hour"
    assert both.sight("w5", timedelta(minutes=56), score=0.95)
    alert = both.one("w5")
    assert (alert.braked, alert.sounds) == (True, False)
    # others' alerts are as loud as ever
    other = replace(SIGHTING, alert_id="o1", external_id="P2", name="Robin Else", at=both.now)
    both.alerting.sighted(other)
    assert both.one("o1").sounds
    head = both.office.reader.by_login("head")
    assert head is not None
    assert both.office.reader.waiting(head[0]).held == 1
    assert isinstance(both.say(ReviewPerson(both.head, brake.person_id, What.BRAKE)), Done)
    assert both.sight("w6", timedelta(minutes=70), score=0.99)
    assert both.one("w6").sounds


def test_a_real_intruder_before_twenty_cameras_is_never_silenced(both: Staff) -> None:
    for number in range(20):
        both.sight(f"c{number}", timedelta(minutes=3 * number), camera=f"Camera {number}")
    assert all(alert.sounds for alert in both.office.reader.latest(50))
    assert both.office.reader.restraints() == []


def test_nor_after_somebody_has_said_that_it_is_the_person(staff: Staff) -> None:
    wrong_incidents(staff, 4, answered=False)
    staff.answers(staff.robin, Answer.SAME, "w3")
    for number in range(4, 8):
        assert staff.sight(f"w{number}", timedelta(minutes=11 * number))
        assert staff.one(f"w{number}").sounds


def test_unanswered_alerts_brake_too_and_three_schools_do_within_an_hour(staff: Staff) -> None:
    for number, camera in enumerate(("Corridor A", "Gym", "Lab", "Hall")):
        staff.sight(f"s{number}", timedelta(minutes=number), camera=camera)
    assert [staff.one(f"s{number}").braked for number in range(4)] == [
        True
    ] * 4  # the open ones go quiet with it
    assert "in 3 schools" in staff.office.reader.restraints()[0].why


def test_what_was_said_goes_with_the_persons_key(staff: Staff) -> None:
    staff.sight()
    staff.answers(staff.robin, Answer.DIFFERENT, words="he is our gardener")
    staff.office.done(ErasePerson(By("machine:tests"), "P1"))
    life = staff.office.reader.life("a1")
    assert life is not None
    assert [(step.act, step.words) for step in life.steps] == [(Act.ANSWER, "")]
    assert b"gardener" not in staff.office.file.read_bytes()
    assert "erased" in why(staff.answers(staff.kim, Answer.SAME))


@pytest.fixture
def people(office: Office) -> People:
    return People(office)


def emergency(people: People) -> str:
    listing = people.drafted()
    people.office.done(EmergencyListing(people.author, listing))
    return listing


def spotted(people: People, alert_id: str = "a1") -> KeptAlert:
    now = datetime.now(UTC)
    seen: Sighting = replace(SIGHTING, alert_id=alert_id, at=now)
    kept = people.office.desk.keep(seen, place=Whereabouts("Main", "North"), meaning="rare", now=now)
    assert kept is not None
    return kept


def test_an_emergencys_alerts_are_for_the_schools_security_until_it_is_approved(people: People) -> None:
    listing = emergency(people)
    spotted(people)
    reader = people.office.reader
    for by, sees in ((people.watch, True), (people.author, False), (people.head, False)):
        with people.office.desk.records.transaction() as books:
            account = books.accounts.account(by.actor)
        assert account is not None
        assert len(reader.latest(9, account.sight)) == int(sees)
        assert reader.waiting(account).sounding == int(sees)
        answer = people.office.desk.keeping.answer(AnswerAlert(by, "a1", Answer.SAME))
        assert isinstance(answer, Done) == sees
    with people.office.desk.records.transaction() as books:
        second = books.accounts.account(people.second.actor)
    assert second is not None
    assert (reader.waiting(second).emergencies, reader.waiting(second).yeses) == (1, 1)
    assert isinstance(people.yes(people.second, listing), Done)
    assert reader.waiting(second).emergencies == 0
    assert len(reader.latest(9, second.sight)) == 1
    assert not spotted(people, "a2").security_only


def test_no_emergency_without_somebody_who_would_see_it(people: People) -> None:
    south = WriteListing(people.head, "P1", terms(schools=frozenset({"South"})))
    listing = people.office.done(south).subject
    reply = people.answer(EmergencyListing(people.head, listing))
    assert isinstance(reply, Refused)
    assert "no security account" in reply.reason


def test_nobody_is_held_back_who_was_erased(both: Staff) -> None:
    both.sight("a1", score=0.55)
    assert isinstance(both.say(AnswerAlert(both.robin, "a1", Answer.DIFFERENT, "face")), Done)
    assert both.office.reader.restraints()
    both.office.done(ErasePerson(both.head, SIGHTING.external_id))
    assert both.office.reader.restraints() == []
    # Whoever looks afterwards holds nobody back either.
    assert isinstance(both.say(SeeAlert(both.head, "a1")), Done)
    assert both.office.reader.restraints() == []
