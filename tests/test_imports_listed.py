"""Registries and lists in the console: looked at, taken in with the real pack, and answered by somebody else."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import openpyxl
import pytest

from hallwatch.core.policy.roles import Role
from tests.import_files import MAP, SOURCE
from tests.roster_zips import zipped
from tests.test_imports_pages import counts, handed, heard, planned, stage, taken
from tests.test_lists_pages import browser_of
from tests.test_sign_in import csrf
from tests.test_web import Running, running

HEADER = "id,last,first,born,photo,why,ends"


@pytest.fixture
def console(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("HALLWATCH_MODELS", str(shared / "models"))
    with running(tmp_path) as it, heard(it):
        yield it


@pytest.fixture
def head(console: Running) -> Iterator[httpx2.Client]:
    with browser_of(console, "head", Role.DISTRICT_ADMINISTRATOR) as client:
        yield client


@pytest.fixture
def second(console: Running) -> Iterator[httpx2.Client]:
    with browser_of(console, "second", Role.DISTRICT_ADMINISTRATOR) as client:
        yield client


@pytest.fixture(scope="session")
def faces(shared: Path) -> list[bytes]:
    """One photo each of three people."""
    return [
        sorted(one.iterdir())[0].read_bytes() for one in sorted((shared / "data" / "faces").iterdir())[:3]
    ]


def table(*rows: str) -> str:
    return "\n".join([HEADER, *rows, ""])


def row(number: int, **more: str) -> str:
    cells = {"id": f"R{number}", "last": f"Sample{number}", "first": "Dana", "born": "1980-03-15"}
    cells |= {"photo": f"{number}.jpg", "why": "Offence A", "ends": ""} | more
    return ",".join(cells[name] for name in HEADER.split(","))


def registry(faces: list[bytes], *rows: str) -> bytes:
    photos: dict[str, str | bytes] = {f"{number}.jpg": data for number, data in enumerate(faces)}
    return zipped(
        {"registry.csv": table(*(rows or tuple(row(number) for number in range(len(faces)))))} | photos
    )


def brought(
    client: httpx2.Client, data: bytes, own_map: str = MAP, name: str = "registry.zip", school: str = ""
) -> tuple[str, str]:
    """A registry's page and its dry run."""
    more = {"school": school} if school else {}
    return planned(client, data, None, name=name, own_map=own_map, kind="registry", of="2026-11-01", **more)


def answer(client: httpx2.Client, page: str, how: str) -> httpx2.Response:
    """Press a button of the page where others answer."""
    found = re.search(r'name="digest" value="([0-9a-f]+)"', client.get(page).text)
    assert found is not None
    return client.post(f"{page}/{how}", data={"csrf": csrf(client), "digest": found[1]})


def waiting_page(text: str) -> str:
    found = re.search(r'href="(/imports/waiting/[^"]+)"', text)
    assert found is not None, text
    return found[1]


def test_a_registry_is_approved_by_a_second_person(
    console: Running, head: httpx2.Client, second: httpx2.Client, faces: list[bytes]
) -> None:
    page, text = brought(head, registry(faces))
    assert counts(text)["To add"] == 3
    assert "Others who have to say yes before anybody is looked for: 1." in text
    assert "with 3 photos enrolled" in text  # what the longer list would mean
    text = taken(head, page)
    assert counts(text) == {"Added": 3, "Changed": 0, "Listing to end": 0, "Refused": 0}
    where = waiting_page(text)
    mine = head.get(where).text
    assert "somebody else has to answer" in mine
    assert "Yes to all of it" not in mine

    assert where in second.get("/lists").text
    theirs = second.get(where).text
    assert "Dana Sample0" in theirs
    assert "Registry, Offence A" in theirs
    assert "passes at an entrance" in theirs  # what the gate says of the photo
    photo = re.search(r'src="(/imports/waiting/[^"]+/photo/[^"]+/0)"', theirs)
    assert photo is not None
    assert second.get(photo[1]).headers["content-type"] == "image/jpeg"
    assert console.office.reader.trail(1, None)[0].deed.action == "picture.photo"
    with console.office.reader.listings() as listings:
        assert listings.listed() == []

    digest = re.search(r'name="digest" value="([0-9a-f]+)"', theirs)
    assert digest is not None
    forged = head.post(f"{where}/approve", data={"csrf": csrf(head), "digest": digest[1]})
    assert forged.status_code == 422
    assert "own request" in forged.text
    assert second.post(f"{where}/approve", data={"csrf": csrf(second), "digest": "0" * 64}).status_code == 422
    assert answer(second, where, "approve").status_code == 303
    assert "Approved, being taken over" in second.get(where).text

    # the map is offered again, and the same file again is the same people
    assert f"{SOURCE} (used last)" in head.get("/imports").text
    chosen = re.search(r'value="(used:[^"]+)"', head.get("/imports").text)
    assert chosen is not None


