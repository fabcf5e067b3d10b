"""The policy table: every door is in it, and role, school and object decide what comes through."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest
import typer.main
from starlette.routing import Mount, Route

from hallwatch.core.kept import Whereabouts
from hallwatch.core.map_requests import KeepMap
from hallwatch.core.policy.doors import API, COMMANDS, DOORS, SOCKET, WEB, Door, Who, Whose
from hallwatch.core.policy.roles import ALLOWED, DISTRICT_WIDE, Account, May, Role
from hallwatch.core.requests import (
    AccountRequest,
    AlertRequest,
    AppealRequest,
    By,
    DeliveryRequest,
    DeviceRequest,
    DisableAccount,
    DutyRequest,
    FloorRequest,
    ImportRequest,
    InboundRequest,
    KeyRequest,
    ListingRequest,
    OwnListRequest,
    RecordRequest,
    RosterRequest,
    SiteRequest,
    TrainingRequest,
)
from hallwatch.entry.cli import app as command_line
from hallwatch.entry.http import HttpServer, listening_socket
from hallwatch.web.admission import COOKIE
from hallwatch.web.app import create_app
from tests.test_web import NOW, SIGHTING, Running, running

SOUTH = Whereabouts("Gym", "South")


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running console with an alert in each of two schools."""
    with running(tmp_path_factory.mktemp("doors")) as it:
        it.sight(SIGHTING)
        it.office.desk.keep(
            replace(SIGHTING, alert_id="south", camera="Gym", external_id="P2", name="Robin Else"),
            place=SOUTH,
            meaning="rare",
            now=NOW,
        )
        yield it


@pytest.fixture(scope="module")
def browsers(console: Running) -> Iterator[dict[str, httpx2.Client]]:
    """A browser for every role in each of the schools, and one that is not signed in."""
    tokens: dict[str, str | None] = {"nobody": None}
    for role in Role:
        if role in DISTRICT_WIDE:
            tokens[role.value] = console.office.enter(role)
        else:
            for school in ("North", "South"):
                tokens[f"{role.value} {school}"] = console.office.enter(role, (school,))
    clients = {name: console.browser(token) for name, token in tokens.items()}
    yield clients
    for client in clients.values():
        client.close()


def account_of(name: str) -> Account | None:
    """The account behind a browser's name, as the rules see it."""
    if name == "nobody":
        return None
    role, _, school = name.partition(" ")
    return Account("a", "l", "n", Role(role), frozenset({school} if school else ()))


def test_every_route_of_the_running_server_is_in_the_table(console: Running) -> None:
    served = set()
    for route in create_app(console.console).routes:
        if isinstance(route, Mount):
            served.add(f"GET {route.path}/{{path}}")
        else:
            assert isinstance(route, Route), route
            served |= {f"{method} {route.path}" for method in route.methods or () if method != "HEAD"}
    assert served == {door.name for door in (*WEB, *API)}


def test_every_request_of_the_keeper_is_in_the_table() -> None:
    kinds = {
        one.__dataclass_fields__["kind"].default
        for one in (
            *get_args(RecordRequest),
            *get_args(AccountRequest),
            *get_args(ListingRequest),
            *get_args(RosterRequest),
            *get_args(SiteRequest),
            KeepMap,
            *get_args(ImportRequest),
            *get_args(AppealRequest),
            *get_args(OwnListRequest),
            *get_args(KeyRequest),
            *get_args(AlertRequest),
            *get_args(DeliveryRequest),
            *get_args(FloorRequest),
            *get_args(TrainingRequest),
            *get_args(DeviceRequest),
            *get_args(DutyRequest),
            *get_args(InboundRequest),
        )
    }
    assert kinds == {door.name for door in SOCKET}


def test_every_command_is_in_the_table() -> None:
    def names(group: Any, before: str = "") -> Iterator[str]:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                if command.invoke_without_command:
                    yield before + name
                yield from names(command, f"{before}{name} ")
            else:
                yield before + name

    assert set(names(typer.main.get_command(command_line))) == {door.name for door in COMMANDS}
    assert len(DOORS) == len(WEB) + len(API) + len(SOCKET) + len(COMMANDS)


def test_a_page_that_the_table_does_not_know_does_not_open(console: Running) -> None:
    application = create_app(console.console)

    @application.get("/forgotten")
    def forgotten() -> dict[str, str]:
        return {"secret": "everything"}

    listening = listening_socket("127.0.0.1", 0)
    server = HttpServer(application, listening)
    thread = threading.Thread(target=server.run_until_told)
    thread.start()
    answer = httpx2.get(f"{server.url}/forgotten", headers={"Cookie": f"{COOKIE}={console.token}"})
    server.stop()
    thread.join(20)
    assert answer.status_code == 404
    assert "everything" not in answer.text


