"""The console page over real HTTP: what it shows, what it refuses, how it follows the database."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from PIL import Image

from hallwatch.adapters.passkeys import Passkeys
from hallwatch.adapters.passwords import Passwords
from hallwatch.adapters.store.delivery_reader import DeliveryReader
from hallwatch.adapters.store.place import SqliteFile
from hallwatch.adapters.store.staff_reader import StaffReader
from hallwatch.core.events import CameraCondition, CameraState, Sighting
from hallwatch.core.kept import Whereabouts
from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By, Done, KeepPerson, Note, PhotoKept, Request, TouchSession
from hallwatch.core.watchlist import Refusal
from hallwatch.entry.board import LiveBoard
from hallwatch.entry.comparing import Comparing
from hallwatch.entry.http import HttpServer, listening_socket
from hallwatch.entry.import_desk import ImportDesk
from hallwatch.entry.keeper_client import SOCKET, settled
from hallwatch.entry.live_list import LiveList
from hallwatch.entry.own_papers import papers_under
from hallwatch.entry.own_sign_in import OwnSignIn
from hallwatch.entry.photo_desk import PhotoDesk
from hallwatch.entry.settings_desk import SettingsDesk
from hallwatch.flow.column_maps import PREFIX as MAPS
from hallwatch.flow.setting import PREFIX
from hallwatch.settings.environment import Environment
from hallwatch.settings.site import Site
from hallwatch.web.admission import COOKIE
from hallwatch.web.app import create_app
from hallwatch.web.console import Console, SiteFacts
from hallwatch.web.guard import host_is_loopback
from tests.browser import Browser
from tests.records import Office

NOW = datetime(2026, 11, 24, 15, 4, 5, 120_000, tzinfo=UTC)
WHERE = Whereabouts("Main building", "North")
PLACES = {"Corridor A": WHERE, "Entrance": WHERE, "Gym": Whereabouts("Gym", "South")}
FRONTEND = Path(__file__).resolve().parents[1] / "frontend"
NAMED_BUT_NOT_LOADED = (
    "http://www.w3.org/2000/svg",
    "https://leafletjs.com",  # a link under maps that ours leave out
    "joinstyle=",  # of a browser that is no more
    "https://simplewebauthn.dev/docs/",  # where a warning to developers sends its reader
)
LONG = "Maximiliana-Alexandrina Featherstonehaugh-Cholmondeley-Montmorency <script>alert(1)</script> & sons"


def jpeg(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 24), colour).save(out, "JPEG")
    return out.getvalue()


SITE = Site.model_validate(
    {
        "site": {"jurisdiction": "US-MO", "name": "Main Street School"},
        "watchlist": {"dir": "people"},
        "cameras": [{"name": "Entrance", "address": "rtsp://viewer:hunter2@10.1.2.3/live?token=s3cret"}],
        "network": {"services": ["127.0.0.0/8"]},
        "database": {"host": "db.example", "password_file": "/run/db-password"},
    }
)
SHOT, BETTER, PHOTO = jpeg("navy"), jpeg("teal"), jpeg("olive")
SIGHTING = Sighting(
    alert_id="a1",
    camera="Corridor A",
    at=NOW,
    media_time_s=3.4,
    external_id="P1",
    name="Dana Sample",
    lists=("trespass", "other"),
    score=0.58,
    threshold=0.51,
    face_px=61,
    shots=3,
    pack="duo",
    shot_jpeg=SHOT,
)


@dataclass
class Running:
    """A console at work, with the hands that feed it, and a browser in which security is signed in."""

    url: str
    office: Office
    board: LiveBoard
    token: str
    client: httpx2.Client
    console: Console

    def sight(self, sighting: Sighting) -> None:
        meaning = "About 1 false alert a day is expected."
        with self.office.lock:
            self.office.desk.keep(sighting, place=WHERE, meaning=meaning, now=NOW)
        self.board.committed()

    def get(self, path: str = "/", **more: Any) -> httpx2.Response:
        return self.client.get(self.url + path, **more)

    def browser(self, token: str | None) -> httpx2.Client:
        """Another browser, signed in with this token, or not at all."""
        headers = {"Accept": "text/html"} | ({"Cookie": f"{COOKIE}={token}"} if token else {})
        return httpx2.Client(base_url=self.url, headers=headers, timeout=20)

    def show(self, browser: Browser, path: str = "/", token: str | None = None) -> None:
        """Open a page in a real browser that is signed in."""
        browser.cookie(COOKIE, token or self.token, self.url)
        browser.open(self.url + path)


@contextmanager
def running(
    folder: Path, live: LiveList | None = None, photos: PhotoDesk | None = None, listed: int = 12
) -> Iterator[Running]:
    """A console at work; ``live`` is the list that cameras look for, if they do, ``photos`` looks at photos, and the
    page says that so many are ``listed``."""
    office = Office(SqliteFile(folder / "hallwatch.db"), folder, places=PLACES)
    office.done(
        KeepPerson(By("system"), Person("P1", "Dana", "Sample", ()), (PhotoKept("p", PHOTO, "", b""),))
    )
    token = office.enter()

    def ask(request: Request) -> Done:
        with office.lock:
            done = settled(office.desk.keeping.answer(request))
        if not isinstance(request, Note | TouchSession):
            board.committed()
        return done

    board = LiveBoard(["Corridor A", "Entrance"])
    settings = SettingsDesk(SITE, SITE, lambda: office.reader.settings(PREFIX), office.reader.setting)
    photos = photos or PhotoDesk(None)
    imports = ImportDesk(
        office.place,
        office.chest,
        folder / SOCKET,
        SITE,
        Environment.from_environ(),
        lambda: office.reader.settings(MAPS),
    )
    facts = SiteFacts(
        run="run-1",
        name="Main Street School",
        zone=ZoneInfo("America/Chicago"),
        expired=2,
        not_begun=1,
        refused=(Refusal(7, "photo 'x.png' <b>is missing</b>"),),
        noted=(Refusal(9, "p9.png: 1 other face in the photo passed over"),),
        meaning="At this threshold about 1 false alert a day is expected.",
        pack="duo",
        pack_warnings=("Children were not measured.",),
        jurisdiction="US-MO",
        places=PLACES,
    )
    made = Console(
        facts=facts,
        alerts=office.reader,
        deliveries=DeliveryReader(office.reader),
        who=office.reader,
        staff=StaffReader(office.reader),
        proofs=Passwords(),
        passkeys=Passkeys(),
        ask=ask,
        board=board,
        settings=settings,
        provider=OwnSignIn(settings.now),
        lists=office.reader,
        photos=photos,
        gate=Comparing(live, office.reader),
        papers=papers_under("US-MO"),
        waiting=office.reader.waiting,
        quiet=office.reader.quiet_start,
        imports=imports,
        waiting_imports=office.reader.waiting_imports,
        floors=office.reader.floors,
        expected=lambda count: f"Words about {count} photos more.",
        looked_for=lambda: listed,
        device_key=b"devices",
    )
    app = create_app(made)
    listening = listening_socket("127.0.0.1", 0)
    server = HttpServer(app, listening)
    thread = threading.Thread(target=server.run_until_told)
    thread.start()
    try:
        with httpx2.Client(headers={"Cookie": f"{COOKIE}={token}"}, timeout=20) as client:
            yield Running(server.url, office, board, token, client, made)
    finally:
        board.end()
        server.stop()
        thread.join(20)
        imports.close()
        photos.close()
        office.close()
        assert not thread.is_alive()


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as it:
        yield it


class Listening:
    """A browser's EventSource, as far as a test needs one."""

    def __init__(self, response: httpx2.Response) -> None:
        self._lines = response.iter_lines()

    def next(self, wanted: str) -> tuple[str | None, dict[str, str]]:
        """The id and data of the next event of this name."""
        event: dict[str, str] = {}
        for line in self._lines:
            if line:
                field, _, value = line.partition(": ")
                event[field] = value
                continue
            if event.get("event") == wanted:
                return event.get("id"), json.loads(event["data"])
            event = {}
        raise AssertionError(f"the stream ended without {wanted}")


