"""Two hundred SIGKILLs of the keeper under a stream of writes, on both databases: is anything acknowledged lost?

    python bench/kill_storm.py [--kills 200] [--out bench/results/kill-storm.json]

Every sighting is an alert of its own and half of them are of people who are new, so that keys, people, alerts and
audit entries are all being written when the kill comes, between 20 and 800 milliseconds after the keeper was ready.
PostgreSQL is a server of its own in a temporary folder. Exit status 1 when anything is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.records import SIGHTING, chest_in, postgres_binaries, postgres_server

from hallwatch.adapters.keys.head import read_head
from hallwatch.adapters.keys.signing import signed_by
from hallwatch.adapters.store.place import Place, SqliteFile
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.audit import verify
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.requests import BindJurisdiction, By
from hallwatch.entry.benchmarks.machine import this_machine
from hallwatch.entry.child import Child
from hallwatch.entry.keeper import KeeperOrder, KeeperReady, keep
from hallwatch.entry.keeper_client import ask


@contextmanager
def keeper(place: Place, folder: Path) -> Iterator[Child[KeeperOrder]]:
    """A keeper that is ready."""
    order = KeeperOrder(
        place, chest_in(folder), folder / "keeper.sock", {"Corridor A": Whereabouts("Main", "North")}, "rare"
    )
    child = Child("hw-keeper", keep, order)
    try:
        if not child.link.poll(60) or not isinstance(child.link.recv(), KeeperReady):
            raise SystemExit("the keeper did not start")
        ask(order.socket, BindJurisdiction(By("system"), "US-MO"))
        yield child
    finally:
        child.end(5)


def storm(place: Place, folder: Path, kills: int, generator: random.Random) -> dict[str, object]:
    """Write and kill; then count."""
    acknowledged: list[str] = []
    starts, number = [], 0
    for done in range(kills):
        began = time.monotonic()
        with keeper(place, folder) as child:
            starts.append(time.monotonic() - began)
            killer = threading.Timer(generator.uniform(0.02, 0.8), os.kill, (child.pid or 0, signal.SIGKILL))
            killer.start()
            try:
                while True:
                    number += 1
                    person = number if number % 2 else number % 100
                    at = SIGHTING.at + timedelta(minutes=20 * number)
                    sighting = replace(SIGHTING, alert_id=f"k{number}", external_id=f"P{person}", at=at)
                    child.link.send(sighting)
                    kept = child.link.recv()
                    if not isinstance(kept, KeptAlert):
                        raise SystemExit(f"not kept: {kept}")
                    acknowledged.append(kept.alert_id)
            except (EOFError, OSError):
                killer.join()
        print(
            f"{done + 1} of {kills}: {len(acknowledged)} acknowledged", end="\r", file=sys.stderr, flush=True
        )
    print(file=sys.stderr)
    with keeper(place, folder):
        pass
    store = chest_in(folder).open()
    reader = Reader(place, store)
    there = {alert.alert_id for alert in reader.latest(10_000_000)}
    with reader.audit() as trail:
        found = verify(
            trail.entries(),
            trail.checkpoints(),
            partial(signed_by, store.signer.public),
            head=read_head(chest_in(folder).head),
        )
    reader.close()
    starts.sort()
    return {
        "kills": kills,
        "acknowledged": len(acknowledged),
        "lost": len(set(acknowledged) - there),
        "committed_unacknowledged": len(there - set(acknowledged)),
        "audit_entries": found.entries,
        "audit_faults": [str(fault) for fault in found.faults],
        "start_s": {"median": round(starts[len(starts) // 2], 2), "most": round(starts[-1], 2)},
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--out", type=Path)
    wish = options.parse_args()
    result: dict[str, object] = {"machine": asdict(this_machine())}
    binaries = postgres_binaries()
    with tempfile.TemporaryDirectory(prefix="hw-storm-") as folder:
        lite = Path(folder) / "lite"
        lite.mkdir()
        result["sqlite"] = storm(
            SqliteFile(lite / "hallwatch.db"), lite, wish.kills, random.Random(wish.seed)
        )
        if binaries is None:
            raise SystemExit("needs PostgreSQL's server programs (Debian: postgresql)")
        large = Path(folder) / "large"
        large.mkdir()
        with postgres_server(binaries) as server:
            result["postgresql"] = storm(server, large, wish.kills, random.Random(wish.seed))
    text = json.dumps(result, indent=1)
    print(text)
    if wish.out:
        wish.out.parent.mkdir(parents=True, exist_ok=True)
        wish.out.write_text(text + "\n", encoding="utf-8")
    both = [one for one in (result["sqlite"], result["postgresql"]) if isinstance(one, dict)]
    sys.exit(1 if any(one["lost"] or one["audit_faults"] for one in both) else 0)


if __name__ == "__main__":
    main()
