"""The papers hold: every command they show exists, every file they name is there, nothing is left out."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

import pytest
import typer
from packaging.requirements import Requirement
from typer.core import TyperCommand, TyperGroup
from typer.testing import CliRunner

from hallwatch.core.decide.rule import RULE
from hallwatch.entry.cli import app
from hallwatch.sim.conditions import ALL

ROOT = Path(__file__).resolve().parents[1]
PAPERS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "bench").rglob("*.md")),
]
BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^ {4}[^\n]*\n)+", re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S+ )*(?:\S*/)?hallwatch (?=[a-z-])(.*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
OUR_FILE = re.compile(
    r"(?<![\w/.])((?:src|tests|docs|packs|bench|frontend|core|flow|adapters|web|sim|settings|entry)/[\w./-]*\w\.\w+"
    r"|(?:errors|ports)\.py)(?![\w/*])"
)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code(text: str) -> Iterator[str]:
    """Every piece of code in a paper, with the continued lines of a command made one."""
    for block in [*BLOCK.findall(text), *INDENTED.findall(BLOCK.sub("", text))]:
        whole = re.sub(r"\\?\n[ \t]{8,}|\\\n", " ", block)
        yield from (re.sub(r"\s#\s.*", "", line).strip() for line in whole.splitlines())
    yield from SPAN.findall(BLOCK.sub("", text))


def commands(text: str) -> set[str]:
    """What is typed after ``hallwatch`` in every command shown."""
    return {found[1].strip() for piece in code(text) if (found := COMMAND.search(piece))}


def path_of(words: Iterable[str]) -> tuple[list[str], set[str]]:
    """The words that are commands, and the last one's options. Raises KeyError for an unknown command."""
    command: object = typer.main.get_command(app)
    path: list[str] = []
    for word in words:
        if not isinstance(command, TyperGroup) or not re.fullmatch(r"[a-z][a-z-]*", word):
            break
        command = command.commands[word]
        path.append(word)
    assert isinstance(command, TyperGroup | TyperCommand)
    return path, {name for one in command.params for name in one.opts} | {"--help"}


SHOWN = sorted(
    {(relative(path), shown) for path in PAPERS for shown in commands(path.read_text(encoding="utf-8"))}
)


@pytest.mark.parametrize(("paper", "shown"), SHOWN)
def test_every_command_shown_exists_with_its_options(paper: str, shown: str) -> None:
    words = shown.split()
    for choice in product(*(word.split("|") for word in words[:2])):
        try:
            path, options = path_of([*choice, *words[2:]])
        except KeyError as unknown:
            pytest.fail(f"{paper} shows `hallwatch {shown}`, but there is no command {unknown}")
        assert set(OPTION.findall(shown)) <= options, f"{paper}: `hallwatch {shown}`"
        helped = CliRunner().invoke(app, [*path, "--help"])
        assert helped.exit_code == 0, helped.output


def test_the_search_for_commands_finds_them() -> None:
    text = (
        "Type `hallwatch models pull --from DIR`, not `hallwatch.toml`.\n\n"
        "    hallwatch sim walkby --faces DIR\n                         --out OUT  # a film\n\n"
        "```\n$ hallwatch watch rtsp://x --json | tee log\nhallwatch: refused\n```\n"
    )
    assert commands(text) == {
        "models pull --from DIR",
        "sim walkby --faces DIR --out OUT",
        "watch rtsp://x --json | tee log",
    }


@pytest.mark.parametrize("paper", PAPERS, ids=relative)
def test_every_link_leads_somewhere(paper: Path) -> None:
    for target in LINK.findall(paper.read_text(encoding="utf-8")):
        assert (paper.parent / target).exists(), f"{relative(paper)} links to {target}"


@pytest.mark.parametrize("paper", PAPERS, ids=relative)
def test_every_file_named_is_there(paper: Path) -> None:
    for span in SPAN.findall(BLOCK.sub("", paper.read_text(encoding="utf-8"))):
        for name in OUR_FILE.findall(span):
            if re.search(r"(?<![A-Z])(?:NAME|KIND|DIR)(?![A-Z])", name):
                continue  # stands for whatever the reader calls it
            places = (ROOT / name, ROOT / "src" / "hallwatch" / name)
            assert any(place.exists() for place in places), f"{relative(paper)} names {name}"


def test_every_paper_that_the_code_names_is_there() -> None:
    for source in sorted((ROOT / "src").rglob("*.py")):
        for name in re.findall(r"docs/[\w/-]+\.md", source.read_text(encoding="utf-8")):
            assert (ROOT / name).is_file(), f"{relative(source)} sends its reader to {name}"


def test_the_index_leads_to_every_paper() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target).resolve() for target in LINK.findall(index.read_text(encoding="utf-8"))}
    assert {path for path in sorted((ROOT / "docs").rglob("*.md")) if path != index} <= linked


def test_the_dependencies_are_all_explained() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    npm = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    names = [*npm["dependencies"], *npm["devDependencies"]]
    lines = [
        (ROOT / "frontend" / "node.txt").read_text(encoding="utf-8").split()[0],
        *project["project"]["dependencies"],
        *(line for extra in project["project"]["optional-dependencies"].values() for line in extra),
        *project["dependency-groups"]["dev"],
    ]
    names += [Requirement(line).name for line in lines]
    assert not [name for name in names if f"`{name}`" not in explained]


def test_the_rule_of_decision_005_is_the_rule() -> None:
    assert f"`{RULE}`" in (ROOT / "docs/decisions/005-threshold-from-calibration.md").read_text(
        encoding="utf-8"
    )


def test_the_conditions_of_the_simulator_are_those_of_its_page() -> None:
    page = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")
    rows: dict[str, list[str]] = {
        "": [one.name for one in ALL],
        "largest face height of a pass, pixels": [span(one.largest_px) for one in ALL],
        "focus, sigma in pixels": [span(one.defocus_px) for one in ALL],
        "noise, sigma of 255": [span(one.noise) for one in ALL],
        "shutter, one over its seconds": [span(one.shutter_hz) for one in ALL],
        "most difference of light between the cheeks": [f"{one.slope:g}" for one in ALL],
        "gain": [span(one.gain) for one in ALL],
        "contrast": [span(one.contrast) for one in ALL],
        "compression (x264's constant rate factor)": [f"{one.crf}" for one in ALL],
    }
    for label, values in rows.items():
        assert f"| {label} | {' | '.join(values)} |".replace("|  |", "| |") in page, label


def span(ends: tuple[float, float]) -> str:
    return f"{ends[0]:g} to {ends[1]:g}"


def test_what_is_promised_by_ci_is_what_people_type() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
