"""The API for programs over real HTTP: what a key may, what it may never, and how it says no."""

from __future__ import annotations

import base64
import re
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hallwatch.adapters.store.account_tables import ApiKeyRow, SessionRow
from hallwatch.core.api_key_requests import DropKey, MakeKey
from hallwatch.core.api_keys import RANDOM_BYTES, digest_of_key, token_of
from hallwatch.core.listing import Kind, Terms
from hallwatch.core.model import Listing, Person
from hallwatch.core.notice_requests import AnswerOwnList, WriteOwnList
from hallwatch.core.own_list import digest_of as digest_of_list
from hallwatch.core.policy.doors import API as DOORS
from hallwatch.core.policy.doors import Door
from hallwatch.core.policy.roles import Role
from hallwatch.core.policy.scopes import Scope
from hallwatch.core.requests import By, DisableAccount, KeepPerson, PhotoKept, SetList
from hallwatch.core.sessions import digest_of_token
from hallwatch.web.callers import AT_ONCE
from hallwatch.web.listing_bodies import ListingBody, NewPersonBody, PersonBody
from hallwatch.web.problems import fault_of
from hallwatch.web.repeats import KEPT_S, MOST_EACH, Again, Repeats
from tests.test_lists_pages import TODAY, picture
from tests.test_sign_in import csrf
from tests.test_web import SIGHTING, Running, running

BOTH = frozenset(Scope)
API = "/api/v1"


@dataclass
class Program:
    """A program with a key."""

    token: str
    key_id: str
    account_id: str
    client: httpx2.Client


class Keys:
    """A running console, and programs with keys."""

    def __init__(self, console: Running) -> None:
        self.console, self.office = console, console.office
        self.clients: list[httpx2.Client] = []

    def account(self, login: str, role: Role = Role.SCHOOL_ADMINISTRATOR, school: str = "North") -> By:
        """Somebody who signs in, made when he is not there yet."""
        if (found := self.office.reader.by_login(login)) is None:
            self.office.enter(role, (school,), login)
            found = self.office.reader.by_login(login)
        assert found is not None
        return By(found[0].account_id, "127.0.0.1")

    def program(
        self,
        by: By,
        scopes: frozenset[Scope] = BOTH,
        schools: frozenset[str] = frozenset(),
        days: int = 90,
    ) -> Program:
        token = token_of(secrets.token_bytes(RANDOM_BYTES))
        made = self.office.done(MakeKey(by, digest_of_key(token), "SIS", scopes, schools, days))
        return Program(token, made.subject, by.actor, self.client(token))

    def client(self, token: str | None) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = httpx2.Client(base_url=self.console.url + API, headers=headers, timeout=30)
        self.clients.append(client)
        return client


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    with running(tmp_path) as console:
        it = Keys(console)
        yield it
        for client in it.clients:
            client.close()


@pytest.fixture
def program(keys: Keys) -> Program:
    return keys.program(keys.account("author"))


def person(**more: Any) -> dict[str, Any]:
    return {
        "first_name": "Dana",
        "last_name": "Sample",
        "born": "1980-05-04",
        "photo": base64.b64encode(picture()).decode(),
    } | more


def listing(**more: Any) -> dict[str, Any]:
    return {
        "list": "trespass",
        "reason": "threatened staff",
        "authority": "Superintendent, order 12",
        "photo_source": "licence",
        "starts": TODAY.isoformat(),
        "ends": (TODAY + timedelta(days=100)).isoformat(),
        "schools": ["North"],
    } | more


