"""Imports in the console: a dry run first, taken in by a grave act, and bad files that break nothing."""

from __future__ import annotations

import html
import io
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import wait
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from sqlalchemy import text as text_of

from hallwatch.core.imports import RowFault
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import Refused, Reply, Request
from hallwatch.entry.keeper_client import SOCKET, RequestRefused
from hallwatch.entry.keeper_socket import Door
from hallwatch.web.imports import refused_csv
from tests.roster_zips import DEMOGRAPHICS, bulk_11, csv_of, manifest, user_11, zipped
from tests.serving import descendants, still_alive, until
from tests.test_lists_pages import browser_of
from tests.test_sign_in import csrf
from tests.test_web import Running, running


@contextmanager
def heard(console: Running) -> Iterator[None]:
    """The keeper's socket, for processes beside the console."""
    over = threading.Event()

    def answer(request: Request) -> Reply:
        try:
            return console.console.ask(request)
        except RequestRefused as refusal:
            return Refused(str(refusal))

    def serve(door: Door) -> None:
        while not over.is_set():
            for ready in wait(door.sockets, 0.05):
                door.serve(ready)  # type: ignore[arg-type]

    with Door(console.office.folder / SOCKET, answer) as door:
        thread = threading.Thread(target=serve, args=(door,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it, heard(it):
        yield it


@pytest.fixture
def head(console: Running) -> Iterator[httpx2.Client]:
    with browser_of(console, "head", Role.DISTRICT_ADMINISTRATOR) as client:
        yield client


def students(*names: str) -> dict[str, str | bytes]:
    return dict(bulk_11(*(user_11(name) for name in names)))


def picture(size: tuple[int, int] = (200, 260), colour: str = "tan") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def handed(
    client: httpx2.Client,
    data: bytes,
    photos: bytes | None = None,
    name: str = "roster.zip",
    own_map: str = "",
    **more: str,
) -> httpx2.Response:
    files = {"file": (name, data, "application/octet-stream")}
    if photos is not None:
        files["photos"] = ("photos.zip", photos, "application/zip")
    if own_map:
        files["own_map"] = ("own.toml", own_map.encode(), "application/toml")
    return client.post("/imports", data={"csrf": csrf(client), "kind": "roster"} | more, files=files)


def stage(client: httpx2.Client, page: str) -> str:
    return str(client.get(f"{page}/state").json()["stage"])


def planned(client: httpx2.Client, data: bytes, photos: bytes | None = None, **more: str) -> tuple[str, str]:
    """The import's page, and what it shows once the file was read."""
    answer = handed(client, data, photos, **more)
    assert answer.status_code == 303, answer.text
    page = answer.headers["location"]
    until(lambda: stage(client, page) != "reading", 60)
    return page, client.get(page).text


def taken(client: httpx2.Client, page: str) -> str:
    """What the page shows once everybody is through."""
    answer = client.post(f"{page}/take", data={"csrf": csrf(client)})
    assert (answer.status_code, answer.headers["location"]) == (303, page), answer.text
    until(lambda: stage(client, page) in ("done", "ended"), 60)
    return client.get(page).text


def counts(text: str) -> dict[str, int]:
    return {
        words: int(count.replace(",", ""))
        for words, count in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text)
    }


def test_a_roster_is_shown_first_and_then_taken_in(console: Running, head: httpx2.Client) -> None:
    photos = zipped({"s1.jpg": picture(), "s2.jpg": picture(colour="navy")})
    page, text = planned(head, zipped(students("s1", "s2")), photos)
    assert counts(text) == {
        "To add": 2,
        "To change": 0,
        "Not in the file any more": 0,
        "As they are": 0,
        "Refused": 0,
    }
    assert "Givens1 Sample" in text
    assert "2 people have one" in text
    assert console.office.reader.roster() == {}
    text = taken(head, page)
    assert counts(text) == {"Added": 2, "Changed": 0, "Let go": 0, "Refused": 0}
    assert set(console.office.reader.roster()) == {"s1", "s2"}
    assert "2 added, 0 changed, 0 let go, 0 refused" in head.get("/imports").text


def ended(
    console: Running, head: httpx2.Client, data: bytes, photos: bytes | None = None, **more: str
) -> str:
    """The one line by which a file is refused as a whole; nobody is taken in."""
    before = console.office.reader.roster()
    page, text = planned(head, data, photos, **more)
    assert stage(head, page) == "ended"
    assert "Take it in" not in text
    assert head.post(f"{page}/take", data={"csrf": csrf(head)}).status_code == 422
    assert console.office.reader.roster() == before
    found = re.search(r'<p class="fault">(.*?)</p>', text)
    assert found is not None, text
    assert head.get("/health").status_code == 200  # the console is unmoved
    return html.unescape(found[1])


def bomb() -> bytes:
    """Sixty megabytes of noughts in sixty kilobytes."""
    return zipped(students("s1") | {"more.csv": b"\0" * (60 << 20)})


def test_a_zip_bomb_is_one_line(console: Running, head: httpx2.Client) -> None:
    assert "far more than it should" in ended(console, head, bomb())


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "C:\\x.csv", "..\\x.csv"])
def test_a_name_that_leads_out_is_one_line(console: Running, head: httpx2.Client, name: str) -> None:
    assert "leads out of the zip" in ended(console, head, zipped(students("s1") | {name: "x"}))


