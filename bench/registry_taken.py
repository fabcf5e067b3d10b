"""How fast a registry with photos is taken in and taken over, in how much memory, and how long a sighting waits.

    python bench/registry_taken.py FACES [--people 20000] [--pack duo] [--out bench/results/registry-taken.json]

FACES is a folder of folders of photos; each person of the made-up registry gets one of them, cut, scaled, turned to
another brightness and saved anew, so that no two files are the same. A real keeper writes to a SQLite file; reading,
decoding and looking at photos run in a process of their own, as the command does. Times of the importer are processor
seconds of its processes, so that other work on the machine does not count; all others are on the clock. While the
import is taken over, sightings of somebody who is listed already come one after the other, as a camera's do.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import resource
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.registry import COLUMNS, HEADER, rows
from tests.records import SIGHTING, chest_in

from hallwatch.adapters.models.catalogue import find_pack
from hallwatch.adapters.models.gates import gate_of
from hallwatch.adapters.models.library import open_pack
from hallwatch.adapters.profiles import read_profile
from hallwatch.adapters.store.place import SqliteFile
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.decide.threshold import of_longer_list
from hallwatch.core.events import ListChanges
from hallwatch.core.import_batch import BatchState
from hallwatch.core.import_requests import AnswerImport
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Role
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.core.requests import AddAccount, BindJurisdiction, By, KeepPerson, PhotoKept, SetList
from hallwatch.entry.benchmarks.machine import this_machine
from hallwatch.entry.child import Child
from hallwatch.entry.comparing import ComparingImport
from hallwatch.entry.import_place import PhotoLook
from hallwatch.entry.import_taker import take
from hallwatch.entry.import_taking import ImportOrder, ImportPlace, read
from hallwatch.entry.keeper import KeeperOrder, KeeperReady, keep
from hallwatch.entry.keeper_client import ask
from hallwatch.entry.live_list import LiveList
from hallwatch.entry.photo_process import PhotoProcess
from hallwatch.settings.environment import Environment

TODAY = datetime.now(UTC).date()
TERMINAL = By("machine:bench", "terminal")
SEEN_EVERY_S = 0.05
SITE_PASSES, SITE_BUDGET = 20_000, 1.0


def write(folder: Path, faces: Path, people: int) -> None:
    """The registry, and a photo of its own for everybody."""
    with (folder / "list.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(people))
    photos = [sorted(one.iterdir())[0] for one in sorted(faces.iterdir()) if one.is_dir()]
    random = np.random.default_rng(0)
    with zipfile.ZipFile(folder / "photos.zip", "w", zipfile.ZIP_STORED) as made:
        for number in range(people):
            with Image.open(photos[number % len(photos)]) as opened:
                face = opened.convert("RGB")
            left, top, right, bottom = random.integers(0, 8, 4)
            face = face.crop((left, top, face.width - right, face.height - bottom)).resize((240, 300))
            face = ImageEnhance.Brightness(face).enhance(random.uniform(0.9, 1.1))
            out = io.BytesIO()
            face.save(out, "JPEG", quality=88)
            made.writestr(f"{number:07}.jpg", out.getvalue() + b"%d" % number)


def importer(folder: Path, pack_name: str) -> dict[str, object]:
    """In a process of its own: what ``hallwatch import registry`` does."""
    environment = Environment.from_environ()
    pack = open_pack(pack_name, home=environment.home, models_from=environment.models)
    assert pack.calibration is not None
    began, wall = time.process_time(), time.monotonic()
    reader = Reader(SqliteFile(folder / "hallwatch.db"), chest_in(folder).open())
    with closing(reader), PhotoProcess() as decoder:
        look = PhotoLook(pack, gate_of(find_pack(pack_name, environment.home)), decoder)
        expected = partial(of_longer_list, pack.calibration, SITE_BUDGET, 0, passes_a_day=SITE_PASSES)
        live = LiveList(
            Gallery(pack.fingerprint, pack.dimensions), {}, pack.calibration, SITE_BUDGET, SITE_PASSES
        )
        comparing = ComparingImport(live, reader)
        place = ImportPlace(reader, read_profile("US-MO"), TODAY, lambda more: expected(more), comparing)
        order = ImportOrder(file=folder / "list.csv", columns=COLUMNS, photos=folder / "photos.zip")
        dry = read(order, place)
        dry_s = time.process_time() - began
        taken = take(dry, place, partial(ask, folder / "keeper.sock"), look, TERMINAL)
        own = time.process_time() - began
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = own - dry_s + child.ru_utime + child.ru_stime
    return {
        "people": taken.counts.added,
        "refused": taken.counts.refused,
        "dry_run_s": round(dry_s, 1),
        "photos_per_s_and_core": round(taken.counts.added / took, 1) if taken.counts.added else None,
        "clock_s": round(time.monotonic() - wall, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "import_id": taken.import_id,
        "expected": dry.expected,
    }


@contextmanager
def keeper(folder: Path) -> Iterator[Child[KeeperOrder]]:
    """A keeper that is ready, with somebody on the list."""
    places = {SIGHTING.camera: Whereabouts("Main", "North")}
    place = SqliteFile(folder / "hallwatch.db")
    order = KeeperOrder(place, chest_in(folder), folder / "keeper.sock", places, "rare")
    child = Child("hw-keeper", keep, order)
    try:
        if not child.link.poll(60) or not isinstance(child.link.recv(), KeeperReady):
            raise SystemExit("the keeper did not start")
        tell = partial(ask, order.socket)
        tell(BindJurisdiction(By("system"), "US-MO"))
        known = Person(SIGHTING.external_id, "Dana", "Sample", ())
        tell(KeepPerson(By("system"), known, (PhotoKept("p", b"a photo", "", b""),)))
        tell(SetList(By("system"), (SIGHTING.external_id,)))
        yield child
    finally:
        child.end(5)


class FirstProcess(threading.Thread):
    """Stands for the first process: takes the changes of the list over, and sends a camera's sightings."""

    def __init__(self, child: Child[KeeperOrder], pack_name: str) -> None:
        super().__init__()
        environment = Environment.from_environ()
        pack = open_pack(pack_name, home=environment.home, models_from=environment.models)
        assert pack.calibration is not None
        self._link = child.link
        self._live = LiveList(
            Gallery(pack.fingerprint, pack.dimensions), {}, pack.calibration, SITE_BUDGET, SITE_PASSES
        )
        self.waits: list[float] = []
        self.live_s = 0.0
        self.seeing = False
        self.ending = threading.Event()

    @property
    def listed(self) -> int:
        """People whom a camera would look for."""
        return len(self._live.people)

    def run(self) -> None:
        sent: float | None = None
        due = 0.0
        while not self.ending.is_set():
            now = time.monotonic()
            if self.seeing and sent is None and now >= due:
                alert = secrets.token_hex(8)
                self._link.send(
                    replace(SIGHTING, alert_id=alert, at=datetime.now(UTC), shot_jpeg=bytes(20_000))
                )
                sent, due = now, now + SEEN_EVERY_S
            if not self._link.poll(0.005):
                continue
            message = self._link.recv()
            if isinstance(message, ListChanges):
                began = time.process_time()
                self._live.change_all(message.changes)
                self.live_s += time.process_time() - began
            elif isinstance(message, KeptAlert) and sent is not None:
                self.waits.append(time.monotonic() - sent)
                sent = None