@pytest.mark.parametrize(
    "door", [door for door in WEB if door.name.startswith("GET")], ids=lambda door: door.name
)
def test_role_by_school_by_object(door: Door, console: Running, browsers: dict[str, httpx2.Client]) -> None:
    path = door.name.removeprefix("GET ").replace("{path}", "console.css").replace("{token}", "no-such-token")
    path = path.replace("{name}", "site.passes_per_day").replace("{place}", "0").replace("{number}", "0")
    for name, client in browsers.items():
        account = account_of(name)
        for alert_id, school in (("a1", "North"), ("south", "South")):
            wanted = path.replace("{alert_id}", alert_id)
            if path == "/events":
                with client.stream("GET", wanted) as streaming:
                    status = streaming.status_code
            else:
                status = client.get(wanted).status_code
            assert status == expected(door, account, school, path), (name, wanted)


def expected(door: Door, account: Account | None, school: str, path: str) -> int:
    if door.who is Who.ANYBODY:
        if path in ("/sign-in/provider", "/sign-in/provider/back"):
            return 404 if path == "/sign-in/provider" else 403  # none is set up; nobody has left
        if path.startswith("/link/"):
            return 404
        return 303 if path == "/sign-in" and account else 200
    if account is None:
        return 303
    if isinstance(door.who, May) and door.who not in ALLOWED[account.role]:
        return 403
    if path == "/" and May.SEE_ALERTS not in ALLOWED[account.role]:
        return 303
    if path == "/map" and account.schools:
        return 303  # the one building of one's school
    if path in ("/training/quiz", "/pin"):
        return 303  # the practice alerts come first; no device of these is on shift
    holes = ("{building}", "{person_id}", "{listing_id}", "{appeal_id}", "{import_id}", "{ring_id}")
    if path == "/confirm/provider" or path.startswith("/imports/") or any(name in path for name in holes):
        return 404  # none is set up; there is no such building, person, listing, appeal, import or ring
    if path.startswith("/start/receipt"):
        return 404  # nobody of a trial was erased
    if "{alert_id}" in path and not account.sees(school):
        return 404
    if "{alert_id}" in path and path.endswith("photo") and school == "South":
        return 404  # nobody has kept a photo of that person
    return 200


def test_pages_and_streams_hold_ones_own_schools_only(
    console: Running, browsers: dict[str, httpx2.Client]
) -> None:
    for name, mine, other in (
        ("security North", "Dana Sample", "Robin Else"),
        ("security South", "Robin Else", "Dana Sample"),
    ):
        page = browsers[name].get("/").text
        assert mine in page
        assert other not in page
        assert ("Entrance" in page) == (name == "security North")
        with browsers[name].stream("GET", "/events") as streaming:
            said = ""
            for piece in streaming.iter_text():
                said += piece
                if "event: beat" in said:
                    break
        assert mine in said
        assert other not in said
    both = browsers["district-administrator"].get("/").text
    assert "Dana Sample" in both
    assert "Robin Else" in both


def test_another_schools_alert_is_as_if_it_were_not(
    console: Running, browsers: dict[str, httpx2.Client]
) -> None:
    foreign, missing = (browsers["security South"].get(f"/alerts/{one}/shot") for one in ("a1", "none"))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text == missing.text


def test_pictures_are_for_one_page_and_no_other(console: Running, browsers: dict[str, httpx2.Client]) -> None:
    client = browsers["security North"]
    headers = client.get("/alerts/a1/shot").headers
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    embedded = client.get(
        "/alerts/a1/shot", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}
    )
    assert embedded.status_code == 403


def test_the_table_says_whose_data(console: Running) -> None:
    assert {door.whose for door in WEB if "alert" in door.name} == {Whose.SCHOOLS}
    assert all(door.who is Who.ANYBODY for door in WEB if door.whose is Whose.NOBODYS)
    # no role that sees faces reads the trail of who looked at them, but the district's administrator
    assert [role for role in Role if {May.SEE_ALERTS, May.READ_AUDIT} <= ALLOWED[role]] == [
        Role.DISTRICT_ADMINISTRATOR
    ]


def test_what_is_closed_again_is_closed(tmp_path: Path) -> None:
    """Whoever is disabled is out within two seconds, the open stream included."""
    with running(tmp_path) as console:
        token = console.office.enter(Role.SECURITY, ("North",), "sam")
        account = console.office.reader.by_login("sam")
        assert account is not None
        with closing(console.browser(token)) as client, client.stream("GET", "/events") as streaming:
            pieces = streaming.iter_text()
            said = ""
            while "event: beat" not in said:
                said += next(pieces)
            console.office.done(DisableAccount(By("machine:tests"), account[0].account_id))
            rest = "".join(pieces)
            assert "event: out" in rest
            assert client.get("/").status_code == 303
            assert client.get("/alerts/a1/shot", headers={"Accept": "*/*"}).status_code == 401
