"""Signing in over real HTTP: first start, passwords, codes, links, throttling, and what a page elsewhere cannot do."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import AddAccount, AnswerSecond, AskSecond, By, Done, MakeLink, Refused
from hallwatch.core.sessions import IDLE, LONGEST, digest_of_token, password_fault
from hallwatch.entry.keeper_client import settled
from hallwatch.entry.links import new_link
from hallwatch.web.admission import COOKIE
from hallwatch.web.signing_in import own_path
from hallwatch.web.throttle import FREE, Throttle
from tests.records import Office
from tests.test_web import Running, running

PASSWORD = "a long walk by the river"
MACHINE = By("machine:tests", "terminal")


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def first(console: Running) -> str:
    """The path of the first administrator's link."""
    office = console.office
    return new_link(
        lambda request: settled(office.desk.keeping.answer(request)),
        office.reader.everybody(),
        Role.DISTRICT_ADMINISTRATOR,
    )


def own(console: Running) -> dict[str, str]:
    """What a browser says when a form of our own page is sent."""
    return {"Origin": console.url, "Sec-Fetch-Site": "same-origin"}


@contextmanager
def entered(console: Running, login: str = "avery") -> Iterator[httpx2.Client]:
    """A browser in which the first administrator has just signed in through the link."""
    with console.browser(None) as client:
        fields = {"login": login, "name": "Avery First", "password": PASSWORD, "again": PASSWORD}
        answer = client.post(first(console), data=fields, headers=own(console))
        assert answer.status_code == 303, answer.text
        yield client


def csrf(client: httpx2.Client, path: str = "/account") -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', client.get(path).text)
    assert found
    return found[1]


def sign_in(
    console: Running, client: httpx2.Client, password: str = PASSWORD, **more: str
) -> httpx2.Response:
    fields = {"login": "avery", "password": password} | more
    return client.post("/sign-in", data=fields, headers=own(console))


def actions(office: Office) -> list[str]:
    with office.reader.audit() as trail:
        return [entry.deed.action for entry in trail.entries()]


def test_the_first_link_makes_the_first_administrator_and_works_once(console: Running) -> None:
    path = first(console)
    assert first(console) != path
    with console.browser(None) as client:
        assert client.get(path).status_code == 404  # a newer one was made
        path = first(console)
        assert "The first administrator" in client.get(path).text
        for wrong, why in (
            ({"password": "short", "again": "short"}, "12 characters or more"),
            ({"password": PASSWORD, "again": "something else here"}, "not the same"),
            ({"password": PASSWORD, "again": PASSWORD, "login": " "}, "Choose a name to sign in with"),
            ({"password": "aaaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaaa"}, "too easy to guess"),
        ):
            fields = {"login": "avery", "name": "Avery First"} | wrong
            answer = client.post(path, data=fields, headers=own(console))
            assert (answer.status_code, why in answer.text) == (422, True), why
        fields = {"login": "avery", "name": "Avery First", "password": PASSWORD, "again": PASSWORD}
        assert client.post(path, data=fields, headers=own(console)).status_code == 303
        assert "Avery First" in client.get("/").text
        again = client.post(path, data=fields, headers=own(console))
        assert (again.status_code, "does not work any more" in again.text) == (404, True)
    # nothing that was typed, and no token, is kept
    with console.office.desk.records._engine.connect() as connection:
        everything = str(connection.execute(text("SELECT * FROM account")).all())
        everything += str(connection.execute(text("SELECT * FROM session")).all())
        everything += str(connection.execute(text("SELECT * FROM link")).all())
    for secret in ("avery", "Avery", PASSWORD, path.removeprefix("/link/"), "argon2"):
        assert secret not in everything, secret


def test_a_fresh_token_at_every_sign_in(console: Running) -> None:
    with entered(console):
        pass
    with console.browser(None) as client:
        client.cookies.set(COOKIE, "chosen-by-somebody-else", domain="127.0.0.1")
        assert sign_in(console, client).status_code == 303
        cookies = client.cookies.jar
        token = next(
            one.value for one in cookies if one.name == COOKIE and one.value != "chosen-by-somebody-else"
        )
    with console.browser("chosen-by-somebody-else") as fixed:
        assert fixed.get("/").status_code == 303
    with console.browser(token) as one:
        assert one.get("/").status_code == 200
        other = one.post("/sign-in", data={"login": "avery", "password": PASSWORD}, headers=own(console))
        assert other.status_code == 303
    # the token from before the second sign-in is worth nothing any more
    with console.browser(token) as old:
        assert old.get("/").status_code == 303


