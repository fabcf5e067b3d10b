"""First start, people, audit and passkeys in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hallwatch.core.policy.roles import Role
from hallwatch.entry.keeper_client import settled
from hallwatch.entry.links import new_link
from tests.browser import Browser
from tests.test_web import Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture

PASSWORD = "a long walk by the river"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def here(console: Running) -> str:
    """The console by its name: passkeys are for names."""
    return console.url.replace("127.0.0.1", "localhost")


def fill(browser: Browser, **fields: str) -> None:
    for name, text in fields.items():
        browser.value(f"document.querySelector('[name={name}]').value = {text!r}")


def press(browser: Browser, selector: str) -> None:
    """Click, and wait for the page that comes."""
    browser.value(f"(window.before = true, document.querySelector({selector!r}).click())")


def arrived(browser: Browser, expression: str) -> None:
    browser.wait_for(f"document.readyState === 'complete' && ({expression})")


def test_from_the_first_link_to_a_passkey(console: Running, program: str) -> None:  # noqa: F811
    office = console.office
    link = new_link(
        lambda request: settled(office.desk.keeping.answer(request)),
        office.reader.everybody(),
        Role.DISTRICT_ADMINISTRATOR,
    )
    with Browser(program) as browser:
        browser.authenticator()
        # the first start: a name and a password of one's own
        browser.open(here(console) + link)
        fill(browser, name="Avery First", login="avery", password=PASSWORD, again=PASSWORD)
        press(browser, "main form button")
        arrived(browser, "location.pathname === '/' && document.querySelector('.me') !== null")

        # somebody is added, and gets a link of this console's own address
        browser.open(here(console) + "/people")
        fill(browser, name="Robin Desk", login="robin", role="auditor")
        press(browser, "form[action='/people'] button")
        arrived(
            browser, "document.getElementById('link')?.textContent.startsWith(location.origin + '/link/')"
        )
        assert "Robin Desk" in str(browser.value("document.querySelector('table').textContent"))

        # a passkey is made, and the audit trail says so
        browser.open(here(console) + "/account")
        browser.wait_for("document.getElementById('passkey').hidden === false")
        browser.value("document.getElementById('passkey-name').value = 'My phone'")
        press(browser, "#passkey button")
        arrived(browser, "document.querySelector('.passkeys')?.textContent.includes('My phone')")
        browser.open(here(console) + "/audit")
        assert "Added a passkey" in str(browser.value("document.querySelector('table').textContent"))

        # it signs in without a name and without a password
        press(browser, "form[action='/sign-out'] button")
        arrived(browser, "location.pathname === '/signed-out'")
        browser.open(here(console) + "/sign-in")
        browser.wait_for("document.getElementById('passkey').hidden === false")
        press(browser, "#passkey button")
        arrived(
            browser,
            "location.pathname === '/' && document.querySelector('.me').textContent.includes('Avery')",
        )
        account = office.reader.by_login("avery")
        assert account is not None
        (passkey,) = office.reader.passkeys(account[0].account_id)
        assert (passkey.name, passkey.count > 0) == ("My phone", True)

        # given up, it opens nothing any more
        browser.open(here(console) + "/account")
        press(browser, ".passkeys button")
        arrived(browser, "location.pathname === '/account' && document.querySelector('.passkeys') === null")
        press(browser, "form[action='/sign-out'] button")
        arrived(browser, "location.pathname === '/signed-out'")
        browser.open(here(console) + "/sign-in")
        browser.wait_for("document.getElementById('passkey').hidden === false")
        press(browser, "#passkey button")
        browser.wait_for("document.getElementById('passkey-words').textContent.includes('did not fit')")


def test_where_no_passkey_is_given_the_page_says_so(console: Running, program: str) -> None:  # noqa: F811
    with Browser(program) as browser:
        browser.authenticator(willing=False)
        browser.open(here(console) + "/sign-in")
        browser.wait_for("document.getElementById('passkey').hidden === false")
        browser.value("document.querySelector('#passkey button').click()")
        browser.wait_for("document.getElementById('passkey-words').textContent === 'No passkey was given.'")


def test_a_browser_without_passkeys_is_not_asked_for_one(console: Running, program: str) -> None:  # noqa: F811
    with Browser(program) as browser:
        browser.beforehand("delete window.PublicKeyCredential")
        browser.open(here(console) + "/sign-in")
        assert browser.value("window.PublicKeyCredential === undefined") is True
        assert browser.value("document.getElementById('passkey').hidden") is True


def test_a_number_is_no_name_for_passkeys(console: Running) -> None:
    answer = console.client.post(f"{console.url}/sign-in/passkey/ask", headers={"Origin": console.url})
    assert answer.status_code == 403
    assert "Passkeys need a name" in answer.json()["fault"]


def test_an_answer_to_no_question_is_refused(console: Running) -> None:
    own = {"Origin": console.url}
    for fields in ({"ticket": "x", "answer": "{}"}, {"ticket": "x", "answer": "rubbish"}):
        answer = console.client.post(
            f"{here(console)}/sign-in/passkey", data=fields, headers=own | {"Origin": here(console)}
        )
        assert answer.status_code == 403
    assert console.client.post(f"{console.url}/sign-in/passkey", data={}, headers=own).status_code == 422
