"""What a download is: from where to where, how patiently. Doing it is ``fetch``, which most commands never load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from hallwatch.errors import PackError

Progress: TypeAlias = Callable[[str, int, int], None]
"""(file name, bytes so far, bytes in all), called often."""


class AddressUnreachable(PackError):
    """A publisher's address or package index cannot be reached, or no longer has the file."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds. ``waits`` are the pauses before further tries after a cut."""

    answer: float = 12.0
    silence: float = 10.0
    waits: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)


PATIENT = Patience()


@dataclass(frozen=True, slots=True)
class Download:
    """One file: where it is, what it must be, and where it goes (``target`` plus ``.part`` until it is
    checked).

    Without ``plain_http_here`` only https addresses are followed; with it also http on this very machine
    (tests).
    """

    url: str
    target: Path
    sha256: str
    size: int
    plain_http_here: bool = False

    @property
    def part(self) -> Path:
        return self.target.with_name(self.target.name + ".part")

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.url


def ignore_progress(_name: str, _done: int, _total: int) -> None:
    """A Progress that shows nothing."""