def test_a_person_is_added_written_down_and_proposed(keys: Keys, program: Program) -> None:
    made = program.client.post("/people", json=person())
    assert made.status_code == 201, made.text
    who = made.json()
    assert made.headers["location"] == f"{API}/people/{who['person_id']}"
    assert who["photos"] == 1
    assert "photo" not in who
    drafted = program.client.post(f"/people/{who['person_id']}/listings", json=listing())
    assert drafted.status_code == 201, drafted.text
    number = drafted.json()["listing_id"]
    assert drafted.json()["state"] == "draft"
    again = program.client.put(f"/listings/{number}", json=listing(reason="threatened staff twice"))
    assert again.json()["reason"] == "threatened staff twice"
    asked = program.client.post(f"/listings/{number}/propose", json={})
    assert asked.status_code == 200, asked.text
    assert (asked.json()["state"], asked.json()["missing"]) == ("waiting", 1)
    lists = {one["list"]: one for one in program.client.get("/lists").json()["lists"]}
    assert lists["trespass"] == {
        "list": "trespass",
        "open": 1,
        "draft": 0,
        "waiting": 1,
        "active": 0,
        "suspended": 0,
    }
    assert program.client.get("/listings", params={"list": "expulsion"}).json()["listings"] == []
    page = program.client.get("/listings", params={"state": "waiting"}).json()
    assert [one["listing_id"] for one in page["listings"]] == [number]
    assert page["after"] is None
    assert program.client.get(f"/listings/{number}").json() == page["listings"][0]
    ended = program.client.post(f"/listings/{number}/end", json={"reason": "the order was lifted"})
    assert ended.json()["state"] == "ended", ended.text
    deeds = [entry.deed for entry in keys.office.reader.trail(50, None)]
    mine = [one for one in deeds if one.action.startswith(("person.keep", "listing."))][:5]
    assert {one.actor for one in mine} == {program.account_id}
    assert {one.detail["key"] for one in mine} == {program.key_id}


def problem(answer: httpx2.Response, status: int) -> str:
    """The one line of a refusal, which has to be of this status and form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert set(said) == {"type", "title", "status", "detail"}
    assert said["status"] == status
    assert "\n" not in said["detail"]
    return str(said["detail"])


def drafted(program: Program, **more: Any) -> dict[str, Any]:
    """A listing of somebody new."""
    number = program.client.post("/people", json=person()).json()["person_id"]
    made = program.client.post(f"/people/{number}/listings", json=listing(**more))
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def called(door: Door, client: httpx2.Client, of: dict[str, Any]) -> httpx2.Response:
    """A route, asked as it should be."""
    method, path = door.name.split(" ")
    path = path.removeprefix(API).format(**of, act="end") if "{" in path else path.removeprefix(API)
    body: dict[str, Any] | None = None if method == "GET" else listing()
    if path == "/people":
        body = person()
    elif path == "/roster/search":
        body = {"q": "nobody"}
    elif path.endswith("/end"):
        body = {"reason": "for the test"}
    elif path == "/alerts":
        body = body and {"source": "s", "external_id": of["listed"], "school": of["school"]}
    elif path == "/incidents":
        body = {"source": "s", "kind": "panic", "school": of["school"]}
    return client.request(method, path, json=body)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize("school", ["North", "South"])
@pytest.mark.parametrize("scope", Scope)
def test_scope_by_school_by_object(matrix: Matrix, door: Door, school: str, scope: Scope) -> None:
    client = matrix.programs[scope, school].client
    answer = called(door, client, matrix.listing | {"school": school})
    if isinstance(door.who, Scope) and door.who is not scope:
        assert scope.value not in problem(answer, 403)
        assert door.who.value in answer.text
    elif "{" in door.name and school == "South":
        assert "no such" in problem(answer, 404)
    else:
        assert answer.status_code in (200, 201), answer.text
    if school == "South":
        assert "Dana" not in client.get("/listings").text
        assert matrix.listing["listing_id"] not in client.get("/listings").text


@dataclass
class Matrix:
    """A listing of North's, and a program for every scope in each school."""

    listing: dict[str, Any]
    programs: dict[tuple[Scope, str], Program]


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    with running(tmp_path_factory.mktemp("matrix")) as console:
        keys = Keys(console)
        programs = {}
        for school in ("North", "South"):
            by = keys.account(f"head of {school}", school=school)
            for scope in Scope:
                programs[scope, school] = keys.program(by, frozenset({scope}))
        listed = Person("P7", "Dana", "Sample", (Listing("trespass", "reason", date(2199, 1, 1)),))
        console.office.done(KeepPerson(By("system"), listed, (PhotoKept("p", picture(), "", b""),)))
        console.office.done(SetList(By("system"), ("P7",)))
        console.sight(SIGHTING)
        of = drafted(keys.program(keys.account("head of North"))) | {"alert_id": "a1", "listed": "P7"}
        yield Matrix(of, programs)
        for client in keys.clients:
            client.close()


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_without_a_key_nothing_opens(keys: Keys, program: Program, door: Door) -> None:
    of = drafted(program)
    method, path = door.name.split(" ")
    path = path.format(**of, act="end", alert_id="a1")
    cookie = {"Cookie": f"hallwatch={keys.console.office.enter(Role.DISTRICT_ADMINISTRATOR)}"}
    for headers in ({}, cookie):
        with httpx2.Client(base_url=keys.console.url, headers=headers, timeout=20) as nobody:
            answer = nobody.request(method, path, json=None if method == "GET" else {})
        if headers and path.endswith("openapi.json"):
            assert answer.status_code == 200
            continue
        problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
    assert program.client.get(f"/listings/{of['listing_id']}").json()["state"] == "draft"


