"""A wheel holds the pages' scripts and styles, or is not made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NoWheelWithoutPages(BuildHookInterface[Any]):
    """Looks before a wheel is made; a checkout that is only linked to (editable) may be built later."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises FileNotFoundError when something is missing."""
        root = Path(self.root)
        sources = [path for folder in ("src", "public") for path in (root / "frontend" / folder).iterdir()]
        built = root / "src" / "hallwatch" / "web" / "static"
        missing = [path.name for path in sources if not (built / path.name).is_file()]
        if version == "standard" and missing:
            raise FileNotFoundError(f"{missing[0]} of the pages has not been built; run make setup first")
