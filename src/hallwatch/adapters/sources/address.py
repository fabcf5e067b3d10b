"""What a user may write as a SOURCE, read once into a frozen value whose text never shows a password."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from hallwatch.errors import SourceError

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):(//)?")
_WEBCAM = re.compile(r"^(?:webcam:)?(\d{1,3})$")
_SECRET_FIELD = re.compile(
    r"(?i)\b((?:user(?:name)?|login|pass(?:word|wd)?|pwd|token|key|auth|secret)=)[^&;\s]*"
)
_ALLOWED = "a video file, a folder of images, rtsp://…, rtsps://… or webcam:N"


class Kind(StrEnum):
    """The kinds of source."""

    FILE = "file"
    FOLDER = "folder"
    WEBCAM = "webcam"
    RTSP = "rtsp"


@dataclass(frozen=True, slots=True)
class Address:
    """One source. ``target`` may hold a password and is kept out of ``repr``; show ``shown`` to people."""

    kind: Kind
    target: str = field(repr=False)
    """An absolute path, the number of a webcam, or an RTSP address with its credentials."""

    @property
    def shown(self) -> str:
        """The address without credentials."""
        return f"webcam:{self.target}" if self.kind is Kind.WEBCAM else masked(self.target)

    @property
    def name(self) -> str:
        """A short name for people: a file's or folder's own, a camera's host."""
        if self.kind is Kind.WEBCAM:
            return f"webcam{self.target}"
        if self.kind is Kind.RTSP:
            return urlsplit(self.target).hostname or "camera"
        return Path(self.target).stem or "camera"

    @property
    def live(self) -> bool:
        """True for a source that runs by its own clock and is worth reconnecting to."""
        return self.kind in (Kind.WEBCAM, Kind.RTSP)


def masked(text: str) -> str:
    """``text`` with everything that may be a user name, password or token replaced by ``***``.

    A password may itself hold ``/``, ``?`` or ``@``, so everything up to the last ``@`` is taken for one.
    """
    scheme, mark, rest = text.partition("://")
    if mark and "@" in rest:
        rest = "***@" + rest.rpartition("@")[2]
    return _SECRET_FIELD.sub(r"\1***", scheme + mark + rest if mark else text)


def is_live(text: str) -> bool:
    """Whether this names a camera rather than something stored; nothing is looked for on disk."""
    text = text.strip()
    return _WEBCAM.match(text) is not None or _SCHEME.match(text) is not None


def parse(text: str) -> Address:
    """Read a SOURCE. Raises SourceError, without credentials, for what is none or does not exist."""
    text = text.strip()
    if not text or any(ord(character) < 32 for character in text):
        raise SourceError(f"a source is missing or holds control characters: give {_ALLOWED}")
    webcam = _WEBCAM.match(text)
    if webcam:
        device(int(webcam.group(1)))
        return Address(Kind.WEBCAM, str(int(webcam.group(1))))
    scheme = _SCHEME.match(text)
    if scheme and scheme.group(1).lower() in ("rtsp", "rtsps") and scheme.group(2):
        return _rtsp(text)
    path = Path(text).expanduser()
    if scheme and not path.exists():
        raise SourceError(f"{masked(text)}: {scheme.group(1)!r} is not a kind of source, give {_ALLOWED}")
    return _stored(path, text)


def device(number: int) -> Path:
    """The device file of webcam ``number``. Raises SourceError when there is none, naming those there are."""
    path = Path(f"/dev/video{number}")
    if not path.exists():
        numbers = (node.name.removeprefix("video") for node in path.parent.glob("video[0-9]*"))
        found = sorted(int(number) for number in numbers if number.isdigit())
        have = ", ".join(f"webcam:{n}" for n in found) or "none at all"
        raise SourceError(f"webcam:{number}: no such webcam ({path} is missing), this computer has {have}")
    return path


def _rtsp(text: str) -> Address:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port == 0 or " " in text:
        raise SourceError(
            f"{masked(text)}: not a camera address, write rtsp://user:password@host:554/path "
            "(characters like / ? # @ in a password as %2F %3F %23 %40)"
        )
    scheme, _, rest = text.partition("://")
    return Address(Kind.RTSP, f"{scheme.lower()}://{rest}")


def _stored(path: Path, text: str) -> Address:
    if path.is_dir():
        return Address(Kind.FOLDER, str(path.resolve()))
    if path.is_file():
        return Address(Kind.FILE, str(path.resolve()))
    if path.exists():
        raise SourceError(f"{text}: not a regular file (a webcam is written webcam:0)")
    raise SourceError(f"{text}: no such file or folder, give {_ALLOWED}")