@pytest.mark.parametrize("end", ["revoked", "disabled", "over"])
def test_a_stolen_key_is_out_at_once(keys: Keys, end: str) -> None:
    by = keys.account("author")
    program = keys.program(by, days=1)
    assert program.client.get("/lists").status_code == 200
    if end == "revoked":
        keys.office.done(DropKey(by, program.key_id))
    elif end == "disabled":
        keys.office.done(DisableAccount(By("machine:tests"), by.actor))
    else:
        over(keys, program)
    problem(program.client.get("/lists"), 401)
    problem(program.client.post("/people", json=person()), 401)
    deeds = [entry.deed for entry in keys.office.reader.trail(5, None)]
    refused = [one for one in deeds if one.action == "key.refused"]
    assert [one.detail["key"] for one in refused] == [program.key_id]  # once, not for every try


def over(keys: Keys, program: Program) -> None:
    """The key's last moment was a minute ago."""
    with keys.office.desk.records.transaction() as books:
        row = books.api_keys._session.get_one(ApiKeyRow, program.key_id)
        row.ends = datetime.now(UTC) - timedelta(minutes=1)


def test_wrong_keys_wait_and_keep_nobody_else_out(keys: Keys, program: Program) -> None:
    for number in range(7):
        wrong = token_of(secrets.token_bytes(RANDOM_BYTES)) if number % 2 else "hw_nonsense"
        answer = keys.client(wrong).get("/lists")
        problem(answer, 401 if number < 5 else 429)
    assert int(answer.headers["retry-after"]) >= 1
    assert program.client.get("/lists").status_code == 200


def test_a_program_does_not_ask_without_end(keys: Keys, program: Program) -> None:
    other = keys.program(keys.account("author"))
    answers = [program.client.get("/lists") for _ in range(AT_ONCE)]
    while answers[-1].status_code == 200 and len(answers) < 20 * AT_ONCE:
        answers.append(program.client.get("/lists"))
    problem(answers[-1], 429)
    assert answers[-1].headers["retry-after"] == "1"
    assert {answer.status_code for answer in answers[:AT_ONCE]} == {200}
    assert other.client.get("/lists").status_code == 200


def test_every_no_has_the_same_form(keys: Keys, program: Program) -> None:
    client = program.client
    assert "no such" in problem(client.get("/listings/none"), 404)
    problem(client.get("/none"), 404)
    problem(client.delete("/lists"), 405)
    problem(client.get("/lists", headers={"Sec-Fetch-Site": "cross-site"}), 403)
    problem(client.get("/lists", headers={"Host": "evil.example"}), 421)
    problem(client.post("/roster/search", content=b"x" * 70_000), 413)
    problem(client.post("/people", content=b"x" * (18 << 20)), 413)
    assert "no JSON" in problem(client.post("/roster/search", content=b"{", headers=JSON), 422)
    assert (
        problem(client.post("/roster/search", json={"q": "a", "more": 1}), 422)
        == "more: there is no such field"
    )
    problem(client.post("/roster/search", json={"q": 7}), 422)
    assert "no such list" in problem(client.get("/listings", params={"list": "suspicious"}), 404)
    problem(client.get("/listings", params={"state": "open"}), 422)
    problem(client.get("/listings", params={"after": "bm90aGluZw=="}), 422)
    made = drafted(program)
    problem(client.post(f"/listings/{made['listing_id']}/resume", json={"reason": "x"}), 422)
    assert "write down why" in problem(client.post(f"/listings/{made['listing_id']}/end", json={}), 422)
    problem(client.post(f"/listings/{made['listing_id']}/approve", json={}), 422)
    problem(client.post(f"/listings/{made['listing_id']}/emergency", json={}), 422)


