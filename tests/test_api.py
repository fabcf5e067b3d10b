"""The API for programs over real HTTP: what a key may, what it may never, and how it says no."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hallwatch.core.api_key_requests import MakeKey
from hallwatch.core.api_keys import RANDOM_BYTES, digest_of_key, token_of
from hallwatch.core.policy.roles import Role
from hallwatch.core.policy.scopes import Scope
from hallwatch.core.requests import By
from tests.test_lists_pages import TODAY, picture
from tests.test_web import Running, running

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
        "ends": TODAY.replace(year=TODAY.year + 1, day=1).isoformat(),
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
