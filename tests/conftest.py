"""What many tests need: the data beside the checkout."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from hallwatch.adapters.store.place import Place, PostgresServer, SqliteFile
from tests.browser import end_all
from tests.records import Office, fresh_database, postgres_binaries, postgres_server


def pytest_sessionfinish() -> None:
    """The browser that tests have shared goes with them."""
    end_all()


SHARED = Path(__file__).resolve().parents[1].parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with models, faces and video beside the checkout; without it the test cannot say anything."""
    if not SHARED.is_dir():
        reason = f"needs the test data in {SHARED.name}/ beside the checkout"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of the tests' own."""
    binaries = postgres_binaries()
    if binaries is None:
        reason = "needs PostgreSQL's server programs (Debian: postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with postgres_server(binaries) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty database, of either kind."""
    if request.param == "sqlite":
        return SqliteFile(tmp_path / "hallwatch.db")
    return fresh_database(request.getfixturevalue("postgres"), f"t{uuid.uuid4().hex}")


@pytest.fixture
def office(place: Place, tmp_path: Path) -> Iterator[Office]:
    """A keeper at work on either kind of database."""
    office = Office(place, tmp_path)
    yield office
    office.close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Office]:
    """A keeper at work on SQLite, for what only a file has."""
    office = Office(SqliteFile(tmp_path / "hallwatch.db"), tmp_path)
    yield office
    office.close()
