"""Notices, appeals and own lists on the pages: what is shown, to whom, and what a PDF gives away."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from pypdf import PdfReader
from sqlalchemy import text

from hallwatch.adapters.store import engine
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By, ChangeSetting
from tests.test_lists_pages import TODAY, add, browser_of, draft, press
from tests.test_sign_in import csrf
from tests.test_web import SIGHTING, Running, listening, running

OFFICE = "Office of Student Services"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


@pytest.fixture
def author(console: Running) -> Iterator[httpx2.Client]:
    with browser_of(console, "author") as client:
        yield client


@pytest.fixture
def second(console: Running) -> Iterator[httpx2.Client]:
    with browser_of(console, "second") as client:
        yield client


@pytest.fixture
def third(console: Running) -> Iterator[httpx2.Client]:
    with browser_of(console, "third") as client:
        yield client


def office_of(console: Running) -> None:
    console.office.enter(Role.DISTRICT_ADMINISTRATOR, login="setter")
    found = console.office.reader.by_login("setter")
    assert found is not None
    console.office.done(ChangeSetting(By(found[0].account_id), "notice.appeals_to", f'"{OFFICE}"'))


def listed(author: httpx2.Client, second: httpx2.Client, **more: str) -> tuple[str, str]:
    """The page of somebody with an active listing, and the listing's address."""
    page = add(author, born=more.pop("born", "1980-05-04")).headers["Location"]
    draft(author, page, **more)
    press(author, page, "propose")
    assert press(second, page, "approve").status_code == 303
    found = re.search(r'action="(/lists/listing/[^"/]+)/', author.get(page).text)
    assert found is not None
    return page, found[1]


def post(client: httpx2.Client, path: str, **fields: str) -> httpx2.Response:
    return client.post(path, data={"csrf": csrf(client)} | fields)


def give(client: httpx2.Client, listing: str, **more: str) -> httpx2.Response:
    fields = {"given": TODAY.isoformat(), "way": "post", "to_whom": "the mother"} | more
    return post(client, f"{listing}/notice", **fields)


def appeal(client: httpx2.Client, listing: str, **more: str) -> httpx2.Response:
    fields = {"received": TODAY.isoformat(), "said_by": "Dana Sample", "words": "I was never there."} | more
    return post(client, f"{listing}/appeal", **fields)


def appeal_on(client: httpx2.Client, page: str) -> str:
    found = re.search(r'id="appeal-(appeal-[0-9a-f]+)"', client.get(page).text)
    assert found is not None
    return f"/lists/appeal/{found[1]}"


def days_ago(console: Running, days: int) -> None:
    """As if every notice had been due, and every appeal received, so many days earlier."""
    due = (datetime.now(UTC) - timedelta(days=days)).replace(tzinfo=None)
    writer = engine.writer(console.office.place)
    with writer.begin() as connection:
        connection.execute(text("UPDATE notice SET due = :due"), {"due": due.isoformat(" ")})
        past = (TODAY - timedelta(days=1)).isoformat()
        connection.execute(
            text("UPDATE appeal SET answer_by = :past, acknowledge_by = :past"), {"past": past}
        )
    writer.dispose()


def test_the_notice_is_due_printed_and_given(
    console: Running, author: httpx2.Client, second: httpx2.Client
) -> None:
    office_of(console)
    page, listing = listed(author, second, conditions="To the play on 4 May, escorted")
    assert "Notice due since 0 days" in author.get(page).text
    assert "Notice due since 0 days" in author.get("/lists").text
    answer = author.get(f"{listing}/notice.pdf?language=es")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="notice.pdf"'
    said = " ".join(
        " ".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.content)).pages).split()
    )
    until = TODAY + timedelta(days=10)
    for words in (
        "To Dana Sample",
        OFFICE,
        "threatened staff",
        "order 12",
        "To the play on 4 May",
        f", {until.year}",
    ):
        assert words in said, words
    assert said.index("Aviso de inclusión") < said.index("Notice of a listing")
    printed = author.get(f"{listing}/notice").text
    assert "Main Street School" in printed
    assert printed.startswith('<!doctype html>\n<html lang="en">')
    looks = [one for one in console.office.reader.trail(9, None) if one.deed.action == "notice.print"]
    assert [dict(one.deed.detail) for one in looks] == [{"as": "page"}, {"as": "PDF"}]
    assert give(author, listing).status_code == 303
    text = author.get(page).text
    assert f"Given on {TODAY.isoformat()}, by post, to the mother." in text
    assert "Notice due" not in text
    assert "Notice due since" not in author.get("/lists").text


def test_without_an_office_there_is_no_paper_with_a_hole(
    author: httpx2.Client, second: httpx2.Client
) -> None:
    page, listing = listed(author, second)
    text = author.get(page).text
    assert "set <code>[notice] appeals_to</code> first" in text
    assert "notice.pdf" not in text
    for path in ("notice.pdf", "notice"):
        answer = author.get(f"{listing}/{path}")
        assert answer.status_code == 422
        assert "Set [notice] appeals_to first" in answer.text