def test_signed_out_is_signed_out(console: Running) -> None:
    with entered(console) as client:
        token = client.cookies[COOKIE]
        assert client.post("/sign-out", data={"csrf": csrf(client)}, headers=own(console)).status_code == 303
        assert client.get("/").headers["location"] == "/sign-in?next=/"
    with console.browser(token) as old:
        assert old.get("/").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
)
def test_a_page_elsewhere_changes_nothing(console: Running, headers: dict[str, str]) -> None:
    with entered(console) as client:
        token = csrf(client)
        before = len(console.office.reader.everybody())
        fields = {"csrf": token, "login": "eve", "name": "Eve", "role": "district-administrator"}
        answer = client.post("/people", data=fields, headers=headers)
        assert answer.status_code == 403
        assert sign_in(console, client).status_code == 303
        assert (
            client.post("/sign-in", data={"login": "x", "password": "y"}, headers=headers).status_code == 403
        )
        assert len(console.office.reader.everybody()) == before


def test_a_form_of_another_sign_in_changes_nothing(console: Running) -> None:
    with (
        entered(console) as client,
        console.browser(console.office.enter(Role.DISTRICT_ADMINISTRATOR)) as other,
    ):
        for wrong in (csrf(other), "0" * 64, ""):
            fields = {"csrf": wrong, "login": "eve", "name": "Eve", "role": "auditor"}
            assert client.post("/people", data=fields, headers=own(console)).status_code in (403, 422), wrong


def test_guessing_is_slowed_down_and_the_owner_gets_in(console: Running) -> None:
    with entered(console) as owner, console.browser(None) as guesser:
        wrong = [sign_in(console, guesser, f"guess number {number}") for number in range(FREE + 1)]
        assert {answer.status_code for answer in wrong} == {403}
        assert "Too many tries" in wrong[-1].text
        # the right password in the guesser's browser has to wait, too: else guessing went on
        assert "Too many tries" in sign_in(console, guesser).text
        # while the owner's own browser is known
        assert sign_in(console, owner).status_code == 303


def test_what_is_wrong_is_not_said(console: Running) -> None:
    with entered(console):
        pass
    with console.browser(None) as client:
        texts = {
            client.post(
                "/sign-in", data={"login": login, "password": "wrong password"}, headers=own(console)
            ).text
            for login in ("avery", "nobody")
        }
    assert len(texts) == 1


@given(st.lists(st.sampled_from(["wrong", "later"]), max_size=40))
def test_no_wait_is_longer_than_five_minutes_and_strangers_never_lock_the_owner_out(steps: list[str]) -> None:
    now = 0.0
    throttle = Throttle(clock=lambda: now)
    for step in steps:
        if step == "wrong":
            throttle.failed("avery", "203.0.113.9", None)
        else:
            now += 61.0
    assert throttle.wait_s("avery", "203.0.113.9", None) <= 300.0
    assert throttle.wait_s("avery", "198.51.100.1", "device") == 0.0


def test_a_code_of_an_app_is_asked_for_and_works_once(console: Running) -> None:
    with entered(console) as client:
        page = client.get("/account").text
        secret = re.findall(r'name="secret" value="([A-Z2-7]{32})"', page)[0]
        assert "<svg" in page
        wrong = client.post(
            "/account/code",
            data={"csrf": csrf(client), "secret": secret, "code": "000000"},
            headers=own(console),
        )
        assert wrong.status_code == 422
        code = pyotp.TOTP(secret).now()
        right = client.post(
            "/account/code", data={"csrf": csrf(client), "secret": secret, "code": code}, headers=own(console)
        )
        assert "From now on a code" in right.text
        assert secret not in client.get("/account").text
    with console.browser(None) as client:
        assert sign_in(console, client).status_code == 403
        code = pyotp.TOTP(secret).now()
        assert sign_in(console, client, code=code).status_code == 303
        assert sign_in(console, client, code=code).status_code == 403


def test_grave_acts_ask_for_the_password_again(console: Running) -> None:
    with entered(console) as client:
        with console.office.desk.records._engine.begin() as connection:
            old = (datetime.now(UTC) - timedelta(minutes=6)).replace(tzinfo=None)
            connection.execute(text("UPDATE session SET proved = :old"), {"old": old.isoformat(" ")})
        fields = {"csrf": csrf(client), "login": "robin", "name": "Robin Desk", "role": "auditor"}
        answer = client.post("/people", data=fields, headers=own(console))
        assert (answer.status_code, answer.headers["location"]) == (303, "/confirm?next=/people")
        here = {"Referer": f"{console.url}/account?x=1"}
        answer = client.post("/people", data=fields, headers=own(console) | here)
        assert answer.headers["location"] == "/confirm?next=/account"  # the page whose form it was
        elsewhere = {"Referer": "https://elsewhere.example/people"}
        answer = client.post("/people", data=fields, headers=own(console) | elsewhere)
        assert answer.headers["location"] == "/confirm?next=/people"
        assert console.office.reader.by_login("robin") is None
        wrong = client.post(
            "/confirm", data={"csrf": csrf(client), "password": "nonsense here"}, headers=own(console)
        )
        assert wrong.status_code == 403
        given_ = {"csrf": csrf(client), "password": PASSWORD, "next": "/people"}
        assert client.post("/confirm", data=given_, headers=own(console)).headers["location"] == "/people"
        answer = client.post("/people", data=fields, headers=own(console))
        assert answer.status_code == 200
        assert re.search(r'data-path="/link/[\w-]{43}"', answer.text)