def test_a_strangers_photo_is_not_taken_into_memory(keys: Keys) -> None:
    big = b"x" * (1 << 20)
    problem(keys.client(token_of(secrets.token_bytes(RANDOM_BYTES))).post("/people", content=big), 413)


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_0,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"q":' + b"9" * 5000 + b"}",
        b'{"q":NaN}',
        b'{"q":"\\ud800"}',
        b'{"q":"a\\u0000b"}',
        b"\xff\xfe{}",
        b'{"q":"a","q":["b"]}',
        b"null",
        b"",
        b'"q"',
    ],
)
def test_hostile_json_is_one_line(program: Program, body: bytes) -> None:
    answer = program.client.post("/roster/search", content=body, headers=JSON)
    problem(answer, 400 if answer.status_code == 400 else 422)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"photo": "%%%"}, "photo: write the photo's bytes in base64"),
        ({"photo": ""}, "no photo was chosen"),
        ({"photo": base64.b64encode(b"GIF89a").decode()}, "not a picture"),
        ({"photo": base64.b64encode(picture((6000, 6000))).decode()}, "at most"),
        ({"born": 19800504}, "born: write a date like 2027-06-30"),
        ({"born": "1980-02-31"}, "born: there is no such day"),
        ({"first_name": "", "last_name": " "}, "at least one name"),
        ({"first_name": "a\u202eb"}, "first_name: only letters"),
        ({"first_name": "x" * 201}, "first_name"),
        ({"external_id": "P1"}, "known already"),
        ({"role": "student"}, "role: there is no such field"),
    ],
)
def test_who_cannot_be_added(keys: Keys, program: Program, more: dict[str, Any], words: str) -> None:
    assert words in problem(program.client.post("/people", json=person(**more)), 422)
    assert program.client.post("/roster/search", json={"q": "Dana"}).json()["people"] == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"list": "suspicious"}, "no list here"),
        ({"ends": "soon"}, "ends: write a date"),
        ({"ends": "2027-1-1"}, "ends: write a date"),
        ({"schools": ["South"]}, "not yours"),
        ({"schools": []}, "not yours"),
        ({"schools": "North"}, "schools"),
        ({"state": "active"}, "state: there is no such field"),
        ({"reason": None}, "reason"),
    ],
)
def test_what_no_listing_is(program: Program, more: dict[str, Any], words: str) -> None:
    number = program.client.post("/people", json=person()).json()["person_id"]
    answer = program.client.post(f"/people/{number}/listings", json=listing(**more))
    assert words in problem(answer, 422)
    assert program.client.get("/listings").json()["listings"] == []


def test_what_is_missing_is_said_when_it_is_proposed(program: Program) -> None:
    made = drafted(program, authority="", reason="truancy")
    said = problem(program.client.post(f"/listings/{made['listing_id']}/propose", json={}), 422)
    assert "authority" in said
    assert "truancy is no reason" in said


