"""Listing somebody on the pages: a photo, a draft, a proposal, another person's yes, the end."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import pytest
from PIL import Image

from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By, KeepPerson, PhotoKept
from tests.test_sign_in import csrf
from tests.test_web import Running, running

TODAY = datetime.now(ZoneInfo("America/Chicago")).date()
"""At the site, where it is another day than in Greenwich for some hours."""


def picture(size: tuple[int, int] = (300, 400), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "tan").save(out, "JPEG", **more)
    return out.getvalue()


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


def browser_of(
    console: Running, login: str, role: Role = Role.SCHOOL_ADMINISTRATOR, school: str = "North"
) -> httpx2.Client:
    client = console.browser(console.office.enter(role, (school,), login))
    client.headers["Origin"] = console.url
    return client


@pytest.fixture
def author(console: Running) -> Iterator[httpx2.Client]:
    with browser_of(console, "author") as client:
        yield client


@pytest.fixture
def second(console: Running) -> Iterator[httpx2.Client]:
    with browser_of(console, "second") as client:
        yield client


def add(client: httpx2.Client, photo: bytes | None = None, **more: str) -> httpx2.Response:
    fields = {"csrf": csrf(client), "first_name": "Dana", "last_name": "Sample", "born": "1980-05-04"} | more
    return client.post(
        "/lists/new", data=fields, files={"photo": ("d.jpg", photo or picture(), "image/jpeg")}
    )


def searched(client: httpx2.Client, words: str) -> str:
    """What the roster's search finds."""
    return client.post("/roster", data={"csrf": csrf(client), "q": words}).text


def add_photo(client: httpx2.Client, page: str) -> httpx2.Response:
    files = {"photo": ("x.jpg", picture((90, 120)), "image/jpeg")}
    return client.post(f"{page}/photo", data={"csrf": csrf(client)}, files=files)


def draft(client: httpx2.Client, page: str, **more: str) -> httpx2.Response:
    fields = {
        "csrf": csrf(client),
        "kind": "trespass",
        "reason": "threatened staff",
        "authority": "Superintendent, order 12",
        "photo_source": "licence",
        "starts": TODAY.isoformat(),
        "ends": (TODAY + timedelta(days=100)).isoformat(),
        "school": "North",
    } | more
    return client.post(f"{page}/listing", data=fields)


def press(client: httpx2.Client, page: str, act: str, **more: str) -> httpx2.Response:
    """Press a button of the page, as it stands there."""
    text = client.get(page).text
    found = re.search(rf'action="(/lists/listing/[^"]+/{act})">(.*?)</form>', text, re.S)
    assert found is not None, text
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', found[2])
    assert digest is not None
    return client.post(
        found[1], data={"csrf": csrf(client), "digest": digest[1], "reason": "for the test"} | more
    )


def test_a_person_is_listed_by_two_people(
    console: Running, author: httpx2.Client, second: httpx2.Client
) -> None:
    page = add(author).headers["Location"]
    assert page.startswith("/lists/person/")
    assert "nobody looks for this person" in author.get(page).text
    unlisted = author.get("/lists").text
    assert "Added, and on no list" in unlisted
    assert f'href="{page}"' in unlisted
    assert draft(author, page).status_code == 303
    assert "Added, and on no list" not in author.get("/lists").text
    assert press(author, page, "propose").status_code == 303
    assert "Nothing waits for you" in author.get("/lists").text  # not for whoever wrote it
    assert "/approve" not in author.get(page).text

    waiting = second.get("/lists").text.split("Everybody listed")[0]
    assert "Dana Sample" in waiting
    assert "Words about 1 photos more." in second.get(page).text
    assert press(second, page, "approve").status_code == 303
    shown = second.get(page).text
    assert "Trespass · Active" in shown
    assert "Made a listing active" in shown
    assert press(author, page, "end").status_code == 303
    assert "Trespass · Ended" in author.get(page).text


def test_a_forged_yes_of_the_author_does_nothing(
    console: Running, author: httpx2.Client, second: httpx2.Client
) -> None:
    page = add(author).headers["Location"]
    draft(author, page)
    press(author, page, "propose")
    text = second.get(page).text
    found = re.search(
        r'action="(/lists/listing/[^"]+)/approve".*?name="digest" value="([0-9a-f]{64})"', text, re.S
    )
    assert found is not None
    answer = author.post(f"{found[1]}/approve", data={"csrf": csrf(author), "digest": found[2]})
    assert answer.status_code == 422
    assert "own request" in answer.text


