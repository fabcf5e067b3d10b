"""A student of the roster is listed while the site runs: two people, two sign-ins, an alert within seconds."""

from __future__ import annotations

import re
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import AddAccount, By, KeepPerson, MakeLink, PhotoKept
from hallwatch.core.sessions import digest_of_token
from hallwatch.entry.keeper_client import SOCKET, ask
from hallwatch.sim.film import write_film
from hallwatch.sim.plan import plan_walkby
from tests.serving import Serving, environment, serving, until, write_config
from tests.test_lists_pages import draft, press, searched
from tests.watching import write_list

MACHINE = By("machine:tests", "terminal")
PASSWORD = "quite another long sentence"


def signed_in(server: Serving, data: Path, login: str, role: Role, schools: frozenset[str]) -> httpx2.Client:
    account = ask(data / SOCKET, AddAccount(MACHINE, login, login.title(), role, schools)).subject
    ask(data / SOCKET, MakeLink(MACHINE, account, digest_of_token(f"link of {login}")))
    fields = {"password": PASSWORD, "again": PASSWORD}
    own = {"Origin": server.url}
    answer = httpx2.post(f"{server.url}/link/link of {login}", data=fields, headers=own, timeout=30)
    assert answer.status_code == 303, answer.text
    return httpx2.Client(base_url=server.url, timeout=30, headers=own, cookies=dict(answer.cookies))


def alerts(server: Serving) -> set[str]:
    return set(re.findall(r"<article[^>]* id=\"([^\"]+)\"", server.page()))


@pytest.mark.timeout(400)
def test_a_student_is_listed_and_let_go(shared: Path, tmp_path: Path) -> None:
    listed, student = sorted((shared / "data" / "faces").iterdir())[:2]
    photo = sorted(student.iterdir())[0]
    other = sorted(listed.iterdir())[0]
    rows = [{"external_id": "P1", "first_name": "Some", "last_name": "Body", "photo": "p.jpg"}]
    people = write_list(tmp_path / "people", rows)
    shutil.copyfile(other, people / "p.jpg")
    shutil.copyfile(photo, tmp_path / "again.jpg")
    plan = plan_walkby(
        {"a": [photo, tmp_path / "again.jpg"]},
        listed={"a": "x"},
        listed_passes=1,
        unlisted_passes=0,
        size=(640, 360),
        fps=6,
        largest_px=(80.0, 90.0),
    )
    write_film(plan, tmp_path / "film.mp4")
    film = 'address = "film.mp4"\nloop = true\nschool = "{}"\nbuilding = "{}"'
    cameras = {"Hall": film.format("North", "A"), "Gym": film.format("South", "B")}
    config = write_config(tmp_path, people, cameras)
    data = tmp_path / "data"
    with serving(config, environment(tmp_path, shared)) as server:
        born = datetime.now(UTC).date() - timedelta(days=16 * 365)
        pupil = Person("S-17", "Quillon", "Pupil", (), date_of_birth=born, schools=("North",), role="student")
        ask(data / SOCKET, KeepPerson(MACHINE, pupil, (PhotoKept("p", photo.read_bytes(), "", b""),)))
        north = frozenset({"North"})
        author = signed_in(server, data, "author", Role.SCHOOL_ADMINISTRATOR, north)
        second = signed_in(server, data, "second", Role.SCHOOL_ADMINISTRATOR, north)
        head = signed_in(server, data, "head", Role.DISTRICT_ADMINISTRATOR, frozenset())
        with author, second, head:
            until(lambda: server.page().count("Watching") >= 2, 120)
            time.sleep(3)
            assert alerts(server) == set()  # a face of the roster is nobody's business

            found = re.search(r'href="(/lists/person/[^"]+)">Quillon', searched(author, "quillon"))
            assert found is not None
            page = found[1]
            assert draft(author, page).status_code == 303
            answer = press(author, page, "propose")
            assert answer.status_code == 303, answer.text
            judged = re.search(r"<figcaption>(.*?)</figcaption>", second.get(page).text, re.S)
            assert judged is not None
            assert (
                judged[1] == "Good photo. The chance of recognising was not measured."
            )  # of this pack, nobody has
            shown = second.get(page).text
            assert "Looks like nobody else on the list." in shown  # of one other, who is of list.csv
            assert "no cohort" in shown
            assert press(second, page, "approve").status_code == 303
            time.sleep(3)
            assert alerts(server) == set()  # one yes is not enough for somebody of 16
            assert press(head, page, "approve").status_code == 303
            approved = time.monotonic()
            until(lambda: bool(alerts(server)), 30)
            print(f"an alert {time.monotonic() - approved:.1f} s after the approval")
            shown = server.page()
            assert "Quillon Pupil" in shown
            assert "Hall" in shown
            assert len(alerts(server)) == 1  # and not before the other school's camera

            assert press(author, page, "end").status_code == 303
            time.sleep(3)
            assert "has not reached all cameras" not in server.page()
        text = server.said()
        assert "Quillon" not in text
