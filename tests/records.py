"""Real databases and keys for tests: a SQLite file, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pg8000.dbapi

from hallwatch.adapters.keys.chest import Chest
from hallwatch.adapters.store.place import Place, PostgresServer, SqliteFile
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.events import Sighting
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.policy.roles import ALLOWED, DISTRICT_WIDE, May, Role
from hallwatch.core.requests import AddAccount, BindJurisdiction, By, Done, OpenSession, Request
from hallwatch.core.sessions import digest_of_token
from hallwatch.core.training import COURSE, PRACTICE, QUIZ
from hallwatch.core.training_requests import PassCourse
from hallwatch.entry.desk import Desk

NOW = datetime(2026, 11, 24, 15, 4, 5, 120_000, tzinfo=UTC)
SIGHTING = Sighting(
    alert_id="a1",
    camera="Corridor A",
    at=NOW,
    media_time_s=3.4,
    external_id="P1",
    name="Dana Sample",
    lists=("other",),
    score=0.58,
    threshold=0.51,
    face_px=61,
    shots=3,
    pack="duo",
    shot_jpeg=b"first shot",
)


def course_of(by: By) -> PassCourse:
    """The course as somebody has passed it who got everything right."""
    answers = {question: choices[0] for question, choices in QUIZ.items()}
    return PassCourse(by, COURSE, {case: right.value for case, right in PRACTICE.items()}, answers)


def chest_in(folder: Path) -> Chest:
    """Keys below ``folder``."""
    return Chest(folder / "keys", folder / "key-backups", folder / "keys" / "master.key")


class Office:
    """A keeper's desk and whoever reads what it writes, on one database.

    A keeper has one thread; where a console runs beside a test, ``lock`` stands for it.
    """

    def __init__(
        self,
        place: Place,
        folder: Path,
        *,
        bound: bool = True,
        places: Mapping[str, Whereabouts] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.place, self.folder, self.chest = place, folder, chest_in(folder)
        self.lock = threading.RLock()
        self.places = dict(places or {})
        self.desk = Desk(place, self.chest, places=self.places)
        if bound:
            self.desk.keeping.answer(BindJurisdiction(By("system"), "US-MO"))
        self.reader = Reader(place, self.desk.store)

    @classmethod
    def bare(cls, place: Place, folder: Path) -> Office:
        """One that is under no law yet."""
        return cls(place, folder, bound=False)

    def keep(self, sighting: Sighting) -> KeptAlert:
        """Commit a sighting."""
        with self.lock:
            kept = self.desk.keep(
                sighting, place=Whereabouts("Main", "North"), meaning="rare", now=sighting.at
            )
        assert kept is not None
        return kept

    def enter(
        self,
        role: Role = Role.SECURITY,
        schools: Sequence[str] = ("North",),
        login: str = "",
        *,
        trained: bool = True,
    ) -> str:
        """Somebody of this role, signed in; the browser's token. Whoever may answer alerts has taken the course."""
        login = login or f"{role.value}-{secrets.token_hex(3)}"
        machine = By("machine:tests", "terminal")
        mine = frozenset() if role in DISTRICT_WIDE else frozenset(schools)
        account = self.done(AddAccount(machine, login, login.title(), role, mine)).subject
        if trained and May.ANSWER_ALERTS in ALLOWED[role]:
            self.done(course_of(By(account)))
        token = secrets.token_urlsafe(32)
        self.done(OpenSession(By(account), account, digest_of_token(token)))
        return token

    def done(self, request: Request) -> Done:
        """The desk's answer, which has to be yes."""
        with self.lock:
            reply = self.desk.keeping.answer(request)
        assert isinstance(reply, Done), reply
        return reply

    def reopen(self) -> None:
        """Close everything and start again, as a new keeper would."""
        self.close()
        self.desk = Desk(self.place, self.chest, places=self.places)
        self.reader = Reader(self.place, self.desk.store)

    @property
    def file(self) -> Path:
        """The SQLite file."""
        assert isinstance(self.place, SqliteFile)
        return self.place.path

    def close(self) -> None:
        """Give the database back."""
        self.desk.close()
        self.reader.close()


BINARIES = Path("/usr/lib/postgresql")


def postgres_binaries() -> Path | None:
    """The newest PostgreSQL of this machine."""
    found = sorted(BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def postgres_server(binaries: Path) -> Iterator[PostgresServer]:
    """A fresh server that is reached through a Unix socket only. PostgreSQL refuses to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="hw-pg-"))
    before: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        before = ["runuser", "-u", "postgres", "--"]
    user = "postgres" if before else pwd.getpwuid(os.geteuid()).pw_name
    data = folder / "data"

    def run(*command: object) -> None:
        subprocess.run([*before, *map(str, command)], check=True, capture_output=True, cwd=folder)

    try:
        run(binaries / "initdb", "-D", data, "-A", "trust", "-U", user, "--no-sync", "-E", "UTF8")
        options = f"-c listen_addresses= -k {folder} -c fsync=on"
        run(binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield PostgresServer(host=str(folder), port=5432, database="postgres", user=user)
        finally:
            run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def fresh_database(server: PostgresServer, name: str) -> PostgresServer:
    """A new, empty database of the server."""
    connection = pg8000.dbapi.connect(
        user=server.user, database="postgres", unix_sock=f"{server.host}/.s.PGSQL.{server.port}"
    )
    with closing(connection):
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
    return replace(server, database=name)