@contextmanager
def listening(console: Running, headers: dict[str, str] | None = None) -> Iterator[Listening]:
    with console.client.stream("GET", f"{console.url}/events", headers=headers, timeout=30) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Listening(response)


def test_the_empty_page_says_what_it_is_doing(console: Running) -> None:
    page = console.get().text
    assert "No alerts" in page
    assert "12 people are" in page
    assert "2 expired rows were left out" in page
    assert "1 row was refused" in page
    assert "p9.png: 1 other face in the photo passed over" in page
    assert "Model pack duo. Children were not measured." in page
    assert "line 7" in page
    assert "&lt;b&gt;is missing" in page
    assert "Corridor A" in page


def test_an_alert_says_what_to_do_first_and_everything_is_escaped(console: Running) -> None:
    console.sight(replace(SIGHTING, name=LONG))
    page = console.get().text
    rule = page.index("Never touch, search or hold anyone on a match alone.")
    name = page.index("&lt;script&gt;alert(1)&lt;/script&gt; &amp; sons</h3>")
    assert rule < name
    assert "<script>alert" not in page
    assert "09:04:05" in page  # the site's own time, not UTC
    assert "Tuesday, 24 November 2026, CST" in page
    assert "61 px" in page
    assert "Score 0." not in page  # what the machine thinks comes after the answer
    assert "Trespass" in page