def test_an_administrator_of_a_school_appoints_within_it_only(console: Running) -> None:
    office = console.office
    north = office.reader.by_session(
        digest_of_token(office.enter(Role.SCHOOL_ADMINISTRATOR)), datetime.now(UTC)
    )
    assert north is not None
    by = By(north[0].account_id)

    def add(login: str, role: Role, *schools: str) -> bool:
        return isinstance(
            office.desk.keeping.answer(AddAccount(by, login, login, role, frozenset(schools))), Done
        )

    assert add("one", Role.SECURITY, "North")
    assert not add("two", Role.SECURITY, "South")
    assert not add("three", Role.SECURITY, "North", "South")
    assert not add("four", Role.SECURITY)
    assert not add("five", Role.SCHOOL_ADMINISTRATOR, "North")
    assert not add("six", Role.DISTRICT_ADMINISTRATOR)
    assert not add("ONE ", Role.SECURITY, "North")  # the name is taken
    # nor is an account of another school there for him
    south = office.reader.by_session(
        digest_of_token(office.enter(Role.SECURITY, ("South",))), datetime.now(UTC)
    )
    assert south is not None
    assert isinstance(office.desk.keeping.answer(MakeLink(by, south[0].account_id, "d")), Refused)


def test_two_people_and_no_fewer(office: Office) -> None:
    answer = office.desk.keeping.answer
    asker, second = By("account-a"), By("account-b")

    def asked(life_s: int = 60) -> str:
        done = answer(AskSecond(asker, "listing.approve", "person-1", "digest", life_s))
        assert isinstance(done, Done)
        return done.subject

    def why(by: By, request: str, digest: str = "digest", *, approve: bool = True) -> str:
        reply = answer(AnswerSecond(by, request, digest, approve))
        return reply.reason if isinstance(reply, Refused) else ""

    one = asked()
    assert "nobody answers his own request" in why(asker, one)
    assert "has changed since" in why(second, one, "another digest")
    assert why(second, one) == ""
    assert "answered already" in why(By("account-c"), one)
    assert "answered already" in why(second, one)
    assert "has lapsed" in why(second, asked(0))
    assert "no such request" in why(second, "second-unknown")
    assert why(second, asked(), approve=False) == ""
    assert {"second.ask", "second.approve", "second.decline", "second.refused"} <= set(actions(office))


def test_two_answers_in_a_race_are_one(tmp_path: Path) -> None:
    from hallwatch.adapters.store.place import SqliteFile
    from hallwatch.core.kept import Whereabouts
    from hallwatch.core.requests import AnswerSecond as Answer
    from hallwatch.entry.child import Child
    from hallwatch.entry.keeper import KeeperOrder, KeeperReady, keep
    from hallwatch.entry.keeper_client import RequestRefused, ask
    from tests.records import chest_in

    order = KeeperOrder(
        SqliteFile(tmp_path / "h.db"), chest_in(tmp_path), tmp_path / "k.sock", {"c": Whereabouts("b", "s")}
    )
    child = Child("hw-keeper", keep, order)
    try:
        assert isinstance(child.link.recv(), KeeperReady)
        request = ask(order.socket, AskSecond(By("account-a"), "x", "y", "digest", 60)).subject
        won: list[int] = []

        def answer(number: int) -> None:
            try:
                ask(order.socket, Answer(By(f"account-{number}"), request, "digest", number % 2 == 0))
                won.append(number)
            except RequestRefused:
                pass

        threads = [threading.Thread(target=answer, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
    finally:
        child.end(5)


def test_sessions_end_by_themselves(office: Office) -> None:
    token = office.enter()
    now = datetime.now(UTC)
    assert office.reader.by_session(digest_of_token(token), now) is not None
    assert office.reader.by_session(digest_of_token(token), now + IDLE + timedelta(seconds=5)) is None
    assert office.reader.by_session(digest_of_token(token), now + LONGEST) is None


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/audit", "/audit"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil", "/"),
        ("", "/"),
        ("/a\nb", "/"),
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(path: str, kept: str) -> None:
    assert own_path(path) == kept


def test_passwords_of_oneself_are_refused() -> None:
    assert password_fault("avery first avery", "avery") is not None
    assert password_fault(PASSWORD, "avery") is None
    assert password_fault("x" * 300, "avery") is not None