def test_a_child_s_notice_goes_to_the_parent(
    console: Running, author: httpx2.Client, second: httpx2.Client
) -> None:
    office_of(console)
    born = (TODAY - timedelta(days=15 * 365)).isoformat()
    page, listing = listed(author, second, born=born)
    with browser_of(console, "head", Role.DISTRICT_ADMINISTRATOR) as head:
        assert author.get(f"{listing}/notice").status_code == 404  # one yes is still to come
        assert press(head, page, "approve").status_code == 303
    assert "To the parent or guardian of Dana Sample" in author.get(f"{listing}/notice").text


def test_whoever_is_not_told_is_told_nothing_and_the_others_see_why(
    console: Running, author: httpx2.Client, second: httpx2.Client
) -> None:
    office_of(console)
    page = add(author).headers["Location"]
    draft(author, page, untold="He has named whom he would harm.")
    press(author, page, "propose")
    text = second.get(page).text
    assert "The person is not told." in text
    assert "He has named whom he would harm." in text
    assert press(second, page, "approve").status_code == 303
    text = author.get(page).text
    assert "Notice due" not in text
    found = re.search(r'action="(/lists/listing/[^"/]+)/', text)
    assert found is not None
    assert author.get(f"{found[1]}/notice.pdf").status_code == 404
    assert give(author, found[1]).status_code == 422


def test_what_is_overdue_is_loud(console: Running, author: httpx2.Client, second: httpx2.Client) -> None:
    page, listing = listed(author, second)
    assert appeal(author, listing).status_code == 303
    quiet = author.get("/lists").text
    assert "overdue" not in quiet
    assert "answer until" in quiet
    days_ago(console, 8)
    loud = author.get("/lists").text
    assert "Of 1 listing the person was not told within 7 days." in loud
    assert "1 appeal is overdue." in loud
    assert "Notice due since 8 days · overdue" in loud
    assert "overdue" in author.get(page).text
    shown = author.post("/lists", data={"csrf": csrf(author), "state": "notice-due"}).text
    assert "Dana Sample" in shown.rpartition("Everybody listed")[2]
    give(author, listing)
    shown = author.post("/lists", data={"csrf": csrf(author), "state": "notice-due"}).text
    assert "Nobody fits these words" in shown


def test_an_appeal_from_its_receipt_to_its_answer(
    console: Running, author: httpx2.Client, second: httpx2.Client, third: httpx2.Client
) -> None:
    office_of(console)
    page, listing = listed(author, second)
    words = "<b>I</b> was never there.\nAsk the driver."
    assert appeal(author, listing, words=words, suspend="1").status_code == 303
    shown = author.get(page).text
    assert "Trespass · Suspended" in shown
    assert "&lt;b&gt;I&lt;/b&gt; was never there." in shown
    assert (TODAY + timedelta(days=30)).isoformat() in shown
    one = appeal_on(author, page)
    assert author.get(f"{one}/answer.pdf").status_code == 404
    assert post(author, f"{one}/acknowledge", on=TODAY.isoformat()).status_code == 303
    mine = post(second, f"{one}/answer", outcome="denied", answer="No.")
    assert mine.status_code == 422
    assert "while somebody else can" in mine.text
    assert "You wrote or approved this listing" in second.get(page).text
    assert "You wrote or approved this listing" not in third.get(page).text
    assert post(third, f"{one}/answer", outcome="perhaps").status_code == 422
    assert (
        post(third, f"{one}/answer", outcome="granted", answer="The film shows another.").status_code == 303
    )
    assert "Trespass · Ended" in author.get(page).text
    assert "Appeals</h2>" not in author.get("/lists").text
    letter = author.get(f"{one}/answer.pdf")
    assert letter.headers["content-disposition"] == 'attachment; filename="answer.pdf"'
    said = " ".join(PdfReader(io.BytesIO(letter.content)).pages[0].extract_text().split())
    assert "The appeal is granted." in said
    assert "The film shows another." in said
    assert "The film shows another." in author.get(f"{one}/answer?language=es").text


def test_an_appeal_to_an_ended_listing_is_still_owed_an_answer(
    author: httpx2.Client, second: httpx2.Client
) -> None:
    page, listing = listed(author, second)
    appeal(author, listing)
    press(author, page, "end")
    assert "Dana Sample" in author.get("/lists").text.split("Waiting for your yes")[0]


def test_another_schools_notices_and_appeals_do_not_exist(
    console: Running, author: httpx2.Client, second: httpx2.Client
) -> None:
    office_of(console)
    page, listing = listed(author, second)
    appeal(author, listing)
    one = appeal_on(author, page)
    with (
        browser_of(console, "south", school="South") as south,
        browser_of(console, "guard", Role.SECURITY) as guard,
    ):
        for path in (f"{listing}/notice", f"{listing}/notice.pdf", f"{one}/answer", f"{one}/answer.pdf"):
            assert south.get(path).status_code == 404
            assert guard.get(path).status_code == 403
        assert give(south, listing).status_code == 404
        assert appeal(south, listing).status_code == 404
        assert post(south, f"{one}/acknowledge", on=TODAY.isoformat()).status_code == 404
        assert post(south, f"{one}/answer", outcome="granted").status_code == 404
        assert post(guard, f"{one}/answer", outcome="granted").status_code == 403
        assert "Dana" not in south.get("/lists").text
    assert "Trespass · Active" in author.get(page).text