def test_pictures_exist_only_for_existing_alerts(console: Running) -> None:
    console.sight(SIGHTING)
    shot = console.get("/alerts/a1/shot")
    assert (shot.content, shot.headers["content-type"]) == (SHOT, "image/jpeg")
    assert shot.headers["cache-control"] == "no-store"
    assert console.get("/alerts/a1/photo").content == PHOTO
    console.sight(replace(SIGHTING, alert_id="a2", external_id="gone", shot_jpeg=None))
    for path in ("a2/shot", "a2/photo", "a3/shot", "a3/photo", "..%2f..%2fetc/photo"):
        assert console.get(f"/alerts/{path}").status_code == 404, path
    # every look is on record
    looks = [entry.deed for entry in console.office.reader.trail(9, None) if "picture" in entry.deed.action]
    assert [(deed.action, deed.subject, deed.school) for deed in looks] == [
        ("picture.photo", "a1", "North"),
        ("picture.shot", "a1", "North"),
    ]


def test_alerts_arrive_live_and_improve_in_place(console: Running) -> None:
    with listening(console) as stream:
        assert stream.next("hello")[1] == {"run": "run-1"}
        stream.next("beat")
        console.sight(SIGHTING)
        number, card = stream.next("alert")
        assert (number, card["alert_id"]) == ("1", "a1")
        assert "Dana Sample" in card["html"]
        console.sight(replace(SIGHTING, improves=True, score=0.7, shot_jpeg=BETTER))
        number, card = stream.next("alert")
        assert (number, card["alert_id"]) == ("2", "a1")
        assert "61 px" in card["html"]
    assert console.get("/alerts/a1/shot").content == BETTER


def test_a_browser_that_was_away_gets_what_it_missed(console: Running) -> None:
    for alert_id in ("a1", "a2", "a3"):
        console.sight(replace(SIGHTING, alert_id=alert_id))
    with listening(console, {"Last-Event-ID": "1"}) as stream:
        assert stream.next("alert")[0] == "2"
        assert stream.next("alert")[0] == "3"
    with listening(console, {"Last-Event-ID": "nonsense"}) as stream:
        assert stream.next("alert")[0] == "1"