def test_the_same_request_makes_one_thing(keys: Keys, program: Program) -> None:
    mark = {"Idempotency-Key": "import-17"}
    first, again = (program.client.post("/people", json=person(), headers=mark) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert "another request" in problem(
        program.client.post("/people", json=person(last_name="Else"), headers=mark), 422
    )
    other = keys.program(keys.account("author"))  # another key has marks of its own
    third = other.client.post("/people", json=person(), headers=mark)
    assert third.json()["person_id"] != first.json()["person_id"]
    number = first.json()["person_id"]
    lists = [
        program.client.post(f"/people/{number}/listings", json=listing(), headers={"Idempotency-Key": "two"})
        for _ in range(3)
    ]
    assert len({one.json()["listing_id"] for one in lists}) == 1
    problem(program.client.post("/people", json=person(), headers={"Idempotency-Key": ""}), 422)


def test_a_refused_request_may_come_again(program: Program) -> None:
    mark = {"Idempotency-Key": "a"}
    problem(program.client.post("/people", json=person(external_id="P1"), headers=mark), 422)
    assert program.client.post("/people", json=person(), headers=mark).status_code == 201


def test_repeats_are_remembered_for_a_day_and_not_without_end() -> None:
    now = [0.0]
    repeats = Repeats(lambda: now[0])
    numbers = iter(range(10_000))

    def make() -> str:
        return str(next(numbers))

    assert repeats.once("k", "m", "d", make) == repeats.once("k", "m", "d", make) == "0"
    assert repeats.once("k", "m", "other", make) is Again.OTHER
    now[0] = KEPT_S + 1
    assert repeats.once("k", "m", "d", make) == "1"
    for number in range(MOST_EACH + 5):
        repeats.once("k", f"m{number}", "d", make)
    assert repeats.once("k", "m", "d", make) != "1"
    assert len(repeats._made["k"]) <= MOST_EACH


def test_a_repeat_while_the_first_runs_is_told_so() -> None:
    repeats, begun, go = Repeats(), threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        go.wait(20)
        return "n"

    thread = threading.Thread(target=lambda: repeats.once("k", "m", "d", slow))
    thread.start()
    begun.wait(20)
    assert repeats.once("k", "m", "d", slow) is Again.RUNNING
    go.set()
    thread.join(20)
    assert repeats.once("k", "m", "d", slow) == "n"


def test_pages_hold_each_listing_once_whatever_changes_meanwhile(program: Program) -> None:
    made = drafted(program)
    numbers = [made["listing_id"]]
    for _ in range(6):
        more = program.client.post(f"/people/{made['person_id']}/listings", json=listing())
        numbers.append(more.json()["listing_id"])
    seen, after = [], ""
    while True:
        page = program.client.get("/listings", params={"limit": 3, "after": after}).json()
        seen += [one["listing_id"] for one in page["listings"]]
        if page["after"] is None:
            break
        after = page["after"]
        program.client.put(f"/listings/{seen[-1]}", json=listing(reason="changed meanwhile"))
    assert seen == numbers


def test_somebody_of_the_roster_is_found_and_listed(keys: Keys, program: Program) -> None:
    student = Person(
        "S-17",
        "Robin",
        "Pupil",
        (),
        date_of_birth=TODAY - timedelta(days=15 * 365),
        schools=("North",),
        role="student",
    )
    keys.office.done(KeepPerson(By("system"), student, (PhotoKept("p", picture(), "", b""),)))
    (found,) = program.client.post("/roster/search", json={"q": "pupil"}).json()["people"]
    assert (found["external_id"], found["name"], found["role"]) == ("S-17", "Robin Pupil", "student")
    made = program.client.post(f"/people/{found['person_id']}/listings", json=listing()).json()
    asked = program.client.post(f"/listings/{made['listing_id']}/propose", json={})
    assert asked.json()["missing"] == 2
    south = keys.program(keys.account("south", school="South"))
    assert south.client.post("/roster/search", json={"q": "pupil"}).json()["people"] == []
    searches = [one.deed for one in keys.office.reader.trail(50, None) if one.deed.action == "roster.search"]
    assert [one.detail["key"] for one in searches] == [south.key_id, program.key_id]
    assert all("upil" not in str(one) for one in searches)


def test_another_schools_listing_of_a_shared_person_is_not_shown(keys: Keys) -> None:
    both = keys.program(keys.account("head", Role.DISTRICT_ADMINISTRATOR))
    made = drafted(both)
    both.client.post(
        f"/people/{made['person_id']}/listings", json=listing(schools=["South"], reason="at South")
    )
    south = keys.program(keys.account("south", school="South"))
    found = south.client.get(f"/people/{made['person_id']}").json()
    assert [one["reason"] for one in found["listings"]] == ["at South"]
    limited = keys.program(keys.account("head"), schools=frozenset({"South"}))
    assert limited.client.get(f"/people/{made['person_id']}").json() == found
    assert limited.client.get(f"/listings/{made['listing_id']}").status_code == 404
    counts = {one["list"]: one["open"] for one in limited.client.get("/lists").json()["lists"]}
    assert counts == {kind.value: int(kind is Kind.TRESPASS) for kind in Kind}


def test_the_description_names_these_routes_and_no_page(program: Program) -> None:
    said = program.client.get("/openapi.json").json()
    described = {f"{method.upper()} {path}" for path, ways in said["paths"].items() for method in ways}
    assert described == {door.name for door in DOORS} - {f"GET {API}/openapi.json"}
    assert said["components"]["securitySchemes"] == {
        "HTTPBearer": {"type": "http", "scheme": "bearer", "description": "A key for programs: hw_..."}
    }
    assert said["components"]["schemas"]["ListingBody"]["additionalProperties"] is False


def test_nothing_of_anybody_stands_in_a_log(
    keys: Keys, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    drafted(program)
    program.client.post("/people", json=person(born="never"))
    program.client.post("/roster/search", json={"q": "Sample"})
    ours = [one for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]
    said = " ".join(one.getMessage() for one in ours)
    for word in ("Dana", "Sample", "1980-05-04", "threatened", program.token):
        assert word not in said
    trail = " ".join(str(one) for one in keys.office.reader.trail(50, None))
    for word in ("Dana", "Sample", "1980-05-04", program.token):
        assert word not in trail
    assert program.key_id in trail


WORDS = st.text(max_size=30)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
FIELDS = [*ListingBody.model_fields, *NewPersonBody.model_fields, "state"]


@given(ANYTHING | st.dictionaries(st.sampled_from(FIELDS), ANYTHING | st.just("2027-06-30"), max_size=14))
def test_whatever_comes_is_terms_or_one_line(sent: Any) -> None:
    for model in (ListingBody, NewPersonBody, PersonBody):
        try:
            made = model.model_validate(sent)
        except ValidationError as error:
            line = fault_of(error.errors())
            assert line
            assert "\n" not in line
            continue
        if isinstance(made, ListingBody):
            assert isinstance(made.terms(), Terms)
            assert all(isinstance(one, str) for one in made.terms().schools)
        elif isinstance(made, PersonBody):
            assert made.person(None).name.isprintable() or "\n" in made.person(None).name


def test_a_key_is_made_on_the_page_shown_once_and_revoked(keys: Keys) -> None:
    console = keys.console
    token = console.office.enter(Role.SCHOOL_ADMINISTRATOR, ("North",), "author")
    with console.browser(token) as browser:
        browser.headers["Origin"] = console.url
        fields = {
            "csrf": csrf(browser),
            "name": "SIS <b>",
            "days": "90",
            "scope": "lists:read",
            "school": "North",
        }
        made = browser.post("/account/keys", data=fields)
        (shown,) = re.findall(r"hw_[a-z2-7]{56}", made.text)
        assert "SIS &lt;b&gt;" in made.text
        page = browser.get("/account").text
        assert "hw_" not in page
        assert "never used" in page
        program = keys.client(shown)
        assert program.get("/lists").status_code == 200
        problem(program.post("/roster/search", json={"q": "a"}), 403)
        assert "last used on" in browser.get("/account").text
        drop = re.search(r'action="(/account/keys/[^"]+/drop)"', page)
        assert drop is not None
        with console.browser(console.office.enter(Role.SCHOOL_ADMINISTRATOR, ("North",), "other")) as other:
            other.headers["Origin"] = console.url
            assert other.post(drop[1], data={"csrf": csrf(other)}).status_code == 404
        assert browser.post(drop[1], data={"csrf": csrf(browser)}).status_code == 303
        problem(program.get("/lists"), 401)
        assert "Revoked" in browser.get("/account").text
        for more, words in (
            ({"days": "many"}, "as a number"),
            ({"scope": "all"}, "choose"),
            ({"school": "Moon"}, "no such school"),
        ):
            answer = browser.post("/account/keys", data={**fields, **more})
            assert answer.status_code == 422
            assert words in answer.text


def test_making_a_key_asks_for_the_password_and_the_role(keys: Keys) -> None:
    console = keys.console
    with console.browser(console.office.enter(Role.SECURITY, ("North",), "sam")) as sam:
        sam.headers["Origin"] = console.url
        assert "/account/keys" not in sam.get("/account").text
        fields = {"csrf": csrf(sam), "name": "x", "days": "9", "scope": "lists:read"}
        assert sam.post("/account/keys", data=fields).status_code == 403
    late = console.office.enter(Role.SCHOOL_ADMINISTRATOR, ("North",), "late")
    with console.office.desk.records.transaction() as books:
        row = books.accounts._session.get_one(SessionRow, digest_of_token(late))
        row.proved = datetime.now(UTC) - timedelta(minutes=6)
    with console.browser(late) as browser:
        browser.headers["Origin"] = console.url
        fields = {"csrf": csrf(browser), "name": "x", "days": "9", "scope": "lists:read"}
        answer = browser.post("/account/keys", data=fields)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/confirm?next=/account"
        account = console.office.reader.by_login("late")
        assert account is not None
        assert console.office.reader.keys(account[0].account_id) == []


def test_a_list_of_the_districts_own_is_a_list_like_others(keys: Keys, program: Program) -> None:
    head = keys.account("head", Role.DISTRICT_ADMINISTRATOR)
    words = ("Custody order", "Orden de custodia", "2026-41", TODAY, "Parents whom a court keeps away.")
    keys.office.done(WriteOwnList(head, "custody-order", *words))
    assert "custody-order" not in program.client.get("/lists").text
    (own,) = keys.office.reader.own_lists()
    keys.office.done(AnswerOwnList(keys.account("author"), own.slug, digest_of_list(own), True))
    assert program.client.get("/lists").json()["lists"][-1]["list"] == "custody-order"
    made = drafted(program, list="custody-order")
    found = program.client.get("/listings", params={"list": "custody-order"}).json()["listings"]
    assert [one["listing_id"] for one in found] == [made["listing_id"]]
