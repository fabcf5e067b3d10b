"""What many tests need: the data beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with models, faces and video beside the checkout; without it the test cannot say anything."""
    if not SHARED.is_dir():
        reason = f"needs the test data in {SHARED.name}/ beside the checkout"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED
