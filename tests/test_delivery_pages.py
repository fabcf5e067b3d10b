"""Deliveries on the pages: an open page is somebody reached, the siren, what each channel does, devices."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from hallwatch.adapters.store.delivery_reader import DeliveryReader
from hallwatch.core.delivery import Result
from hallwatch.core.delivery_requests import KeepSubscription, NoteDelivery
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By
from hallwatch.flow.delivering import seen
from tests.browser import Browser
from tests.serving import until
from tests.test_web import NOW, SIGHTING, Running, running
from tests.test_web_browser import program  # noqa: F401 - a fixture


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def beats(client: httpx2.Client, count: int, path: str = "/events?list=true") -> str:
    """What an open page hears until its ``count``-th beat."""
    said = ""
    with client.stream("GET", path) as streaming:
        for piece in streaming.iter_text():
            said += piece
            if said.count("event: beat") >= count:
                return said
    return said


def unreached(console: Running) -> int:
    with console.office.reader.deliveries() as deliveries:
        return len(deliveries.unreached())


def test_an_open_page_of_somebody_of_the_school_is_somebody_reached(console: Running) -> None:
    console.sight(SIGHTING)
    assert unreached(console) == 1
    for role, school in ((Role.TECHNICIAN, ""), (Role.SECURITY, "South")):
        with closing(console.browser(console.office.enter(role, (school,)))) as other:
            beats(other, 2)
    assert unreached(console) == 1
    with closing(console.browser(console.token)) as mine:
        for other_page in ("/events?siren=true", "/events"):  # pages that do not list alerts
            beats(mine, 2, other_page)
        assert unreached(console) == 1
        beats(mine, 2)
    assert unreached(console) == 0


def test_an_alert_that_the_page_does_not_hold_has_not_reached_anybody(console: Running) -> None:
    for number in range(52):
        console.sight(replace(SIGHTING, alert_id=f"a{number}", external_id=f"P{number}"))
    with closing(console.browser(console.token)) as mine:
        beats(mine, 2)
    assert unreached(console) == 2


def test_the_siren_rings_until_somebody_has_looked(console: Running) -> None:
    console.sight(SIGHTING)
    with closing(console.browser(console.token)) as mine:
        assert '"count": "0"' in beats(mine, 1, "/events?siren=true")
        with console.office.reader.deliveries() as deliveries:
            (siren,) = (one for one in deliveries.of_alert("a1") if one.channel == "siren")
        console.office.done(NoteDelivery(By("system"), siren.delivery_id, 1, Result.ARRIVED, "ringing"))
        assert '"count": "1"' in beats(mine, 1, "/events?siren=true")
        assert 'data-count="1"' in mine.get("/siren").text
        with closing(console.browser(console.office.enter(Role.SECURITY, ("South",)))) as other:
            assert '"count": "0"' in beats(other, 1, "/events?siren=true")
        with console.office.lock, console.office.desk.records.transaction() as books:
            seen(books, "a1", NOW)
        assert '"count": "0"' in beats(mine, 1, "/events?siren=true")


def test_the_page_says_how_each_channel_does(console: Running) -> None:
    console.sight(SIGHTING)
    page = console.get("/delivery", headers={"Cookie": f"hallwatch={console.token}"}).text
    assert "siren" in page
    assert "at once, or by the chain" in page
    assert "Dana" not in page


def test_a_device_is_its_owners(console: Running) -> None:
    sam = console.office.enter(Role.SECURITY, ("North",), "sam")
    known = console.office.reader.by_login("sam")
    assert known is not None
    by = By(known[0].account_id)
    kept = console.office.done(KeepSubscription(by, "https://push.example/x", "p", "a"))
    with closing(console.browser(sam)) as mine, closing(console.browser(console.token)) as other:
        assert "Device 1" in mine.get("/account").text
        assert "Device 1" not in other.get("/account").text
        assert "push.example" not in mine.get("/account").text
        for client, left in ((other, 1), (mine, 0)):
            page = client.get("/account").text
            csrf = page.split('name="csrf" value="')[1].split('"')[0]
            client.post(
                f"/account/push/{kept.subject}/drop",
                data={"csrf": csrf},
                headers={"Origin": console.url},
            )
            assert len(DeliveryReader(console.office.reader).subscriptions_of(by.actor)) == left


def test_the_live_page_in_a_browser_says_that_it_lists_alerts(console: Running, program: str) -> None:  # noqa: F811
    console.sight(SIGHTING)
    with Browser(program) as browser:
        console.show(browser, "/settings", console.office.enter(Role.DISTRICT_ADMINISTRATOR))
        time.sleep(3)
        assert unreached(console) == 1
        console.show(browser)
        until(lambda: unreached(console) == 0)