def test_what_is_no_roster_is_one_line(console: Running, head: httpx2.Client) -> None:
    whole = zipped(students("s1"))
    assert "cut off" in ended(console, head, whole[: len(whole) // 2])
    assert "no manifest.csv" in ended(console, head, zipped({"users.csv": "a,b\n1,2\n"}))
    assert "needs a column map" in ended(console, head, b"a,b\n1,2\n", name="people.csv")
    assert "no photos" in ended(console, head, whole, zipped({"readme.md": "none"}))


def test_swapped_columns_are_refused_rows_and_nobody_goes(console: Running, head: httpx2.Client) -> None:
    page, _ = planned(head, zipped(students("s1", "s2")))
    taken(head, page)
    files = students("s1", "s2")
    files["users.csv"] = str(files["users.csv"]).replace("orgSourcedIds,role", "role,orgSourcedIds", 1)
    page, text = planned(head, zipped(files))
    assert counts(text)["Refused"] == 2
    assert "orgSourcedIds names" in text
    assert "users.csv line 2" in text
    text = taken(head, page)
    assert counts(text) == {"Added": 0, "Changed": 0, "Let go": 0, "Refused": 2}
    assert len(console.office.reader.roster()) == 2
    table = head.get(f"{page}/refused.csv")
    assert table.headers["content-disposition"].startswith("attachment")
    assert table.text.splitlines()[0] == "\ufefffile,line,id,why"
    assert len(table.text.splitlines()) == 3


def test_another_encoding_is_said(console: Running, head: httpx2.Client) -> None:
    files = students("s1")
    files["users.csv"] = str(files["users.csv"]).replace("Sample", "Peña").encode("cp1252")
    _, text = planned(head, zipped(files))
    assert "is not UTF-8 and was read as Windows-1252" in text
    assert "Peña" in text


def test_a_roster_that_was_cut_off_cannot_be_taken_in(console: Running, head: httpx2.Client) -> None:
    everybody = [f"s{number}" for number in range(20)]
    page, _ = planned(head, zipped(students(*everybody)))
    taken(head, page)
    page, text = planned(head, zipped(students(*everybody[:10])))
    assert "10 of 20 people would vanish" in text
    assert "Take it in" not in text
    assert head.post(f"{page}/take", data={"csrf": csrf(head)}).status_code == 422
    assert len(console.office.reader.roster()) == 20
    assert head.post(f"{page}/put-away", data={"csrf": csrf(head)}).status_code == 303
    page, text = planned(head, zipped(students(*everybody[:19])))
    assert counts(text)["Not in the file any more"] == 1
    assert "Givens19 Sample" in head.get(f"{page}?show=end").text
    assert counts(taken(head, page))["Let go"] == 1


def test_where_many_have_left_somebody_else_takes_the_roster_in(
    console: Running, head: httpx2.Client
) -> None:
    everybody = [f"s{number}" for number in range(20)]
    page, _ = planned(head, zipped(students(*everybody)))
    taken(head, page)
    page, text = planned(head, zipped(students(*everybody[:10])), many_vanish="yes")
    assert "More than a tenth would vanish" in text
    assert "Take it in" not in text
    reply = head.post(f"{page}/take", data={"csrf": csrf(head)})
    assert (reply.status_code, "somebody else than who handed" in reply.text) == (422, True)
    with browser_of(console, "other", Role.DISTRICT_ADMINISTRATOR) as other:
        assert counts(taken(other, page))["Let go"] == 10
    assert len(console.office.reader.roster()) == 10


def test_a_photo_of_200_megapixels_is_refused_and_the_person_stays(
    console: Running, head: httpx2.Client
) -> None:
    photos = zipped({"s1.png": picture((20_000, 10_000)), "s2.png": picture()})
    page, _ = planned(head, zipped(students("s1", "s2")), photos)
    text = taken(head, page)
    assert counts(text) == {"Added": 2, "Changed": 0, "Let go": 0, "Refused": 1}
    assert "s1.png" in text
    ((number, _),) = console.office.reader.people_named("Givens2", 2)
    dossier = console.office.reader.dossier(number)
    assert dossier is not None
    assert len(dossier.photos) == 1


def test_the_same_file_again_changes_nothing(console: Running, head: httpx2.Client) -> None:
    for added in (2, 0):
        page, text = planned(head, zipped(students("s1", "s2")))
        assert (counts(text)["To add"], counts(text)["As they are"]) == (added, 2 - added)
        assert counts(taken(head, page))["Added"] == added


def import_process() -> int:
    return next(pid for pid, line in descendants(os.getpid()).items() if line.startswith("hw-import"))


def test_killed_in_the_middle_the_page_says_so_and_it_can_go_on(
    console: Running, head: httpx2.Client
) -> None:
    everybody = [f"s{number}" for number in range(300)]
    page, _ = planned(head, zipped(students(*everybody)))
    assert head.post(f"{page}/take", data={"csrf": csrf(head)}).status_code == 303
    until(lambda: len(console.office.reader.roster()) > 5, 60)
    os.kill(import_process(), signal.SIGKILL)
    until(lambda: stage(head, page) == "ended", 30)
    assert "ended unexpectedly" in head.get(page).text
    there = len(console.office.reader.roster())
    assert 5 < there < 300
    with console.office.reader.listings() as listings:
        assert listings.listed() == []  # nobody of it is looked for
    page, text = planned(head, zipped(students(*everybody)))
    assert counts(text)["As they are"] == there
    assert counts(taken(head, page))["Added"] == 300 - there


def test_killed_before_the_dry_run_nothing_is_left(console: Running, head: httpx2.Client) -> None:
    page, _ = planned(head, zipped(students("s1")), zipped({"s1.png": picture()}))
    pid = import_process()
    reader = next(one for one, line in descendants(pid).items() if "import_reader" in line)
    os.kill(pid, signal.SIGKILL)
    until(lambda: stage(head, page) == "ended", 30)
    assert still_alive([pid, reader], 10) == []
    assert console.office.reader.roster() == {}


def test_there_is_one_import_at_a_time(console: Running, head: httpx2.Client) -> None:
    page, _ = planned(head, zipped(students("s1")))
    again = handed(head, zipped(students("s2")))
    assert again.status_code == 422
    assert "another import is under way" in again.text
    pid = import_process()
    assert head.post(f"{page}/put-away", data={"csrf": csrf(head)}).status_code == 303
    assert "nothing of it was taken in" in head.get(page).text
    assert still_alive([pid], 10) == []
    assert planned(head, zipped(students("s2")))


def test_a_large_roster_has_pages_of_a_hundred(console: Running, head: httpx2.Client) -> None:
    page, text = planned(head, zipped(students(*(f"s{number:05}" for number in range(20_000)))))
    assert counts(text)["To add"] == 20_000
    assert text.count("<tr>") == 101
    assert "Page 1 of 200" in text
    last = head.get(f"{page}?show=add&page=200").text
    assert "Givens19999" in last
    assert "Next" not in last
    assert "No rows." in head.get(f"{page}?show=end").text
    assert head.get(f"{page}?show=nonsense&page=-7").status_code == 200


def test_dates_of_birth_are_not_shown(console: Running, head: httpx2.Client) -> None:
    def files(born: str) -> bytes:
        return zipped(
            students("s1")
            | {
                "manifest.csv": manifest("1.1", demographics="bulk"),
                "demographics.csv": csv_of(DEMOGRAPHICS, f"s1,,,{born},"),
            }
        )

    page, _ = planned(head, files("2011-06-30"))
    taken(head, page)
    _, text = planned(head, files("2011-07-30"))
    assert "To change: birth date" in text
    assert "2011" not in text


def test_taking_in_asks_for_the_password_again(console: Running, head: httpx2.Client) -> None:
    page, _ = planned(head, zipped(students("s1")))
    with browser_of(console, "tired", Role.DISTRICT_ADMINISTRATOR) as other:
        with console.office.lock, console.office.desk.records.transaction() as books:
            old = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
            books.people._session.execute(text_of("UPDATE session SET proved = :old"), {"old": old})
        answer = other.post(f"{page}/take", data={"csrf": csrf(other)})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/confirm?next={page}")
        assert stage(other, page) == "planned"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DISTRICT_ADMINISTRATOR])
