"""Two hundred SIGKILLs of keeper and deliverer while alerts are raised: does every committed alert arrive?

    python bench/delivery_storm.py [--kills 200] [--alerts 3] [--out bench/results/delivery-storm.json]

Each alert goes to a real mail server, a real receiver of webhooks and a real MQTT broker. Before each kill some alerts
are raised, one of the two processes is killed between 0 and 600 milliseconds later, and whatever died is started again.
At the end every committed alert must have arrived at all three, repetitions under the same key. Exit status 1 when
one has not.
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
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.delivering import Post, hook_to, mail_to, mqtt_to, post
from tests.serving import alive
from tests.sinks import HookSink, MailSink, MqttSink, broker, free_port

from hallwatch.adapters.store.place import Place
from hallwatch.entry.benchmarks.machine import this_machine

LONGEST_S = 900.0


def storm(
    folder: Path, kills: int, alerts: int, chance: random.Random, place: Place | None = None
) -> dict[str, Any]:
    """Raise and kill; then wait until nothing is due, and count."""
    port, number = free_port(), 0
    acknowledged: set[str] = set()
    killed: Counter[str] = Counter()
    with broker(folder / "broker", port), MailSink() as mail, HookSink() as hook, MqttSink(port) as mqtt:
        channels = [mail_to(mail.port), hook_to(hook.url), mqtt_to(port, base="hallwatch")]
        with post(folder / "site", channels, place=place) as it:
            for done in range(kills):
                killer = _killer(it, chance, killed)
                killer.start()
                try:
                    for _ in range(alerts):
                        number += 1
                        acknowledged.add(it.raise_alert(f"k{number}").alert_id)
                        time.sleep(chance.uniform(0, 0.2))
                except (EOFError, OSError):
                    pass  # it died under our hands: what was not acknowledged may be committed or not
                killer.join()
                _revive(it)
                print(
                    f"{done + 1} of {kills}: {len(acknowledged)} alerts",
                    end="\r",
                    file=sys.stderr,
                    flush=True,
                )
            print(file=sys.stderr)
            committed = {alert.alert_id for alert in it.reader.latest(10_000_000)}
            began = time.monotonic()
            while _due(it) and time.monotonic() < began + LONGEST_S:
                _revive(it)
                time.sleep(0.5)
            keys = {
                name: {one.delivery_id: alert for alert in committed for one in [it.deliveries(alert)[name]]}
                for name in ("mail", "hook", "mqtt")
            }
        came = {
            "mail": [one.strip("<>").partition("@")[0] for one in mail.ids],
            "hook": hook.ids,
            "mqtt": [event["key"] for event in mqtt.events()],
        }
    return {
        "kills": dict(killed),
        "acknowledged": len(acknowledged),
        "committed": len(committed),
        "lost": len(acknowledged - committed),
        "channels": {
            name: {
                "undelivered": len(keys[name].keys() - set(came[name])),
                "repeated": len(came[name]) - len(set(came[name])),
                "under_no_key_of_ours": len(set(came[name]) - keys[name].keys()),
            }
            for name in came
        },
        "seconds_until_all_had_arrived": round(time.monotonic() - began, 1),
    }


def _killer(it: Post, chance: random.Random, killed: Counter[str]) -> threading.Timer:
    name = chance.choice(("keeper", "deliverer"))
    killed[name] += 1
    child = it.keeper if name == "keeper" else it.deliverer
    assert child is not None
    return threading.Timer(chance.uniform(0, 0.6), os.kill, (child.pid or 0, signal.SIGKILL))


def _revive(it: Post) -> None:
    """What the supervisor does."""
    if not alive(it.keeper.pid or 0):
        it.keeper.end(5)
        it.reopen()
    if it.deliverer is None or not alive(it.deliverer.pid or 0):
        it.fire()
        it.hire()


def _due(it: Post) -> bool:
    with it.reader.deliveries() as deliveries:
        return any(deliveries.waiting(name, 1) for name in ("mail", "hook", "mqtt"))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--alerts", type=int, default=3, help="raised before each kill")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--out", type=Path)
    wish = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hw-storm-") as folder:
        found = storm(Path(folder), wish.kills, wish.alerts, random.Random(wish.seed))
    text = json.dumps({"machine": asdict(this_machine()), "sqlite": found}, indent=1)
    print(text)
    if wish.out:
        wish.out.parent.mkdir(parents=True, exist_ok=True)
        wish.out.write_text(text + "\n", encoding="utf-8")
    bad = found["lost"] or any(one["undelivered"] for one in found["channels"].values())
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
