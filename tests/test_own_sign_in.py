"""The district's own sign-in, against a real OpenID Connect provider."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from hallwatch.adapters.outgoing import CheckedTransport
from hallwatch.adapters.provider import AWAY_S, Provider
from hallwatch.core.policy.networks import networks_of
from hallwatch.core.policy.roles import Role
from hallwatch.core.provider import ProviderFacts
from hallwatch.core.requests import AddAccount, By, ChangeSetting, DisableAccount
from hallwatch.errors import ProviderFault
from hallwatch.web.throttle import STARTS, Rate
from tests.browser import Browser
from tests.oidc import SECRET, OidcProvider, provider_for, through
from tests.records import Office
from tests.test_passkeys_browser import arrived, fill, press
from tests.test_sign_in import csrf
from tests.test_web import Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

MACHINE = By("machine:tests", "terminal")
ROBIN = "robin@school.example"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


@pytest.fixture
def provider(console: Running) -> Iterator[OidcProvider]:
    """The provider, and the console set up for it by a district administrator."""
    with provider_for(console.url) as it:
        set_up(console, issuer=it.issuer, client_id="hallwatch", client_secret=SECRET, label="Main Street")
        add(console.office, ROBIN)
        yield it


def set_up(console: Running, **values: object) -> None:
    office = console.office
    if not any(one.login == "head" for one in office.reader.everybody()):
        office.enter(Role.DISTRICT_ADMINISTRATOR, login="head")
    found = office.reader.by_login("head")
    assert found is not None
    for name, value in values.items():
        office.done(ChangeSetting(By(found[0].account_id), f"sign_in.{name}", json.dumps(value)))


def add(office: Office, login: str) -> str:
    return office.done(AddAccount(MACHINE, login, "Robin Desk", Role.SECURITY, frozenset({"North"}))).subject


def start(console: Running, next: str = "/account") -> str:
    return f"{console.url}/sign-in/provider?next={next}"


def ways(console: Running) -> list[tuple[str, object]]:
    """The newest deeds of the audit trail: what, and how."""
    return [
        (entry.deed.action, entry.deed.detail.get("way")) for entry in console.office.reader.trail(20, None)
    ]


def test_somebody_signs_in_and_out(console: Running, provider: OidcProvider) -> None:
    with console.browser(None) as browser:
        assert "Sign in with Main Street" in browser.get("/sign-in").text
        page = through(browser, start(console), ROBIN)
        assert page.url.path == "/account"
        assert "Robin Desk" in page.text
        assert ways(console)[:2] == [("session.open", "provider"), ("account.provided", None)]

        browser.headers["Origin"] = console.url
        out = browser.post("/sign-out", data={"csrf": csrf(browser)})
        assert out.headers["Location"] == "/signed-out"
        told = browser.get("/signed-out")
        assert told.headers["Refresh"].startswith(f"1; url={provider.issuer}/session/end?")
        assert browser.get("/account").status_code == 303
        # The provider's own page, which asks whether to sign out there, and sends the browser back.
        there = browser.get(told.headers["Refresh"].removeprefix("1; url="), follow_redirects=True)
        assert there.url.host == "127.0.0.1"
        assert "sign-out" in there.text.lower() or "logout" in there.text.lower()


def test_nobody_comes_in_without_an_account(console: Running, provider: OidcProvider) -> None:
    with console.browser(None) as browser:
        page = through(browser, start(console), "stranger@school.example")
        assert page.status_code == 403
        assert "Nobody here signs in with that address" in page.text
        assert "stranger" not in page.text


def test_an_address_that_was_not_verified_is_not_believed(console: Running, provider: OidcProvider) -> None:
    add(console.office, "unverified@school.example")
    with console.browser(None) as browser:
        page = through(browser, start(console), "unverified@school.example")
        assert page.status_code == 403
    set_up(console, trusted_addresses=True)
    with console.browser(None) as browser:
        assert through(browser, start(console), "unverified@school.example").url.path == "/account"


def test_another_person_with_the_same_address_stays_out(console: Running, provider: OidcProvider) -> None:
    with console.browser(None) as browser:
        assert through(browser, start(console), ROBIN).url.path == "/account"
    with console.browser(None) as browser:
        page = through(browser, start(console), f"as:another:{ROBIN}")
        assert page.status_code == 403
        assert "was somebody else" in page.text
    assert ways(console)[0][0] == "session.refused"


def test_a_disabled_account_stays_out(console: Running, provider: OidcProvider) -> None:
    found = console.office.reader.by_login(ROBIN)
    assert found is not None
    console.office.done(DisableAccount(MACHINE, found[0].account_id))
    with console.browser(None) as browser:
        assert through(browser, start(console), ROBIN).status_code == 403


def test_an_answer_for_another_browser_is_worth_nothing(console: Running, provider: OidcProvider) -> None:
    """Login CSRF: the attacker's code and state in the victim's browser."""
    with console.browser(None) as attacker, console.browser(None) as victim:
        caught: list[httpx2.URL] = []

        def stop_before(request: httpx2.Request) -> None:
            if request.url.path.endswith("/back"):
                caught.append(request.url)
                raise KeyboardInterrupt

        attacker.event_hooks["request"].append(stop_before)
        with pytest.raises(KeyboardInterrupt):
            through(attacker, start(console), ROBIN)
        assert victim.get(caught[0]).status_code == 403
        victim.get(start(console))  # even one that has begun itself
        assert victim.get(caught[0]).status_code == 403
        assert victim.get("/account").status_code == 303


def test_an_answer_works_once(console: Running, provider: OidcProvider) -> None:
    with console.browser(None) as browser:
        seen: list[httpx2.URL] = []
        browser.event_hooks["request"].append(
            lambda request: seen.append(request.url) if request.url.path.endswith("/back") else None
        )
        through(browser, start(console), ROBIN)
        assert browser.get(seen[0]).status_code == 403


def test_a_grave_act_asks_the_provider_again(console: Running, provider: OidcProvider) -> None:
    with console.browser(None) as browser:
        through(browser, start(console), ROBIN)
        page = through(browser, f"{console.url}/confirm/provider?next=/account", ROBIN)
        assert page.url.path == "/account"
        assert ways(console)[0][0] == "session.prove"
    with console.browser(None) as browser:
        through(browser, start(console), ROBIN)
        add(console.office, "other@school.example")
        page = through(browser, f"{console.url}/confirm/provider?next=/account", "other@school.example")
        assert page.status_code == 403
        assert "Somebody else signed in there" in page.text


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"issuer": "http://127.0.0.1:9"}, "cannot be reached"),
        ({"issuer": "http://169.254.169.254"}, "never connected to"),
        ({"issuer": "http://10.0.0.1"}, "in none of the networks"),
        ({"client_secret": "wrong"}, "answer does not fit"),
    ],
)
def test_a_provider_that_does_not_work_is_one_line(
    console: Running, provider: OidcProvider, values: dict[str, str], line: str
) -> None:
    set_up(console, **values)
    with console.browser(None) as browser:
        page = through(browser, start(console), ROBIN)
        assert page.status_code == 403
        assert line in page.text
        assert SECRET not in page.text


def test_a_provider_under_another_name_is_refused(console: Running, provider: OidcProvider) -> None:
    set_up(console, issuer=provider.issuer.replace("127.0.0.1", "localhost"))
    with console.browser(None) as browser:
        assert "calls itself" in browser.get(start(console)).text


@contextmanager
def ailing() -> Iterator[tuple[str, list[str]]]:
    """A provider that answers 503 whatever it is asked; its name, and what it was asked."""
    asked: list[str] = []

    class Ailing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(503)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Ailing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join(10)


def test_a_provider_that_is_away_is_not_asked_by_everybody(console: Running) -> None:
    with ailing() as (issuer, asked), console.browser(None) as browser:
        set_up(console, issuer=issuer, client_id="hallwatch")
        with ThreadPoolExecutor(8) as several:
            answers = list(several.map(lambda _: browser.get(start(console)), range(8)))
        assert {answer.status_code for answer in answers} == {403}
        assert "answers 503" in answers[0].text
        assert len(asked) == 1


def test_it_is_asked_again_after_some_seconds() -> None:
    now = [0.0]
    with ailing() as (issuer, asked):
        facts = ProviderFacts(issuer, "hallwatch", "", "", "email", False)
        transport = partial(CheckedTransport, networks_of(["127.0.0.0/8"]))
        provider = Provider(facts, transport, lambda: now[0])
        for now[0], times in ((0.0, 1), (AWAY_S - 1, 1), (AWAY_S + 1, 2), (AWAY_S + 2, 2)):
            with pytest.raises(ProviderFault, match="503"):
                provider.start("http://127.0.0.1/back", again=False)
            assert len(asked) == times


def test_one_address_does_not_go_there_without_end(console: Running, provider: OidcProvider) -> None:
    with console.browser(None) as browser:
        statuses = [browser.get(start(console)).status_code for _ in range(STARTS + 1)]
    assert statuses[:STARTS] == [303] * STARTS
    assert statuses[STARTS] == 429


def test_a_minute_later_it_may_again_and_others_may_meanwhile() -> None:
    now = [0.0]
    rate = Rate(most=2, within_s=60.0, clock=lambda: now[0])
    assert [rate.wait_s("a"), rate.wait_s("a"), rate.wait_s("a"), rate.wait_s("b")] == [0, 0, 60, 0]
    now[0] = 61.0
    assert rate.wait_s("a") == 0


def test_without_a_provider_there_is_no_such_way(console: Running) -> None:
    with console.browser(None) as browser:
        assert "provider" not in browser.get("/sign-in").text
        assert "not set up" in browser.get(start(console)).text


def test_in_a_real_browser(console: Running, provider: OidcProvider, program: str) -> None:  # noqa: F811
    with Browser(program) as browser:
        browser.open(console.url + "/sign-in?next=/account")
        press(browser, "a.button")
        # our own page has a field of that name too
        arrived(
            browser,
            f"location.origin === '{provider.issuer}' && document.querySelector('[name=login]') !== null",
        )
        fill(browser, login=ROBIN, password="any")
        press(browser, "[type=submit]")
        arrived(browser, "document.querySelector('[name=prompt][value=consent]') !== null")
        press(browser, "[type=submit]")
        arrived(browser, "location.pathname === '/account'")
        assert "Robin Desk" in str(browser.value("document.body.textContent"))

        press(browser, ".me form button")
        arrived(browser, f"location.href.startsWith('{provider.issuer}/session/end')")
        press(browser, "button[value=yes]")
        arrived(browser, "location.pathname === '/sign-in'")
        browser.open(console.url + "/account")
        arrived(browser, "location.pathname === '/sign-in'")