def test_nobody_else_hands_a_file_over(console: Running, role: Role) -> None:
    with browser_of(console, "other", role) as other:
        assert other.get("/imports").status_code == 403
        assert 'href="/imports"' not in other.get("/account").text
        answer = other.post("/imports", data={"csrf": csrf(other)}, files={"file": ("r.zip", b"x" * 70_000)})
        assert answer.status_code == 413  # not even read
    assert console.console.imports.runs() == []


def test_more_than_300_megabytes_are_not_read(console: Running, head: httpx2.Client) -> None:
    host, port = console.url.removeprefix("http://").split(":")
    lines = [
        "POST /imports HTTP/1.1",
        f"Host: {host}:{port}",
        f"Cookie: {head.headers['Cookie']}",
        f"Origin: {console.url}",
        "Content-Type: multipart/form-data; boundary=x",
        f"Content-Length: {(300 << 20) + 1}",
        "",
        "",
    ]
    with socket.create_connection((host, int(port)), 20) as link:
        link.sendall("\r\n".join(lines).encode())
        answer = link.makefile("rb").read(-1).decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert "Files of more than 300 MB are too large; hand them over in parts." in answer


def test_uploads_touch_no_disk(
    console: Running, head: httpx2.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    data = zipped(students("s1") | {"padding.bin": os.urandom(30 << 20)})
    opened: list[str] = []
    planned(head, data)
    for pid in (os.getpid(), *descendants(os.getpid())):
        for one in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                opened.append(os.readlink(one))
    assert any("memfd:upload" in one for one in opened)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not any(one.startswith(str(tmp_path / "tmp")) for one in opened)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert data[1000:1200] not in path.read_bytes(), path


def test_cells_are_no_formulas() -> None:
    faults = [RowFault("u.csv", 2, "=cmd|' /C calc'!A0", "@SUM(1)"), RowFault("-u.csv", 0, " +1", "s1")]
    lines = refused_csv(faults).decode("utf-8-sig").splitlines()
    assert lines[1:] == ["u.csv,2,'@SUM(1),'=cmd|' /C calc'!A0", "'-u.csv,,s1,' +1"]


def test_every_step_is_on_record_without_a_name(console: Running, head: httpx2.Client) -> None:
    page, _ = planned(head, zipped(students("s1")))
    taken(head, page)
    deeds = [entry.deed for entry in console.office.reader.trail(9, None)]
    mine = {deed.action: dict(deed.detail) for deed in deeds if deed.action.startswith(("import", "roster"))}
    assert mine["import.upload"]["kind"] == "roster"
    assert mine["import.plan"] == {"add": 1, "change": 0, "same": 0, "end": 0, "refused": 0}
    assert mine["roster.import"]["added"] == 1
    assert "Givens1" not in str(deeds)
