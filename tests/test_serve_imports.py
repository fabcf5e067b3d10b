"""A file handed over to a running `hallwatch serve`: its own process, its own keeper, and nothing left of either."""

from __future__ import annotations

from pathlib import Path

import pytest

from hallwatch.entry.keeper_client import SOCKET
from tests.roster_zips import zipped
from tests.serving import environment, serving, still_alive, until, write_config
from tests.test_imports_listed import registry, row
from tests.test_imports_pages import counts, handed, picture, planned, stage, students, taken
from tests.watching import write_list


@pytest.mark.timeout(400)
def test_a_roster_is_taken_in_beside_everything_else(shared: Path, tmp_path: Path) -> None:
    config = write_config(tmp_path, write_list(tmp_path / "people", []), {})
    with serving(config, environment(tmp_path, shared)) as server:
        server.client.base_url = server.url
        server.client.headers["Origin"] = server.url
        page, text = planned(server.client, zipped(students("s1", "s2")))
        assert counts(text)["To add"] == 2
        assert (tmp_path / "data" / SOCKET).exists()
        assert counts(taken(server.client, page))["Added"] == 2
        until(lambda: not [line for line in server.children().values() if line.startswith("hw-import")], 20)

        # the same with a process that is ended while it waits, and a server that is stopped meanwhile
        answer = handed(server.client, registry([b"no picture"], row(0)), name="r.zip", kind="registry")
        assert answer.status_code == 422
        photos = zipped({"s1.png": picture()})  # as long as there are photos, somebody gives them
        page, _ = planned(server.client, zipped(students("s1", "s2", "s3")), photos)
        assert stage(server.client, page) == "planned"
        importing = [
            pid
            for pid, line in server.children().items()
            if line.startswith("hw-import") or "import_reader" in line
        ]
        assert len(importing) == 2
    assert still_alive(importing, 5) == []
