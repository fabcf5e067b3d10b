"""How long migrations, backups and restores take with 100,000 alerts, on both databases.

    python bench/records.py [--rows 100000] [--out bench/results/records.json]

The rows are written as the version before sealing left them, with a shot of 20 kB each; then the database is brought
forward, taken back, brought forward again, backed up and restored, and everything is counted each time.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import text
from tests.records import NOW, Office, chest_in, postgres_binaries, postgres_server
from tests.test_migrations import old_database

from hallwatch.adapters.store import engine, schema
from hallwatch.adapters.store.backup import restore_backup, take_backup
from hallwatch.adapters.store.place import Place, SqliteFile
from hallwatch.entry.benchmarks.machine import this_machine


def timed(what: str, action: Callable[[], object], into: dict[str, object]) -> None:
    """Run, and note the seconds."""
    print(what, file=sys.stderr, flush=True)
    began = time.monotonic()
    action()
    into[f"{what}_s"] = round(time.monotonic() - began, 1)


def rehearse(place: Place, folder: Path, rows: int) -> dict[str, object]:
    """Forward, back, forward, backup, restore."""
    found: dict[str, object] = {"rows": rows}
    print("writing the old database", file=sys.stderr, flush=True)
    old_database(place, folder, rows, shot=bytes(20_000))
    offices: list[Office] = []
    timed("forward", lambda: offices.append(Office(place, folder)), found)
    office = offices[0]
    found["alerts_after"] = len(office.reader.latest(10 * rows))
    office.close()

    def back() -> None:
        writer = engine.writer(place)
        schema.downgrade(writer, "0001", office.desk.store)
        writer.dispose()

    timed("back", back, found)
    reader = engine.reader(place)
    with reader.connect() as connection:
        found["alerts_back"] = connection.execute(text("SELECT count(*) FROM alert")).scalar_one()
    reader.dispose()
    timed("forward_again", office.reopen, found)
    backups: list[Path] = []
    timed("backup", lambda: backups.append(take_backup(place, folder / "backups", NOW)), found)
    found["backup_mb"] = round(backups[0].stat().st_size / 1e6)
    office.close()
    timed("restore", lambda: restore_backup(backups[0], place, chest_in(folder).open(writable=True)), found)
    office.reopen()
    found["alerts_restored"] = len(office.reader.latest(10 * rows))
    office.close()
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--out", type=Path)
    wish = options.parse_args()
    binaries = postgres_binaries()
    if binaries is None:
        raise SystemExit("needs PostgreSQL's server programs (Debian: postgresql)")
    result: dict[str, object] = {"machine": asdict(this_machine())}
    with tempfile.TemporaryDirectory(prefix="hw-records-") as folder:
        lite, large = Path(folder) / "lite", Path(folder) / "large"
        lite.mkdir()
        large.mkdir()
        result["sqlite"] = rehearse(SqliteFile(lite / "hallwatch.db"), lite, wish.rows)
        with postgres_server(binaries) as server:
            result["postgresql"] = rehearse(server, large, wish.rows)
    told = json.dumps(result, indent=1)
    print(told)
    if wish.out:
        wish.out.parent.mkdir(parents=True, exist_ok=True)
        wish.out.write_text(told + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
