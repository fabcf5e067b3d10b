"""Scripts, styles and pictures of the pages: built at `make setup` (frontend/build.py), served by ourselves."""

from __future__ import annotations

import re
from pathlib import Path

from hallwatch.errors import UserError

HERE = Path(__file__).parent
PAPER = "paper.css"
"""The style of what is printed: pages and PDFs have the same."""
NAMED = re.compile(r"/static/([\w.-]+)")


def named_files() -> set[str]:
    """Every file of the static folder that a template names."""
    pages = (HERE / "templates").glob("*.html")
    return {PAPER} | {name for page in pages for name in NAMED.findall(page.read_text(encoding="utf-8"))}


def static_folder(folder: Path = HERE / "static") -> Path:
    """The folder of what the pages load. Raises UserError when something of it is not there."""
    missing = sorted(name for name in named_files() if not (folder / name).is_file())
    if missing:
        raise UserError(f"the pages' {missing[0]} has not been built; run make setup in the checkout")
    return folder