def run(folder: Path, faces: Path, people: int, pack: str) -> dict[str, object]:
    """One size: written, taken in, approved, taken over."""
    print(f"{people}: writing", file=sys.stderr, flush=True)
    write(folder, faces, people)
    with keeper(folder) as child:
        first = FirstProcess(child, pack)
        first.start()
        try:
            return _measured(folder, child, first, people, pack)
        finally:
            first.ending.set()
            first.join()


def _measured(
    folder: Path, child: Child[KeeperOrder], first: FirstProcess, people: int, pack: str
) -> dict[str, object]:
    print(f"{people}: taking in", file=sys.stderr, flush=True)
    command = [sys.executable, __file__, str(folder), "--importer", "--pack", pack]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    result: dict[str, object] = json.loads(said.stdout)
    import_id = str(result.pop("import_id"))
    tell = partial(ask, folder / "keeper.sock")
    accounts = [
        tell(
            AddAccount(TERMINAL, f"chief{n}", f"Chief {n}", Role.DISTRICT_ADMINISTRATOR, frozenset())
        ).subject
        for n in range(3)
    ]
    first.seeing = True
    time.sleep(5)
    quiet = list(first.waits)
    first.waits.clear()
    print(f"{people}: taking over", file=sys.stderr, flush=True)
    reader = Reader(SqliteFile(folder / "hallwatch.db"), chest_in(folder).open())
    with closing(reader):
        state = BatchState.WAITING
        for account in accounts:
            with reader.imports() as imports:
                batch = imports.batch(import_id)
            assert batch is not None
            if batch.state is BatchState.WAITING:
                tell(AnswerImport(By(account), import_id, batch.digest, True))
        began = time.monotonic()
        while state is not BatchState.TAKEN_OVER:
            time.sleep(0.2)
            with reader.imports() as imports:
                batch = imports.batch(import_id)
            assert batch is not None
            state = batch.state
    result["taken_over_s"] = round(time.monotonic() - began, 1)
    until = time.monotonic() + 60
    while first.listed < int(str(result["people"])) and time.monotonic() < until:
        time.sleep(0.1)
    result["cameras_told_s"] = round(time.monotonic() - began, 1)
    waits = sorted(first.waits)
    result["sightings"] = len(waits)
    result["longest_wait_s"] = round(waits[-1], 2) if waits else None
    result["median_wait_s"] = round(waits[len(waits) // 2], 3) if waits else None
    result["median_wait_before_s"] = round(sorted(quiet)[len(quiet) // 2], 3)
    result["first_process_s"] = round(first.live_s, 1)
    result["listed"] = first.listed
    result["keeper_peak_mb"] = _peak_mb(child.pid or 0)
    result["database_mb"] = round((folder / "hallwatch.db").stat().st_size / 2**20)
    return result


def _peak_mb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return round(int(next(one for one in lines if one.startswith("VmHWM")).split()[1]) / 1024)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("faces", type=Path)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--pack", default="duo")
    options.add_argument("--out", type=Path)
    options.add_argument("--importer", action="store_true", help=argparse.SUPPRESS)
    wish = options.parse_args()
    if wish.importer:
        print(json.dumps(importer(wish.faces, wish.pack)))
        return
    result: dict[str, object] = {"machine": asdict(this_machine()), "pack": wish.pack}
    for people in dict.fromkeys((wish.people // 10, wish.people)):
        with tempfile.TemporaryDirectory(prefix="hw-registry-") as folder:
            result[str(people)] = run(Path(folder), wish.faces, people, wish.pack)
    told = json.dumps(result, indent=1)
    print(told)
    if wish.out:
        wish.out.parent.mkdir(parents=True, exist_ok=True)
        wish.out.write_text(told + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
