"""Collects every text of the console and brings the catalogues up to date: what `make texts` runs."""

from __future__ import annotations

import ast
import io
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "hallwatch"
LOCALE = SOURCE / "web" / "locale"
TEMPLATE = LOCALE / "hallwatch.pot"

MARKS: dict[str, tuple[int | str, ...]] = {
    "N_": (0,),
    "_": (0,),
    "gettext": (0,),
    "HTTPException": (1,),
    "PasskeyRefused": (0,),
    "ProviderFault": (0,),
    "Refused": (0,),
    "RefuseAll": (0,),
    "Rule": (0, 1, 2),
    "Field": ("description",),
}
"""Calls whose arguments are texts, and which arguments."""
UNQUIET = (
    "Project-Id-Version",
    "Report-Msgid-Bugs-To",
    "POT-Creation-Date",
    "PO-Revision-Date",
    "Last-Translator",
    "Language-Team",
    "Generated-By",
)
"""Lines of a catalogue's head that say nothing, or change without a text having changed."""
HEAD = "# Texts of Hallwatch's console. `make texts` writes this file; translations are written by people."


def texts() -> Catalog:
    """Every text, from code, templates, packs and profiles."""
    catalogue = Catalog(project="Hallwatch", header_comment=HEAD, charset="utf-8", fuzzy=False)
    for path in sorted(SOURCE.rglob("*.py")):
        for text in of_code(path.read_text(encoding="utf-8")):
            catalogue.add(text, locations=[(relative(path), 0)])
    for path in sorted(SOURCE.glob("*/templates/*.html")):
        for message in of_template(path):
            catalogue.add(message, locations=[(relative(path), 0)])
    for path in sorted((ROOT / "packs").glob("*/manifest.toml")):
        for message in tomllib.loads(path.read_text(encoding="utf-8")).get("warnings", ()):
            catalogue.add(message, locations=[(relative(path), 0)])
    for path in sorted((ROOT / "packs").glob("*/calibration-*.json")):
        catalogue.add(json.loads(path.read_text(encoding="utf-8"))["faces"], locations=[(relative(path), 0)])
    for path in sorted((ROOT / "profiles").glob("*.toml")):
        matching = tomllib.loads(path.read_text(encoding="utf-8"))["camera_matching"]
        if not matching["allowed"] or not matching.get("live", True):
            catalogue.add(matching["why"], locations=[(relative(path), 0)])
    return catalogue


def of_code(source: str) -> Iterator[str]:
    """The texts of a file of Python; what an f-string fills in becomes a hole with a name."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        for place in MARKS.get(name, ()):
            given = (
                next((one.value for one in call.keywords if one.arg == place), None)
                if isinstance(place, str)
                else call.args[place]
                if place < len(call.args)
                else None
            )
            if given is not None and (text := text_of(given)):
                yield text


def text_of(node: ast.expr) -> str | None:
    """The text that an expression stands for; None where that is only known when it runs."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or f"{{{_hole(part)}}}" for part in node.values)
    return None


def _hole(part: ast.expr) -> str:
    for node in ast.walk(part):
        if isinstance(node, ast.Attribute):
            return node.attr.lower()
        if isinstance(node, ast.Name):
            return node.id.lower()
    return "it"


def of_template(path: Path) -> Iterator[str | tuple[str, ...]]:
    """The texts of a template."""
    with path.open("rb") as file:
        for _, message, _, _ in extract("jinja2.ext:babel_extract", file, options={"trimmed": "true"}):
            yield message


def relative(path: Path) -> str:
    """The path as the catalogues name it."""
    return str(path.relative_to(ROOT))


def written(catalogue: Catalog) -> str:
    """The catalogue as a file: sorted, and without anything that changes by itself."""
    out = io.BytesIO()
    write_po(out, catalogue, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)
    lines = out.getvalue().decode("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(tuple(f'"{name}' for name in UNQUIET))]
    return "\n".join(kept).strip("\n") + "\n"


def translated(path: Path) -> Catalog:
    """One language's catalogue."""
    with path.open("rb") as file:
        return read_po(file, path.parts[-3])


def brought_up(path: Path, template: Catalog) -> Catalog:
    """The catalogue with the texts of now: new ones empty, old ones gone."""
    catalogue = translated(path)
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=True)
    return catalogue


def main() -> None:
    """Write the template, and every language."""
    template = texts()
    TEMPLATE.write_text(written(template), encoding="utf-8")
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/hallwatch.po")):
        path.write_text(written(brought_up(path, template)), encoding="utf-8")


if __name__ == "__main__":
    main()