def test_an_alert_whose_announcement_was_lost_is_shown_at_the_next_beat(console: Running) -> None:
    with listening(console) as stream:
        stream.next("beat")
        with console.office.lock:
            console.office.desk.keep(SIGHTING, place=WHERE, meaning="", now=NOW)  # nobody calls committed()
        assert stream.next("alert")[1]["alert_id"] == "a1"


def test_cameras_and_troubles_are_followed(console: Running) -> None:
    with listening(console) as stream:
        assert "Starting" in stream.next("status")[1]["cameras"]
        console.board.camera(
            CameraState(
                "Entrance", CameraCondition.LOST, "no picture for 10 s", retry_in_s=4, frames=9, analysed=3
            )
        )
        now = stream.next("status")[1]
        assert "no picture for 10 s; trying again in 4 s; 9 pictures received, 3 analysed" in now["cameras"]
        assert "<strong>Not seeing:</strong> Entrance." in now["troubles"]
        console.board.trouble("keeper", "Alerts cannot be saved just now.")
        assert "Alerts cannot be saved just now." in stream.next("status")[1]["troubles"]
        console.board.trouble("keeper", None)
        assert "Alerts cannot be saved" not in stream.next("status")[1]["troubles"]


def test_an_unreadable_database_is_said_on_the_page(console: Running, tmp_path: Path) -> None:
    with listening(console) as stream:
        stream.next("status")
        (tmp_path / "hallwatch.db").rename(tmp_path / "away.db")
        assert "the database cannot be read" in stream.next("status")[1]["troubles"]
        (tmp_path / "away.db").rename(tmp_path / "hallwatch.db")
        assert "cannot be read" not in stream.next("status")[1]["troubles"]


def test_streams_end_with_the_server(console: Running) -> None:
    with listening(console) as stream:
        stream.next("beat")
        console.board.end()
        with pytest.raises(AssertionError, match="the stream ended"):
            stream.next("never")


@pytest.mark.parametrize("path", ["/", "/static/console.js", "/alerts/none/shot", "/nowhere"])
def test_every_answer_keeps_to_itself(console: Running, path: str) -> None:
    headers = console.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Host": "127.0.0.1.attacker.example:8460"},
        {"Host": ""},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    ],
)
def test_requests_made_by_other_sites_are_refused(console: Running, headers: dict[str, str]) -> None:
    console.sight(SIGHTING)
    answer = console.get("/alerts/a1/shot", headers=headers)
    assert answer.status_code in (400, 403, 421)
    assert SHOT not in answer.content


def test_loopback_names() -> None:
    assert all(map(host_is_loopback, ["localhost", "LOCALHOST:8460", "127.0.0.1:1", "[::1]", "[::1]:8460"]))
    assert not any(
        map(host_is_loopback, ["", "::1", "127.0.0.1.evil", "localhost.evil:80", "10.0.0.1", "[::1"])
    )


def test_the_page_loads_nothing_from_elsewhere() -> None:
    web = Path(create_app.__code__.co_filename).parent
    folders = (web / "templates", web / "static", FRONTEND / "src", FRONTEND / "public")
    for file in [file for folder in folders for file in folder.iterdir()]:
        text = file.read_text(encoding="utf-8")
        for name in NAMED_BUT_NOT_LOADED:
            text = text.replace(name, "")
        assert "http://" not in text, file.name
        assert "https://" not in text, file.name
        assert "style=" not in text, file.name  # the content policy would drop it


def test_settings_are_shown_with_their_words_and_without_secrets(console: Running) -> None:
    with console.browser(console.office.enter(Role.TECHNICIAN)) as client:
        page = client.get("/settings").text
    for shown in ("[database]", "db.example", "[[cameras]] Entrance", "10.1.2.3/live", "Whose law applies"):
        assert shown in page, shown
    for secret in ("hunter2", "s3cret", "viewer"):
        assert secret not in page, secret
    assert console.get("/settings").status_code == 403