@pytest.mark.parametrize(
    "fields", [{"given": "soon"}, {"way": "by dove"}, {"to_whom": ""}, {"given": "2999-01-01"}]
)
def test_a_notice_that_cannot_be_is_one_line(
    author: httpx2.Client, second: httpx2.Client, fields: dict[str, str]
) -> None:
    page, listing = listed(author, second)
    assert give(author, listing, **fields).status_code == 422
    assert "Notice due" in author.get(page).text


def test_the_alert_shows_under_which_conditions_the_person_may_come(
    console: Running, author: httpx2.Client, second: httpx2.Client
) -> None:
    page, _listing = listed(author, second, conditions="To the play, escorted by <b>staff</b>")
    found = re.search(r"HW-[0-9A-F]{8}", author.get(page).text)
    assert found is not None
    console.sight(SIGHTING)  # of somebody without a listing
    assert "May come all the same" not in console.get().text
    console.sight(replace(SIGHTING, alert_id="a9", external_id=found[0]))
    shown = console.get().text
    assert "May come all the same:</strong> To the play, escorted by &lt;b&gt;staff" in shown
    with listening(console) as stream:
        stream.next("alert")
        assert "To the play, escorted by" in stream.next("alert")[1]["html"]
    writer = engine.writer(console.office.place)
    with writer.begin() as connection:
        connection.execute(text("UPDATE listing SET sealed = x'00112233445566778899aabbccddeeff0011'"))
    writer.dispose()
    shown = console.get().text  # an altered listing hides no alert
    assert "May come all the same:</strong> not known: a record of this person was altered" in shown


def custody(client: httpx2.Client, **more: str) -> httpx2.Response:
    fields = {
        "slug": "custody-order",
        "english": "Custody order",
        "spanish": "Orden de custodia",
        "resolution": "2026-41",
        "resolved": TODAY.isoformat(),
        "purpose": "Parents whom a court keeps away.",
    } | more
    return post(client, "/lists/kinds", **fields)


def test_a_list_of_the_districts_own_from_resolution_to_alert(
    console: Running, author: httpx2.Client, second: httpx2.Client
) -> None:
    with browser_of(console, "head", Role.DISTRICT_ADMINISTRATOR) as head:
        assert custody(author).status_code == 403
        bad = custody(head, english="Truancy")
        assert bad.status_code == 422
        assert "truancy is no list" in bad.text
        assert 'value="2026-41"' in bad.text  # what was written is still there
        assert custody(head, resolved="soon").status_code == 422
        assert custody(head).status_code == 303
        own = head.get("/lists/kinds").text
        assert "a search of faces of the past" in own
        assert "/confirm" not in own  # not for whoever wrote it
        digest = re.search(r'name="digest" value="([0-9a-f]{64})"', second.get("/lists/kinds").text)
        assert digest is not None
        forged = post(head, "/lists/kinds/custody-order/confirm", digest=digest[1])
        assert forged.status_code == 422
        assert "own request" in forged.text
        assert post(second, "/lists/kinds/custody-order/confirm", digest=digest[1]).status_code == 303
        assert "Custody order · in use" in author.get("/lists/kinds").text
        page, _listing = listed(author, second, kind="custody-order")
        assert "Custody order · Active" in author.get(page).text
        assert "Orden de custodia" in author.get(page, headers={"Accept-Language": "es"}).text
        assert '<option value="custody-order">' in author.get(page).text
        assert post(head, "/lists/kinds/custody-order/retire", reason="new order").status_code == 303
        assert '<option value="custody-order"' not in author.get(page).text
        assert "Custody order · Active" in author.get(page).text
        assert '<option value="custody-order"' in author.get("/lists").text  # somebody is still on it


def test_the_settings_of_the_notice_can_be_changed_and_hold_at_once(console: Running) -> None:
    with browser_of(console, "head", Role.DISTRICT_ADMINISTRATOR) as head:
        for name, value in (
            ("days_to_appeal", "14"),
            ("language", "es"),
            ("appeals_to", OFFICE),
            ("district", "R-IV"),
        ):
            path = f"/settings/notice.{name}"
            assert "at once" in head.get(path).text
            assert post(head, path, value=value, reason="board").status_code == 303
        assert post(head, "/settings/notice.answer_days", value="61").status_code == 422
    district = console.console.settings.particulars()
    assert (district.days_to_appeal, district.language, district.appeals_to) == (14, "es", OFFICE)
    assert (district.district, district.answer_days) == ("R-IV", 30)
