"""Downloads one file over HTTPS: with progress, resumed after a cut, checked before anybody sees it."""

from __future__ import annotations

import os
import time
from hashlib import file_digest
from pathlib import Path

import httpx2

from hallwatch.adapters.models.downloading import (
    PATIENT,
    AddressUnreachable,
    Download,
    Patience,
    Progress,
    ignore_progress,
)
from hallwatch.adapters.models.http_request import ask, parse, require_allowed
from hallwatch.errors import PackError

MOST_TRIES = 50


class _Cut(Exception):
    """The connection broke after it had been made; worth another try."""


def download(wanted: Download, *, progress: Progress = ignore_progress, patience: Patience = PATIENT) -> None:
    """Fetch ``wanted`` to its target, continuing a part that an earlier try has left.

    The target appears complete and checked or not at all. Raises AddressUnreachable when the address cannot
    be reached or breaks off again and again (what has come is kept), PackError when the file is another
    one.
    """
    require_allowed(parse(wanted.url), plain_http_here=wanted.plain_http_here)
    resumed = wanted.part.exists()
    with _client(patience) as client:
        _fetch_whole(client, wanted, progress, patience)
        if not _checked(wanted) and resumed:
            # The part was from another time: begin again, once.
            wanted.part.unlink()
            _fetch_whole(client, wanted, progress, patience)
    if not _checked(wanted):
        wanted.part.unlink()
        raise PackError(
            f"{wanted.url} gives another file than the one the pack was verified with (sha256 differs); "
            "nothing was installed"
        )
    os.replace(wanted.part, wanted.target)


def _fetch_whole(client: httpx2.Client, wanted: Download, progress: Progress, patience: Patience) -> None:
    """Fill the part up to its full size, trying again after cuts.

    A try that brought something starts the waits anew.
    """
    failures, began = 0, _size(wanted.part)
    for _ in range(MOST_TRIES):
        before = _size(wanted.part)
        if before == wanted.size:
            return
        try:
            _fetch_more(client, wanted, progress, patience, reached=before > began or failures > 0)
            return
        except _Cut as cut:
            failures = 1 if _size(wanted.part) > before else failures + 1
            if failures > len(patience.waits):
                raise _gave_up(wanted, cut) from cut
            time.sleep(patience.waits[failures - 1])
    raise _gave_up(wanted, _Cut("too many tries"))


def _gave_up(wanted: Download, cut: _Cut) -> AddressUnreachable:
    return AddressUnreachable(
        f"{wanted.host} broke off while sending {wanted.target.name} ({cut}); "
        "what has come is kept, try again later"
    )


def _fetch_more(
    client: httpx2.Client, wanted: Download, progress: Progress, patience: Patience, *, reached: bool
) -> None:
    """One request for what is missing. Raises _Cut for what may pass."""
    have = _size(wanted.part)
    try:
        response = ask(
            client, wanted.url, have, within=patience.answer, plain_http_here=wanted.plain_http_here
        )
    except httpx2.TransportError as error:
        if reached:
            raise _Cut(_reason(error)) from error
        raise AddressUnreachable(
            f"cannot reach {wanted.host} for {wanted.target.name} ({_reason(error)}); "
            "give a folder with the files instead: --from DIR"
        ) from error
    try:
        _save(response, wanted, have, progress)
    except httpx2.TransportError as error:
        raise _Cut(_reason(error)) from error
    finally:
        response.close()


def _save(response: httpx2.Response, wanted: Download, have: int, progress: Progress) -> None:
    """Append the answer's bytes to the part, or start it anew where the server sends the whole file."""
    continues = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
    if response.status_code == 206 and not continues:
        wanted.part.unlink()
        raise _Cut("it continued somewhere else")
    if response.status_code == 416:
        wanted.part.unlink()
        raise _Cut("it has no such place in the file")
    if response.status_code in (429, 500, 502, 503, 504):
        raise _Cut(f"it answers {response.status_code}")
    if response.status_code not in (200, 206):
        raise AddressUnreachable(
            f"{wanted.host} no longer gives {wanted.target.name} (status {response.status_code})"
        )
    done = have if response.status_code == 206 else 0
    with wanted.part.open("ab" if done else "wb") as part:
        # Without a chunk size: what has come is written at once, so that a cut loses nothing.
        for chunk in response.iter_raw():
            done += len(chunk)
            if done > wanted.size:
                break
            part.write(chunk)
            progress(wanted.target.name, done, wanted.size)
    if done > wanted.size:
        wanted.part.unlink()
        raise PackError(
            f"{wanted.url} gives a longer file than the pack's manifest says; nothing was installed"
        )
    if done < wanted.size:
        raise _Cut(f"{done} of {wanted.size} bytes")


def _client(patience: Patience) -> httpx2.Client:
    """A client with the proxies and certificates that the user's environment names."""
    try:
        return httpx2.Client(timeout=httpx2.Timeout(patience.silence), follow_redirects=False)
    except (ValueError, ImportError, httpx2.InvalidURL) as error:
        raise AddressUnreachable(f"the proxy that the environment names cannot be used: {error}") from error


def _checked(wanted: Download) -> bool:
    with wanted.part.open("rb") as part:
        return file_digest(part, "sha256").hexdigest() == wanted.sha256


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _reason(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
