"""Whether a report keeps an alert waiting: python bench/figures.py ALERTS [FOLDER].

Makes an installation with so many alerts of invented people, and commits new ones, first alone, then beside a process
that makes one report after the other over all of them. Seconds on the clock: one report; a commit with its deliveries,
median and longest; until the page could show it. One JSON line.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.records import SIGHTING, chest_in

from hallwatch.adapters.store.place import SqliteFile
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.kept import Whereabouts
from hallwatch.entry.desk import Desk
from hallwatch.flow.figuring import Period, figures

NOW = datetime.now(UTC)
MAIN = Whereabouts("Main", "North")
AT_ONCE, TRIED, PEOPLE = 500, 200, 400
ONE = replace(
    SIGHTING, camera="Entrance", at=NOW, name="Invented Person", lists=("trespass",), shot_jpeg=bytes(20_000)
)


def fill(desk: Desk, alerts: int) -> None:
    """So many alerts over 90 days."""
    for start in range(0, alerts, AT_ONCE):
        with desk.records.transaction() as books:
            for number in range(start, min(start + AT_ONCE, alerts)):
                at = NOW - timedelta(days=90 * number / alerts)
                one = replace(ONE, alert_id=f"a{number}", external_id=f"P{number % PEOPLE}", at=at)
                books.alerts.keep(one, place=MAIN, meaning="rare", now=at)


def report(folder: Path) -> int:
    """All of them counted; how many there were."""
    reader = Reader(SqliteFile(folder / "hallwatch.db"), chest_in(folder).open())
    day = NOW.date()
    found = figures(reader, Period.last(91, day), zone=UTC, now=NOW, claimed=1.0)
    reader.close()
    return found.total.alerts


def report_on_and_on(folder: Path, begun: Event, ended: Event) -> None:
    """In a process of its own, until it is told to end."""
    while not ended.is_set():
        begun.set()
        report(folder)


def committed(desk: Desk, reader: Reader, name: str) -> dict[str, float]:
    """How long new alerts take, each of somebody else."""
    commits, shown = [], []
    for number in range(TRIED):
        one = replace(ONE, alert_id=f"{name}{number}", external_id=f"{name}{number}", at=datetime.now(UTC))
        began = time.perf_counter()
        desk.keep(one, place=MAIN, meaning="rare", now=one.at)
        commits.append(time.perf_counter() - began)
        assert reader.latest(1)[0].alert_id == one.alert_id
        shown.append(time.perf_counter() - began)
    return {
        "commit_median_s": round(statistics.median(commits), 4),
        "commit_longest_s": round(max(commits), 4),
        "shown_median_s": round(statistics.median(shown), 4),
        "shown_longest_s": round(max(shown), 4),
    }


def main() -> None:
    """Measure and print."""
    alerts = int(sys.argv[1])
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as name:
        folder = Path(name)
        desk = Desk(SqliteFile(folder / "hallwatch.db"), chest_in(folder))
        reader = Reader(SqliteFile(folder / "hallwatch.db"), desk.store)
        fill(desk, alerts)
        began = time.perf_counter()
        counted = report(folder)
        took = round(time.perf_counter() - began, 3)
        alone = committed(desk, reader, "alone")
        spawn = get_context("spawn")
        begun, ended = spawn.Event(), spawn.Event()
        beside = spawn.Process(target=report_on_and_on, args=(folder, begun, ended))
        beside.start()
        begun.wait(60)
        together = committed(desk, reader, "beside")
        ended.set()
        beside.join()
        reader.close()
        desk.close()
    print(json.dumps({"alerts": counted, "report_s": took, "alone": alone, "beside_reports": together}))


if __name__ == "__main__":
    main()
