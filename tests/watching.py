"""What tests of recognition and of the commands share: a pack at work, portraits, lists, the command itself."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from hallwatch.adapters.images import read_image
from hallwatch.adapters.models.calibrations import calibration_of, keep_calibration
from hallwatch.adapters.models.catalogue import find_pack
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.adapters.models.library import open_pack
from hallwatch.core.decide import Calibration, Tail
from hallwatch.core.decide.rule import RULE
from hallwatch.core.model import Pixels

HALLWATCH = Path(sys.executable).with_name("hallwatch")
PACK = "retail"
"""The pack of most tests: these are about behaviour, and one engine is quicker than two."""
END = date(2099, 12, 31)
COLUMNS = ("external_id", "first_name", "last_name", "list", "reason", "photo", "expires")
TAIL = Tail(level=0.30, rate=0.02, shape=-0.1, scale=0.05)


def made_up_calibration(rule: str = RULE) -> Calibration:
    """A calibration of the tests' own: near enough for a portrait and a film, and the same on every machine."""
    return Calibration(
        rule=rule,
        precisions=("f32", "bf16"),
        faces="nobody, made up for tests",
        strangers=600,
        passes=1000,
        gallery=200,
        tail=TAIL,
        resampled=tuple(Tail(0.30, 0.02, -0.1, scale) for scale in (0.045, 0.05, 0.055)),
        mated_passes=100,
        mated=tuple(np.linspace(-1, 0.9, 101).tolist()),
    )


@cache
def pack_home(home: Path, shared: Path, pack: str = PACK) -> Path:
    """``home`` with ``pack`` installed, and calibrated: with what it ships, else with a made-up calibration."""
    open_pack(pack, home=home, models_from=shared / "models", say=lambda line: None)
    manifest = find_pack(pack, home)
    shipped = calibration_of(manifest, home)
    if shipped is None or shipped.rule != RULE:
        keep_calibration(manifest, made_up_calibration(), home)
    return home


@cache
def opened(home: Path, shared: Path, pack: str = PACK, *, calibrating: bool = False) -> FacePack:
    """The pack at work in float32: the same numbers on every processor."""
    return open_pack(pack, home=pack_home(home, shared, pack), precision="f32", calibrating=calibrating)


@cache
def portrait(shared: Path, number: int) -> Pixels:
    """The first photo of the number-th person with at least four photos (250 x 250, BGR)."""
    many = [
        folder for folder in sorted((shared / "data/faces").iterdir()) if len(list(folder.iterdir())) >= 4
    ]
    return read_image(min(many[number].iterdir()))


def write_list(folder: Path, rows: Sequence[Mapping[str, str]], columns: Sequence[str] = COLUMNS) -> Path:
    """A watchlist's list.csv; cells that a row does not name are filled in with something good."""
    good = {
        "first_name": "Sample",
        "last_name": "Person",
        "list": "other",
        "reason": "test",
        "expires": str(END),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "list.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, extrasaction="ignore")
        table.writeheader()
        table.writerows([{**good, **row} for row in rows])
    return folder


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, object]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of_type(self, kind: str) -> list[dict[str, object]]:
        """The records of one type."""
        return [record for record in self.records if record["type"] == kind]


def environment(home: Path, shared: Path | None) -> dict[str, str]:
    """The environment of a command whose own files lie in ``home``."""
    models = {} if shared is None else {"HALLWATCH_MODELS": str(shared / "models")}
    return {"PATH": os.environ["PATH"], "HOME": str(home), "HALLWATCH_HOME": str(home), **models}


def hallwatch(environ: Mapping[str, str], *arguments: str | Path, timeout_s: float = 120) -> Said:
    """Run the real command to its end."""
    ran = subprocess.run(
        [HALLWATCH, *arguments],
        env=dict(environ),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    return Said(ran.returncode, ran.stdout, ran.stderr)
