"""hallwatch import check: rosters and registries with photos, as text and JSON; unreadable files end with status 2."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from hallwatch.adapters.importers.reading import read_people
from hallwatch.entry.cli import app, main
from hallwatch.errors import FileRefused
from tests.roster_zips import bulk_11, user_11, zipped
from tests.test_import_registry import MISSOURI, TODAY, csv_bytes, row, workbook


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))


def jpeg(shade: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((30, 20, 3), shade, np.uint8)).save(out, "JPEG")
    return out.getvalue()


def run(*words: object) -> str:
    result = CliRunner().invoke(app, ["import", "check", *map(str, words)])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_roster_with_photos_is_told(tmp_path: Path) -> None:
    users = [
        user_11("1"),
        user_11("2"),
        user_11("3", "teacher"),
        user_11("4", "parent"),
        user_11("5", orgs="o9"),
    ]
    (tmp_path / "roster.zip").write_bytes(zipped(bulk_11(*users)))
    pictures = {"1.jpg": jpeg(9), "2.jpg": jpeg(8)[:200], "77.jpg": jpeg(7)}
    (tmp_path / "photos.zip").write_bytes(zipped(pictures))
    told = run(tmp_path / "roster.zip", "--photos", tmp_path / "photos.zip")
    assert told.splitlines()[:4] == [
        "roster.zip: 3 people (2 student, 1 teacher), 1 rows refused",
        "  from Ledger",
        "  photos: 2 people have one, 1 have none, 1 pictures show nobody in the file",
        "  note: 1 guardians, parents and relatives are in the file and not taken in",
    ]
    assert "  refused: users.csv line 6: orgSourcedIds names 'o9', which is not in orgs.csv" in told
    assert "  refused: 2.jpg: " in told
    said = json.loads(run(tmp_path / "roster.zip", "--photos", tmp_path / "photos.zip", "--json"))
    assert (said["people"], said["roles"]) == (3, {"student": 2, "teacher": 1})
    assert [fault["row"] for fault in said["faults"]] == [6, 0]
    assert said["photos"] == {"people_with": 2, "people_without": 1, "unmatched": ["77.jpg"]}


def test_a_registry_with_a_shipped_map_is_told(tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_bytes(workbook(row(), row("R2", born="x")))
    told = run(tmp_path / "list.xlsx", "--map", "missouri-style", "--of", "2026-02-01")
    assert "list.xlsx: 1 people, 1 rows refused" in told
    assert "of 2026-02-01" in told
    assert "list.xlsx line 3: 'Date of Birth' 'x' is not a date like 03/15/1980" in told


def test_a_registry_may_lie_beside_its_photos(tmp_path: Path) -> None:
    for table, data in (("list.csv", csv_bytes(row())), ("list.xlsx", workbook(row()))):
        path = tmp_path / "all.zip"
        path.write_bytes(zipped({table: data, "photos/R1.jpg": jpeg(1)}))
        assert len(read_people(path, TODAY, MISSOURI).entries) == 1
    path.write_bytes(zipped({"a.csv": "", "b.csv": ""}))
    with pytest.raises(FileRefused, match="holds 2 tables"):
        read_people(path, TODAY, MISSOURI)
    with pytest.raises(FileRefused, match="needs a column map"):
        read_people(tmp_path / "list.csv", TODAY)


@pytest.mark.parametrize("contents", [b"", b"PK\x03\x04", zipped({"a.txt": "x"})])
def test_what_cannot_be_read_is_one_line_and_status_2(
    tmp_path: Path, contents: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "it.zip").write_bytes(contents)
    monkeypatch.setattr(sys, "argv", ["hallwatch", "import", "check", str(tmp_path / "it.zip")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("hallwatch: it.zip")
    assert len(said.splitlines()) == 1