def test_a_registry_is_declined(
    console: Running, head: httpx2.Client, second: httpx2.Client, faces: list[bytes]
) -> None:
    page, _ = brought(head, registry(faces[:1]))
    where = waiting_page(taken(head, page))
    assert answer(second, where, "decline").status_code == 303
    assert "Declined" in second.get(where).text
    assert where not in second.get("/lists").text


def test_an_import_for_one_school_is_that_schools(
    console: Running, head: httpx2.Client, faces: list[bytes]
) -> None:
    page, _ = brought(head, registry(faces[:1]), school="North")
    where = waiting_page(taken(head, page))
    with browser_of(console, "north") as north, browser_of(console, "south", school="South") as south:
        assert "Dana Sample0" in north.get(where).text
        assert south.get(where).status_code == 404
        assert where not in south.get("/lists").text
        assert north.get("/imports").status_code == 403
        assert answer(north, where, "approve").status_code == 303


def test_a_list_with_photos_is_brought(console: Running, head: httpx2.Client, faces: list[bytes]) -> None:
    lines = [
        "external_id,first_name,last_name,list,reason,photo,expires,date_of_birth,authority",
        "P1,Dana,Sample,trespass,Order of 3 March,photos/d.jpg,2027-03-03,1980-05-04,Superintendent",
        "P2,Robin,Sample,truancy,Order of 3 March,photos/d.jpg,2027-03-03,,",
    ]
    data = zipped({"people/list.csv": "\n".join(lines), "people/photos/d.jpg": faces[0]})
    assert "say what the list is called" in handed(head, data, kind="list").text
    page, text = planned(head, data, kind="list", source="Trespass orders", name="people.zip")
    assert (counts(text)["To add"], counts(text)["Refused"]) == (1, 1)
    assert "&#39;truancy&#39; is not one of" in text
    text = taken(head, page)
    assert counts(text)["Added"] == 1
    assert "Trespass, Order of 3 March" in head.get(waiting_page(text)).text


def test_a_photo_without_a_face_is_a_refused_row(
    console: Running, head: httpx2.Client, faces: list[bytes]
) -> None:
    from tests.test_imports_pages import picture

    page, text = brought(head, registry([faces[0], picture()]))
    assert counts(text)["To add"] == 2
    text = taken(head, page)
    assert (counts(text)["Added"], counts(text)["Refused"]) == (1, 1)
    assert "the photo cannot be used: no face found" in text


def refused(head: httpx2.Client, data: bytes, name: str, own_map: str = MAP) -> str:
    page, text = brought(head, data, own_map, name)
    assert stage(head, page) == "ended"
    found = re.search(r'<p class="fault">(.*?)</p>', text)
    assert found is not None, text
    return found[1]


def test_swapped_columns_are_one_line(console: Running, head: httpx2.Client) -> None:
    swapped = table(*(row(number, born="Sample", last="1980-03-15") for number in range(8)))
    assert "columns are swapped" in refused(head, swapped.encode(), name="registry.csv")


def test_another_encoding_is_said(console: Running, head: httpx2.Client) -> None:
    _, text = brought(head, table(row(1, last="Peña")).encode("cp1252"), name="registry.csv")
    assert "is not UTF-8 and was read as Windows-1252" in text


def test_workbooks_are_read_and_hostile_ones_are_one_line(console: Running, head: httpx2.Client) -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for line in table(row(1), row(2)).splitlines():
        book.active.append(line.split(","))
    book.save(out)
    page, text = brought(head, out.getvalue(), name="registry.xlsx")
    assert "no photo; not listed" in text
    head.post(f"{page}/put-away", data={"csrf": csrf(head)})
    sheet = b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet/>"
    bomb = zipped({"[Content_Types].xml": "<Types/>", "xl/worksheets/sheet1.xml": sheet})
    assert "DOCTYPE" in refused(head, bomb, name="registry.xlsx")
    deep = b"<a>" * 3_000_000
    wide = zipped({"[Content_Types].xml": "<Types/>", "xl/worksheets/sheet1.xml": deep})
    assert "far more than it should" in refused(head, wide, name="registry.xlsx")


def test_a_map_that_is_none_is_one_line(console: Running, head: httpx2.Client) -> None:
    assert "choose the column map" in handed(head, b"a,b\n", name="r.csv", kind="registry").text
    assert "is not TOML" in refused(head, b"a,b\n1,2\n", own_map="][", name="r.csv")
    assert "lacks the column" in refused(head, b"a,b\n1,2\n", name="r.csv")
    unknown = handed(head, b"a,b\n1,2\n", name="r.csv", kind="registry", map="nobody's")
    assert "there is no column map" in unknown.text
