"""How fast a registry of 20,000 people with photos is read and its photos are decoded, and in how much memory.

    python bench/registry.py [--people 20000] [--out bench/results/registry.json]

The list is made up: 30,000 rows (a row an offence), as CSV and as XLSX. The photos are too: 240 x 300 pixels, about
20 kB, 200 different ones, each made a file of its own by bytes after its end. Times are processor seconds, so that
other work on the machine does not count; of decoding, those of both processes. Each part runs in a fresh process, whose
largest resident memory is noted.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
from PIL import Image, ImageFilter

from hallwatch.adapters.importers.archive import open_archive
from hallwatch.adapters.importers.columns import read_map
from hallwatch.adapters.importers.photo_zip import named_photos
from hallwatch.adapters.importers.registry import read_registry
from hallwatch.core.imports import plan
from hallwatch.entry.benchmarks.machine import this_machine
from hallwatch.entry.photo_process import PhotoProcess

TODAY = date(2026, 11, 1)
COLUMNS = read_map("missouri-style")
HEADER = (
    *("Offender ID", "Name", "Aliases", "Date of Birth", "Alias Dates of Birth", "Photo"),
    *("Offense", "Tier", "County", "Conditions", "Updated", "Address", "Vehicle", "Description"),
)
DIFFERENT = 200


def letters(number: int) -> str:
    """A number as letters, for names."""
    return "".join(chr(97 + int(digit)) for digit in str(number))


def rows(people: int) -> Iterator[tuple[str, ...]]:
    """Half of all people have a second offence."""
    for number in range(people):
        for offence in range(1 + number % 2):
            yield (
                f"{number:07}",
                f"SAMPLE{letters(number % 977)}, DANA{letters(number % 311)} K",
                f"Kit Sample{letters(number % 977)}; D. Other" if number % 3 else "",
                f"{1 + number % 12:02}/{1 + number % 28:02}/{1940 + number % 60}",
                "",
                f"{number:07}.jpg",
                f"Offence number {offence} of the statute 566.0{number % 90}",
                f"Tier {1 + number % 3}",
                f"County {number % 115}",
                "",
                "10/01/2026",
                f"{number} Example Street, Sampletown, MO 6{number % 10000:04}",
                "none",
                "height 5 ft 10 in, brown eyes, brown hair",
            )


def write(folder: Path, people: int) -> None:
    """The list twice, and the photos."""
    with (folder / "list.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(people))
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("list")
    page.append(HEADER)
    for row in rows(people):
        page.append(row)
    book.save(folder / "list.xlsx")
    random, photos = np.random.default_rng(0), []
    for _ in range(DIFFERENT):
        noise = Image.fromarray(random.integers(0, 255, (300, 240, 3), dtype=np.uint8))
        out = io.BytesIO()
        noise.filter(ImageFilter.GaussianBlur(1)).save(out, "JPEG", quality=88)
        photos.append(out.getvalue())
    with zipfile.ZipFile(folder / "photos.zip", "w", zipfile.ZIP_STORED) as made:
        for number in range(people):
            made.writestr(f"{number:07}.jpg", photos[number % DIFFERENT] + b"%d" % number)


def read(folder: Path, name: str) -> dict[str, object]:
    """Read a list and plan it against nothing."""
    began = time.process_time()
    found = read_registry(folder / name, COLUMNS, TODAY)
    seconds = time.process_time() - began
    planned = plan(found, {})
    lines = sum(1 for _ in rows(len(found.entries)))
    return {
        "rows": lines,
        "people": len(planned.steps),
        "faults": len(planned.faults),
        "rows_per_s": round(lines / seconds),
        "planning_s": round(time.process_time() - began - seconds, 2),
    }


def decode(folder: Path, share: float) -> dict[str, object]:
    """Decode photos one after another, holding one at a time."""
    found = read_registry(folder / "list.csv", COLUMNS, TODAY)
    people = found.entries[: int(len(found.entries) * share)]
    with open_archive(folder / "photos.zip") as archive:
        began = time.process_time()
        matched = named_photos(archive, people)
        matching = time.process_time() - began
        count = 0
        with PhotoProcess() as process:
            for names in matched.photos.values():
                for name in names:
                    process.decode(archive.read(name), name)
                    count += 1
    seconds = time.process_time() - began - matching
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "photos": count,
        "matching_s": round(matching, 2),
        "photos_per_s_and_core": round(count / (seconds + child.ru_utime + child.ru_stime)),
    }


PARTS: dict[str, Callable[[Path], dict[str, object]]] = {
    "csv": lambda folder: read(folder, "list.csv"),
    "xlsx": lambda folder: read(folder, "list.xlsx"),
    "photos_tenth": lambda folder: decode(folder, 0.1),
    "photos": lambda folder: decode(folder, 1.0),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--out", type=Path)
    options.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    wish = options.parse_args()
    if wish.part:
        found = PARTS[wish.part](wish.folder)
        found["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        print(json.dumps(found))
        return
    result: dict[str, object] = {"machine": asdict(this_machine()), "people": wish.people}
    with tempfile.TemporaryDirectory(prefix="hw-registry-") as folder:
        print("writing", file=sys.stderr, flush=True)
        write(Path(folder), wish.people)
        for part in PARTS:
            print(part, file=sys.stderr, flush=True)
            # A process started anew: its largest memory is its own.
            said = subprocess.run(
                [sys.executable, __file__, "--part", part, "--folder", folder],
                check=True,
                stdout=subprocess.PIPE,
            )
            result[part] = json.loads(said.stdout)
    told = json.dumps(result, indent=1)
    print(told)
    if wish.out:
        wish.out.parent.mkdir(parents=True, exist_ok=True)
        wish.out.write_text(told + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
