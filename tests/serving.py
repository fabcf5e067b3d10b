"""A real `hallwatch serve` for tests: its processes, its page, and a site with a film to watch."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import httpx2

from hallwatch.adapters.models.calibrations import keep_calibration
from hallwatch.adapters.models.catalogue import find_pack
from hallwatch.core.decide import Tail
from tests.watching import HALLWATCH, PACK, made_up_calibration

T = TypeVar("T")

LOGIN, PASSWORD = "avery", "a long walk by the river"


def environment(folder: Path, shared: Path) -> dict[str, str]:
    """Everything that the processes may write to lies below ``folder``: home, cache, temporary files.

    The pack gets a calibration of the tests' own: these tests are about processes, not about accuracy.
    """
    home = folder / "home"
    tail = Tail(level=0.36, rate=0.01, shape=-0.05, scale=0.03)
    calibration = replace(made_up_calibration(), tail=tail, resampled=(tail, tail))
    keep_calibration(find_pack(PACK, home), calibration, home)
    (folder / "tmp").mkdir()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
        "HALLWATCH_HOME": str(home),
        "HALLWATCH_MODELS": str(shared / "models"),
    }


def write_config(
    folder: Path, watchlist: Path, cameras: Mapping[str, str], *, more: str = "", jurisdiction: str = "US-MO"
) -> Path:
    """A hallwatch.toml; ``cameras`` maps names to TOML lines, at least the address."""
    tables = "".join(f'\n[[cameras]]\nname = "{name}"\n{lines}\n' for name, lines in cameras.items())
    config = folder / "hallwatch.toml"
    config.write_text(
        f'[site]\nname = "Test School"\njurisdiction = "{jurisdiction}"\ntime_zone = "America/Chicago"\n\n'
        f'[watchlist]\ndir = "{watchlist}"\nunapproved = true\n\n'
        f'[recognition]\npack = "{PACK}"\nworkers = 2\n\n[console]\nport = 0\n{more}{tables}',
        encoding="utf-8",
    )
    return config


@dataclass
class Serving:
    """A running server."""

    process: subprocess.Popen[str]
    url: str
    errors: Path
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=20))

    def sign_in(self, link: str | None) -> None:
        """As the first administrator: through the one-time link of the first start, later by name and password."""
        own = {"Origin": self.url}
        if link is not None:
            fields = {"login": LOGIN, "name": "Avery First", "password": PASSWORD, "again": PASSWORD}
            answer = self.client.post(link, data=fields, headers=own)
        else:
            fields = {"login": LOGIN, "password": PASSWORD}
            answer = self.client.post(f"{self.url}/sign-in", data=fields, headers=own)
        assert answer.status_code == 303, answer.text

    def page(self) -> str:
        """The console page."""
        return self.client.get(self.url).raise_for_status().text

    def children(self) -> dict[int, str]:
        """Every process below the server: id to "name: command line"."""
        return descendants(self.process.pid)

    def one(self, mark: str) -> int:
        """The first child whose name or command line holds ``mark``."""
        found = [pid for pid, line in sorted(self.children().items()) if mark in line]
        assert found, (mark, self.children())
        return found[0]

    def said(self) -> str:
        """What the server has written to standard error."""
        return self.errors.read_text(encoding="utf-8")


@contextmanager
def serving(config: Path, environ: Mapping[str, str], *, start_s: float = 120) -> Iterator[Serving]:
    """Start the command and wait for its page; afterwards end it and see that nothing is left."""
    errors = config.with_suffix(".stderr")
    with errors.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [HALLWATCH, "serve", "--config", config],
            env=dict(environ),
            cwd=config.parent,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    try:
        link, line = None, process.stdout.readline()
        if "nobody can sign in yet" in line:
            link, line = line.split(": ")[-1].strip(), process.stdout.readline()
        assert "the console is at http://127.0.0.1:" in line, errors.read_text(encoding="utf-8")
        server = Serving(process, line.split(" is at ")[1].split(" ")[0], errors)
        with server.client:
            server.sign_in(link)
            yield server
    finally:
        below = descendants(process.pid)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
            left = still_alive(below, 5.0)
            for pid in left:
                os.kill(pid, signal.SIGKILL)
        assert not left, f"left behind: {[below[pid] for pid in left]}"


def until(what: Callable[[], T], timeout_s: float = 90, every_s: float = 0.1) -> T:
    """What the question answers as soon as that is something."""
    end = time.monotonic() + timeout_s
    while not (answer := what()):
        assert time.monotonic() < end, "never came true"
        time.sleep(every_s)
    return answer


def still_alive(pids: Iterable[int], within_s: float) -> list[int]:
    """Who of them has not ended by then; Python's own helper of the server notices its end a moment later."""
    end = time.monotonic() + within_s
    while (left := [pid for pid in pids if alive(pid)]) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def descendants(root: int) -> dict[int, str]:
    """Every living process below ``root``: id to "name: command line"."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found: dict[int, str] = {}
    level = {root}
    while level:
        level = {pid for pid, parent in parents.items() if parent in level and alive(pid)}
        for pid in level:
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                found[pid] = f"{Path(f'/proc/{pid}/comm').read_text().strip()}: {line}"
            except OSError:
                continue
    return found