def test_another_schools_person_does_not_exist(console: Running, author: httpx2.Client) -> None:
    page = add(author).headers["Location"]
    draft(author, page)
    press(author, page, "propose")
    listing = re.search(r"/lists/listing/([^/]+)/", author.get(page).text)
    assert listing is not None
    with browser_of(console, "south", school="South") as south:
        for path in (page, f"{page}/photo/0"):
            assert south.get(path).status_code == 404
        assert "Dana" not in south.get("/lists").text
        assert "Dana Sample" not in searched(south, "Dana")
        assert draft(south, page, school="South").status_code == 404
        answer = south.post(f"/lists/listing/{listing[1]}/approve", data={"csrf": csrf(south)})
        assert answer.status_code == 404


def test_the_roster_is_found_and_not_looked_for(
    console: Running, author: httpx2.Client, second: httpx2.Client
) -> None:
    office = console.office
    student = Person(
        "S-17",
        "Robin",
        "Pupil",
        (),
        date_of_birth=TODAY - timedelta(days=15 * 365),
        schools=("North",),
        role="student",
    )
    office.done(KeepPerson(By("system"), student, (PhotoKept("p", picture(), "", b""),)))
    found = re.search(r'href="(/lists/person/[^"]+)">Robin Pupil', searched(author, "pupil"))
    assert found is not None
    assert draft(author, found[1]).status_code == 303
    assert press(author, found[1], "propose").status_code == 303
    assert "2 yeses are still to come" in second.get(found[1]).text
    assert press(second, found[1], "approve").status_code == 303
    with browser_of(console, "head", Role.DISTRICT_ADMINISTRATOR) as head:
        assert press(head, found[1], "approve").status_code == 303
        assert "Active" in head.get(found[1]).text


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        (b"GIF89a", "not a picture"),
        (picture()[:500], "cannot be read"),
        (b"\x00" * 100, "not a picture"),
        (picture((6000, 6000)), "at most"),
    ],
)
def test_a_photo_that_is_none_is_refused(author: httpx2.Client, photo: bytes, words: str) -> None:
    answer = add(author, photo)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_strangers_upload_is_not_taken_into_memory(console: Running) -> None:
    with console.browser(None) as nobody:
        answer = nobody.post("/lists/new", content=b"x" * (1 << 20), headers={"Origin": console.url})
        assert answer.status_code == 413


def test_a_photo_that_was_said_yes_to_is_not_exchanged(author: httpx2.Client, second: httpx2.Client) -> None:
    page = add(author).headers["Location"]
    draft(author, page)
    press(author, page, "propose")
    for client in (author, second):
        answer = client.post(
            f"{page}/photo", data={"csrf": csrf(client)}, files={"photo": ("x.jpg", picture((90, 120)))}
        )
        assert answer.status_code == 422
        assert "others have said yes to these photos" in answer.text
    press(second, page, "approve")
    assert add_photo(author, page).status_code == 422


def test_an_upload_without_end_is_refused(author: httpx2.Client) -> None:
    answer = add(author, picture() + b"\x00" * (18 << 20))
    assert answer.status_code == 413


def test_what_is_kept_of_a_photo_says_nothing_but_the_picture(
    console: Running, author: httpx2.Client
) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"
    page = add(author, picture((400, 300), exif=exif)).headers["Location"]
    kept = author.get(f"{page}/photo/0").content
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (300, 400)
        assert not image.getexif()
    assert b"taken at home" not in kept


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"ends": "soon"}, "not a date"),
        ({"ends": ""}, "first and a last day"),
        ({"school": "South"}, "not yours"),
    ],
)
def test_what_cannot_be_is_one_line(author: httpx2.Client, more: dict[str, str], words: str) -> None:
    page = add(author).headers["Location"]
    answer = draft(author, page, **more)
    assert answer.status_code == 422
    assert words in answer.text
    assert "threatened staff" in answer.text  # what was written is still there


@pytest.mark.parametrize(
    "role", [Role.SECURITY, Role.FRONT_DESK, Role.AUDITOR, Role.TECHNICIAN, Role.POLICE_LIAISON]
)
def test_other_roles_see_no_list(console: Running, role: Role) -> None:
    with browser_of(console, "other", role) as other:
        for path in ("/lists", "/lists/new", "/roster"):
            assert other.get(path).status_code == 403
