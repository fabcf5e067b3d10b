"""How long it takes from a camera's frame to the alert on the screen of a real browser.

    python bench/face_to_screen.py FACES [--passes 60] [--cameras 2] [--pack duo] [--out FILE]

FACES is a folder of folders of photos. Each camera is a film, played at its own speed like a camera's, in which listed
people walk down a corridor one after the other; a site of as many cameras serves its console, and Chromium shows its
page. Measured on the machine's clock, for every alert: from the frame that made the evidence enough to the second
animation frame after the alert's card came onto the page, which is when it has been painted. Exit status 1 where fewer
than half of the passes raised an alert, or one that was committed was not painted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser import Browser, find
from tests.records import chest_in
from tests.serving import Serving, serving, until, write_config
from tests.watching import PACK, write_list

from hallwatch.adapters.store.place import SqliteFile
from hallwatch.adapters.store.reader import Reader
from hallwatch.entry.benchmarks.machine import this_machine
from hallwatch.sim.film import write_film
from hallwatch.sim.plan import Plan, plan_walkby

SIZE, FPS, LARGEST_PX = (1280, 720), 12, (90.0, 140.0)
PAINTED = """
window.painted = {};
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) {
    if (node.nodeType !== 1) continue;
    for (const card of [node, ...node.querySelectorAll("article")]) {
      if (card.tagName !== "ARTICLE" || !card.id.startsWith("alert-") || card.id in window.painted) continue;
      window.painted[card.id] = 0;
      requestAnimationFrame(() => requestAnimationFrame(() => (window.painted[card.id] = Date.now())));
    }
  }
}).observe(document, { childList: true, subtree: true });
"""


def films(folder: Path, faces: Path, passes: int, cameras: int) -> tuple[Path, dict[str, str], list[Plan]]:
    """The list, a film for each camera (its settings by name), and the plans: nobody walks before two cameras."""
    people = [one for one in sorted(faces.iterdir()) if one.is_dir() and len(list(one.iterdir())) > 1]
    if len(people) < passes * cameras:
        raise SystemExit(f"needs {passes * cameras} people with two photos, there are {len(people)}")
    rows, plans, settings = [], [], {}
    folder.joinpath("people").mkdir()
    for number in range(cameras):
        mine = people[number * passes : (number + 1) * passes]
        photos = {one.name: sorted(one.iterdir()) for one in mine}
        for place, one in enumerate(mine):
            external_id = f"P{number}-{place}"
            shutil.copyfile(photos[one.name][0], folder / "people" / f"{external_id}.jpg")
            rows.append(
                {"external_id": external_id, "first_name": "Person", "last_name": external_id}
                | {"photo": f"{external_id}.jpg"}
            )
        plan = plan_walkby(
            photos,
            listed={one.name: f"P{number}-{place}" for place, one in enumerate(mine)},
            listed_passes=passes,
            unlisted_passes=0,
            at_once=1,
            pause_s=0.5,
            size=SIZE,
            fps=FPS,
            seed=number,
            largest_px=LARGEST_PX,
        )
        write_film(plan, folder / f"film-{number}.mp4")
        plans.append(plan)
        settings[f"Corridor {number}"] = f'address = "film-{number}.mp4"\nschool = "North"\nbuilding = "Main"'
    return write_list(folder / "people", rows), settings, plans


def watched(server: Serving, seconds: float) -> dict[str, float]:
    """When each alert was painted (seconds since 1970), after the films have run."""
    program = find()
    if program is None:
        raise SystemExit("needs Chromium")
    with Browser(program) as browser:
        browser.beforehand(PAINTED)
        for name, value in dict(server.client.cookies).items():
            browser.cookie(name, value, server.url)
        browser.open(server.url)
        until(lambda: "Watching" in server.page(), 120)
        end = time.monotonic() + seconds + 20
        while time.monotonic() < end:
            time.sleep(2)
        found = browser.value("JSON.stringify(window.painted)")
    return {name.removeprefix("alert-"): at / 1000 for name, at in json.loads(str(found)).items() if at}


def run(faces: Path, passes: int, cameras: int, pack: str) -> dict[str, object]:
    """One site, watched to the end of its films."""
    with tempfile.TemporaryDirectory(prefix="hw-screen-") as name:
        folder = Path(name)
        print("filming", file=sys.stderr, flush=True)
        people, settings, plans = films(folder, faces, passes, cameras)
        config = write_config(folder, people, settings)
        text = config.read_text(encoding="utf-8").replace(f'pack = "{PACK}"', f'pack = "{pack}"')
        config.write_text(text, encoding="utf-8")
        if f'pack = "{pack}"' not in text:
            raise SystemExit("the configuration names another pack")
        print("watching", file=sys.stderr, flush=True)
        with serving(config, dict(os.environ)) as server:
            painted = watched(server, max(plan.duration_s for plan in plans))
        with closing(
            Reader(SqliteFile(folder / "data" / "hallwatch.db"), chest_in(folder / "data").open())
        ) as reader:
            kept = reader.latest(10_000)
    deciding = [painted[one.alert_id] - one.at.timestamp() for one in kept if one.alert_id in painted]
    return {
        "machine": asdict(this_machine()),
        "pack": pack,
        "cameras": cameras,
        "listed_passes": passes * cameras,
        "alerts": len(kept),
        "painted": len(deciding),
        "deciding_s": _figures(deciding),
    }


def _figures(seconds: list[float]) -> dict[str, float]:
    found = np.array(seconds)
    return {
        "median": round(float(np.median(found)), 3),
        "p90": round(float(np.quantile(found, 0.9)), 3),
        "p99": round(float(np.quantile(found, 0.99)), 3),
        "longest": round(float(found.max()), 3),
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("faces", type=Path)
    options.add_argument("--passes", type=int, default=60, help="before each camera")
    options.add_argument("--cameras", type=int, default=2)
    options.add_argument("--pack", default="duo")
    options.add_argument("--out", type=Path)
    wish = options.parse_args()
    result = run(wish.faces, wish.passes, wish.cameras, wish.pack)
    told = json.dumps(result, indent=1)
    print(told)
    if wish.out:
        wish.out.parent.mkdir(parents=True, exist_ok=True)
        wish.out.write_text(told + "\n", encoding="utf-8")
    missing = int(str(result["alerts"])) - int(str(result["painted"]))
    return int(missing > 0 or 2 * int(str(result["alerts"])) < int(str(result["listed_passes"])))


if __name__ == "__main__":
    sys.exit(main())
