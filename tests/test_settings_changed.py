"""Settings that are changed in the console: who may, what is kept, what is shown, what is on record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By, ChangeSetting, Refused
from hallwatch.errors import SettingsError
from hallwatch.settings.changing import changeable, check, joined
from hallwatch.settings.site import Site
from tests.test_sign_in import csrf
from tests.test_web import SITE, Running, running

SECRET = "kX9-very-secret"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


@pytest.fixture
def head(console: Running) -> Iterator[httpx2.Client]:
    """A district administrator's browser."""
    with console.browser(console.office.enter(Role.DISTRICT_ADMINISTRATOR, login="head")) as browser:
        browser.headers["Origin"] = console.url
        yield browser


def change(browser: httpx2.Client, name: str, value: str, **more: str) -> httpx2.Response:
    fields = {"csrf": csrf(browser), "value": value, "reason": "for the tests"} | more
    return browser.post(f"/settings/{name}", data=fields)


def row(browser: httpx2.Client, name: str) -> str:
    found = re.search(rf'<tr id="{re.escape(name)}">.*?</tr>', browser.get("/settings").text, re.S)
    assert found is not None
    return found[0]


def test_a_change_is_kept_shown_and_on_record(console: Running, head: httpx2.Client) -> None:
    assert "Change" in row(head, "recognition.rate")
    assert change(head, "recognition.rate", "3").status_code == 303
    shown = row(head, "recognition.rate")
    assert "5.0" in shown  # what runs
    assert "<strong>3.0</strong> from the next start on" in shown
    (entry,) = [one for one in console.office.reader.trail(5, None) if one.deed.action == "setting.change"]
    assert entry.deed.subject == "recognition.rate"
    assert dict(entry.deed.detail) == {"from": "the default", "to": "3.0"}
    assert entry.deed.reason == "for the tests"
    assert joined(SITE, console.office.reader.settings("console/")).recognition.rate == 3.0

    assert change(head, "recognition.rate", "", default="1").status_code == 303
    assert "next start" not in row(head, "recognition.rate")


def test_a_secret_goes_in_and_never_comes_out(console: Running, head: httpx2.Client) -> None:
    assert "not set" in row(head, "sign_in.client_secret")
    assert change(head, "sign_in.client_secret", SECRET).status_code == 303
    assert "not set" not in row(head, "sign_in.client_secret")
    for path in ("/settings", "/settings/sign_in.client_secret", "/audit"):
        assert SECRET not in head.get(path).text
    assert SECRET.encode() not in b"".join(
        path.read_bytes() for path in console.office.folder.rglob("*") if path.is_file()
    )
    assert joined(SITE, console.office.reader.settings("console/")).sign_in.client_secret == SECRET
    assert SECRET not in repr(console.console.settings.groups())


@pytest.mark.parametrize(
    "name", ["site.name", "site.jurisdiction", "network.cameras", "jurisdiction", "nothing.at_all"]
)
def test_what_the_file_says_and_what_is_bound_is_not_changed(name: str, head: httpx2.Client) -> None:
    assert head.get(f"/settings/{name}").status_code == 404
    assert change(head, name, "US-NY").status_code == 404


@pytest.mark.parametrize(
    "name", ["site.jurisdiction", "jurisdiction", "console/site.name", "keys.dir", "watchlist.dir"]
)
def test_the_keeper_itself_refuses_other_names(console: Running, name: str, head: httpx2.Client) -> None:
    found = console.office.reader.by_login("head")
    assert found is not None
    for text in ('"US-MO"', ""):
        request = ChangeSetting(By(found[0].account_id), name, text)
        assert isinstance(console.office.desk.keeping.answer(request), Refused)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("site.passes_per_day", "many", "valid integer"),
        ("site.passes_per_day", "-3", "greater than 0"),
        ("site.false_alerts_per_day", "nan", "less than or equal"),
        ("site.time_zone", "Mars/Olympus", "no IANA time zone"),
        ("sign_in.issuer", "ftp://x", "https address"),
        ("sign_in.issuer", "https://login.microsoftonline.com/common/v2.0", "your own tenant"),
        ("sign_in.claim", "sub", "Input should be"),
    ],
)
def test_what_cannot_be_is_one_line(name: str, value: str, line: str, head: httpx2.Client) -> None:
    answer = change(head, name, value)
    assert answer.status_code == 422
    assert line in answer.text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DISTRICT_ADMINISTRATOR])
def test_only_district_administrators_change_them(console: Running, role: Role) -> None:
    with console.browser(console.office.enter(role, login="them")) as browser:
        browser.headers["Origin"] = console.url
        assert change(browser, "site.passes_per_day", "1").status_code == 403
        assert "/settings/site" not in browser.get("/settings").text
    found = console.office.reader.by_login("them")
    assert found is not None
    request = ChangeSetting(By(found[0].account_id), "site.passes_per_day", "1")
    assert isinstance(console.office.desk.keeping.answer(request), Refused)
    assert console.office.reader.settings("console/") == {}


def test_the_file_wins_over_the_console() -> None:
    stored = {"site.name": '"From the console"', "site.passes_per_day": "7"}
    found = joined(SITE, stored)
    assert found.site.name == "Main Street School"
    assert found.site.passes_per_day == 7


def test_what_can_no_longer_be_set_so_says_what_to_do() -> None:
    with pytest.raises(SettingsError, match=r"write it into hallwatch\.toml"):
        joined(SITE, {"site.passes_per_day": "0"})


def test_unknown_names_of_an_older_version_are_left_alone() -> None:
    assert joined(SITE, {"site.colour": '"red"'}) == SITE


@given(st.text(max_size=200), st.sampled_from(sorted(changeable())))
def test_whatever_is_written_is_kept_as_it_is_read_or_refused(words: str, name: str) -> None:
    try:
        value = changeable()[name].parsed(words)
    except SettingsError:
        return
    text = json.dumps(value)
    check(name, text)
    table, field = name.split(".")
    file = Site.model_validate({"site": {"jurisdiction": "US-MO"}, "watchlist": {"dir": "x"}})
    assert getattr(getattr(joined(file, {name: text}), table), field) == value
